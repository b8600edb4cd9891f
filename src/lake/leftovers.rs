//! Files of writes that did not become a version.
//!
//! Owns their removal: those of this write when it fails, and the unfinished ones of a program that was killed, which other
//! clean-ups do not see. Best effort throughout: a file that stays belongs to no version and costs only space.

use super::store::TableAt;
use deltalake::kernel::Add;
use deltalake::logstore::LogStoreRef;
use std::path::Path;
use std::time::Duration;

/// No write of this program takes so long between two pieces of a file.
const ABANDONED_AFTER: Duration = Duration::from_hours(1);

/// Removes the files of a failed write.
pub async fn remove(store: &LogStoreRef, adds: &[Add]) {
    let paths = adds.iter().filter_map(|add| object_store::path::Path::from_url_path(&add.path).ok()).collect();
    remove_paths(store, paths).await;
}

/// Removes files of a failed write by their places.
pub async fn remove_paths(store: &LogStoreRef, paths: Vec<object_store::path::Path>) {
    let objects = store.object_store(None);
    for path in paths {
        let _ = object_store::ObjectStoreExt::delete(&objects, &path).await;
    }
}

/// Removes unfinished files, `name.parquet#1`, that nobody has written to for an hour.
pub fn sweep(at: &TableAt) {
    if let Some(folder) = at.folder() {
        sweep_folder(folder, 1);
    }
}

fn sweep_folder(folder: &Path, depth: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        let name = entry.file_name().to_string_lossy().into_owned();
        if metadata.is_dir() && depth > 0 && name != "_delta_log" {
            // Partitions are one folder deep.
            sweep_folder(&entry.path(), depth - 1);
        }
        let abandoned = metadata.modified().ok().and_then(|time| time.elapsed().ok()).is_some_and(|age| age > ABANDONED_AFTER);
        if metadata.is_file() && abandoned && is_unfinished(&name) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_unfinished(name: &str) -> bool {
    name.rsplit_once(".parquet#")
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::is_unfinished;

    #[test]
    fn only_unfinished_data_files_are_swept() {
        assert!(is_unfinished("part-00000-a.zstd.parquet#1"));
        for name in ["part-00000-a.zstd.parquet", "part.parquet#", "part.parquet#a", "#1"] {
            assert!(!is_unfinished(name), "{name}");
        }
    }
}
