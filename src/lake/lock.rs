//! One writer a lake at a time, across processes.
//!
//! Owns the lock file. The operating system frees the lock when its holder ends, however it ends, so nothing has to be cleaned
//! up after a crash. Readers never ask for it: a snapshot is theirs whatever is written meanwhile.

use super::store::Lake;
use crate::error::{Error, Explain, Result};
use std::fs::{File, TryLockError};

/// Held while a command writes; freed when dropped.
#[derive(Debug)]
pub struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// Takes the lake's lock, waiting for another command to finish. `waiting` is called once when there is one.
    ///
    /// # Errors
    /// When the lake cannot be written to.
    pub fn take(lake: &Lake, waiting: impl FnOnce()) -> Result<Self> {
        let path = lake.root().join(".moodlake.lock");
        let unwritable = |error: std::io::Error| {
            Error::failure(format!("the lake {} cannot be written to", lake.root().display()))
                .because(error)
                .hint("choose a folder that this user may write to, with --lake or MOODLAKE_LAKE")
        };
        std::fs::create_dir_all(lake.root()).map_err(unwritable)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => return Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => waiting(),
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        file.lock().explain(|| format!("waiting for the lock {} failed", path.display()))?;
        Ok(Self { _file: file })
    }
}
