//! The loop of a process that reads a stream: gather, store, count.
//!
//! Owns who does what when. Messages are gathered while the batch before is being stored, by another thread; no more than these two are
//! ever in memory. When partitions change hands, what is being stored is waited for and what was only gathered is forgotten: its next
//! owner reads it again.

use super::batch::{Batch, Gathered};
use super::checkpoint::Checkpoint;
use super::followers::{CsvOutput, Follower, Genres, History};
use super::joined;
use super::keeper::Keeper;
use super::landing::{Landed, Landing};
use super::position::{Position, Positions};
use crate::broker::{Polled, Source};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Kind, Result};
use crate::lake::tables::STREAM_EVENTS;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// A batch is stored when it has so many messages, or so many bytes of them, however short a time that took.
const MESSAGES_MAX: u64 = 200_000;
const BYTES_MAX: usize = 128 << 20;
/// Waiting for messages is broken off so often, to see whether something else is to be done.
const WAIT: Duration = Duration::from_millis(100);
/// How often it is told how far it is.
const TELL_SECONDS: f64 = 10.0;
/// A play is in silver with the next build, which is hours away: the history follows in fewer versions than the events have.
const HISTORY_EVERY: Duration = Duration::from_mins(5);
/// A store that fails is tried again after these pauses.
const PAUSES: [Duration; 5] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8), Duration::from_secs(16)];

/// How a stream is read.
pub struct Options {
    /// How much later than the newest event before it an event may come and be counted, in microseconds.
    pub late_by_us: i64,
    /// Length of the windows, in microseconds.
    pub window_us: i64,
    /// How long messages may be gathered before they are stored, and how often the windows follow.
    pub land_every: Duration,
    /// Whether to end when everything is read that was there at the beginning.
    pub ends: bool,
    /// Where the windows are written as CSV, too.
    pub csv: Option<CsvOutput>,
    /// Where the stream's settings are remembered.
    pub checkpoint: PathBuf,
    /// Whether plays go into the listening history.
    pub keeps_history: bool,
    /// What else follows the events.
    pub followers: Vec<Box<dyn Follower>>,
}

/// Reads a stream until a stop is asked for, or its end where that is wanted. Gives what it did.
///
/// # Errors
/// When the broker or the lake gives up. What was stored stays; the next process goes on from there.
pub async fn consume(
    context: &Context,
    source: Box<dyn Source>,
    mut options: Options,
    stop: Arc<AtomicBool>,
) -> Result<Vec<Step>> {
    let checkpoint = Checkpoint {
        source: source.name().to_owned(),
        window_us: options.window_us,
        late_by_us: options.late_by_us,
        csv_version: None,
    };
    let checkpoint = checkpoint.begin(&options.checkpoint)?;
    // Some followers write under the lake's lock; events need none.
    let landing = Context { lake: context.lake.without_lock(), ..context.clone() };
    let (every, csv, location) = (options.land_every, options.csv.clone(), options.checkpoint.clone());
    let mut followers = std::mem::take(&mut options.followers);
    followers.push(Box::new(Genres::new(context.clone(), every, csv, location, checkpoint)));
    if options.keeps_history {
        followers.push(Box::new(History::new(context.clone(), HISTORY_EVERY.max(every))));
    }
    let keepers = followers.into_iter().map(Keeper::new).collect();
    let consumer = Consumer {
        context: landing,
        batch: Batch::new(options.late_by_us, Positions::new()),
        options,
        source,
        stop,
        runtime: Handle::current(),
        partitions: Vec::new(),
        landing: None,
        under_way: None,
        gathering: Stopwatch::start(),
        told: Stopwatch::start(),
        began: Stopwatch::start(),
        totals: Totals::default(),
        told_messages: 0,
        keepers,
    };
    // librdkafka is asked by a thread that may wait.
    joined(tokio::task::spawn_blocking(move || consumer.run()).await, "the stream's thread ended")?
}

type UnderWay = JoinHandle<(Landing, Result<Landed>)>;

