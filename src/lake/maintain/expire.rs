//! What no promised version needs: old commits, and data files that only older versions name.
//!
//! Owns deletion. It goes by what is needed, not by Delta's tombstones: a checkpoint forgets those after a week, and a file
//! removed later than that would be taken for an orphan. Delta's own vacuum also makes two versions, which say nothing of rows.

use crate::clock::Clock;
use crate::error::{Error, Explain, Result};
use crate::lake::leftovers;
use crate::lake::log::{Commit, Log};
use crate::lake::snapshot::{AsOf, Snapshot};
use crate::lake::store::TableAt;
use chrono::{DateTime, TimeDelta, Utc};
use deltalake::logstore::LogStoreRef;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use std::collections::HashSet;

/// What was deleted, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Files of the log.
    pub log_files: u64,
    /// Data files.
    pub data_files: u64,
    /// Their bytes.
    pub data_bytes: u64,
    /// The oldest version that can be read from now on.
    pub kept_from: u64,
    /// The newest version.
    pub newest: u64,
}

/// No file of a stream is longer on its way to its commit.
const UNDER_WAY: TimeDelta = TimeDelta::hours(1);

/// Deletes what only versions need that were replaced before `cutoff`. The version that was the newest then is kept.
///
/// # Errors
/// When the log or the folder cannot be read or changed; everything that is kept can then still be read.
pub async fn expire(at: &TableAt, cutoff: DateTime<Utc>, dry_run: bool) -> Result<Expired> {
    let Some(newest) = at.open().await? else { return Ok(Expired::default()) };
    let store = at.log_store()?;
    let log = Log::list(at, &store).await?;
    let kept_from = log.kept_from(newest.version(), cutoff);
    // All that is needed is known before anything is deleted.
    let needed = needed(at, &store, kept_from, &newest).await?;
    let commits = log.expired(kept_from);
    // A stream's file is there some seconds before its commit, and no lock tells of it.
    let cutoff = if at.takes_streams() { cutoff.min(Clock::System.now() - UNDER_WAY) } else { cutoff };
    let data = unneeded(at, &store, &needed, cutoff).await?;
    let expired = Expired {
        log_files: commits.len() as u64,
        data_files: data.len() as u64,
        data_bytes: data.iter().map(|file| file.size).sum(),
        kept_from,
        newest: newest.version(),
    };
    if !dry_run {
        // What a killed write left unfinished stands in no listing. Nothing else may come by to sweep a table that is done.
        leftovers::sweep(at);
        // First the commits: a version that is listed has its files.
        for path in commits.iter().chain(data.iter().map(|file| &file.location)) {
            delete(at, &store, path).await?;
        }
    }
    Ok(expired)
}

/// Every file that a version from `kept_from` on names: those of that version, and those that later commits added.
async fn needed(at: &TableAt, store: &LogStoreRef, kept_from: u64, newest: &Snapshot) -> Result<HashSet<Path>> {
    let oldest = at.open_as_of(AsOf::Version(kept_from)).await?;
    let mut needed = HashSet::new();
    for snapshot in oldest.iter().chain([newest]) {
        needed.extend(snapshot.files().await?.iter().map(deltalake::kernel::LogicalFileView::object_store_path));
    }
    for version in kept_from + 1..=newest.version() {
        let commit = Commit::read(at, store, version).await?.ok_or_else(|| {
            Error::failure(format!("table {}: the commit of version {version} is gone", at.label()))
                .hint("another program cleans this table's log: nothing was deleted")
        })?;
        for path in commit.adds {
            let strange = || format!("table {}: version {version} names the file {path}, which is not in its folder", at.label());
            needed.insert(Path::from_url_path(&path).explain(strange)?);
        }
    }
    Ok(needed)
}

/// Data files that are not needed and older than the cutoff: of versions that are gone, or of writes that never became one.
async fn unneeded(at: &TableAt, store: &LogStoreRef, needed: &HashSet<Path>, cutoff: DateTime<Utc>) -> Result<Vec<ObjectMeta>> {
    let objects = store.object_store(None);
    let found: Vec<ObjectMeta> =
        objects.list(None).try_collect().await.explain(|| format!("table {}: its files cannot be listed", at.label()))?;
    Ok(found
        .into_iter()
        .filter(|file| is_data(&file.location) && !needed.contains(&file.location) && file.last_modified <= cutoff)
        .collect())
}

/// Parquet files that are not the log's, nor in any other folder of Delta's own.
fn is_data(path: &Path) -> bool {
    path.extension() == Some("parquet") && !path.as_ref().starts_with(['_', '.'])
}

async fn delete(at: &TableAt, store: &LogStoreRef, path: &Path) -> Result<()> {
    match store.object_store(None).delete(path).await {
        Err(object_store::Error::NotFound { .. }) => Ok(()),
        deleted => deleted.explain(|| format!("table {}: the file {path} cannot be deleted", at.label())),
    }
}

#[cfg(test)]
mod tests {
    use super::is_data;

    #[test]
    fn the_log_is_never_taken_for_data() {
        assert!(is_data(&"part-0.zstd.parquet".into()) && is_data(&"month=2026-01/part-0.parquet".into()));
        for path in ["_delta_log/00000000000000000010.checkpoint.parquet", "_change_data/a.parquet", "notes.txt", "a.parquet#1"] {
            assert!(!is_data(&path.into()), "{path}");
        }
    }
}
