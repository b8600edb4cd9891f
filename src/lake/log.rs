//! A table's log as files: which versions can still be read, and what one commit says.
//!
//! Owns the reading of `_delta_log` for what a snapshot does not tell. `--as-of` goes by the moment that a commit names itself, which
//! a copy of the lake keeps; what expires, by when its file was written, which is never earlier.

use super::snapshot::Snapshot;
use super::store::TableAt;
use super::write::NOTE;
use crate::error::{Explain, Result};
use chrono::{DateTime, Utc};
use deltalake::logstore::LogStoreRef;
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::path::Path;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The key in a note under which upkeep tells of itself. The rest of the note is the one of the rows' own commit.
pub const UPKEEP: &str = "maintenance";

/// What one commit says.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// When it was made.
    pub time: Option<DateTime<Utc>>,
    /// The program's note.
    pub note: Option<Value>,
    /// The files that it added, as the log writes them.
    pub adds: Vec<String>,
    /// Those of them whose rows are new, and not only laid out anew.
    pub new: Vec<String>,
    /// The names of the marks that it moved.
    pub marks: Vec<String>,
    /// Whether rows went with it: a file whose rows only moved to another takes none.
    pub takes_rows: bool,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "commitInfo")]
    info: Option<serde_json::Map<String, Value>>,
    add: Option<Added>,
    remove: Option<Removed>,
    txn: Option<Marked>,
}

#[derive(Deserialize)]
struct Added {
    path: String,
    #[serde(rename = "dataChange", default = "yes")]
    data_change: bool,
}

#[derive(Deserialize)]
struct Marked {
    #[serde(rename = "appId")]
    name: String,
}

#[derive(Deserialize)]
struct Removed {
    #[serde(rename = "dataChange", default = "yes")]
    data_change: bool,
}

/// What a writer leaves out is taken for the worse.
const fn yes() -> bool {
    true
}

impl Commit {
    /// Reads the commit of exactly this version; none where its file is gone.
    pub async fn read(at: &TableAt, store: &LogStoreRef, version: u64) -> Result<Option<Self>> {
        let unreadable = || format!("table {}: the commit of version {version} cannot be read", at.label());
        let Some(bytes) = store.read_commit_entry(version).await.explain(unreadable)? else { return Ok(None) };
        let mut commit = Self::default();
        for line in serde_json::Deserializer::from_slice(&bytes).into_iter::<Line>() {
            let line = line.explain(unreadable)?;
            if let Some(added) = line.add {
                if added.data_change {
                    commit.new.push(added.path.clone());
                }
                commit.adds.push(added.path);
            }
            commit.marks.extend(line.txn.map(|marked| marked.name));
            commit.takes_rows |= line.remove.is_some_and(|removed| removed.data_change);
            if let Some(mut info) = line.info {
                commit.time = info.get("timestamp").and_then(Value::as_i64).and_then(DateTime::from_timestamp_millis);
                commit.note = info.remove(NOTE);
            }
        }
        Ok(Some(commit))
    }

    /// The version whose rows this commit, of `version`, holds: an earlier one where it only laid them out anew.
    pub fn rows_version(&self, version: u64) -> u64 {
        self.upkeep("rows_version").and_then(Value::as_u64).unwrap_or(version)
    }

    /// When the rows were committed, and the note that was left then.
    pub fn of_rows(mut self) -> (Option<DateTime<Utc>>, Option<Value>) {
        let written = self.upkeep("rows_written_at").and_then(Value::as_str).and_then(|text| text.parse().ok());
        let is_upkeep = self.note.as_mut().and_then(Value::as_object_mut).is_some_and(|note| note.remove(UPKEEP).is_some());
        // Rows of another program had no note, and have none now.
        let note = self.note.filter(|note| !is_upkeep || note.as_object().is_some_and(|note| !note.is_empty()));
        (written.or(self.time), note)
    }

    fn upkeep(&self, key: &str) -> Option<&Value> {
        self.note.as_ref()?.get(UPKEEP)?.get(key)
    }
}

