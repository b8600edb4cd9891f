//! The bytes of one file as they are read: counted, hashed, reported and held to the limits.
//!
//! Owns the limits on what really comes out. `archive` has refused what a ZIP itself declares to be too much, and the ZIP's reader
//! ends a member that goes on beyond what it declares; here all files of a reading count together. Data goes on to `elements`.

use std::io::{ErrorKind, Read};

use super::archive;
use super::hash::Hash;
use super::limits::Limits;
use crate::error::{Error, Result};

pub(super) const TOO_LONG: &str =
    "no listener's history is that long: check where the file comes from, or give fewer files at once";

/// What is counted over all files of one reading.
pub struct Meter<'a> {
    limits: &'a Limits,
    progress: &'a dyn Fn(u64),
    unpacked_bytes: u64,
    rows: u64,
    consumed_bytes: u64,
}

impl<'a> Meter<'a> {
    /// Begins at nought.
    pub fn new(limits: &'a Limits, progress: &'a dyn Fn(u64)) -> Self {
        Self { limits, progress, unpacked_bytes: 0, rows: 0, consumed_bytes: 0 }
    }

    /// Bytes on disk behind which the reading is.
    pub const fn consumed_bytes(&self) -> u64 {
        self.consumed_bytes
    }

    /// Moves the progress to the end of a file, whatever was reported on the way.
    pub fn finish(&mut self, consumed_bytes: u64) {
        self.consumed_bytes = consumed_bytes;
        (self.progress)(consumed_bytes);
    }
}

/// One file: where it comes from and how much of it is expected.
pub struct Metered<'a, 'b> {
    name: &'a str,
    inner: &'a mut dyn Read,
    meter: &'a mut Meter<'b>,
    packed_bytes: u64,
    declared_bytes: u64,
    read_bytes: u64,
    rows: u64,
    hash: Hash,
}

impl<'a, 'b> Metered<'a, 'b> {
    /// `packed_bytes` is its size on disk, `declared_bytes` the size it should have unpacked.
    pub fn new(name: &'a str, inner: &'a mut dyn Read, packed_bytes: u64, declared_bytes: u64, meter: &'a mut Meter<'b>) -> Self {
        Self { name, inner, meter, packed_bytes, declared_bytes, read_bytes: 0, rows: 0, hash: Hash::new(declared_bytes) }
    }

    /// The name for messages.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Fills the buffer as far as the file goes; fewer bytes than asked for mean its end.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.inner.read(rest) {
                Ok(0) => break,
                Ok(bytes) => filled += bytes.min(rest.len()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.unreadable(error)),
            }
        }
        self.hash.update(buffer.get(..filled).unwrap_or_default());
        self.count(filled as u64)?;
        Ok(filled)
    }

    /// Tells how many rows the file has given so far.
    pub fn count_rows(&mut self, rows: u64) -> Result<()> {
        self.meter.rows += rows.saturating_sub(self.rows);
        self.rows = rows;
        let most = self.meter.limits.rows_max;
        if self.meter.rows > most {
            return Err(Error::failure(format!("{}: more than {most} rows in one reading", self.name)).hint(TOO_LONG));
        }
        Ok(())
    }

    /// The hash of everything read.
    pub fn sha256(self) -> Result<String> {
        self.hash.finish()
    }

    fn count(&mut self, bytes: u64) -> Result<()> {
        self.read_bytes += bytes;
        self.meter.unpacked_bytes += bytes;
        let limits = self.meter.limits;
        if self.meter.unpacked_bytes > limits.unpacked_bytes_max {
            let mib = limits.unpacked_bytes_max >> 20;
            return Err(Error::failure(format!("{}: more than {mib} MiB of history in one reading", self.name)).hint(TOO_LONG));
        }
        let fits = self.packed_bytes.saturating_mul(limits.ratio_max);
        if self.read_bytes > limits.ratio_from_bytes && self.read_bytes > fits {
            return Err(Error::failure(format!("{} unpacks to more than {} times its size", self.name, limits.ratio_max))
                .hint(archive::BOMB));
        }
        let share = self.read_bytes as f64 / self.declared_bytes.max(1) as f64;
        (self.meter.progress)(self.meter.consumed_bytes + (self.packed_bytes as f64 * share.min(1.0)) as u64);
        Ok(())
    }

    fn unreadable(&self, error: std::io::Error) -> Error {
        let damaged = matches!(
            error.kind(),
            ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof | ErrorKind::Other
        );
        let hint = if damaged { "the file is damaged: download the export again" } else { "check the disk and the permissions" };
        Error::failure(format!("{} cannot be read past byte {}", self.name, self.read_bytes)).hint(hint).because(error)
    }
}
