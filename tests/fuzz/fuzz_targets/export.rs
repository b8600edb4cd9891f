//! A person's own export: JSON of every shape, and the ZIP.

use super::{now, written};
use moodlake::bronze::export::{ExportReading, Item, Limits, read, reason};
use moodlake::bronze::history::HistoryRows;
use moodlake::error::Error;
use std::path::{Path, PathBuf};

/// Names that promise the one shape, the other, and none. A file's length decides which it gets.
const NAMES: [&str; 3] = ["endsong_0.json", "StreamingHistory_music_0.json", "other.json"];

/// A file as `import` reads it.
pub fn json(folder: &Path, bytes: &[u8]) {
    let _ = check(written(folder, NAMES[bytes.len() % NAMES.len()], bytes));
}

/// A ZIP as `import` reads it.
pub fn zip(folder: &Path, bytes: &[u8]) {
    let _ = check(written(folder, "my_spotify_data.zip", bytes));
}

/// Read at once, as `window.rs` does it.
const WINDOW_BYTES: usize = 256 << 10;

/// A list that lies across the end of a window says the same as one that does not. The first two bytes say where it is cut.
pub fn window(folder: &Path, bytes: &[u8]) {
    let Some((&[low, high], list)) = bytes.split_first_chunk() else { return };
    let Some((b'[', rows)) = list.split_first() else { return };
    let cut = usize::from(u16::from_le_bytes([low, high])) % (rows.len() + 1);
    // The same rows behind a first row that is no play, a short one and one of nearly a window.
    let behind = |bytes: usize| {
        let list = [b"[\"", "-".repeat(bytes).as_bytes(), b"\",", rows].concat();
        let read = check(written(folder, NAMES[0], &list)).ok()?;
        let counts: Vec<_> = read.reading.files.into_iter().map(|file| (file.rows_read, file.plays, file.rejected)).collect();
        Some((counts, read.raws.into_iter().skip(1).collect::<Vec<_>>()))
    };
    assert_eq!(behind(1), behind(WINDOW_BYTES - cut), "a window's end shows");
}

struct Read {
    reading: ExportReading,
    raws: Vec<String>,
}

// Every row is a play or a reject, what was personal is in neither, and every failure says what to do.
fn check(path: PathBuf) -> Result<Read, Error> {
    let limits = Limits::default();
    let (mut rows, mut plays, mut told, mut raws) = (HistoryRows::default(), 0, 0, Vec::new());
    let reading = read(&[path], &limits, &|_| {}, &mut |file: usize, item: Item| {
        match item {
            Item::Play(play) => {
                plays += 1;
                told += u64::from(rows.push("me", file, &play));
            }
            Item::Reject(reject) => {
                assert!(reason::ALL.contains(&reject.reason));
                assert!(reject.raw.len() <= limits.raw_bytes_max + '…'.len_utf8());
                assert!(!reject.raw.starts_with("{\"username\":") && !reject.raw.contains(",\"username\":"), "{}", reject.raw);
                raws.push(reject.raw);
            }
        }
        Ok(())
    });
    let reading = match reading {
        Ok(reading) => reading,
        Err(error) => {
            assert!(error.advice().is_some(), "no hint with: {error}");
            return Err(error);
        }
    };
    let sum = |count: &dyn Fn(&moodlake::bronze::export::FileAccount) -> u64| reading.files.iter().map(count).sum::<u64>();
    assert_eq!(sum(&|file| file.plays), plays);
    assert_eq!(sum(&|file| file.rows_read), plays + raws.len() as u64);
    let batch = rows.into_batch(now(), "run").expect("the plays fit their columns");
    assert_eq!(batch.num_rows() as u64, told);
    Ok(Read { reading, raws })
}
