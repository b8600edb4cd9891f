//! Keeps the windows beside the reading.
//!
//! Owns when they follow: one time after the other, never two at once, and under the lake's lock, so that a run under way only makes them
//! wait. Whether another process was faster, the table says.

use super::checkpoint::Checkpoint;
use super::consumer::Options;
use super::csv_output::{self, CsvOutput};
use super::joined;
use super::windows::{self, Followed, Seen};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::Result;
use crate::lake::WriteLock;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// The windows of one process.
pub struct Keeper {
    job: Job,
    every: Duration,
    has_news: bool,
    last: Stopwatch,
    under_way: Option<JoinHandle<(Job, Result<Step>)>>,
    /// What was done in all.
    step: Option<Step>,
}

#[derive(Clone)]
struct Job {
    context: Context,
    window_us: i64,
    csv: Option<CsvOutput>,
    location: PathBuf,
    checkpoint: Checkpoint,
    seen: Seen,
}

impl Keeper {
    /// Windows of a stream. What an earlier process left uncounted is counted at once.
    #[must_use]
    pub fn new(context: Context, options: &Options, checkpoint: Checkpoint) -> Self {
        let (csv, location) = (options.csv.clone(), options.checkpoint.clone());
        let seen = Seen::default();
        let job = Job { context, window_us: options.window_us, csv, location, checkpoint, seen };
        Self { job, every: options.land_every, has_news: true, last: Stopwatch::start(), under_way: None, step: None }
    }

    /// There are events that are not counted.
    pub const fn has_news(&mut self) {
        self.has_news = true;
    }

    /// Begins to count where it is time to, and takes note of what was counted.
    ///
    /// # Errors
    /// When a thread of this program broke down.
    pub fn go_on(&mut self, runtime: &Handle) -> Result<()> {
        if self.under_way.as_ref().is_some_and(JoinHandle::is_finished) {
            runtime.block_on(self.counted())?;
        }
        if self.has_news && self.under_way.is_none() && self.last.seconds() >= self.every.as_secs_f64() {
            self.has_news = false;
            let mut job = self.job.clone();
            self.under_way = Some(runtime.spawn(async move {
                let outcome = job.follow().await;
                (job, outcome)
            }));
        }
        Ok(())
    }

    /// Counts what is left, and gives what was done in all.
    ///
    /// # Errors
    /// When the windows cannot be counted.
    pub async fn end(mut self) -> Result<Option<Step>> {
        self.counted().await?;
        let mut job = self.job.clone();
        let step = job.follow().await?;
        self.note(step);
        Ok(self.step)
    }

    async fn counted(&mut self) -> Result<()> {
        let Some(counting) = self.under_way.take() else { return Ok(()) };
        self.last = Stopwatch::start();
        match joined(counting.await, "windows could not be counted")? {
            (job, Ok(step)) => {
                self.job = job;
                self.note(step);
            }
            (_, Err(error)) => {
                tracing::warn!("{}; counted again later", error.in_one_line());
                // Whatever became of the tables, they are opened anew.
                self.job.seen = Seen::default();
                self.has_news = true;
            }
        }
        Ok(())
    }

    fn note(&mut self, step: Step) {
        let Some(all) = &mut self.step else {
            self.step = Some(step);
            return;
        };
        all.rows_read += step.rows_read;
        all.rows_written += step.rows_written;
        all.seconds += step.seconds;
        all.version = step.version.or(all.version);
        if step.outcome == Outcome::Wrote {
            all.outcome = Outcome::Wrote;
        }
    }
}

impl Job {
    async fn follow(&mut self) -> Result<Step> {
        let _lock = WriteLock::wait(&self.context.lake).await?;
        let Followed { step, before, days, version } = windows::follow(&self.context, self.window_us, &mut self.seen).await?;
        if let Some(csv) = &self.csv
            && version.is_some()
            && self.checkpoint.csv_version != version
        {
            // What another process has counted since is not among these days.
            let is_next = self.checkpoint.csv_version.is_some() && self.checkpoint.csv_version == before;
            csv_output::write(&self.context, csv, is_next.then_some(&days)).await?;
            self.checkpoint = Checkpoint { csv_version: version, ..self.checkpoint.clone() }.kept(&self.location)?;
        }
        Ok(step)
    }
}
