//! How many rows of one reading are rejected.
//!
//! Owns the bound on what a caller holds of them until it commits: a reject carries its text, so a small file of nothing else
//! would take more memory than a whole history of plays.

use super::limits::Limits;
use super::{Item, Sink};
use crate::bronze::play::Reject;
use crate::error::{Error, Result};

const NO_LISTENING: &str = "no listener's history is like that: check where the file comes from, or give fewer files at once";

/// What is counted over all files.
pub struct Rejections<'a> {
    limits: &'a Limits,
    rows: u64,
    bytes: u64,
}

impl<'a> Rejections<'a> {
    /// Begins at nought.
    pub const fn new(limits: &'a Limits) -> Self {
        Self { limits, rows: 0, bytes: 0 }
    }

    /// Hands a rejected row of the file with that name and index on.
    pub fn take<S: Sink>(&mut self, name: &str, file: usize, reject: Reject, sink: &mut S) -> Result<()> {
        self.rows += 1;
        self.bytes += reject.raw.len() as u64;
        let Limits { rejected_max, rejected_bytes_max, .. } = self.limits;
        if self.rows > *rejected_max {
            return Err(Error::failure(format!("{name}: more than {rejected_max} rows that are no plays in one reading"))
                .hint(NO_LISTENING));
        }
        if self.bytes > *rejected_bytes_max {
            let mib = rejected_bytes_max >> 20;
            return Err(Error::failure(format!("{name}: more than {mib} MiB of rows that are no plays in one reading"))
                .hint(NO_LISTENING));
        }
        sink.take(file, Item::Reject(reject))
    }
}
