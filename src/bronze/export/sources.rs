//! What there is to read behind the paths that a person gave.
//!
//! Owns which files are opened: in a folder those whose name is a history's or ends in `.zip`, and whatever was named
//! itself. The same file is read once, however often it is named. Refuses paths behind which there is no history.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::archive::{self, Member};
use super::limits::Limits;
use super::shape::{self, Shape};
use super::walk;
use crate::error::{Error, Explain, Result};

/// One file to read.
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// Its name for messages and accounts.
    pub name: String,
    /// Its size on disk.
    pub bytes: u64,
    /// What it is.
    pub kind: Kind,
}

/// A JSON file, with the shape its name promises, or a ZIP, with its members that hold history.
pub enum Kind {
    Json(Option<Shape>),
    Zip(Vec<Member>),
}

/// Everything behind the given paths, in the order of reading.
#[derive(Default)]
pub struct Sources {
    pub files: Vec<Source>,
    pub ignored: Vec<String>,
    seen: BTreeSet<PathBuf>,
}

/// Looks behind every path; opens no JSON file and reads no member.
pub fn find(paths: &[PathBuf], limits: &Limits) -> Result<Sources> {
    if paths.is_empty() {
        return Err(Error::usage("no export was named").hint(shape::EXPECTED));
    }
    let mut sources = Sources::default();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| {
            Error::failure(format!("{} cannot be found", path.display()))
                .hint("check the path and its permissions")
                .because(error)
        })?;
        let found = if metadata.is_dir() { sources.add_folder(path, limits)? } else { sources.add_named(path, limits)? };
        if !found {
            return Err(shape::no_history(&path.display().to_string()));
        }
    }
    Ok(sources)
}

impl Sources {
    // Each of these tells whether there is history, also when it was already found behind another path.
    fn add_folder(&mut self, folder: &Path, limits: &Limits) -> Result<bool> {
        let mut found = false;
        for path in walk::files(folder, limits)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
            found |= match shape::by_name(&name) {
                Some(shape) => self.add_json(&path, Some(shape))?,
                None if is_zip => self.add_zip(&path, limits)?,
                None => {
                    self.ignored.push(path.display().to_string());
                    false
                }
            };
        }
        Ok(found)
    }

    fn add_named(&mut self, path: &Path, limits: &Limits) -> Result<bool> {
        if begins_as_zip(path)? || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) {
            return self.add_zip(path, limits);
        }
        self.add_json(path, shape::by_name(&path.file_name().unwrap_or_default().to_string_lossy()))
    }

    fn add_json(&mut self, path: &Path, shape: Option<Shape>) -> Result<bool> {
        let bytes = regular_bytes(path)?;
        if self.is_new(path)? {
            self.files.push(Source { path: path.to_owned(), name: path.display().to_string(), bytes, kind: Kind::Json(shape) });
        }
        Ok(true)
    }

    fn add_zip(&mut self, path: &Path, limits: &Limits) -> Result<bool> {
        let (bytes, name) = (regular_bytes(path)?, path.display().to_string());
        let listing = archive::list(&archive::open(path, &name)?, &name, bytes, limits)?;
        let found = !listing.history.is_empty();
        if self.is_new(path)? {
            self.ignored.extend(listing.others.iter().map(|member| format!("{name}!{member}")));
            self.files.push(Source { path: path.to_owned(), name, bytes, kind: Kind::Zip(listing.history) });
        }
        Ok(found)
    }

    fn is_new(&mut self, path: &Path) -> Result<bool> {
        let canonical = fs::canonicalize(path).explain(|| format!("{} cannot be found", path.display()))?;
        Ok(self.seen.insert(canonical))
    }
}

// Pipes and devices may block for ever, and cannot be read a second time.
fn regular_bytes(path: &Path) -> Result<u64> {
    let metadata = fs::metadata(path)
        .explain(|| format!("{} cannot be opened", path.display()))
        .map_err(|error| error.hint("it may be a link that leads nowhere: remove it or give the file itself"))?;
    if metadata.is_file() {
        return Ok(metadata.len());
    }
    Err(Error::failure(format!("{} is a pipe or a device, not a file", path.display()))
        .hint("save the export to a file and give that"))
}

fn begins_as_zip(path: &Path) -> Result<bool> {
    regular_bytes(path)?;
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(4).read_to_end(&mut start))
        .explain(|| format!("{} cannot be read", path.display()))
        .map_err(|error| error.hint("check its permissions"))?;
    // A member's header, or the end of a ZIP without members.
    Ok(start == b"PK\x03\x04" || start == b"PK\x05\x06")
}