/// A note that speaks for the rows of `snapshot`, though its own commit holds others or none: `upkeep` says why.
///
/// # Errors
/// When the snapshot's commit cannot be read.
pub async fn of_same_rows(snapshot: &Snapshot, mut note: Value, mut upkeep: Value) -> Result<Value> {
    let (written, _) = snapshot.commit().await?;
    upkeep["rows_version"] = json!(snapshot.rows_version());
    upkeep["rows_written_at"] = json!(written.map(|time| time.to_rfc3339()));
    note[UPKEEP] = upkeep;
    Ok(note)
}

/// The newest version that was committed by this moment, of those that the log still tells of.
pub async fn version_at(at: &TableAt, store: &LogStoreRef, moment: DateTime<Utc>) -> Result<Option<u64>> {
    let log = Log::list(at, store).await?;
    let Some(newest) = log.commits.keys().next_back().copied() else { return Ok(None) };
    let readable: Vec<_> = log.commits.range(log.oldest(newest)..).map(|(version, written)| (*version, *written)).collect();
    // Commits are in the order of time, so halving finds the one; each costs a read.
    let (mut from, mut to) = (0, readable.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        let (version, file_written) = readable[middle];
        let named = Commit::read(at, store, version).await?.and_then(|commit| commit.time);
        if named.unwrap_or(file_written) <= moment { from = middle + 1 } else { to = middle }
    }
    Ok(readable[..from].last().map(|(version, _)| *version))
}

/// The files of a log.
#[derive(Clone, Debug, Default)]
pub struct Log {
    commits: BTreeMap<u64, DateTime<Utc>>,
    checkpoints: BTreeSet<u64>,
    /// All files that belong to one version.
    files: BTreeMap<u64, Vec<Path>>,
}

impl Log {
    /// Lists the log.
    pub async fn list(at: &TableAt, store: &LogStoreRef) -> Result<Self> {
        let objects = store.object_store(None);
        let found: Vec<_> = objects
            .list(Some(store.log_path()))
            .try_collect()
            .await
            .explain(|| format!("table {}: its log cannot be listed", at.label()))?;
        let mut log = Self::default();
        for file in found {
            let Some((digits, kind)) = file.location.filename().and_then(|name| name.split_at_checked(20)) else { continue };
            let Ok(version) = digits.parse() else { continue };
            let is_checkpoint = kind.starts_with(".checkpoint") && kind.ends_with(".parquet");
            if kind == ".json" {
                log.commits.insert(version, file.last_modified);
            } else if is_checkpoint {
                log.checkpoints.insert(version);
            }
            if is_checkpoint || kind == ".json" || kind == ".crc" {
                log.files.entry(version).or_default().push(file.location);
            }
        }
        Ok(log)
    }

    /// Commits that a reader of the newest version goes through one by one.
    pub fn since_checkpoint(&self, newest: u64) -> u64 {
        self.checkpoints.range(..=newest).next_back().map_or(newest + 1, |checkpoint| newest - checkpoint)
    }

    /// The oldest version that has to stay readable: the one that was the newest at `cutoff`, as far as the log still has it.
    pub fn kept_from(&self, newest: u64, cutoff: DateTime<Utc>) -> u64 {
        let after = self.commits.iter().find(|(_, written)| **written > cutoff).map(|(version, _)| *version);
        let promised = after.map_or(newest, |version| version.saturating_sub(1)).min(newest);
        promised.max(self.oldest(newest))
    }

    /// The oldest version that the log can still put together.
    pub fn oldest(&self, newest: u64) -> u64 {
        let mut unbroken = newest;
        while unbroken > 0 && self.commits.contains_key(&unbroken) {
            unbroken -= 1;
        }
        if unbroken == 0 && self.commits.contains_key(&0) {
            return 0;
        }
        // `unbroken` is the newest whose commit is gone; a checkpoint there holds all that came before.
        self.checkpoints.range(unbroken..=newest).next().copied().unwrap_or(newest)
    }

    /// The files that no version from `kept_from` on needs, the oldest first: an end in between leaves no hole.
    pub fn expired(&self, kept_from: u64) -> Vec<Path> {
        let Some(checkpoint) = self.checkpoints.range(..=kept_from).next_back() else { return Vec::new() };
        self.files.range(..checkpoint).flat_map(|(_, files)| files.iter().cloned()).collect()
    }
}

#[cfg(test)]
mod tests;
