//! One build of one job: whether there is anything to do, and the rows of its tables.
//!
//! Owns the comparison with the note of the last build, and the writing. What the rows say is the job's business.

use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Explain, Result};
use crate::lake::rows::store;
use crate::lake::tables::Table;
use crate::lake::{Mode, write};
use arrow::array::RecordBatch;
use datafusion::prelude::DataFrame;
use serde_json::{Value, json};
use std::sync::Arc;

/// A build under way.
pub struct Task<'a> {
    context: &'a Context,
    step: &'static str,
    note: Value,
    rows_read: u64,
    watch: Stopwatch,
    steps: Vec<Step>,
}

/// Whether there is anything to build.
pub enum Begun<'a> {
    /// The tables were built from exactly these inputs in this way.
    UpToDate(Vec<Step>),
    /// They were not.
    Build(Task<'a>),
}

impl<'a> Task<'a> {
    /// Compares what the tables say of their last build with what they are to be built from now.
    ///
    /// # Errors
    /// When a table cannot be opened.
    pub async fn begin(
        context: &'a Context,
        step: &'static str,
        tables: &[&Table],
        rows_read: u64,
        (inputs, parameters): (Value, Value),
    ) -> Result<Begun<'a>> {
        let watch = Stopwatch::start();
        let note = context.note(json!({ "inputs": inputs, "parameters": parameters }));
        let mut current = Vec::new();
        for table in tables {
            let Some(snapshot) = context.lake.open(table).await? else { break };
            let (_, written) = snapshot.commit().await?;
            let same =
                written.is_some_and(|written| ["inputs", "parameters"].iter().all(|key| written.get(key) == note.get(key)));
            if !same {
                break;
            }
            current.push(Step {
                inputs: note["inputs"].clone(),
                version: Some(snapshot.version()),
                outcome: Outcome::UpToDate,
                ..Step::new(step, table.label()).took(watch)
            });
        }
        if current.len() == tables.len() {
            return Ok(Begun::UpToDate(current));
        }
        Ok(Begun::Build(Self { context, step, note, rows_read, watch, steps: Vec::new() }))
    }

    /// Replaces a table by rows that are in memory.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn store(&mut self, table: &Table, rows: Vec<RecordBatch>) -> Result<()> {
        let written = store(&self.context.lake, table, rows, Mode::Replace, &self.note).await?;
        self.wrote(table, written);
        Ok(())
    }

    /// Replaces a table by the rows of a frame, streamed.
    ///
    /// # Errors
    /// When the model cannot be run or the table cannot be written.
    pub async fn stream(&mut self, table: &Table, frame: DataFrame) -> Result<()> {
        let streams =
            frame.execute_stream_partitioned().await.explain(|| format!("table {}: its model cannot be run", table.label()))?;
        let at = self.context.lake.table(table)?;
        let written = write::write(&at, table, streams, Mode::Replace, &self.note, Arc::new(|_| {})).await?;
        self.wrote(table, written);
        Ok(())
    }

    fn wrote(&mut self, table: &Table, written: crate::lake::Written) {
        let mut step = Step::new(self.step, table.label()).wrote(written).took(self.watch);
        step.rows_read = self.rows_read;
        step.inputs = self.note["inputs"].clone();
        self.steps.push(step);
    }

    /// What was written.
    #[must_use]
    pub fn done(self) -> Vec<Step> {
        self.steps
    }
}
