//! The Kaggle catalogue: CSV, packed or not.

use super::{now, written};
use moodlake::bronze::{catalog, catalog_file};
use moodlake::context::{Silent, Task};
use std::path::Path;
use std::sync::Arc;

/// A file as `import-catalog` reads it; its first bytes say whether it is packed.
pub fn catalog(folder: &Path, bytes: &[u8]) {
    let path = written(folder, "dataset.csv", bytes);
    let silent: Arc<dyn Task> = Arc::new(Silent);
    let parsed = catalog_file::open(&path).and_then(|file| catalog::parse(file, now().timestamp_micros(), &silent));
    match parsed {
        Ok(parsed) => {
            let kept = parsed.batches.iter().fold(0, |rows, batch| rows + batch.num_rows());
            let told = kept as u64 + parsed.rejected.len() as u64 + parsed.rows_repeated;
            assert_eq!(parsed.rows_read, told, "every row is kept, rejected or a repetition");
            assert!(parsed.rejected.iter().all(|reject| reject.position > 0 && reject.raw.chars().count() <= 2_000));
        }
        Err(error) => assert!(error.advice().is_some(), "no hint with: {error}"),
    }
}
