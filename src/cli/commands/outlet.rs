//! Where simulated events go, and how fast.
//!
//! Owns the pace. Events that are late are held back here; whoever reads the stream gets each in its turn.

use crate::broker::{Outgoing, Sink};
use crate::bronze::crowd::{CrowdEvent, Late};
use crate::cli::output::{is_read, json_line};
use crate::clock::Stopwatch;
use crate::error::Result;
use std::io::{BufWriter, Write as _};
use std::time::Duration;

/// Events are handed on together as far as the pace allows, and others may have their turn in between.
const TOGETHER: u64 = 1_000;
/// A pace of thousands a second is kept in steps of this length.
const STEP: Duration = Duration::from_millis(10);
/// A broker has so long to confirm the last ones: longer than a message waits.
const CONFIRMED: Duration = Duration::from_secs(75);

/// Where events go.
pub enum Way {
    /// One JSON object a line.
    Stdout(BufWriter<std::io::Stdout>),
    /// A topic, or a log in memory.
    Broker(Box<dyn Sink>),
}

impl Way {
    /// Lines on stdout, many at a time.
    pub fn stdout() -> Self {
        Self::Stdout(BufWriter::with_capacity(1 << 16, std::io::stdout()))
    }

    /// False when nobody reads any more.
    fn take(&mut self, event: &CrowdEvent) -> Result<bool> {
        match self {
            Self::Stdout(out) => is_read(out.write_all(json_line(&event.document()).as_bytes())),
            Self::Broker(sink) => {
                let payload = event.document().to_string();
                sink.send(Outgoing { key: &event.user_id, payload: &payload, told_us: event.told_us })?;
                Ok(true)
            }
        }
    }

    /// Whoever reads has everything after this.
    fn flush(&mut self) -> Result<()> {
        match self {
            Self::Stdout(out) => is_read(out.flush()).map(drop),
            Self::Broker(sink) => sink.settle(CONFIRMED),
        }
    }

    /// Whoever reads is not to wait for a buffer to fill.
    fn hand_on(&mut self) -> Result<()> {
        match self {
            Self::Stdout(out) => is_read(out.flush()).map(drop),
            Self::Broker(sink) => sink.confirmed().map(drop),
        }
    }
}

/// The way of events with their pace.
pub struct Outlet {
    late: Late,
    way: Way,
    rate: Option<f64>,
    begun: Stopwatch,
    written: u64,
    most: u64,
}

impl Outlet {
    /// At most `most` events, `rate` of them a second where that is told.
    pub fn new(way: Way, late: Late, rate: Option<f64>, most: u64) -> Self {
        Self { late, way, rate, begun: Stopwatch::start(), written: 0, most }
    }

    /// One more event; false when there is no use in any more.
    pub async fn take(&mut self, event: CrowdEvent) -> Result<bool> {
        let mut ready = Vec::new();
        self.late.pass(event, &mut ready);
        self.write(&ready).await
    }

    /// What was held back goes out, too.
    pub async fn end(mut self) -> Result<()> {
        let mut rest = Vec::new();
        self.late.rest(&mut rest);
        if self.written < self.most {
            self.write(&rest).await?;
        }
        self.flush()
    }

    /// What was written so far is there.
    pub fn flush(&mut self) -> Result<()> {
        self.way.flush()
    }

    async fn write(&mut self, events: &[CrowdEvent]) -> Result<bool> {
        for event in events {
            if self.written >= self.most {
                return Ok(false);
            }
            self.keep_pace().await?;
            if !self.way.take(event)? {
                return Ok(false);
            }
            self.written += 1;
        }
        Ok(self.written < self.most)
    }

    /// Waits until the next event is due.
    async fn keep_pace(&mut self) -> Result<()> {
        let Some(rate) = self.rate else {
            if self.written.is_multiple_of(TOGETHER) {
                tokio::task::yield_now().await;
            }
            return Ok(());
        };
        let early = self.written as f64 / rate - self.begun.seconds();
        if early > 0.0 {
            self.way.hand_on()?;
            tokio::time::sleep(Duration::from_secs_f64(early).max(STEP)).await;
        }
        Ok(())
    }
}
