//! Streams of play events: from a broker into bronze, and from there into windows.
//!
//! Owns exactly once. Where a partition was read to stands in the log of the table that holds its rows (`position`, `landing`), so that a
//! kill, a rebalance or a second process loses nothing and stores nothing twice. `event` reads one message, `batch` makes rows of many,
//! `followers` do with them what is to be done, `consumer` is the loop.

mod batch;
mod checkpoint;
mod consumer;
mod event;
mod fault;
mod followers;
mod keeper;
mod landing;
mod position;

pub use checkpoint::Checkpoint;
pub use consumer::{Options, consume};
pub use event::StreamEvent;
pub use fault::Fault;
pub use followers::{Cold, CsvOutput, Follower, Hot};

use crate::error::{Error, Result};
use tokio::task::JoinError;

/// What a task gave; its panic is this one's.
fn joined<T>(ended: Result<T, JoinError>, failed: &str) -> Result<T> {
    match ended {
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        ended => ended.map_err(|ended| Error::failure(failed).because(ended)),
    }
}
