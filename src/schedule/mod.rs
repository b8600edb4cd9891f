//! The service that runs the pipeline for months: when, one at a time, and what became of it.
//!
//! Owns the loop. Every run is a process of its own: whatever happens in it, a panic or no memory left, the service goes on, and
//! between runs it holds next to nothing. What it knows is in the state file, so that it goes on where it was after a restart.

mod child;
pub mod due;
pub mod state;
pub mod summary;
mod ticker;
pub mod weekly;

use crate::clock::{Clock, Stopwatch};
use crate::error::{Error, Kind, Result};
use crate::private_file;
use child::{Child, Ended};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use due::{Plan, Work};
use state::{Broken, Last, State, StateFile};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use ticker::{Ticker, Wakes};
use tokio::sync::mpsc;

/// A run that takes longer hangs: it is ended and tried again.
pub const RUN_MAX: Duration = Duration::from_hours(2);
/// Between two signs of life in the state file.
const BEAT: Duration = Duration::from_secs(30);
/// A wake is made up when the ticker has been silent for so long.
const SILENCE_MAX: Duration = Duration::from_mins(1);

/// One message for each time that the service is asked to stop.
pub type Stops = mpsc::UnboundedReceiver<()>;

/// What the service does and for which lake.
pub struct Service {
    /// When runs are due.
    pub plan: Plan,
    /// This program, as it was named when the service started: an upgrade in the same place is used from the next run on.
    pub program: PathBuf,
    /// The command line of a full run.
    pub full: Vec<OsString>,
    /// The command line of a light poll.
    pub poll: Vec<OsString>,
    /// The command line of a recap, but for its week.
    pub recap: Vec<OsString>,
    /// What recaps find in their environment, too: whom they are for is nothing for the list of processes.
    pub recap_environment: Vec<(OsString, OsString)>,
    /// The state file.
    pub state: StateFile,
    /// Held while the service runs: one a lake.
    pub lock: PathBuf,
    /// The zone in which times are told.
    pub zone: Tz,
    /// Something to tell the person today, if there is anything.
    pub reminder: Box<dyn Fn(DateTime<Utc>) -> Option<String> + Send + Sync>,
    /// When the person last logged in.
    pub logged_in_at: Box<dyn Fn() -> Option<DateTime<Utc>> + Send + Sync>,
}

/// Runs until it is asked to stop; the run in flight ends first.
///
/// # Errors
/// When another scheduler serves the lake, or the state cannot be kept.
pub async fn serve(service: Service, clock: Clock, mut stops: Stops) -> Result<()> {
    let lock = private_file::hold(&service.lock, "scheduler", || {
        Error::failure("another scheduler serves this lake already")
            .hint("one is enough: look for it with `moodlake health`, or name another lake with --lake")
    })?;
    let mut keeper = Keeper::begin(service, clock)?;
    let (ticker, mut wakes) = Ticker::start().await?;
    let mut is_stopping = false;
    while !is_stopping {
        tokio::select! {
            // A ticker that has died must not silence the service.
            _ = tokio::time::timeout(SILENCE_MAX, wakes.recv()) => {}
            Some(()) = stops.recv() => break,
        }
        let now = clock.now();
        keeper.beat(now);
        keeper.remind(now);
        if let Some(work) = keeper.due(now) {
            is_stopping = keeper.run(work, &mut wakes, &mut stops).await;
        }
    }
    tracing::info!("the scheduler has stopped");
    keeper.update(|state| state.alive_at = None);
    ticker.stop().await;
    drop(lock);
    Ok(())
}

struct Keeper {
    service: Service,
    clock: Clock,
    state: State,
    beaten_at: DateTime<Utc>,
    is_kept: bool,
}

impl Keeper {
    fn begin(service: Service, clock: Clock) -> Result<Self> {
        let now = clock.now();
        let mut state = service.state.current();
        (state.pid, state.started_at, state.alive_at, state.running) = (std::process::id(), Some(now), Some(now), None);
        state.want_recaps(service.plan.recaps.is_some(), now);
        // A lake that cannot be written to now is a mistake of whoever started the service; later it is a full disk.
        service.state.write(&state)?;
        let keeper = Self { service, clock, state, beaten_at: now, is_kept: true };
        let next = |time: Option<DateTime<Utc>>| match time {
            Some(time) if time <= now => "now".to_owned(),
            Some(time) => time.with_timezone(&keeper.service.zone).format("%Y-%m-%d %H:%M %Z").to_string(),
            None => "never".to_owned(),
        };
        let plan = &keeper.service.plan;
        let (full, poll) = (plan.next_full(&keeper.state, now), plan.next_poll(&keeper.state, now));
        let recap = plan.next_recap(&keeper.state, now);
        let recap = recap.map_or_else(String::new, |recap| format!(", next recap {}", next(Some(recap))));
        tracing::info!("the scheduler has started: next full run {}, next poll {}{recap}", next(Some(full)), next(poll));
        Ok(keeper)
    }

    /// Changes the state. That it cannot be kept ends nothing: it is told once, and the service goes on with what it remembers.
    fn update(&mut self, change: impl FnOnce(&mut State)) {
        change(&mut self.state);
        match self.service.state.write(&self.state) {
            Ok(()) => self.is_kept = true,
            Err(error) => {
                if std::mem::replace(&mut self.is_kept, false) {
                    tracing::warn!(
                        "{}: the service goes on, but after a restart it will not know of its last runs",
                        error.in_one_line()
                    );
                }
            }
        }
    }

