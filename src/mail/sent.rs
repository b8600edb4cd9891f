//! What was sent, so that nothing is sent twice.
//!
//! Owns the file with a record of every letter by its key: first that it is being handed over, on the disk before the server hears of
//! it, then that the server has it. A process that is killed in between leaves the first: nobody knows whether the server has the
//! letter, and it is sent again under the same Message-ID. No address is in the file. One process sends at a time.

use super::{Address, Letter, Server, hand_over, message};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::fingerprint;
use crate::private_file::{self, Document};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server has taken it.
    Sent,
    /// It was sent before, at this time, and not again.
    SentBefore(DateTime<Utc>),
}

/// What is known of one letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
struct Record {
    /// When it was begun to be handed over, and nobody knows how that ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    handing_over: Option<DateTime<Utc>>,
    /// When the server last took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent: Option<DateTime<Utc>>,
}

type Records = BTreeMap<String, Record>;

const RECORDS: &str = ".moodlake.recaps.json";
/// Older records are of no use to anybody.
const KEPT: Duration = Duration::days(400);

/// The key of what is sent once to a person: for which listener, and of which time.
#[must_use]
pub fn key(listener: &str, time: &str, to: &Address) -> String {
    fingerprint::key([listener, time, to.bare()].map(str::as_bytes))
}

/// When the letter with this key was sent, as far as is known: who asks first need not write it for nothing.
///
/// # Errors
/// When the records cannot be read.
pub fn sent_before(home: &Path, key: &str) -> Result<Option<DateTime<Utc>>> {
    Ok(read(&home.join(RECORDS))?.get(&name(key)).and_then(|record| record.sent))
}

/// Sends a letter, and remembers in the folder `home` that it did. With `once` nothing is sent where it was sent before.
///
/// # Errors
/// When the server does not take it, another process is sending, or the records cannot be read or written.
pub async fn deliver(home: &Path, server: &Server, letter: &Letter, once: bool, clock: Clock) -> Result<Delivery> {
    let lock = private_file::hold(&home.join(".moodlake.recaps.lock"), "mail", || {
        Error::failure("another process is sending a recap of this lake").hint("wait until it has ended, and run this again")
    })?;
    let path = home.join(RECORDS);
    let mut records = read(&path)?;
    let name = name(&letter.key);
    let before = records.get(&name).copied().unwrap_or_default();
    if let (true, Some(at)) = (once, before.sent) {
        return Ok(Delivery::SentBefore(at));
    }
    if let Some(at) = before.handing_over {
        tracing::warn!(
            "the hand-over that began on {} was cut off, and nobody knows whether the mail was taken: it is sent again with the same \
             Message-ID",
            at.format("%Y-%m-%d %H:%M:%S UTC")
        );
    }
    let bytes = message(letter)?;
    let now = clock.now();
    records.retain(|_, record| record.handing_over.max(record.sent).is_some_and(|at| now - at < KEPT));
    records.insert(name.clone(), Record { handing_over: Some(now), ..before });
    private_file::replace_json(&path, &records)?;
    let (outcome, after) = match hand_over(server, letter, &bytes, clock).await {
        Ok(()) => (Ok(Delivery::Sent), Record { handing_over: None, sent: Some(clock.now()) }),
        Err(failed) if failed.in_doubt => return Err(failed.error),
        // It is known that nothing arrived, this time.
        Err(failed) => (Err(failed.error), before),
    };
    records.insert(name, after);
    records.retain(|_, record| *record != Record::default());
    if let Err(error) = private_file::replace_json(&path, &records) {
        tracing::warn!("{}: what became of this mail will not be known", error.in_one_line());
    }
    drop(lock);
    outcome
}

/// What a letter is called in the file. Whatever its key is made of, that is not there.
fn name(key: &str) -> String {
    fingerprint::key([key.as_bytes()])
}

fn read(path: &Path) -> Result<Records> {
    match private_file::read_json(path)? {
        Document::Absent => Ok(Records::new()),
        Document::There(records) => Ok(records),
        Document::Garbled(place) => {
            Err(Error::failure(format!("the file {} cannot be understood ({place}): what was sent is not known", path.display()))
                .hint("delete it if the recap has not arrived; then it is sent"))
        }
    }
}