struct Consumer {
    context: Context,
    options: Options,
    source: Box<dyn Source>,
    stop: Arc<AtomicBool>,
    runtime: Handle,
    partitions: Vec<i32>,
    /// None while a batch is under way, or no partition is this process's.
    landing: Option<Landing>,
    batch: Batch,
    under_way: Option<(UnderWay, Gathered)>,
    gathering: Stopwatch,
    told: Stopwatch,
    began: Stopwatch,
    totals: Totals,
    told_messages: u64,
    keepers: Vec<Keeper>,
}

/// What was done so far.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    messages: u64,
    events: u64,
    late: u64,
    dead: u64,
    commits: u64,
    bytes: u64,
}

impl Consumer {
    fn run(mut self) -> Result<Vec<Step>> {
        loop {
            let stopping = self.stop.load(Ordering::Relaxed);
            let batch = &mut self.batch;
            let polled = self.source.poll(WAIT, &mut |message| {
                batch.push(message);
                batch.messages() < MESSAGES_MAX && batch.bytes() < BYTES_MAX
            })?;
            match polled {
                Polled::Assigned(partitions) => self.take_over(partitions)?,
                Polled::Revoked => self.give_up()?,
                Polled::Messages(_) => {}
            }
            if self.under_way.as_ref().is_some_and(|(landing, _)| landing.is_finished()) {
                self.landed()?;
            }
            let is_last = stopping || (self.options.ends && self.source.is_at_end());
            if self.is_due(is_last) {
                self.land()?;
            }
            self.keepers.iter_mut().try_for_each(|keeper| keeper.go_on(&self.runtime))?;
            self.tell();
            if is_last && self.batch.messages() == 0 {
                // A last batch may prove to be another process's; then there is more to read.
                self.landed()?;
                if stopping || (self.source.is_at_end() && self.batch.messages() == 0) {
                    break;
                }
            }
        }
        self.end()
    }

    fn is_due(&self, is_last: bool) -> bool {
        let is_full = self.batch.messages() >= MESSAGES_MAX || self.batch.bytes() >= BYTES_MAX;
        let is_old = self.gathering.seconds() >= self.options.land_every.as_secs_f64();
        self.batch.messages() > 0 && (is_full || is_old || is_last)
    }

    /// Begins to store what was gathered; waits for the batch before.
    fn land(&mut self) -> Result<()> {
        self.landed()?;
        self.gathering = Stopwatch::start();
        // Where the batch before was another process's, this one was forgotten with it.
        if self.batch.messages() == 0 {
            return Ok(());
        }
        let Some(mut landing) = self.landing.take() else { return Ok(()) };
        let now_us = self.context.clock.now().timestamp_micros();
        let gathered = self.batch.take(self.source.name(), now_us, &self.context.run_id)?;
        let (rows, clock) = (gathered.clone(), self.context.clock);
        let storing = self.runtime.spawn(async move {
            let mut pauses = PAUSES.into_iter();
            loop {
                match (landing.land(rows.clone()).await, pauses.next()) {
                    (Err(error), Some(pause)) => {
                        tracing::warn!("{}; tried again in {} s", error.in_one_line(), pause.as_secs());
                        clock.sleep(pause).await;
                    }
                    (outcome, _) => return (landing, outcome),
                }
            }
        });
        self.under_way = Some((storing, gathered));
        Ok(())
    }