    fn due(&self, now: DateTime<Utc>) -> Option<Work> {
        // Whoever has just logged in waits for no retry.
        let asked_for_login = |last: &Last| last.code == Some(Kind::Authorization.exit_code().into());
        for (work, last) in [(Work::Full, &self.state.full), (Work::Poll, &self.state.poll)] {
            let is_wanted = work == Work::Full || self.service.plan.poll.is_some();
            // A login in the future was made by a clock that has been set since.
            if is_wanted && asked_for_login(last) && (self.service.logged_in_at)().filter(|&at| at <= now) > last.ended_at {
                return Some(work);
            }
        }
        self.service.plan.due(&self.state, now)
    }

    fn beat(&mut self, now: DateTime<Utc>) {
        // A clock that was ahead when recaps were first wanted would put them off until then.
        if self.state.recaps_since.is_some_and(|since| since > now) {
            self.update(|state| state.recaps_since = Some(now));
        }
        // A clock that was set back counts as silence too.
        if (now - self.beaten_at).abs().to_std().unwrap_or_default() >= BEAT {
            self.beaten_at = now;
            self.update(|state| state.alive_at = Some(now));
        }
    }

    /// Once a day in the listener's zone.
    fn remind(&mut self, now: DateTime<Utc>) {
        let today = now.with_timezone(&self.service.zone).date_naive();
        if self.state.reminded_on != Some(today) {
            if let Some(text) = (self.service.reminder)(now) {
                tracing::warn!("{text}");
            }
            self.update(|state| state.reminded_on = Some(today));
        }
    }

    /// One run, from start to end; true when the service was asked to stop meanwhile.
    async fn run(&mut self, work: Work, wakes: &mut Wakes, stops: &mut Stops) -> bool {
        let started = self.clock.now();
        let mut child = match self.start(work, started) {
            Ok(child) => child,
            Err(error) => {
                tracing::error!("{}", error.in_one_line());
                self.note(work, started, &Ended::never_begun());
                return false;
            }
        };
        let (mut asked, watch) = (0, Stopwatch::start());
        let ended = loop {
            tokio::select! {
                ended = child.ended() => break ended,
                _ = tokio::time::timeout(SILENCE_MAX, wakes.recv()) => {
                    self.beat(self.clock.now());
                    // Time that the machine slept through does not count.
                    if watch.seconds() > RUN_MAX.as_secs_f64() {
                        tracing::warn!("the {} run takes longer than {} minutes: it is ended", work.name(), RUN_MAX.as_secs() / 60);
                        child.kill();
                    }
                }
                Some(()) = stops.recv() => {
                    asked += 1;
                    if asked == 1 {
                        tracing::info!("asked to stop: the {} run in flight ends first; ask again to end it now", work.name());
                    } else {
                        child.kill();
                    }
                }
            }
        };
        self.note(work, started, &ended);
        asked > 0
    }

    fn start(&mut self, work: Work, now: DateTime<Utc>) -> Result<Child> {
        let week = self.service.plan.recaps.map(|recaps| recaps.week(now)).filter(|_| work == Work::Recap);
        self.update(|state| match week {
            Some(week) => state.begin_recap(week, now),
            None => state.begin(work, now),
        });
        let Service { program, full, poll, recap, recap_environment, .. } = &self.service;
        match week {
            Some(week) => {
                let line = [recap.as_slice(), &["--week".into(), weekly::name(week).into()]].concat();
                Child::start(program, &line, recap_environment)
            }
            None => Child::start(program, if work == Work::Full { full } else { poll }, &[]),
        }
    }

    fn note(&mut self, work: Work, started: DateTime<Utc>, ended: &Ended) {
        let now = self.clock.now();
        self.update(|state| {
            state.running = None;
            state.end(work, Last { started_at: Some(started), ended_at: Some(now), code: Some(ended.code), failures: 0 });
            // A run without checks, such as a poll, leaves what the last ones found.
            if let Some(says) = summary::broken(&ended.stdout) {
                state.broken = (!says.is_empty()).then_some(Broken { at: now, says });
            }
        });
        let plan = &self.service.plan;
        let (next, form) = match work {
            Work::Full => (Some(plan.next_full(&self.state, now)), "%H:%M %Z"),
            Work::Poll => (plan.next_poll(&self.state, now), "%H:%M %Z"),
            Work::Recap => (plan.next_recap(&self.state, now), "%Y-%m-%d %H:%M %Z"),
        };
        let next =
            next.map_or_else(String::new, |next| format!("; next {}", next.with_timezone(&self.service.zone).format(form)));
        let did = match self.state.recap_week.filter(|_| work == Work::Recap) {
            Some(week) => weekly::name(week),
            None => summary::of(&ended.stdout),
        };
        let seconds = (now - started).as_seconds_f64();
        if ended.code == 0 {
            tracing::info!("{} run done in {seconds:.1} s: {did}{next}", work.name());
        } else {
            tracing::warn!("{} run failed ({}) after {seconds:.1} s: {did}{next}", work.name(), ended.words());
        }
    }
}
