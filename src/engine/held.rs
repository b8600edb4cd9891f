//! Rows of a frame in memory, with the schema that they have.
//!
//! Owns one trap: what was computed may lay text out in another way than what was planned, and knows better which columns may be
//! null. The first rows tell; only where there are none does the plan.

use super::Scope;
use crate::error::{Explain, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::prelude::DataFrame;
use std::sync::Arc;

/// Rows in memory.
#[derive(Clone, Debug)]
pub struct Held {
    /// Their schema, also where there are none.
    pub schema: SchemaRef,
    /// The rows.
    pub rows: Vec<RecordBatch>,
}

impl Held {
    /// Runs a frame; `what` is what messages call its rows.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn of(frame: DataFrame, what: &str) -> Result<Self> {
        let planned = Arc::new(frame.schema().as_arrow().clone());
        let rows = frame.collect().await.explain(|| format!("{what} cannot be read"))?;
        Ok(Self { schema: rows.first().map_or(planned, RecordBatch::schema), rows })
    }

    /// Runs a frame of no more than so many rows; none where there are more.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn few(frame: DataFrame, rows_max: u64, what: &str) -> Result<Option<Self>> {
        let limit = usize::try_from(rows_max.saturating_add(1)).unwrap_or(usize::MAX);
        let held = Self::of(frame.limit(0, Some(limit)).explain(|| format!("{what} cannot be read"))?, what).await?;
        Ok((held.len() <= rows_max).then_some(held))
    }

    /// No rows of a frame.
    #[must_use]
    pub fn none_of(frame: &DataFrame) -> Self {
        Self { schema: Arc::new(frame.schema().as_arrow().clone()), rows: Vec::new() }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.rows.iter().map(|batch| batch.num_rows() as u64).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names them, in the order of some columns or in none.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn register(&self, scope: &Scope, name: &str, by: &[&str]) -> Result<()> {
        scope.register_sorted(name, Arc::clone(&self.schema), self.rows.clone(), by)
    }
}
