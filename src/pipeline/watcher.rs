//! The watcher: one look at the player after the other, and what it saw into the lake.
//!
//! Owns the loop's single steps. Events are remembered in a file before they are told, and forgotten when they are stored: a crash
//! loses none of them. Storing waits for other commands without keeping the looks waiting.

use super::Outbox;
use crate::bronze::watched;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind, Result};
use crate::lake::WriteLock;
use crate::spotify::{Client, Trouble};
use crate::watch::{Event, Limits, Memory, MemoryFile, Pace, Unsent};
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio::task::JoinHandle;

/// What is playing is remembered this often even where nothing changes.
const KEEP_US: i64 = 10_000_000;
/// While Spotify is not to be asked, or nobody is logged in, this is how often that is looked at again.
const AWAY: Duration = Duration::from_secs(30);

/// A broker has so long to confirm the last events.
const CONFIRMED: Duration = Duration::from_secs(10);
/// An answer is on its way back for no longer than this.
const WAY_US: i64 = 500_000;
/// In so long a time without a look anything may have happened, however often looks are made.
const BLIND_LEAST_US: i64 = 45_000_000;

/// How it watches.
#[derive(Clone, Copy, Debug)]
pub struct Watching {
    /// Time between two looks.
    pub interval: Duration,
    /// Listening from which on a play is complete.
    pub completed_after: Duration,
    /// How long events may wait before they are stored; none where they are not stored at all.
    pub land_every: Option<Duration>,
}

type Landing = JoinHandle<Result<()>>;

/// A watcher of one listener's player.
pub struct Watcher<'a> {
    context: Context,
    client: &'a Client,
    watching: Watching,
    outbox: Option<Outbox>,
    pace: Pace,
    file: MemoryFile,
    memory: Memory,
    kept_us: i64,
    is_login_told: bool,
    /// The end of the wait that Spotify last asked for.
    deferred_until: Option<DateTime<Utc>>,
    waiting_since_us: Option<i64>,
    /// Events that are being stored, and how many of those that wait they are.
    landing: Option<(usize, Landing)>,
}

impl<'a> Watcher<'a> {
    /// Goes on where the one before ended. What it left is stored first where it saw another listener.
    ///
    /// # Errors
    /// When nobody is logged in, or what is remembered cannot be read or stored.
    pub async fn begin(
        context: Context,
        client: &'a Client,
        watching: Watching,
        outbox: Option<Outbox>,
        file: MemoryFile,
    ) -> Result<Self> {
        let user_id = client.user_id()?;
        let memory = file.read()?;
        let pace = Pace::new(watching.interval);
        let mut watcher = Self {
            context,
            client,
            watching,
            outbox,
            pace,
            file,
            memory,
            kept_us: 0,
            is_login_told: false,
            deferred_until: None,
            waiting_since_us: None,
            landing: None,
        };
        if watcher.memory.user_id != user_id {
            // Nobody will see any more of what the other one was playing.
            let limits = watcher.limits();
            let rest = watcher.memory.player.give_up(limits);
            watcher.note_unsent(&rest);
            watcher.memory.waiting.extend(rest);
            watcher.land_rest().await?;
            let unsent = std::mem::take(&mut watcher.memory.unsent);
            watcher.memory = Memory { user_id, unsent, ..Memory::default() };
        } else if !watcher.memory.waiting.is_empty() {
            watcher.waiting_since_us = Some(0);
        }
        // A folder that cannot be written to is told now and not with the first event.
        watcher.file.write(&watcher.memory)?;
        Ok(watcher)
    }

    /// Looks once. Gives what happened, and how long to wait for the next look.
    ///
    /// # Errors
    /// When another listener has logged in, or what was seen cannot be remembered.
    pub async fn look(&mut self) -> Result<(Vec<Event>, Duration)> {
        let asked_us = self.now_us();
        let answer = self.client.currently_playing().await;
        let now_us = self.now_us();
        let (events, wait) = match answer {
            Ok(playing) => match self.client.user_id() {
                Ok(now) if now == self.memory.user_id => {
                    if self.pace.faults() > 0 {
                        tracing::info!("Spotify answers again");
                    }
                    self.is_login_told = false;
                    // The answer was true about half-way back; a token that was renewed first is no part of the way.
                    let at_us = now_us - ((now_us - asked_us) / 2).clamp(0, WAY_US);
                    let limits = self.limits();
                    let events = self.memory.player.look(at_us, &playing, limits);
                    (events, self.pace.answered(now_us, self.memory.player.is_playing()))
                }
                Ok(now) => return Err(self.another(&now)),
                Err(error) => (Vec::new(), self.missed(now_us, error.into())),
            },
            Err(trouble) => (Vec::new(), self.missed(now_us, trouble)),
        };
        self.remember(now_us, &events)?;
        if let Some(outbox) = &mut self.outbox {
            outbox.go_on(&mut self.memory.unsent)?;
        }
        self.land(now_us).await;
        Ok((events, wait))
    }

