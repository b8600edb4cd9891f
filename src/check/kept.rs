//! Verdicts of the last check: of tables that have had no version since they still hold, of others `news` builds on them.
//!
//! Owns which of them: rules that passed and that ask nothing but the rows of a version and those that it was built from. The clock and
//! other tables are asked again each time. Only the checks at the end of a run go by it; whoever asks for a check has all rows read.

use super::rule::{Asks, Rule};
use super::rules;
use crate::context::Context;
use crate::engine::{Columns, no_values};
use crate::error::{Explain, Result};
use crate::fingerprint;
use crate::lake::Snapshot;
use crate::lake::tables::CHECK_RESULTS;
use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// The model of what the last check found.
const LAST_CHECK: &str = include_str!("last_check.sql");

/// What tells these rules from those of other releases.
#[must_use]
pub fn rules_hash() -> String {
    fingerprint::of(format!("{} {:?}", env!("CARGO_PKG_VERSION"), rules::all()))
}

/// A rule that held, and what was said of it.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Rows that were looked at.
    pub rows_checked: Option<u64>,
    /// Rows that break it, where it is about rows and allows some.
    pub rows_failed: Option<u64>,
    /// What was found.
    pub detail: Option<String>,
}

/// What the last check found of a version of a table.
#[derive(Debug)]
struct Checked {
    version: u64,
    /// Of the table, which another may have replaced since.
    id: Value,
    rules: HashMap<String, Held>,
}

/// Smaller tables are read as a whole in less time than it takes to plan what came to them.
const NEWS_FROM_ROWS: u64 = 100_000;

/// What the last check found, by table.
#[derive(Debug)]
pub struct Kept {
    tables: HashMap<String, Checked>,
    news_from_rows: u64,
}

impl Default for Kept {
    fn default() -> Self {
        Self { tables: HashMap::new(), news_from_rows: NEWS_FROM_ROWS }
    }
}

impl Kept {
    /// Reads it; nothing where the last check was by other rules, or there was none.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub async fn read(context: &Context) -> Result<Self> {
        let Some(record) = context.lake.open(&CHECK_RESULTS).await? else { return Ok(Self::default()) };
        let last = last_checks(&record).await?;
        let scope = context.engine.scope();
        scope.register("findings", record.provider(&scope.state()).await?)?;
        let column = |texts: Vec<&str>| Arc::new(StringArray::from(texts)) as ArrayRef;
        let runs = last.values().map(|check| check["run_id"].as_str().unwrap_or_default());
        let checked = [("table_name", column(last.keys().map(String::as_str).collect())), ("run_id", column(runs.collect()))];
        let checked = RecordBatch::try_from_iter(checked).explain(|| "the last checks cannot be named".to_owned())?;
        scope.register_rows("checked", checked.schema(), vec![checked])?;
        let frame = scope.model("last_check", LAST_CHECK, no_values()).await?;
        let found = Columns::of(frame, "the last check").await?;
        let (tables, rules, details) = (found.text("table_name")?, found.text("rule")?, found.text("detail")?);
        let (versions, checked, failed) =
            (found.whole("table_version")?, found.whole("rows_checked")?, found.whole("rows_failed")?);
        let mut kept = Self::default();
        for row in 0..found.len() {
            let count = |column: &Int64Array| column.is_valid(row).then(|| u64::try_from(column.value(row)).unwrap_or_default());
            let held = Held {
                rows_checked: count(&checked),
                rows_failed: count(&failed),
                detail: details.is_valid(row).then(|| details.value(row).to_owned()),
            };
            let version = u64::try_from(versions.value(row)).unwrap_or_default();
            let table = tables.value(row);
            let checked = kept.tables.entry(table.to_owned()).or_insert_with(|| Checked {
                version,
                id: last.get(table).map(|check| check["id"].clone()).unwrap_or_default(),
                rules: HashMap::new(),
            });
            checked.rules.insert(rules.value(row).to_owned(), held);
        }
        Ok(kept)
    }

    /// The rules that held of this very version of the table with this id, by name.
    #[must_use]
    pub fn of(&self, table: &str, version: u64, id: Option<&Value>) -> Option<&HashMap<String, Held>> {
        let is_same = |checked: &&Checked| checked.version == version && id == Some(&checked.id);
        self.tables.get(table).filter(is_same).map(|checked| &checked.rules)
    }

    /// The version that was checked before this one, the id of its table, and the rules that held of it.
    #[must_use]
    pub fn before(&self, table: &str, version: u64) -> Option<(u64, &Value, &HashMap<String, Held>)> {
        let checked = self.tables.get(table).filter(|checked| checked.version < version && checked.id.is_string())?;
        Some((checked.version, &checked.id, &checked.rules))
    }

    /// Of tables with how many rows only what came is read.
    #[must_use]
    pub const fn news_from_rows(&self) -> u64 {
        self.news_from_rows
    }

    /// Whether any table that was checked has so many.
    #[must_use]
    pub fn has_large_tables(&self) -> bool {
        let rules = self.tables.values().flat_map(|checked| checked.rules.values());
        rules.filter_map(|held| held.rows_checked).any(|rows| rows >= self.news_from_rows)
    }

    /// The same of tables with so many rows.
    #[must_use]
    pub fn reading_news_from(self, rows: u64) -> Self {
        Self { news_from_rows: rows, ..self }
    }
}

/// Each table's last check by the rules of this release, as the record's note tells it: the table's id and the run.
///
/// # Errors
/// When the record's log cannot be read.
pub async fn last_checks(record: &Snapshot) -> Result<Map<String, Value>> {
    let note = record.commit().await?.1.unwrap_or_default();
    let tables = note["tables"].as_object().filter(|_| note["rules"] == rules_hash());
    Ok(tables.cloned().unwrap_or_default())
}

/// Whether a rule that held of a version holds of it for good.
#[must_use]
pub const fn holds_for_good(rule: &Rule) -> bool {
    match rule.asks {
        Asks::Fresh { .. } => false,
        // A table that is none of its inputs may have changed since.
        Asks::Refers(reference) | Asks::Complete(reference) => !reference.input.is_empty(),
        _ => true,
    }
}
