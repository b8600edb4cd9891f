//! Keeps a follower beside the reading.
//!
//! Owns when it follows: one time after the other, never twice at once.

use super::followers::Follower;
use super::joined;
use crate::clock::Stopwatch;
use crate::context::{Outcome, Step};
use crate::error::Result;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

type Following = JoinHandle<(Box<dyn Follower>, Result<Vec<Step>>)>;

/// One follower of one process.
pub struct Keeper {
    /// None while it follows.
    follower: Option<Box<dyn Follower>>,
    has_news: bool,
    last: Stopwatch,
    under_way: Option<Following>,
    /// What was done in all, by table.
    steps: Vec<Step>,
}

impl Keeper {
    /// What an earlier process left is followed as soon as it is time.
    #[must_use]
    pub fn new(follower: Box<dyn Follower>) -> Self {
        Self { follower: Some(follower), has_news: true, last: Stopwatch::start(), under_way: None, steps: Vec::new() }
    }

    /// There are events that were not followed.
    pub const fn has_news(&mut self) {
        self.has_news = true;
    }

    /// Begins to follow where it is time to, and takes note of what was done.
    ///
    /// # Errors
    /// When a thread of this program broke down.
    pub fn go_on(&mut self, runtime: &Handle) -> Result<()> {
        if self.under_way.as_ref().is_some_and(JoinHandle::is_finished) {
            runtime.block_on(self.followed())?;
        }
        let is_due = |follower: &mut Box<dyn Follower>| self.has_news && self.last.seconds() >= follower.every().as_secs_f64();
        if let Some(mut follower) = self.follower.take_if(is_due) {
            self.has_news = false;
            self.under_way = Some(runtime.spawn(async move {
                let outcome = follower.follow().await;
                (follower, outcome)
            }));
        }
        Ok(())
    }

    /// Follows what is left, and gives what was done in all.
    ///
    /// # Errors
    /// When it cannot be followed; the next process goes on from there.
    pub async fn end(mut self) -> Result<Vec<Step>> {
        self.followed().await?;
        if let Some(mut follower) = self.follower.take() {
            self.note(follower.follow().await?);
        }
        Ok(self.steps)
    }

    async fn followed(&mut self) -> Result<()> {
        let Some(following) = self.under_way.take() else { return Ok(()) };
        self.last = Stopwatch::start();
        let (mut follower, outcome) = joined(following.await, "new events could not be followed")?;
        match outcome {
            Ok(steps) => self.note(steps),
            Err(error) => {
                tracing::warn!("{}; tried again later", error.in_one_line());
                follower.forget();
                self.has_news = true;
            }
        }
        self.follower = Some(follower);
        Ok(())
    }

    fn note(&mut self, steps: Vec<Step>) {
        for step in steps {
            let Some(all) = self.steps.iter_mut().find(|all| all.table == step.table) else {
                self.steps.push(step);
                continue;
            };
            all.rows_read += step.rows_read;
            all.rows_written += step.rows_written;
            all.rows_duplicate += step.rows_duplicate;
            all.rows_rejected += step.rows_rejected;
            all.seconds += step.seconds;
            all.version = step.version.or(all.version);
            if step.outcome == Outcome::Wrote {
                all.outcome = Outcome::Wrote;
            }
        }
    }
}
