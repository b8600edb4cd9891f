//! One build of one job: whether there is anything to do, and the rows of its tables.
//!
//! Owns the comparison with the note of the last build, which says for whom there is something to build, and the writing. What the rows say is the job's business.

use super::listeners::Listeners;
use super::source::Source;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::engine::Held;
use crate::error::{Error, Explain, Result};
use crate::lake::rows::store;
use crate::lake::tables::Table;
use crate::lake::update::Update;
use crate::lake::{Mode, Written, write};
use arrow::array::RecordBatch;
use datafusion::prelude::DataFrame;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// A build under way.
pub struct Task<'a> {
    context: &'a Context,
    step: &'static str,
    note: Value,
    source: Arc<Source>,
    watch: Stopwatch,
    steps: Vec<Step>,
    _turn: Option<OwnedSemaphorePermit>,
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
        source: &Arc<Source>,
        (inputs, parameters): (Value, Value),
    ) -> Result<Begun<'a>> {
        let watch = Stopwatch::start();
        let note = context.note(json!({ "inputs": inputs, "parameters": parameters }));
        let (mut current, mut built_from) = (Vec::new(), Vec::new());
        for table in tables {
            let Some(snapshot) = context.lake.open(table).await? else { break };
            let written = snapshot.commit().await?.1.unwrap_or_default();
            if written["parameters"] != note["parameters"] {
                break;
            }
            if snapshot.is_as_declared(table)? {
                built_from.push(written["inputs"].clone());
            }
            if written["inputs"] == note["inputs"] {
                current.push(Step {
                    inputs: note["inputs"].clone(),
                    version: Some(snapshot.version()),
                    outcome: Outcome::UpToDate,
                    ..Step::new(step, table.label()).took(watch)
                });
            }
        }
        if current.len() == tables.len() {
            return Ok(Begun::UpToDate(current));
        }
        let source = match built_from.split_first() {
            // Rows of nobody's cannot be replaced by listener.
            Some((first, rest))
                if built_from.len() == tables.len()
                    && rest.iter().all(|other| other == first)
                    && tables.iter().all(|table| table.listener().is_some()) =>
            {
                source.narrowed(context, first, &note["inputs"]).await.unwrap_or_else(|| Arc::clone(source))
            }
            _ => Arc::clone(source),
        };
        let turn = source.turn().await;
        Ok(Begun::Build(Self { context, step, note, source, watch, steps: Vec::new(), _turn: turn }))
    }

    /// The plays to build from: all, or those of the listeners of whom there is something new.
    #[must_use]
    pub fn source(&self) -> Arc<Source> {
        Arc::clone(&self.source)
    }

    /// Replaces a table by rows that are in memory, or the rows of the listeners that it is built for.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn store(&mut self, table: &Table, rows: Vec<RecordBatch>) -> Result<()> {
        if let Some(listeners) = self.source.listeners().cloned() {
            return self.replace(table, listeners, rows).await;
        }
        let written = store(&self.context.lake, table, rows, Mode::Replace, &self.note).await?;
        self.wrote(table, written);
        Ok(())
    }

    /// Replaces a table by the rows of a frame, streamed, or the rows of the listeners that it is built for.
    ///
    /// # Errors
    /// When the model cannot be run or the table cannot be written.
    pub async fn stream(&mut self, table: &Table, frame: DataFrame) -> Result<()> {
        if let Some(listeners) = self.source.listeners().cloned() {
            let rows = Held::of(frame, &format!("table {}: what its model gives", table.label())).await?.rows;
            return self.replace(table, listeners, rows).await;
        }
        let streams =
            frame.execute_stream_partitioned().await.explain(|| format!("table {}: its model cannot be run", table.label()))?;
        let at = self.context.lake.table(table)?;
        let written = write::write(&at, table, streams, Mode::Replace, &self.note, Arc::new(|_| {})).await?;
        self.wrote(table, written);
        Ok(())
    }

    async fn replace(&mut self, table: &Table, listeners: Listeners, rows: Vec<RecordBatch>) -> Result<()> {
        let failed = || Error::failure(format!("table {}: its rows of some listeners cannot be replaced", table.label()));
        let current = self.context.lake.open(table).await?.ok_or_else(failed)?;
        let by = table.listener().ok_or_else(failed)?;
        let engine = &self.context.engine;
        let update = Update::of_all_with(engine, &current, by, listeners, rows).await?;
        let written = update.carry_out(engine, &current, table, &self.note).await?;
        self.wrote(table, written);
        Ok(())
    }

    fn wrote(&mut self, table: &Table, written: Written) {
        let mut step = Step::new(self.step, table.label()).wrote(written).took(self.watch);
        step.rows_read = self.source.rows().unwrap_or_default();
        step.remark = self.source.listeners().map(|listeners| match listeners.len() {
            1 => "of 1 listener".to_owned(),
            listeners => format!("of {listeners} listeners"),
        });
        step.inputs = self.note["inputs"].clone();
        self.steps.push(step);
    }

    /// What was written.
    #[must_use]
    pub fn done(self) -> Vec<Step> {
        self.steps
    }
}
