//! What waits to be sent or confirmed.
//!
//! Owns the queue between whoever sends and the thread that writes, and what is counted as confirmed.

use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// A message that waits.
pub struct Waiting {
    pub key: String,
    pub payload: String,
}

impl Waiting {
    pub const fn bytes(&self) -> usize {
        self.key.len() + self.payload.len()
    }
}

/// What both threads see.
#[derive(Default)]
pub struct Departures {
    state: Mutex<State>,
    /// Something was confirmed, or nothing will be any more.
    news: Condvar,
    /// Something is to be sent, or nothing will be any more.
    pub work: Notify,
}

#[derive(Default)]
pub struct State {
    pub waiting: VecDeque<Waiting>,
    /// Bytes that are not confirmed.
    pub bytes: usize,
    pub sent: u64,
    pub confirmed: u64,
    /// Why it is over, where that is known.
    pub failed: Option<Error>,
    /// Nothing is sent any more.
    pub is_over: bool,
    /// Nobody waits for anything any more.
    pub is_closing: bool,
}

impl Departures {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many more are in the stream, the oldest ones.
    pub fn confirm(&self, messages: u64, bytes: usize) {
        let mut state = self.state();
        state.confirmed += messages;
        state.bytes = state.bytes.saturating_sub(bytes);
        drop(state);
        self.news.notify_all();
    }

    /// Nothing is sent any more.
    pub fn end(&self, outcome: Result<()>) {
        let mut state = self.state();
        state.is_over = true;
        state.failed = outcome.err();
        drop(state);
        self.news.notify_all();
    }

    /// Waits for news, and no longer than this.
    pub fn wait<'a>(&self, state: MutexGuard<'a, State>, wait: Duration) -> MutexGuard<'a, State> {
        self.news.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Ends them when the thread ends, however it does.
pub struct Ending(pub Arc<Departures>);

impl Drop for Ending {
    fn drop(&mut self) {
        if !self.0.state().is_over {
            self.0.end(Ok(()));
        }
    }
}
