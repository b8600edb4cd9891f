//! How far a table's source was read, committed together with the rows: what makes a stream land exactly once.
//!
//! Owns marks. A mark is a name and a number in a transaction action of the table's log: it moves in the commit that holds the rows, or
//! neither is there. Writers need no lock between them: whoever moves a mark that another moved meanwhile is told, and nothing of his is
//! stored.

use super::commit::{self, commit_marked};
use super::evolution::{Difference, difference, unfit};
use super::log::Commit;
use super::rows::streamed;
use super::snapshot::Snapshot;
use super::store::TableAt;
use super::tables::Table;
use super::write::{self, Mode, Written, write_files};
use crate::error::{Error, Explain, Result};
use arrow::array::RecordBatch;
use futures::future::try_join_all;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Names, and the number of each.
pub type Marks = BTreeMap<String, i64>;

/// The table at its newest version; it is made where there is none, and grown where an older release made it.
///
/// # Errors
/// When it cannot be made or read, or is another program's.
pub async fn opened(at: &TableAt, table: &Table, note: &Value) -> Result<Snapshot> {
    let failed = || Error::failure(format!("table {}: it cannot be made", table.label()));
    if at.open().await?.is_none() {
        write::make_folder(at)?;
        let made = commit::commit(at, table, &at.log_store()?, Vec::new(), Mode::Append, note).await;
        // Another process may have been first.
        if let Err(error) = made
            && at.open().await?.is_none()
        {
            return Err(error);
        }
    }
    let current = at.open().await?.ok_or_else(failed)?;
    match difference(&current, table)? {
        Difference::None => Ok(current),
        Difference::Older => {
            commit::grow(&current, table, note).await?;
            at.open().await?.ok_or_else(failed)
        }
        Difference::Other(reason) => Err(unfit(&current, &reason)),
    }
}

/// The marks of these names that a table has.
///
/// # Errors
/// When the log cannot be read.
pub async fn of(snapshot: &Snapshot, names: &BTreeSet<String>) -> Result<Marks> {
    let (state, store) = (snapshot.state()?, snapshot.at().log_store()?);
    let unreadable = || format!("table {}: its log does not tell how far its source was read", snapshot.at().label());
    let told = names.iter().map(|name| {
        let store = store.clone();
        async move { Ok::<_, Error>((name.clone(), state.transaction_version(store.as_ref(), name).await.explain(unreadable)?)) }
    });
    Ok(try_join_all(told).await?.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is stored.
    Stored(Written),
    /// Another process has moved one of the marks: nothing was stored.
    Overtaken,
}

/// Adds rows and moves marks in one commit, if since version `known` nobody else has moved one of them. `seen` is the table as it was
/// opened once, and is brought up to date: a stream commits all day, and opening a table anew costs more with every commit.
///
/// # Errors
/// When the files or the log cannot be written; the table is then as before.
pub async fn append(
    seen: &mut Snapshot,
    table: &Table,
    known: u64,
    rows: Vec<RecordBatch>,
    marks: &Marks,
    note: &Value,
) -> Result<Appended> {
    *seen = seen.renewed().await?;
    let (current, at) = (&*seen, seen.at());
    if moved(at, known, current.version(), marks).await? {
        return Ok(Appended::Overtaken);
    }
    let store = at.log_store()?;
    let (mut adds, mut count) = (Vec::new(), 0);
    if !rows.is_empty() {
        (adds, count) = write_files(at, table, &store, vec![streamed(table, rows)?], Arc::new(|_| {})).await?;
    }
    let bytes = adds.iter().map(|add| u64::try_from(add.size).unwrap_or_default()).sum();
    match commit_marked(current, &store, adds, marks, note).await {
        Ok(version) => Ok(Appended::Stored(Written { version, rows: count, held: None, bytes })),
        Err(error) => {
            let now = at.open().await?.map_or(known, |now| now.version());
            if moved(at, known, now, marks).await? { Ok(Appended::Overtaken) } else { Err(error) }
        }
    }
}

/// Whether one of the marks was moved by a version after `known` and up to `now`; commits that cannot be read any more may have.
async fn moved(at: &TableAt, known: u64, now: u64, marks: &Marks) -> Result<bool> {
    let store = at.log_store()?;
    for version in known + 1..=now {
        match Commit::read(at, &store, version).await? {
            Some(commit) if commit.marks.iter().all(|name| !marks.contains_key(name)) => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}
