//! Messages into a stream.
//!
//! Owns the bounds of what is on its way. Kinesis writes the time of arrival into a record and nothing else: when a message was told is
//! in the message alone.

use super::departures::{Departures, Ending, State, Waiting};
use super::sender::send_all;
use super::{client, described, on_own_thread, stopped};
use crate::aws::Account;
use crate::broker::{KinesisAddress, Outgoing, Sink};
use crate::clock::Stopwatch;
use crate::error::{Error, Result};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// So much waits to be sent or confirmed; who sends more waits, too.
const MESSAGES_MAX: u64 = 10_000;
const BYTES_MAX: usize = 64 << 20;
/// Key and message together may have so many bytes; Kinesis has no room for more.
const RECORD_MAX: usize = 1 << 20;
/// Kinesis' keys have so many letters at most.
const KEY_MAX: usize = 256;
/// Who waits looks up so often.
const LOOK: Duration = Duration::from_millis(100);

struct KinesisSink {
    address: KinesisAddress,
    departures: Arc<Departures>,
}

/// Writes to a stream. `waits` says whether messages wait for a Kinesis that is away however long that takes; else for a minute.
///
/// # Errors
/// When a setting is wrong, or Kinesis does not answer or has no such stream, which is asked where nobody is to wait for it.
pub fn kinesis_sink(address: &KinesisAddress, account: &Account, waits: bool) -> Result<Box<dyn Sink>> {
    let departures = Arc::new(Departures::default());
    let (opened, open) = mpsc::channel();
    let (account, theirs, ending) = (account.clone(), address.clone(), Ending(Arc::clone(&departures)));
    on_own_thread(move || async move {
        let departures = Arc::clone(&ending.0);
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
                let outcome = send_all(&departures, &client, &theirs, waits).await;
                departures.end(outcome);
            }
            Err(error) => drop(opened.send(Err(error))),
        }
    })?;
    open.recv().unwrap_or_else(|_| Err(stopped(address)))?;
    Ok(Box::new(KinesisSink { address: address.clone(), departures }))
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
        let mut state = self.departures.state();
        self.check(&mut state)?;
        while state.sent - state.confirmed >= MESSAGES_MAX || state.bytes + bytes > BYTES_MAX {
            state = self.departures.wait(state, LOOK);
            self.check(&mut state)?;
        }
        state.waiting.push_back(waiting);
        state.bytes += bytes;
        state.sent += 1;
        drop(state);
        self.departures.work.notify_one();
        Ok(())
    }

    fn confirmed(&mut self) -> Result<u64> {
        let mut state = self.departures.state();
        self.check(&mut state)?;
        Ok(state.confirmed)
    }

    fn settle(&mut self, wait: Duration) -> Result<()> {
        let waited = Stopwatch::start();
        let mut state = self.departures.state();
        while state.confirmed < state.sent {
            self.check(&mut state)?;
            if waited.seconds() >= wait.as_secs_f64() {
                let (left, sent) = (state.sent - state.confirmed, state.sent);
                return Err(Error::failure(format!("{left} of {sent} messages were not confirmed by Kinesis"))
                    .hint("can it be reached, and has the stream shards enough? some of them may be in it all the same"));
            }
            state = self.departures.wait(state, LOOK.min(wait));
        }
        Ok(())
    }
}

impl Drop for KinesisSink {
    /// What is not confirmed is forgotten; nobody waits for the thread.
    fn drop(&mut self) {
        self.departures.state().is_closing = true;
        self.departures.work.notify_one();
    }
}
