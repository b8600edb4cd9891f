//! A watcher's events on their way to a broker.
//!
//! Owns what was handed over and is not confirmed yet. Events stay remembered until the broker has them: one that is away loses none,
//! and a crash sends those again that it had not confirmed. Their keys tell that they are the same.

use crate::broker::{Outgoing, Sink};
use crate::error::Result;
use crate::watch::Unsent;
use std::time::Duration;

/// So many are on the way at once; the rest waits in the watcher's memory.
const UNDER_WAY_MAX: usize = 1_000;

/// The way to a broker.
pub struct Outbox {
    sink: Box<dyn Sink>,
    /// How many of the unsent ones are under way.
    handed: usize,
    /// How many the broker has confirmed in all.
    confirmed: u64,
}

impl Outbox {
    /// Nothing is under way yet.
    #[must_use]
    pub const fn new(sink: Box<dyn Sink>) -> Self {
        Self { sink, handed: 0, confirmed: 0 }
    }

    /// Hands over what is new, and forgets what is confirmed.
    ///
    /// # Errors
    /// When the broker has refused an event. It and those behind it stay remembered.
    pub fn go_on(&mut self, unsent: &mut Vec<Unsent>) -> Result<()> {
        // What is confirmed is counted, which tells which ones only where they come in order: those of one key.
        let first = unsent.first().map(|waiting| waiting.user_id.clone());
        let of_first = unsent.iter().take_while(|waiting| Some(&waiting.user_id) == first.as_ref());
        for waiting in of_first.take(UNDER_WAY_MAX).skip(self.handed) {
            let payload = waiting.event.message(&waiting.user_id).to_string();
            self.sink.send(Outgoing { key: &waiting.user_id, payload: &payload, told_us: waiting.event.told_us() })?;
            self.handed += 1;
        }
        self.forget(unsent)
    }

    /// Waits for what is under way, and no longer than this.
    ///
    /// # Errors
    /// When the broker has refused an event, or has not confirmed all of them in time.
    pub fn settle(&mut self, unsent: &mut Vec<Unsent>, wait: Duration) -> Result<()> {
        self.go_on(unsent)?;
        let outcome = self.sink.settle(wait);
        self.forget(unsent)?;
        outcome
    }

    fn forget(&mut self, unsent: &mut Vec<Unsent>) -> Result<()> {
        let confirmed = self.sink.confirmed()?;
        let news = usize::try_from(confirmed - self.confirmed).unwrap_or(usize::MAX).min(self.handed).min(unsent.len());
        unsent.drain(..news);
        self.handed -= news;
        self.confirmed = confirmed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Outbox;
    use crate::broker::{MemoryLog, Message, Outgoing, Sink, Source};
    use crate::error::{Error, Result};
    use crate::spotify::track::Track;
    use crate::watch::{Event, PlayerChange, PlayerEvent, Unsent};
    use std::time::Duration;

    /// Takes messages and confirms one at a time.
    struct Slow(MemoryLog, u64);

    impl Sink for Slow {
        fn send(&mut self, message: Outgoing<'_>) -> Result<()> {
            self.0.send(message)
        }

        fn confirmed(&mut self) -> Result<u64> {
            self.1 = (self.1 + 1).min(self.0.confirmed()?);
            Ok(self.1)
        }

        fn settle(&mut self, _: Duration) -> Result<()> {
            Err(Error::failure("slow"))
        }
    }

    fn unsent(number: i64) -> Unsent {
        let track = Track { name: Some(format!("Song {number}")), ..Track::default() };
        let event = PlayerEvent { change: PlayerChange::Started, at_us: number, progress_ms: 0, track, context_uri: None };
        Unsent { user_id: "ana".to_owned(), event: Event::Player(event) }
    }

    #[test]
    fn an_event_is_remembered_until_it_is_confirmed_and_handed_over_once() {
        let log = MemoryLog::new("t", 1);
        let mut outbox = Outbox::new(Box::new(Slow(log.clone(), 0)));
        let mut waiting: Vec<_> = (0..3).map(unsent).collect();
        outbox.go_on(&mut waiting).unwrap();
        assert_eq!(waiting, [unsent(1), unsent(2)]);
        waiting.push(unsent(3));
        outbox.go_on(&mut waiting).unwrap();
        assert_eq!(waiting, [unsent(2), unsent(3)]);
        assert!(outbox.settle(&mut waiting, Duration::ZERO).is_err());
        assert!(waiting.is_empty());
        let (mut reader, mut told) = (log, Vec::new());
        reader.poll(Duration::ZERO, &mut |_: Message<'_>| true).unwrap();
        reader.begin(&[(0, None)].into()).unwrap();
        let mut take = |message: Message<'_>| {
            let document: serde_json::Value = serde_json::from_slice(message.payload.unwrap()).unwrap();
            told.push(document["track_name"].as_str().unwrap().to_owned());
            true
        };
        reader.poll(Duration::ZERO, &mut take).unwrap();
        assert_eq!(told, ["Song 0", "Song 1", "Song 2", "Song 3"]);
    }
}
