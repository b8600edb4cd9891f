//! The file that tells which stream a checkpoint location belongs to.
//!
//! Owns one safety: two streams, or two lengths of windows, under one name would undo each other's work in turn. How far the stream was
//! read is not in here but in the tables, so that losing this file loses nothing.

use crate::error::{Error, Result};
use crate::private_file::{self, Document};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What is remembered.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// Which log is read.
    pub source: String,
    /// Length of the windows, in microseconds.
    pub window_us: i64,
    /// How much later than the newest event before it an event may come and be counted, in microseconds.
    pub late_by_us: i64,
    /// The version of the windows that the CSV files show.
    #[serde(default)]
    pub csv_version: Option<u64>,
}

/// The file's name.
const FILE: &str = "stream.json";

impl Checkpoint {
    /// The location's own checkpoint, or this one where it has none yet.
    ///
    /// # Errors
    /// When the location belongs to another stream, or the file cannot be read or written.
    pub fn begin(self, location: &Path) -> Result<Self> {
        let path = file(location);
        match private_file::read_json::<Self>(&path)? {
            Document::There(held) => {
                let differs = |what: &str, held: &str, asked: &str| {
                    Error::usage(format!("the checkpoint {} is of another stream: its {what} is {held}, not {asked}", path.display()))
                        .hint("give this stream a --checkpoint-location of its own; or stop all its processes, remove that file, and start them with the new setting")
                };
                let seconds = |us: i64| format!("{} s", us as f64 / 1e6);
                if held.source != self.source {
                    return Err(differs("source", &held.source, &self.source));
                }
                if held.window_us != self.window_us {
                    return Err(differs("window", &seconds(held.window_us), &seconds(self.window_us)));
                }
                if held.late_by_us != self.late_by_us {
                    return Err(differs("watermark", &seconds(held.late_by_us), &seconds(self.late_by_us)));
                }
                Ok(held)
            }
            Document::Absent => self.kept(location),
            Document::Garbled(at) => {
                tracing::warn!("the checkpoint {} cannot be understood ({at}) and is written anew", path.display());
                self.kept(location)
            }
        }
    }

    /// Remembers it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn kept(self, location: &Path) -> Result<Self> {
        private_file::replace_json(&file(location), &self)?;
        Ok(self)
    }
}

fn file(location: &Path) -> PathBuf {
    location.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::Checkpoint;

    fn checkpoint(source: &str, window_us: i64) -> Checkpoint {
        Checkpoint { source: source.to_owned(), window_us, late_by_us: 5_000_000, csv_version: None }
    }

    #[test]
    fn a_location_belongs_to_one_stream() {
        let folder = tempfile::tempdir().unwrap();
        let begun = checkpoint("kafka:c/one", 60_000_000).begin(folder.path()).unwrap();
        Checkpoint { csv_version: Some(7), ..begun }.kept(folder.path()).unwrap();
        assert_eq!(checkpoint("kafka:c/one", 60_000_000).begin(folder.path()).unwrap().csv_version, Some(7));
        let error = checkpoint("kafka:c/two", 60_000_000).begin(folder.path()).unwrap_err();
        assert!(error.to_string().contains("kafka:c/one"), "{error}");
        assert!(checkpoint("kafka:c/one", 30_000_000).begin(folder.path()).unwrap_err().to_string().contains("window"));
        std::fs::write(folder.path().join("stream.json"), "{").unwrap();
        assert!(checkpoint("kafka:c/two", 60_000_000).begin(folder.path()).is_ok());
    }
}
