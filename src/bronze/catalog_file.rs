//! The bytes of a catalogue file, plain or packed.
//!
//! Owns the way from a path to a stream of CSV: plain, gzip, or the one CSV in a ZIP. Nothing is unpacked to disk. A stream that
//! grows beyond any catalogue is cut off with an error, and so is a record without an end, so that a crafted file cannot fill memory.

use crate::context::Task;
use crate::error::{Error, Explain, Result};
use crate::fingerprint::{self, Sha256};
use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Cursor, ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// A catalogue file, opened and fingerprinted.
pub struct CatalogFile {
    /// The name that messages give it.
    pub name: String,
    /// SHA-256 of the file's bytes as they are, packed or not.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    source: Source,
}

enum Source {
    Path(PathBuf),
    Bundled(&'static [u8]),
}

/// The real catalogue unpacks to 20 MB; eight times that is no catalogue of songs with a dozen numbers each.
const UNPACKED_BYTES_MAX: u64 = 160 << 20;

/// What to do about a file that cannot be read to its end.
#[must_use]
pub fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::FileTooLarge => "the real catalogue is 20 MB: name the dataset.csv or archive.zip that Kaggle hands out",
        _ => "is it complete? download it again; nothing was imported",
    }
}

/// Opens a catalogue file and fingerprints it.
///
/// # Errors
/// When it does not exist, is a folder, or cannot be read.
pub fn open(path: &Path) -> Result<CatalogFile> {
    let name = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        Error::failure(format!("{name}: cannot be read"))
            .because(error)
            .hint("name the catalogue's file: dataset.csv, dataset.csv.gz or the archive.zip that Kaggle hands out")
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Error::failure(format!("{name}: is a folder or a device, not a file"))
            .hint("name the catalogue's file: dataset.csv, dataset.csv.gz or the archive.zip that Kaggle hands out"));
    }
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(unreadable)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
    }
    let sha256 = fingerprint::hex(&hash.finish());
    Ok(CatalogFile { sha256, bytes: metadata.len(), source: Source::Path(path.to_owned()), name })
}

impl CatalogFile {
    /// A catalogue that is part of the program.
    #[must_use]
    pub fn bundled(name: &str, csv: &'static [u8]) -> Self {
        let sha256 = fingerprint::of(csv);
        Self { name: name.to_owned(), sha256, bytes: csv.len() as u64, source: Source::Bundled(csv) }
    }

    /// The CSV's bytes; `task` is told how much of the file has been read.
    ///
    /// # Errors
    /// When the file is an archive that cannot be read or holds no CSV.
    pub fn reader(self, task: &Arc<dyn Task>) -> Result<Box<dyn Read>> {
        let path = match self.source {
            Source::Bundled(csv) => return Ok(Box::new(Cursor::new(csv))),
            Source::Path(path) => path,
        };
        let unreadable = || format!("{}: cannot be read", self.name);
        let mut file = File::open(&path).explain(unreadable)?;
        let mut magic = [0; 4];
        let known = file.read(&mut magic).explain(unreadable)?;
        file.rewind().explain(unreadable)?;
        let packed = magic.get(..known).unwrap_or_default();
        let counted = BufReader::with_capacity(1 << 18, Counted { inner: file, task: Arc::clone(task) });
        if packed.starts_with(&[0x1f, 0x8b]) {
            return Ok(Box::new(Capped::new(flate2::bufread::MultiGzDecoder::new(counted), self.name)));
        }
        if packed.starts_with(b"PK") {
            return from_zip(&path, &self.name, task);
        }
        Ok(Box::new(Capped::new(counted, self.name)))
    }
}

/// The member is read into memory, bounded by the cap: a ZIP member cannot outlive its archive, and the catalogue is 20 MB.
fn from_zip(path: &Path, name: &str, task: &Arc<dyn Task>) -> Result<Box<dyn Read>> {
    let broken = |error: zip::result::ZipError| {
        Error::failure(format!("{name}: the ZIP cannot be read"))
            .because(error)
            .hint("is it complete? download it again; nothing was imported")
    };
    let file = File::open(path).explain(|| format!("{name}: cannot be read"))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    let members = archive.file_names().filter_map(|member| member.ok().map(std::borrow::Cow::into_owned));
    let tables: Vec<String> = members.filter(|member| member.to_ascii_lowercase().ends_with(".csv")).collect();
    let member = match tables.as_slice() {
        [only] => only.clone(),
        [] => {
            return Err(Error::failure(format!("{name}: the ZIP holds no CSV file"))
                .hint("expected is the archive.zip that Kaggle hands out, with dataset.csv in it"));
        }
        several => several.iter().find(|member| member.rsplit('/').next() == Some("dataset.csv")).cloned().ok_or_else(|| {
            Error::failure(format!("{name}: the ZIP holds {} CSV files and none is called dataset.csv", several.len()))
                .hint("unpack it and name the catalogue's CSV file")
        })?,
    };
    let unpacked = |error: std::io::Error| {
        let hint = advice(&error);
        Error::failure(format!("{name}: the ZIP cannot be read to its end")).because(error).hint(hint)
    };
    let entry = archive.by_name(&member).map_err(broken)?;
    // What it declares is where its reader ends it.
    if entry.size() > UNPACKED_BYTES_MAX {
        return Err(unpacked(too_large(name)));
    }
    let mut bytes = Vec::new();
    Capped::new(entry, name.to_owned()).read_to_end(&mut bytes).map_err(unpacked)?;
    task.advance(std::fs::metadata(path).map_or(0, |metadata| metadata.len()));
    Ok(Box::new(Cursor::new(bytes)))
}

/// One record. Real ones are under 2 KiB; a parser keeps eight bytes for each of a record's commas.
const RECORD_BYTES_MAX: u64 = 1 << 20;

/// The bytes of a CSV, as long as its records come to an end.
pub struct Records<R> {
    inner: R,
    name: String,
    since: Rc<Cell<u64>>,
}

impl<R: Read> Records<R> {
    /// Also gives what is to be set to 0 whenever a record has ended.
    pub fn new(inner: R, name: String) -> (Self, Rc<Cell<u64>>) {
        let since = Rc::new(Cell::new(0));
        (Self { inner, name, since: Rc::clone(&since) }, since)
    }
}

impl<R: Read> Read for Records<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.since.get() > RECORD_BYTES_MAX {
            return Err(std::io::Error::other(format!(
                "{} holds a row of more than {} MiB: no catalogue does",
                self.name,
                RECORD_BYTES_MAX >> 20
            )));
        }
        let read = self.inner.read(buffer)?;
        self.since.set(self.since.get() + read as u64);
        Ok(read)
    }
}

struct Counted {
    inner: File,
    task: Arc<dyn Task>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.task.advance(read as u64);
        Ok(read)
    }
}

struct Capped<R> {
    inner: R,
    left: u64,
    name: String,
}

impl<R: Read> Capped<R> {
    const fn new(inner: R, name: String) -> Self {
        Self { inner, left: UNPACKED_BYTES_MAX, name }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| too_large(&self.name))?;
        Ok(read)
    }
}

fn too_large(name: &str) -> std::io::Error {
    let most = UNPACKED_BYTES_MAX >> 20;
    std::io::Error::new(ErrorKind::FileTooLarge, format!("{name} holds more than {most} MiB: no catalogue is that large"))
}
