//! What was read and waits to be taken.
//!
//! Owns the queue between the thread that reads and whoever takes, and which of what is in it still counts: with every turn what was
//! read before is forgotten. Its length has a bound by the room that each answer takes.

use super::shards::Shards;
use crate::broker::Cursor;
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// A record, as far as it matters.
pub struct Read {
    pub cursor: Cursor,
    pub told_us: Option<i64>,
    pub payload: Vec<u8>,
}

/// What one answer brought.
pub struct Chunk {
    pub shard: i32,
    /// The offset of the first record.
    pub first: i64,
    pub records: Vec<Read>,
    /// The chunk's room in memory, which is another's when this one is gone.
    #[expect(dead_code, reason = "it is there to be dropped")]
    pub room: OwnedSemaphorePermit,
}

/// What a reader has to say, in order.
pub enum Event {
    Records(Chunk),
    /// The shard has nothing that was not handed over.
    AtTip(i32),
    /// The shard has nothing any more.
    Closed(i32),
    /// These are the stream's shards now.
    Shards(Shards),
}

/// What both threads see.
#[derive(Default)]
pub struct Arrivals {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    generation: u64,
    events: VecDeque<Event>,
    failed: Option<Error>,
    is_over: bool,
}

impl Arrivals {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a reader says; nobody hears one of an earlier turn.
    pub fn push(&self, generation: u64, event: Event) {
        let mut state = self.state();
        if state.generation == generation {
            state.events.push_back(event);
            drop(state);
            self.news.notify_one();
        }
    }

    /// What was read before does not count any more; gives the number of the new turn.
    pub fn turn(&self) -> u64 {
        let mut state = self.state();
        state.generation += 1;
        state.events.clear();
        state.generation
    }

    /// The next event, waited for no longer than this.
    ///
    /// # Errors
    /// `None` within where the thread has ended without saying why.
    pub fn next(&self, wait: Duration) -> Result<Option<Event>, Option<Error>> {
        let mut state = self.state();
        if state.events.is_empty() && !state.is_over && !wait.is_zero() {
            state = self.news.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.is_over { Err(state.failed.take()) } else { Ok(state.events.pop_front()) }
    }

    /// Whether reading goes on.
    pub fn check(&self) -> Result<(), Option<Error>> {
        let mut state = self.state();
        if state.is_over { Err(state.failed.take()) } else { Ok(()) }
    }

    /// Nothing is read any more.
    pub fn end(&self, outcome: Result<()>) {
        let mut state = self.state();
        state.is_over = true;
        state.failed = outcome.err();
        drop(state);
        self.news.notify_one();
    }
}

/// Ends them when the thread ends, however it does.
pub struct Ending(pub Arc<Arrivals>);

impl Drop for Ending {
    fn drop(&mut self) {
        if !self.0.state().is_over {
            self.0.end(Ok(()));
        }
    }
}
