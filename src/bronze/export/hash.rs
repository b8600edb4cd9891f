//! The hash of a file, computed beside the reading.
//!
//! Owns one helper thread for each long file: without the processor's own instructions for it, SHA-256 takes as long as
//! inflating and parsing together, so in one thread it would double the time of an import. Short files are hashed in place.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::error::{Error, Result};
use crate::fingerprint::{self, Sha256};

/// Below this a thread costs more than it gains.
const BESIDE_FROM_BYTES: u64 = 1 << 20;
/// Pieces on their way: enough that neither side waits for the other's hiccups, and the bound of the memory.
const PIECES_MAX: usize = 4;

/// A hash in the making.
pub enum Hash {
    Here(Box<Sha256>),
    Beside(Beside),
}

/// The two ends of the helper: full pieces go there, empty ones come back to be filled again.
pub struct Beside {
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    helper: JoinHandle<Sha256>,
}

impl Hash {
    /// Begins; `bytes` is the size to be expected, which need not be true.
    pub fn new(bytes: u64) -> Self {
        // A machine that gives no thread still gets its hash.
        let beside = if bytes < BESIDE_FROM_BYTES { None } else { Beside::new() };
        beside.map_or_else(|| Self::Here(Box::default()), Self::Beside)
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Here(hash) => hash.update(bytes),
            Self::Beside(beside) => beside.update(bytes),
        }
    }

    /// The hash of everything added, in lower-case hexadecimal digits.
    pub fn finish(self) -> Result<String> {
        let hash = match self {
            Self::Here(hash) => *hash,
            Self::Beside(beside) => beside.finish()?,
        };
        Ok(fingerprint::hex(&hash.finish()))
    }
}

impl Beside {
    fn new() -> Option<Self> {
        let (full, pieces) = sync_channel::<Vec<u8>>(PIECES_MAX);
        let (back, empty) = sync_channel(PIECES_MAX);
        let work = move || {
            let mut hash = Sha256::new();
            for piece in pieces {
                hash.update(&piece);
                // When nobody fills it again, it is simply freed.
                let _ = back.try_send(piece);
            }
            hash
        };
        let helper = thread::Builder::new().name("export-hash".to_owned()).spawn(work).ok()?;
        Some(Self { full, empty, helper })
    }

    fn update(&mut self, bytes: &[u8]) {
        let mut piece = self.empty.try_recv().unwrap_or_default();
        piece.clear();
        piece.extend_from_slice(bytes);
        // It only fails when the helper is gone, which `finish` tells.
        let _ = self.full.send(piece);
    }

    fn finish(self) -> Result<Sha256> {
        drop(self.full);
        self.helper
            .join()
            .map_err(|_| Error::failure("the hash of an export file could not be computed").hint("run the import again"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_and_here_are_the_same_hash() {
        let hash_of = |expected_bytes| {
            let mut hash = Hash::new(expected_bytes);
            (0..100_u8).for_each(|piece| hash.update(&vec![piece; usize::from(piece) * 1_000]));
            hash.finish().unwrap()
        };
        assert_eq!(hash_of(0), hash_of(u64::MAX));
        assert_eq!(Hash::new(0).finish().unwrap(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
