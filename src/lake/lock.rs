//! One writer a lake at a time, across processes.
//!
//! Owns the choice of the lock. In a folder it is a file: the operating system frees it when its holder ends, however it ends, so
//! nothing has to be cleaned up after a crash. In a bucket it is a lease. Readers never ask for it: a snapshot is theirs whatever is
//! written meanwhile.

use super::place::Place;
use super::remote::Lease;
use super::store::Lake;
use crate::error::{Error, Explain, Result};
use crate::private_file;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Held while a command writes; freed when dropped.
#[derive(Debug)]
pub struct WriteLock {
    _held: Held,
}

#[derive(Debug)]
enum Held {
    File { _file: File },
    Lease { _lease: Lease },
}

impl WriteLock {
    /// Takes the lake's lock, waiting for another command to finish. `waiting` is called once when there is one.
    ///
    /// # Errors
    /// When the lake cannot be written to.
    pub fn take(lake: &Lake, waiting: impl FnOnce()) -> Result<Self> {
        let held = match &lake.place {
            Place::Folder(folder) => Held::File { _file: file(folder, waiting)? },
            Place::Bucket(url) => Held::Lease { _lease: Lease::take(url, lake.fence.clone(), waiting)? },
        };
        Ok(Self { _held: held })
    }

    /// The same beside other work, which goes on while another command is writing.
    ///
    /// # Errors
    /// When the lake cannot be written to.
    pub async fn wait(lake: &Lake) -> Result<Self> {
        let lake = lake.clone();
        let lock = tokio::task::spawn_blocking(move || Self::take(&lake, || tracing::debug!("another command is writing")));
        lock.await.map_err(|error| Error::failure("the lake's lock cannot be waited for").because(error))?
    }
}

fn file(folder: &Path, waiting: impl FnOnce()) -> Result<File> {
    let path = folder.join(".moodlake.lock");
    let unwritable = |error: std::io::Error| {
        Error::failure(format!("the lake {} cannot be written to", folder.display()))
            .because(error)
            .hint("choose a folder that this user may write to, with --lake or MOODLAKE_LAKE")
    };
    // A lake tells when a person is awake.
    private_file::make_folder(folder).map_err(unwritable)?;
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => waiting(),
        Err(TryLockError::Error(error)) => return Err(unwritable(error)),
    }
    file.lock().explain(|| format!("waiting for the lock {} failed", path.display()))?;
    Ok(file)
}
