//! The windows of one process, and the CSV files that show them.
//!
//! Owns what is counted when: under the lake's lock, so that a run under way only makes the windows wait. Whether another process was
//! faster, the table says.

use super::Follower;
use super::csv_output::{self, CsvOutput};
use super::windows::{self, Followed, Seen};
use crate::context::{Context, Step};
use crate::error::Result;
use crate::lake::WriteLock;
use crate::stream::checkpoint::Checkpoint;
use std::path::PathBuf;
use std::time::Duration;

/// Plays by genre in windows of time.
pub struct Genres {
    context: Context,
    every: Duration,
    csv: Option<CsvOutput>,
    location: PathBuf,
    checkpoint: Checkpoint,
    seen: Seen,
}

impl Genres {
    /// Windows as the checkpoint at a location has them.
    #[must_use]
    pub fn new(context: Context, every: Duration, csv: Option<CsvOutput>, location: PathBuf, checkpoint: Checkpoint) -> Self {
        Self { context, every, csv, location, checkpoint, seen: Seen::default() }
    }
}

#[async_trait::async_trait]
impl Follower for Genres {
    fn every(&self) -> Duration {
        self.every
    }

    async fn follow(&mut self) -> Result<Vec<Step>> {
        let _lock = WriteLock::wait(&self.context.lake).await?;
        let window_us = self.checkpoint.window_us;
        let Followed { step, before, days, version } = windows::follow(&self.context, window_us, &mut self.seen).await?;
        if let Some(csv) = &self.csv
            && version.is_some()
            && self.checkpoint.csv_version != version
        {
            // What another process has counted since is not among these days.
            let is_next = self.checkpoint.csv_version.is_some() && self.checkpoint.csv_version == before;
            csv_output::write(&self.context, csv, is_next.then_some(&days)).await?;
            self.checkpoint = Checkpoint { csv_version: version, ..self.checkpoint.clone() }.kept(&self.location)?;
        }
        Ok(vec![step])
    }

    fn forget(&mut self) {
        self.seen = Seen::default();
    }
}
