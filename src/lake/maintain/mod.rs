//! The upkeep of a table: few large files, a short log, and nothing on the disk that no promised version needs.
//!
//! Owns none of the decisions when and how far: `pipeline` makes them. Rows never change. Each part is safe by itself: files are
//! written, then one commit replaces the small ones; a checkpoint is another way to read the same log; what is deleted is needed
//! by no version that is kept. Whoever ends it in between leaves a table that is as good, and the next run goes on.

mod compact;
mod expire;
mod plan;

pub use super::commit::grow;
pub use compact::Compacted;
pub use expire::{Expired, expire};
pub use plan::Plan;

use super::log::Log;
use super::store::TableAt;
use super::{Snapshot, Table, leftovers};
use crate::error::{Explain, Result};
use chrono::{DateTime, Utc};
use deltalake::protocol::checkpoints::create_checkpoint;

/// A checkpoint is written when the newest version is so many commits away from the last one. Whoever opens a table reads each of
/// these commits twice, which takes 1.5 ms of a processor, and a run opens each table several times; a checkpoint takes some 15 ms.
pub const CHECKPOINT_AFTER: u64 = 3;

/// What a table looks like before anything is done to it.
pub struct Condition {
    /// The newest version.
    pub snapshot: Snapshot,
    /// What there is to compact.
    pub plan: Plan,
    /// Commits since the last checkpoint.
    pub commits: u64,
    /// The oldest version that can be read.
    pub oldest: u64,
    /// Files of the log that only versions need that were replaced before the cutoff.
    pub expired_log_files: u64,
}

/// Looks at a table; none where there is none.
///
/// # Errors
/// When it cannot be read.
pub async fn look(at: &TableAt, table: &Table, target_bytes: u64, cutoff: DateTime<Utc>) -> Result<Option<Condition>> {
    let Some(snapshot) = at.open().await? else { return Ok(None) };
    let log = Log::list(at, &at.log_store()?).await?;
    let plan = Plan::make(&snapshot, table, target_bytes).await?;
    let newest = snapshot.version();
    let (commits, oldest) = (log.since_checkpoint(newest), log.oldest(newest));
    let expired_log_files = log.expired(log.kept_from(newest, cutoff)).len() as u64;
    Ok(Some(Condition { snapshot, plan, commits, oldest, expired_log_files }))
}

/// Writes a checkpoint of the newest version.
///
/// # Errors
/// When it cannot be written.
pub async fn checkpoint(newest: &Snapshot) -> Result<()> {
    let at = newest.at();
    leftovers::sweep(at);
    create_checkpoint(newest.delta(), None).await.explain(|| format!("table {}: the checkpoint cannot be written", at.label()))
}
