//! A table under check: one version of it, and the questions that rules ask of its rows.
//!
//! Owns the queries' common part: the relation `checked`, numbers out, example rows out. All rules see the same version.

use super::sql::Values;
use crate::engine::{Columns, Engine, Scope};
use crate::error::{Error, Explain, Result};
use crate::lake::{Lake, Snapshot, Table};
use arrow::json::writer::{JsonArray, WriterBuilder};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// What a check is made with; tables that are checked at the same time share it.
#[derive(Clone)]
pub struct Bench {
    pub lake: Lake,
    pub engine: Engine,
    pub now: DateTime<Utc>,
    /// `ops/runs`, opened once: many tables are compared with what it tells of them.
    pub record: Arc<Result<Option<Snapshot>>>,
    /// Held while rows of a large table are read: the keys of one at a time are in memory.
    pub large: Arc<Semaphore>,
    /// How many rows are shown of those that break a rule.
    pub examples_max: usize,
}

/// A table at one version.
pub struct Subject {
    pub bench: Bench,
    pub table: &'static Table,
    pub snapshot: Snapshot,
    /// Known once the table was scanned.
    pub rows: u64,
}

impl Subject {
    /// A scope that knows the table as `checked`.
    pub async fn scope(&self) -> Result<Scope> {
        let scope = self.bench.engine.scope();
        scope.register("checked", self.snapshot.provider(&scope.state()).await?)?;
        Ok(scope)
    }

    /// The one row of whole numbers that a query gives.
    pub async fn numbers(&self, scope: &Scope, sql: &str, values: Values, names: &[String]) -> Result<Vec<u64>> {
        let columns = Columns::of(scope.model("check", sql, values.into_inner()).await?, "the check's answer").await?;
        if columns.is_empty() {
            return Err(Error::failure(format!("table {}: a check gave no answer", self.table.label())));
        }
        names.iter().map(|name| Ok(u64::try_from(columns.whole(name)?.value(0)).unwrap_or_default())).collect()
    }

    /// A few rows of a query, as JSON; none where nobody wants to see any.
    pub async fn examples(&self, scope: &Scope, sql: &str, values: Values) -> Result<Vec<Value>> {
        if self.bench.examples_max == 0 {
            return Ok(Vec::new());
        }
        let failed = || format!("table {}: examples cannot be read", self.table.label());
        let frame = scope.model("examples", sql, values.into_inner()).await?;
        let batches = frame.limit(0, Some(self.bench.examples_max)).explain(failed)?.collect().await.explain(failed)?;
        let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(Vec::new());
        for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
            writer.write(batch).explain(failed)?;
        }
        writer.finish().explain(failed)?;
        let text = writer.into_inner();
        if text.is_empty() { Ok(Vec::new()) } else { serde_json::from_slice(&text).explain(failed) }
    }

    /// The columns that tell which row it is: the key, and those that the rule reads.
    pub fn telling(&self, columns: &[&str]) -> String {
        let mut shown: Vec<&str> = self.table.key.into_iter().collect();
        for column in columns {
            if !shown.contains(column) {
                shown.push(column);
            }
        }
        // A rule that reads a column is only asked where the table has it; the key may be missing from a foreign one.
        let is_there = |column: &&str| self.snapshot.schema().is_ok_and(|schema| schema.field_with_name(column).is_ok());
        shown.into_iter().filter(is_there).map(super::sql::quoted).collect::<Vec<_>>().join(", ")
    }
}
