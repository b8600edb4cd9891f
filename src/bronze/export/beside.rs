//! Reading on one thread while the caller deals with what was read.
//!
//! Owns the hand-over: items go in batches, in the order in which they were read, and at most a bounded number of batches is on
//! its way. What is read, refused and counted is `read`'s affair alone, so nothing of it depends on the threads. Items go to the
//! caller's sink.

use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::limits::Limits;
use super::{ExportReading, Item, Sink, read};
use crate::error::{Error, Result};

/// Items of a batch: some hundred KiB, so that the hand-over costs nothing beside them.
const BATCH: usize = 512;
/// Batches on their way, which bound the memory: a few MiB of ordinary rows.
const BATCHES_MAX: usize = 8;

/// Reads as [`read`] does, beside the sink, which stays on the caller's thread.
///
/// # Errors
/// As [`read`].
pub fn read_beside<S: Sink>(
    paths: &[PathBuf],
    limits: &Limits,
    progress: &(dyn Fn(u64) + Sync),
    sink: &mut S,
) -> Result<ExportReading> {
    thread::scope(|scope| {
        let (full, batches) = sync_channel(BATCHES_MAX);
        let reader = move || {
            let mut batches = Batches { batch: Vec::with_capacity(BATCH), full };
            let reading = read(paths, limits, &|bytes| progress(bytes), &mut batches)?;
            batches.hand_over()?;
            Ok(reading)
        };
        let Ok(reader) = thread::Builder::new().name("export-read".to_owned()).spawn_scoped(scope, reader) else {
            // A machine that gives no thread still gets its reading.
            return read(paths, limits, &|bytes| progress(bytes), sink);
        };
        for (file, item) in batches.into_iter().flatten() {
            // An error here lets go of the batches, by which the reader ends.
            sink.take(file, item)?;
        }
        reader.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause))
    })
}

/// Gathers items and hands them over.
struct Batches {
    batch: Vec<(usize, Item)>,
    full: SyncSender<Vec<(usize, Item)>>,
}

impl Batches {
    fn hand_over(&mut self) -> Result<()> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.full.send(batch).map_err(|_| Error::failure("the reading of the export was given up").hint("run the import again"))
    }
}

impl Sink for Batches {
    fn take(&mut self, file: usize, item: Item) -> Result<()> {
        self.batch.push((file, item));
        if self.batch.len() < BATCH { Ok(()) } else { self.hand_over() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_sink_ends_the_reading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("endsong_0.json");
        // Far more rows than may be on their way.
        let row = r#"{"ts":"2021-01-01T00:00:00Z","ms_played":1000,"master_metadata_track_name":"T"}"#;
        std::fs::write(&path, format!("[{}]", vec![row; 4 * BATCH * BATCHES_MAX].join(","))).unwrap();
        let mut taken = 0;
        let mut sink = |_: usize, _: Item| {
            taken += 1;
            if taken < 3 { Ok(()) } else { Err(Error::failure("the third is too much")) }
        };
        let failed = read_beside(&[path], &Limits::default(), &|_| (), &mut sink).unwrap_err();
        assert_eq!((failed.to_string().as_str(), taken), ("the third is too much", 3));
    }
}
