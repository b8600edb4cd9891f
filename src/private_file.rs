//! Small files that only their owner may read, replaced as a whole or not at all.
//!
//! Owns mode 0600, 0700 for folders that are made on the way, and the order that survives a crash: a temporary file beside it, to
//! the disk, renamed over the old one, and the folder to the disk. Tokens, states and raw responses are written this way; the first two hold one JSON document each.

use crate::error::{Error, Explain, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Replaces the file, or makes it; its folder is made too.
///
/// # Errors
/// When the folder or the file cannot be written; the old file is then as it was.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = || format!("the file {} cannot be written", path.display());
    let unwritable = |error: std::io::Error| {
        Error::failure(failed()).because(error).hint("is there space on the disk, and may this user write there?")
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder).map_err(unwritable)?;
    let temporary = beside(path);
    let written = create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, path));
    if let Err(error) = written {
        // The error of the write is the one to tell.
        let _ = std::fs::remove_file(&temporary);
        return Err(unwritable(error));
    }
    // The rename itself is on the disk only when the folder is; not every system lets a folder be opened.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// The file's bytes, or none where there is no file.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).explain(|| format!("the file {} cannot be read", path.display())),
    }
}

/// What a file that should hold a JSON document holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Document<T> {
    /// There is no file.
    Absent,
    /// Something else. Where it goes wrong is told, what is there is not: it could be a secret.
    Garbled(String),
    /// The document.
    There(T),
}

/// Reads a JSON document.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Document<T>> {
    let Some(bytes) = read(path)? else { return Ok(Document::Absent) };
    Ok(match serde_json::from_slice(&bytes) {
        Ok(document) => Document::There(document),
        Err(error) => Document::Garbled(format!("line {}, column {}", error.line(), error.column())),
    })
}

/// Replaces the file by a JSON document.
///
/// # Errors
/// When the file cannot be written; the old one is then as it was.
pub fn replace_json(path: &Path, document: &impl Serialize) -> Result<()> {
    let bytes = serde_json::to_vec_pretty(document).explain(|| format!("the file {} cannot be written", path.display()))?;
    replace(path, &bytes)
}

/// Removes the file; that there is none is fine too.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).explain(|| format!("the file {} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// Opens a lock file: one process at a time may hold it, and the system frees it when that process ends.
///
/// # Errors
/// When the file cannot be made.
pub fn lock_file(path: &Path) -> Result<File> {
    let failed = || format!("the lock file {} cannot be made", path.display());
    if let Some(folder) = path.parent() {
        make_folder(folder).explain(failed)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    private(&mut options);
    options.open(path).explain(failed)
}

/// Holds the lock file of a service of which a lake has one, until it is dropped; `busy` is the error where another holds it.
///
/// # Errors
/// When another process holds it, or the file cannot be made.
pub fn hold(path: &Path, service: &str, busy: impl FnOnce() -> Error) -> Result<File> {
    let lock = lock_file(path)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(busy()),
        Err(TryLockError::Error(error)) => Err(Error::failure(format!("the {service}'s lock cannot be taken")).because(error)),
    }
}

/// Makes the folder and those on the way to it for their owner alone; one that is there keeps its rights.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.recursive(true).create(folder)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    private(&mut options);
    options.open(path)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

#[cfg(test)]
mod tests {
    use super::{read, remove, replace};

    #[test]
    fn a_file_is_private_and_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("secret.json");
        assert_eq!(read(&path).unwrap(), None);
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"two");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
            std::fs::set_permissions(path.parent().unwrap(), std::fs::Permissions::from_mode(0o750)).unwrap();
            replace(&path, b"two").unwrap();
            assert_eq!(mode(path.parent().unwrap()), 0o750, "a folder that is there keeps its rights");
        }
        let beside: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(beside.len(), 1, "no temporary file stays");
        remove(&path).unwrap();
        remove(&path).unwrap();
    }
}