    /// Waits for what is under way, and takes note of what became of it.
    fn landed(&mut self) -> Result<()> {
        let Some((mut storing, gathered)) = self.under_way.take() else { return Ok(()) };
        let (landing, outcome) = loop {
            let waited = self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(1), &mut storing).await });
            match waited {
                Ok(ended) => break joined(ended, "a batch could not be stored")?,
                // The broker is to know that this process is alive.
                Err(_) => self.source.idle()?,
            }
        };
        match outcome? {
            Landed::Stored { bytes } => {
                self.landing = Some(landing);
                self.totals.add(&gathered, bytes);
                self.source.stored(&gathered.positions.iter().map(|(partition, place)| (*partition, place.next)).collect());
                self.keepers.iter_mut().for_each(Keeper::has_news);
                Ok(())
            }
            Landed::Overtaken => {
                tracing::info!("another process has read on from here: {} messages are left to it", gathered.messages);
                if self.partitions.is_empty() { Ok(()) } else { self.begin() }
            }
        }
    }

    /// These partitions are this process's from now on.
    fn take_over(&mut self, partitions: Vec<i32>) -> Result<()> {
        self.give_up()?;
        tracing::info!("reads {} partitions of {}", partitions.len(), self.source.name());
        self.partitions = partitions;
        self.begin()
    }

    /// Reads its partitions from where the tables say that they were read to. A lake or a broker that is away is waited for.
    fn begin(&mut self) -> Result<()> {
        for pause in PAUSES {
            match self.try_begin() {
                Err(error) if error.kind() == Kind::Failure && !self.stop.load(Ordering::Relaxed) => {
                    tracing::warn!("{}; tried again in {} s", error.in_one_line(), pause.as_secs());
                    std::thread::sleep(pause);
                }
                outcome => return outcome,
            }
        }
        self.try_begin()
    }

    fn try_begin(&mut self) -> Result<()> {
        let landing = self.runtime.block_on(Landing::take_over(&self.context, self.source.name(), &self.partitions))?;
        let places = landing.positions();
        let offsets = self.partitions.iter().map(|&partition| (partition, places.get(&partition).map(Position::place))).collect();
        self.batch = Batch::new(self.options.late_by_us, places.clone());
        self.landing = Some(landing);
        self.gathering = Stopwatch::start();
        for gap in self.source.begin(&offsets)? {
            tracing::warn!(
                "partition {}: {} messages were gone from the broker before they were read (bronze.dead_letters says which)",
                gap.partition,
                gap.to - gap.from
            );
            self.batch.push_gap(gap);
        }
        Ok(())
    }

    /// Its partitions are another process's from now on: what is being stored counts, what was only gathered does not.
    fn give_up(&mut self) -> Result<()> {
        self.partitions.clear();
        self.landed()?;
        self.landing = None;
        self.batch = Batch::new(self.options.late_by_us, Positions::new());
        Ok(())
    }

    fn tell(&mut self) {
        let seconds = self.told.seconds();
        if seconds < TELL_SECONDS {
            return;
        }
        let done = self.totals.messages - self.told_messages;
        let waiting = self.source.lag().map_or_else(String::new, |lag| format!(", {lag} wait"));
        tracing::info!("{} messages stored, {:.0} a second{waiting}", self.totals.messages, done as f64 / seconds);
        self.told_messages = self.totals.messages;
        self.told = Stopwatch::start();
    }

    fn end(self) -> Result<Vec<Step>> {
        let Totals { messages, events, late, dead, commits, bytes } = self.totals;
        let mut step = Step::new("stream", STREAM_EVENTS.label()).took(self.began);
        step.rows_read = messages;
        step.rows_written = events;
        step.rows_rejected = dead - late;
        step.outcome = if messages == 0 { Outcome::UpToDate } else { Outcome::Wrote };
        step.version = self.landing.as_ref().map(Landing::version);
        // Its partitions are another's while this process waits for its turn to count.
        drop(self.source);
        let mut followed = Vec::new();
        let mut failed = Ok(());
        for keeper in self.keepers {
            match self.runtime.block_on(keeper.end()) {
                Ok(steps) => followed.extend(steps),
                // What one of them cannot do keeps the others from nothing.
                Err(error) => {
                    if let Err(before) = std::mem::replace(&mut failed, Err(error)) {
                        tracing::error!("{}", before.in_one_line());
                    }
                }
            }
        }
        failed?;
        let step = step.remarked(format!("{late} too late to be counted; {commits} commits, {:.1} MB", bytes as f64 / 1e6));
        Ok([step].into_iter().chain(followed).collect())
    }
}

impl Totals {
    fn add(&mut self, gathered: &Gathered, bytes: u64) {
        let rows = |batch: &Option<arrow::array::RecordBatch>| batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
        self.messages += gathered.messages;
        self.events += rows(&gathered.events);
        self.late += gathered.late;
        self.dead += rows(&gathered.dead);
        self.commits += 1;
        self.bytes += bytes;
    }
}
