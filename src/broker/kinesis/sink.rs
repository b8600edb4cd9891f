//! Messages into a stream.
//!
//! Owns the queue between whoever sends and the thread that writes, its bounds, and what is counted as confirmed. Kinesis writes the
//! time of arrival into a record and nothing else: when a message was told is in the message alone.

use super::sender::send_all;
use super::{client, described, on_own_thread, stopped};
use crate::aws::Account;
use crate::broker::{KinesisAddress, Outgoing, Sink};
use crate::clock::Stopwatch;
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use tokio::sync::Notify;

/// So much waits to be sent or confirmed; who sends more waits, too.
const MESSAGES_MAX: u64 = 10_000;
const BYTES_MAX: usize = 64 << 20;
/// Key and message together may have so many bytes; Kinesis has no room for more.
const RECORD_MAX: usize = 1 << 20;
/// Kinesis' keys have so many letters at most.
const KEY_MAX: usize = 256;
/// Who waits looks up so often.
const LOOK: Duration = Duration::from_millis(100);

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
pub struct Desk {
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
    bytes: usize,
    sent: u64,
    confirmed: u64,
    failed: Option<Error>,
    is_over: bool,
    pub is_closing: bool,
}

impl Desk {
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

    fn wait<'a>(&self, state: MutexGuard<'a, State>, wait: Duration) -> MutexGuard<'a, State> {
        self.news.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Ends the desk when the thread ends, however it does.
struct Ending(Arc<Desk>);

impl Drop for Ending {
    fn drop(&mut self) {
        if !self.0.state().is_over {
            self.0.end(Ok(()));
        }
    }
}

struct KinesisSink {
    address: KinesisAddress,
    desk: Arc<Desk>,
}

/// Writes to a stream. `waits` says whether messages wait for a Kinesis that is away however long that takes; else for a minute.
///
/// # Errors
/// When a setting is wrong, or Kinesis does not answer or has no such stream, which is asked where nobody is to wait for it.
pub fn kinesis_sink(address: &KinesisAddress, account: &Account, waits: bool) -> Result<Box<dyn Sink>> {
    let desk = Arc::new(Desk::default());
    let (opened, open) = mpsc::channel();
    let (account, theirs, ending) = (account.clone(), address.clone(), Ending(Arc::clone(&desk)));
    on_own_thread(move || async move {
        let desk = Arc::clone(&ending.0);
        let opening = async {
            let client = client(&account).await?;
            if !waits {
                described(&client, &theirs).await?;
            }
            Ok(client)
        };
        match opening.await {
            Ok(client) => {
                let _ = opened.send(Ok(()));
                let outcome = send_all(&desk, &client, &theirs, waits).await;
                desk.end(outcome);
            }
            Err(error) => drop(opened.send(Err(error))),
        }
    })?;
    open.recv().unwrap_or_else(|_| Err(stopped(address)))?;
    Ok(Box::new(KinesisSink { address: address.clone(), desk }))
}

impl KinesisSink {
    /// The failure, which ends the writing: what comes behind it would be out of order.
    fn check(&self, state: &mut State) -> Result<()> {
        if state.is_over { Err(state.failed.take().unwrap_or_else(|| stopped(&self.address))) } else { Ok(()) }
    }
}

impl Sink for KinesisSink {
    fn send(&mut self, message: Outgoing<'_>) -> Result<()> {
        let waiting = Waiting { key: message.key.to_owned(), payload: message.payload.to_owned() };
        let bytes = waiting.bytes();
        if bytes > RECORD_MAX {
            return Err(Error::failure(format!("a message of {bytes} bytes (with its key) is too long for Kinesis"))
                .hint(format!("Kinesis takes {RECORD_MAX} bytes at most")));
        }
        if waiting.key.is_empty() || waiting.key.chars().count() > KEY_MAX {
            return Err(Error::failure("a message's key is empty or has more than 256 letters, which Kinesis does not take"));
        }
        let mut state = self.desk.state();
        self.check(&mut state)?;
        while state.sent - state.confirmed >= MESSAGES_MAX || state.bytes + bytes > BYTES_MAX {
            state = self.desk.wait(state, LOOK);
            self.check(&mut state)?;
        }
        state.waiting.push_back(waiting);
        state.bytes += bytes;
        state.sent += 1;
        drop(state);
        self.desk.work.notify_one();
        Ok(())
    }

    fn confirmed(&mut self) -> Result<u64> {
        let mut state = self.desk.state();
        self.check(&mut state)?;
        Ok(state.confirmed)
    }

    fn settle(&mut self, wait: Duration) -> Result<()> {
        let waited = Stopwatch::start();
        let mut state = self.desk.state();
        while state.confirmed < state.sent {
            self.check(&mut state)?;
            if waited.seconds() >= wait.as_secs_f64() {
                let (left, sent) = (state.sent - state.confirmed, state.sent);
                return Err(Error::failure(format!("{left} of {sent} messages were not confirmed by Kinesis"))
                    .hint("can it be reached, and has the stream shards enough? some of them may be in it all the same"));
            }
            state = self.desk.wait(state, LOOK.min(wait));
        }
        Ok(())
    }
}

impl Drop for KinesisSink {
    /// What is not confirmed is forgotten; nobody waits for the thread.
    fn drop(&mut self) {
        self.desk.state().is_closing = true;
        self.desk.work.notify_one();
    }
}
