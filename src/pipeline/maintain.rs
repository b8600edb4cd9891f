//! The upkeep of the lake's tables: which need it, in what order its parts come, and what each did.
//!
//! Owns the limits that are promised in docs/maintenance.md. Rows never change, so nothing is built anew after it.

use super::Journal;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::Result;
use crate::lake::Table;
use crate::lake::maintain::{CHECKPOINT_AFTER, Expired, checkpoint, expire, grow, look};
use chrono::Duration;
use serde::Serialize;
use serde_json::json;

/// Files are put together up to this size.
pub const TARGET_BYTES: u64 = 128 << 20;
/// Every version of the last so many days can be read.
pub const RETENTION_DAYS: i64 = 30;
/// The scheduler puts small files together when a table has more of them than this.
pub const SMALL_FILES_MAX: u64 = 32;
/// The scheduler deletes what has expired when so many files of a table's log have: what is to stay is known only when every commit
/// of the retention is read.
pub const EXPIRED_MIN: u64 = 10;

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Care {
    /// Files are put together up to this size.
    pub target_bytes: u64,
    /// How long replaced versions can be read.
    pub retention: Duration,
    /// Tells, and does nothing.
    pub dry_run: bool,
    /// Leaves tables alone that are within the limits.
    pub only_when_due: bool,
}

impl Care {
    /// What the scheduler does.
    #[must_use]
    pub fn when_due(retention: Duration) -> Self {
        Self { target_bytes: TARGET_BYTES, retention, dry_run: false, only_when_due: true }
    }
}

/// What was done to a table, or would be.
#[derive(Clone, Debug, Serialize)]
pub struct Maintained {
    /// `layer/name`.
    pub table: String,
    /// Whether a table of an older release was given the columns that are declared now.
    pub columns_added: bool,
    /// Data files of the newest version before.
    pub files_before: u64,
    /// And after.
    pub files_after: u64,
    /// Their bytes before.
    pub bytes_before: u64,
    /// And after; unknown before it is done.
    pub bytes_after: Option<u64>,
    /// Rows that were laid out anew.
    pub rows: u64,
    /// Whether a checkpoint was written.
    pub checkpoint: bool,
    /// Old files of the log deleted.
    pub log_files_deleted: u64,
    /// Data files deleted that only older versions named.
    pub data_files_deleted: u64,
    /// Their bytes.
    pub bytes_freed: u64,
    /// The oldest version that can be read.
    pub oldest_version: u64,
    /// The newest.
    pub version: u64,
}

impl Maintained {
    /// Whether there was anything to do.
    #[must_use]
    pub const fn is_changed(&self) -> bool {
        self.columns_added
            || self.files_before != self.files_after
            || self.checkpoint
            || self.log_files_deleted + self.data_files_deleted > 0
    }

    /// Versions that can be read.
    #[must_use]
    pub const fn versions(&self) -> u64 {
        self.version - self.oldest_version + 1
    }

    fn remark(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.columns_added.then(|| "columns of this release added".to_owned()));
        if self.files_before != self.files_after {
            parts.push(format!("files {} -> {}", self.files_before, self.files_after));
        }
        parts.extend(self.checkpoint.then(|| "checkpoint".to_owned()));
        if self.data_files_deleted + self.log_files_deleted > 0 {
            parts.push(format!("{} old files deleted", self.data_files_deleted + self.log_files_deleted));
        }
        parts.join(", ")
    }
}

/// Maintains tables, one after the other; one that fails is told, and the others go on. Tables with nothing to do are no steps.
pub async fn maintain(context: &Context, tables: &[&Table], care: &Care, journal: &mut Journal<'_>) -> Vec<Maintained> {
    let mut all = Vec::new();
    for &table in tables {
        let watch = Stopwatch::start();
        let step = Step::new("maintain", table.label());
        match one(context, table, care).await {
            Ok(Some(done)) => {
                if done.is_changed() && !care.dry_run {
                    let step = Step { version: Some(done.version), outcome: Outcome::Maintained, ..step };
                    journal.note([step.remarked(done.remark()).took(watch)]);
                }
                all.push(done);
            }
            Ok(None) => {}
            Err(error) => journal.failed(step.took(watch), error),
        }
    }
    all
}

async fn one(context: &Context, table: &Table, care: &Care) -> Result<Option<Maintained>> {
    let at = context.lake.table(table)?;
    let run = context.note(json!({}));
    let cutoff = context.clock.now() - care.retention;
    let Some(mut found) = look(&at, table, care.target_bytes, cutoff).await? else { return Ok(None) };
    // What is built from other tables is built anew with its columns.
    let columns_added = !table.is_derived() && found.snapshot.is_older(table)?;
    if columns_added && !care.dry_run {
        grow(&found.snapshot, table, &run).await?;
        let Some(now) = look(&at, table, care.target_bytes, cutoff).await? else { return Ok(None) };
        found = now;
    }
    // A table that only grows would be written as a whole with every checkpoint.
    let is_scattered = !care.only_when_due || found.plan.small_files() > SMALL_FILES_MAX;
    let expires = is_scattered || columns_added || found.expired_log_files >= EXPIRED_MIN;
    if !expires && found.commits < CHECKPOINT_AFTER {
        return Ok(None);
    }
    let before = found.snapshot.extent()?;
    let compacts = is_scattered && !care.dry_run;
    let compacted = if compacts { found.plan.carry_out(&context.engine, &found.snapshot, table, &run).await? } else { None };
    let newest = if compacted.is_some() { at.open().await?.unwrap_or(found.snapshot) } else { found.snapshot };
    let checkpoints = found.commits + u64::from(compacted.is_some()) >= CHECKPOINT_AFTER;
    if checkpoints && !care.dry_run {
        checkpoint(&newest).await?;
    }
    let expired = if expires {
        // Asked now: what the compaction has just replaced is as old as this moment.
        expire(&at, context.clock.now() - care.retention, care.dry_run).await?
    } else {
        Expired { kept_from: found.oldest, newest: newest.version(), ..Expired::default() }
    };
    let after = if care.dry_run { None } else { Some(newest.extent()?) };
    Ok(Some(Maintained {
        table: table.label(),
        columns_added,
        files_before: before.files,
        files_after: after.map_or(before.files - found.plan.small_files() + found.plan.large_files(), |extent| extent.files),
        bytes_before: before.bytes,
        bytes_after: after.map(|extent| extent.bytes),
        rows: compacted.map_or(0, |compacted| compacted.rows),
        checkpoint: checkpoints,
        log_files_deleted: expired.log_files,
        data_files_deleted: expired.data_files,
        bytes_freed: expired.data_bytes,
        oldest_version: expired.kept_from,
        version: expired.newest,
    }))
}
