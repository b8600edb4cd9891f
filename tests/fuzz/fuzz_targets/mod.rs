//! Everything that reads a file or an answer, each as a function of bytes.
//!
//! Owns what must be true whatever the bytes are. libFuzzer runs these functions (`../main.rs`), and so does an ordinary test, over
//! the seeds and over what was found (`tests/it/fuzzed.rs`).

mod answers;
mod catalog;
mod export;
mod kept;
mod seeds;
mod stream;
mod words;

use chrono::{DateTime, Utc};
use std::path::{Path, PathBuf};

/// One parser.
pub struct Target {
    /// What scripts/fuzz.sh calls it.
    pub name: &'static str,
    /// Reads the bytes; files are made in the folder.
    pub run: fn(&Path, &[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target { name: "export_json", run: export::json, seeds: seeds::export_json },
    Target { name: "export_window", run: export::window, seeds: seeds::export_window },
    Target { name: "export_zip", run: export::zip, seeds: seeds::export_zip },
    Target { name: "catalog", run: catalog::catalog, seeds: seeds::catalog },
    Target { name: "answers", run: answers::answers, seeds: seeds::answers },
    Target { name: "raw_responses", run: answers::raw_responses, seeds: seeds::raw_responses },
    Target { name: "kept", run: kept::kept, seeds: seeds::kept },
    Target { name: "stream_event", run: stream::event, seeds: stream::seeds },
    Target { name: "words", run: words::words, seeds: words::seeds },
];

/// The moment at which everything is read.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_527_200, 0).expect("a time")
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}
