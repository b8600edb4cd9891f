//! The rows that were added to a table after one of its versions, however its files were laid out anew since.
//!
//! Owns the difference between a new row and one that a compaction moved. Only for tables that rows are added to and never taken from.

use super::log::Commit;
use super::snapshot::{AsOf, Snapshot};
use crate::error::Result;
use datafusion::catalog::TableProvider;
use datafusion::execution::context::SessionState;
use std::collections::BTreeSet;
use std::sync::Arc;

/// More commits than this are not read one by one.
const COMMITS_MAX: u64 = 10_000;

/// The rows that came after version `after`, as relations that together hold each of them once; none where the log does not tell them
/// any more, or rows were taken away.
///
/// # Errors
/// When the log cannot be read.
pub async fn added(now: &Snapshot, after: u64, session: &SessionState) -> Result<Option<Vec<Arc<dyn TableProvider>>>> {
    let (at, store) = (now.at(), now.at().log_store()?);
    if after > now.version() || now.version() - after > COMMITS_MAX {
        return Ok(None);
    }
    let mut commits = Vec::new();
    for version in after + 1..=now.version() {
        match Commit::read(at, &store, version).await? {
            Some(commit) if !commit.takes_rows => commits.push((version, commit.new)),
            _ => return Ok(None),
        }
    }
    let mut relations = Vec::new();
    let mut left: BTreeSet<String> = commits.iter().flat_map(|(_, new)| new.iter().cloned()).collect();
    let mut seen = now.clone();
    // Files that were put together since are read as they were before: the newest version that still has them is asked.
    while !left.is_empty() {
        let held: BTreeSet<String> = seen.files().await?.iter().map(|file| file.path().into_owned()).collect();
        let here: Vec<String> = left.intersection(&held).cloned().collect();
        left.retain(|path| !held.contains(path));
        if !here.is_empty() {
            relations.push(seen.provider_of(session, here).await?);
        }
        let newest =
            commits.iter().rev().find(|(version, new)| *version < seen.version() && new.iter().any(|path| left.contains(path)));
        let Some((version, _)) = newest else { break };
        let Ok(Some(before)) = at.open_as_of(AsOf::Version(*version)).await else { return Ok(None) };
        seen = before;
    }
    Ok(left.is_empty().then_some(relations))
}
