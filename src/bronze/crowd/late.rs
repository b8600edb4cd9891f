//! Events that come late, as they do from telephones that were in a tunnel.
//!
//! Owns who is late and for how long. Events go in by the time at which they ended and come out by the time at which they arrive.

use super::CrowdEvent;
use crate::bronze::synthetic_features::stream::Stream;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Holds events back that are late.
pub struct Late {
    chance: Stream,
    share: f64,
    by_us: i64,
    held: BinaryHeap<Reverse<Held>>,
}

/// An event that has not arrived yet; in the order of arrival.
struct Held(CrowdEvent);

impl Ord for Held {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.told_us, &self.0.event_id).cmp(&(other.0.told_us, &other.0.event_id))
    }
}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Held {}

impl Late {
    /// Of all events this share is late, each by up to so many microseconds.
    #[must_use]
    pub fn new(share: f64, by_us: i64, seed: u64) -> Self {
        let chance = Stream::labelled(b"moodlake-crowd/1/late\0", &seed.to_le_bytes());
        Self { chance, share, by_us, held: BinaryHeap::new() }
    }

    /// The next event in the order of time goes in; out come those that have arrived by then, in the order of arrival.
    pub fn pass(&mut self, mut event: CrowdEvent, out: &mut Vec<CrowdEvent>) {
        while let Some(Reverse(Held(next))) = self.held.peek()
            && next.told_us <= event.ended_us
        {
            out.extend(self.held.pop().map(|Reverse(Held(event))| event));
        }
        if self.chance.chance(self.share) {
            event.told_us = event.ended_us + (self.chance.fraction() * self.by_us as f64) as i64;
            self.held.push(Reverse(Held(event)));
        } else {
            out.push(event);
        }
    }

    /// What is held back still, in the order of arrival.
    pub fn rest(&mut self, out: &mut Vec<CrowdEvent>) {
        while let Some(Reverse(Held(event))) = self.held.pop() {
            out.push(event);
        }
    }
}