    /// Stores what waits, however long that takes.
    ///
    /// # Errors
    /// When it cannot be stored; the next watcher tries again.
    pub async fn end(mut self) -> Result<()> {
        if let Some(outbox) = &mut self.outbox
            && let Err(error) = outbox.settle(&mut self.memory.unsent, CONFIRMED)
        {
            let left = self.memory.unsent.len();
            tracing::warn!("{left} events wait for the broker, and the next watcher sends them: {}", error.in_one_line());
        }
        self.file.write(&self.memory)?;
        if self.watching.land_every.is_none() {
            return Ok(());
        }
        if let Some((count, landing)) = self.landing.take() {
            self.landed(count, landing).await;
        }
        self.land_rest().await
    }

    fn now_us(&self) -> i64 {
        self.context.clock.now().timestamp_micros()
    }

    fn another(&self, now: &str) -> Error {
        Error::failure(format!("the listener {now} logged in while {} was watched", self.memory.user_id))
            .hint("start `moodlake watch` again to watch the new one; what was seen is stored then")
    }

    /// What counts as what, at the pace of now.
    fn limits(&self) -> Limits {
        let micros = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4);
        Limits {
            completed_us: micros(self.watching.completed_after),
            blind_us: micros(self.pace.usual()).saturating_mul(3).max(BLIND_LEAST_US),
        }
    }

    /// What a look without an answer means.
    fn missed(&mut self, now_us: i64, trouble: Trouble) -> Duration {
        let error = match trouble {
            Trouble::Deferred { until, reason } => {
                let wait = (until - self.context.clock.now()).to_std().unwrap_or_default();
                // One refusal is told and counted once, however often the watcher comes to see whether it is over.
                if self.deferred_until != Some(until) {
                    self.deferred_until = Some(until);
                    self.pace.refused(now_us);
                    if wait > AWAY {
                        tracing::warn!("Spotify asks to wait until {} ({reason})", told(until));
                    }
                }
                return wait.min(AWAY).max(self.watching.interval);
            }
            other => other.into_error(),
        };
        let wait = self.pace.failed();
        if error.kind() == Kind::Authorization {
            if !std::mem::replace(&mut self.is_login_told, true) {
                tracing::error!("{}; watching goes on after `moodlake auth login`", error.in_one_line());
            }
            return AWAY;
        }
        // Each hour of an outage is one line and not seven hundred.
        if self.pace.faults().is_power_of_two() {
            tracing::warn!("{}", error.in_one_line());
        }
        wait
    }

    fn note_unsent(&mut self, events: &[Event]) {
        if self.outbox.is_some() {
            let user_id = &self.memory.user_id;
            self.memory.unsent.extend(events.iter().map(|event| Unsent { user_id: user_id.clone(), event: event.clone() }));
        }
    }

    fn remember(&mut self, now_us: i64, events: &[Event]) -> Result<()> {
        self.note_unsent(events);
        if self.watching.land_every.is_some() && !events.is_empty() {
            self.memory.waiting.extend_from_slice(events);
            self.waiting_since_us.get_or_insert(now_us);
        }
        if events.is_empty() && now_us - self.kept_us < KEEP_US {
            return Ok(());
        }
        self.kept_us = now_us;
        self.file.write(&self.memory)
    }

    /// Begins to store what has waited long enough, and takes note of what was stored.
    async fn land(&mut self, now_us: i64) {
        if let Some((count, landing)) = self.landing.take_if(|(_, landing)| landing.is_finished()) {
            self.landed(count, landing).await;
        }
        let (Some(every), Some(since_us), None) = (self.watching.land_every, self.waiting_since_us, &self.landing) else {
            return;
        };
        if now_us - since_us >= i64::try_from(every.as_micros()).unwrap_or(i64::MAX) {
            let events = self.memory.waiting.clone();
            self.waiting_since_us = None;
            self.landing = Some((events.len(), tokio::spawn(store(self.context.clone(), self.memory.user_id.clone(), events))));
        }
    }

    async fn landed(&mut self, count: usize, landing: Landing) {
        let outcome = match landing.await {
            Ok(outcome) => outcome,
            Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
            Err(_) => return,
        };
        match outcome {
            Ok(()) => {
                self.memory.waiting.drain(..count.min(self.memory.waiting.len()));
                if !self.memory.waiting.is_empty() {
                    self.waiting_since_us.get_or_insert(self.now_us());
                }
                if let Err(error) = self.file.write(&self.memory) {
                    // They would be landed again and known again.
                    tracing::warn!("{}", error.in_one_line());
                }
            }
            Err(error) => {
                tracing::warn!("{count} events wait to be stored: {}", error.in_one_line());
                self.waiting_since_us = Some(self.now_us());
            }
        }
    }

    async fn land_rest(&mut self) -> Result<()> {
        if self.memory.waiting.is_empty() {
            return Ok(());
        }
        store(self.context.clone(), self.memory.user_id.clone(), self.memory.waiting.clone()).await?;
        self.memory.waiting.clear();
        self.file.write(&self.memory)
    }
}

/// Stores events under the lake's lock, and the record of it.
async fn store(context: Context, user_id: String, events: Vec<Event>) -> Result<()> {
    let _lock = WriteLock::wait(&context.lake).await?;
    let context = Context { run_id: context.clock.run_id(), ..context };
    let started = context.clock.now();
    let steps = watched::land(&context, &user_id, &events).await?;
    if steps.iter().any(|step| step.outcome == Outcome::Wrote) {
        super::record(&context, "watch", started, &steps).await?;
    }
    Ok(())
}

fn told(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}
