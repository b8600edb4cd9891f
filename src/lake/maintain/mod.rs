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
use deltalake::protocol::checkpoints::create_checkpoint;

/// A checkpoint is written when the newest version is so many commits away from the last one.
pub const CHECKPOINT_AFTER: u64 = 10;

/// What a table looks like before anything is done to it.
pub struct Condition {
    /// The newest version.
    pub snapshot: Snapshot,
    /// What there is to compact.
    pub plan: Plan,
    /// Commits since the last checkpoint.
    pub commits: u64,
}

/// Looks at a table; none where there is none.
///
/// # Errors
/// When it cannot be read.
pub async fn look(at: &TableAt, table: &Table, target_bytes: u64) -> Result<Option<Condition>> {
    let Some(snapshot) = at.open().await? else { return Ok(None) };
    let log = Log::list(at, &at.log_store()?).await?;
    let plan = Plan::make(&snapshot, table, target_bytes).await?;
    let commits = log.since_checkpoint(snapshot.version());
    Ok(Some(Condition { snapshot, plan, commits }))
}

/// Writes a checkpoint where the last one is far away; tells whether it did, or would.
///
/// # Errors
/// When it cannot be written.
pub async fn checkpoint(at: &TableAt, dry_run: bool) -> Result<bool> {
    let Some(snapshot) = at.open().await? else { return Ok(false) };
    let log = Log::list(at, &at.log_store()?).await?;
    if log.since_checkpoint(snapshot.version()) < CHECKPOINT_AFTER {
        return Ok(false);
    }
    if !dry_run {
        leftovers::sweep(at);
        create_checkpoint(snapshot.delta(), None)
            .await
            .explain(|| format!("table {}: the checkpoint cannot be written", at.label()))?;
    }
    Ok(true)
}
