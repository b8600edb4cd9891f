//! The service that runs the pipeline for months: when, one at a time, and what became of it.
//!
//! Owns the loop. Every run is a process of its own: whatever happens in it, a panic or no memory left, the service goes on, and
//! between runs it holds next to nothing. What it knows is in the state file, so that it goes on where it was after a restart.

mod child;
pub mod due;
pub mod state;
mod summary;
mod ticker;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::private_file;
use child::{Child, Ended};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use due::{Plan, Work};
use state::{Last, StateFile};
use std::ffi::OsString;
use std::fs::TryLockError;
use std::path::PathBuf;
use std::time::Duration;

/// A run that takes longer hangs: it is ended and tried again.
pub const RUN_MAX: Duration = Duration::from_hours(2);
/// Between two signs of life in the state file.
const BEAT: Duration = Duration::from_secs(30);
/// A wake is made up when the ticker has been silent for so long.
const SILENCE_MAX: Duration = Duration::from_mins(1);

/// What the service does and for which lake.
pub struct Service {
    /// When runs are due.
    pub plan: Plan,
    /// The command line of a full run.
    pub full: Vec<OsString>,
    /// The command line of a light poll.
    pub poll: Vec<OsString>,
    /// The state file.
    pub state: StateFile,
    /// Held while the service runs: one a lake.
    pub lock: PathBuf,
    /// The zone in which times are told.
    pub zone: Tz,
    /// Something to tell the person today, if there is anything.
    pub reminder: Box<dyn Fn(DateTime<Utc>) -> Option<String> + Send + Sync>,
}

/// Runs until it is asked to stop; the run in flight ends first.
///
/// # Errors
/// When another scheduler serves the lake, or the state cannot be kept.
pub async fn serve<F: Future<Output = ()>>(service: Service, clock: Clock, stop: impl Fn() -> F) -> Result<()> {
    let lock = private_file::lock_file(&service.lock)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Error::failure("another scheduler serves this lake already")
                .hint("one is enough: look for it with `moodlake health`, or name another lake with --lake"));
        }
        Err(TryLockError::Error(error)) => return Err(Error::failure("the scheduler's lock cannot be taken").because(error)),
    }
    let mut keeper = Keeper::begin(service, clock)?;
    let (mut ticker, mut wakes) = ticker::start().await?;
    let mut is_stopping = false;
    while !is_stopping {
        tokio::select! {
            // A ticker that has died must not silence the service.
            _ = tokio::time::timeout(SILENCE_MAX, wakes.recv()) => {}
            () = stop() => break,
        }
        let now = clock.now();
        keeper.beat(now)?;
        keeper.remind(now)?;
        if let Some(work) = keeper.service.plan.due(&keeper.service.state.current(), now) {
            is_stopping = keeper.run(work, &mut wakes, &stop).await?;
        }
    }
    tracing::info!("the scheduler has stopped");
    keeper.service.state.update(|state| state.alive_at = None)?;
    // The library's shutdown may fail only because it has ended already.
    let _ = ticker.shutdown().await;
    drop(lock);
    Ok(())
}

struct Keeper {
    service: Service,
    clock: Clock,
    beaten_at: DateTime<Utc>,
}

impl Keeper {
    fn begin(service: Service, clock: Clock) -> Result<Self> {
        let now = clock.now();
        service.state.update(|state| {
            state.pid = std::process::id();
            state.started_at = Some(now);
            state.alive_at = Some(now);
            state.running = None;
        })?;
        let current = service.state.current();
        let next = |time: Option<DateTime<Utc>>| match time {
            Some(time) if time <= now => "now".to_owned(),
            Some(time) => time.with_timezone(&service.zone).format("%Y-%m-%d %H:%M %Z").to_string(),
            None => "never".to_owned(),
        };
        let (full, poll) = (service.plan.next_full(&current, now), service.plan.next_poll(&current, now));
        tracing::info!("the scheduler has started: next full run {}, next poll {}", next(Some(full)), next(poll));
        Ok(Self { service, clock, beaten_at: now })
    }

    fn beat(&mut self, now: DateTime<Utc>) -> Result<()> {
        // A clock that was set back counts as silence too.
        if (now - self.beaten_at).abs().to_std().unwrap_or_default() >= BEAT {
            self.beaten_at = now;
            self.service.state.update(|state| state.alive_at = Some(now))?;
        }
        Ok(())
    }

    /// Once a day in the listener's zone.
    fn remind(&self, now: DateTime<Utc>) -> Result<()> {
        let today = now.with_timezone(&self.service.zone).date_naive();
        if self.service.state.current().reminded_on == Some(today) {
            return Ok(());
        }
        if let Some(text) = (self.service.reminder)(now) {
            tracing::warn!("{text}");
        }
        self.service.state.update(|state| state.reminded_on = Some(today))
    }

    /// One run, from start to end; true when the service was asked to stop meanwhile.
    async fn run<F: Future<Output = ()>>(
        &mut self,
        work: Work,
        wakes: &mut ticker::Wakes,
        stop: &impl Fn() -> F,
    ) -> Result<bool> {
        let started = self.clock.now();
        let arguments = match work {
            Work::Full => &self.service.full,
            Work::Poll => &self.service.poll,
        };
        self.service.state.update(|state| state.begin(work, started))?;
        let mut child = Child::start(arguments)?;
        let mut stops = 0;
        let ended = loop {
            tokio::select! {
                ended = child.ended() => break ended,
                _ = wakes.recv() => {
                    let now = self.clock.now();
                    self.beat(now)?;
                    if (now - started).to_std().unwrap_or_default() > RUN_MAX {
                        tracing::warn!("the {} run takes longer than {} minutes: it is ended", work.name(), RUN_MAX.as_secs() / 60);
                        child.kill();
                    }
                }
                () = stop() => {
                    stops += 1;
                    if stops == 1 {
                        tracing::info!("asked to stop: the {} run in flight ends first; ask again to end it now", work.name());
                    } else {
                        child.kill();
                    }
                }
            }
        };
        self.note(work, started, &ended)?;
        Ok(stops > 0)
    }

    fn note(&self, work: Work, started: DateTime<Utc>, ended: &Ended) -> Result<()> {
        let now = self.clock.now();
        self.service.state.update(|state| {
            state.running = None;
            state.end(work, Last { started_at: Some(started), ended_at: Some(now), code: Some(ended.code), failures: 0 });
        })?;
        let current = self.service.state.current();
        let next = match work {
            Work::Full => Some(self.service.plan.next_full(&current, now)),
            Work::Poll => self.service.plan.next_poll(&current, now),
        };
        let next =
            next.map_or_else(String::new, |next| format!("; next {}", next.with_timezone(&self.service.zone).format("%H:%M %Z")));
        let seconds = (now - started).as_seconds_f64();
        if ended.code == 0 {
            tracing::info!("{} run done in {seconds:.1} s: {}{next}", work.name(), summary::of(&ended.stdout));
        } else {
            tracing::warn!(
                "{} run failed ({}) after {seconds:.1} s: {}{next}",
                work.name(),
                ended.words(),
                summary::of(&ended.stdout)
            );
        }
        Ok(())
    }
}
