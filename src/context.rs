//! What every step of a run needs: the lake, the engine, the clock, the run's name, and someone to tell how far it is.
//!
//! Owns nothing of its own; it is handed down from the command line to the layers so that none of them reaches for a global.

use crate::clock::{Clock, Stopwatch};
use crate::engine::Engine;
use crate::lake::{Lake, Written};
use chrono_tz::Tz;
use serde_json::{Value, json};
use std::sync::Arc;

/// Everything a step may use.
#[derive(Clone)]
pub struct Context {
    /// The lake that is read and written.
    pub lake: Lake,
    /// The query engine, computing in the listener's zone.
    pub engine: Engine,
    /// Where the time comes from.
    pub clock: Clock,
    /// This run's id, written into every row and commit.
    pub run_id: String,
    /// The listener's time zone.
    pub zone: Tz,
    /// Told how far long work is.
    pub progress: Arc<dyn Progress>,
}

impl Context {
    /// The note of a commit: what the step says of it, and which run of which program it was.
    #[must_use]
    pub fn note(&self, mut says: Value) -> Value {
        says["run_id"] = json!(self.run_id);
        says["program"] = json!(env!("CARGO_PKG_VERSION"));
        says
    }
}

/// Shows how far a long piece of work is.
pub trait Progress: Send + Sync {
    /// Announces a piece of work; `total` is in the unit that `Task::advance` counts. It ends when the task is dropped.
    fn begin(&self, what: &str, total: Option<u64>, unit: Unit) -> Arc<dyn Task>;
}

/// A piece of work under way.
pub trait Task: Send + Sync {
    /// `amount` more of it is done.
    fn advance(&self, amount: u64);
}

/// What a piece of work is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Rows of a table.
    Rows,
    /// Bytes of a file.
    Bytes,
}

/// Shows nothing.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: Option<u64>, _: Unit) -> Arc<dyn Task> {
        Arc::new(Self)
    }
}

impl Task for Silent {
    fn advance(&self, _: u64) {}
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It wrote a new version.
    Wrote,
    /// The rows are the same, in fewer files or with a shorter log.
    Maintained,
    /// Nothing had changed, so nothing was written.
    UpToDate,
    /// It was not asked for, or there was nothing to do it with.
    Skipped,
    /// A service asked to come back later.
    Deferred,
    /// It could not be done; the other steps went on.
    Failed,
}

impl Outcome {
    /// The word stored in `ops/runs`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wrote => "wrote",
            Self::Maintained => "maintained",
            Self::UpToDate => "up_to_date",
            Self::Skipped => "skipped",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
        }
    }
}

/// What one step did: one row of `ops/runs`, one line on the terminal.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Step {
    /// The step's name, as the command that runs it alone.
    pub step: &'static str,
    /// The table it writes, `layer/name` or a path.
    pub table: String,
    /// Input rows looked at.
    pub rows_read: u64,
    /// Rows written.
    pub rows_written: u64,
    /// Rows that the table holds afterwards, where the step tells it.
    pub rows_total: Option<u64>,
    /// Input rows that were there already.
    pub rows_duplicate: u64,
    /// Input rows that were not kept.
    pub rows_rejected: u64,
    /// Versions of the tables it read.
    pub inputs: Value,
    /// The version that holds what it wrote, or the one that was up to date.
    pub version: Option<u64>,
    /// How it ended.
    pub outcome: Outcome,
    /// One more thing to know, in words.
    pub remark: Option<String>,
    /// Wall time in seconds.
    pub seconds: f64,
}

impl Step {
    /// A step that has done nothing yet.
    #[must_use]
    pub fn new(step: &'static str, table: impl Into<String>) -> Self {
        Self {
            step,
            table: table.into(),
            rows_read: 0,
            rows_written: 0,
            rows_total: None,
            rows_duplicate: 0,
            rows_rejected: 0,
            inputs: json!({}),
            version: None,
            outcome: Outcome::Skipped,
            remark: None,
            seconds: 0.0,
        }
    }

    /// Notes a write.
    #[must_use]
    pub fn wrote(mut self, written: Written) -> Self {
        self.rows_written += written.rows;
        self.rows_total = written.held;
        self.version = Some(written.version);
        self.outcome = Outcome::Wrote;
        self
    }

    /// Notes one more thing to know.
    #[must_use]
    pub fn remarked(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }

    /// Notes how long it took.
    #[must_use]
    pub fn took(mut self, watch: Stopwatch) -> Self {
        self.seconds = watch.seconds();
        self
    }
}
