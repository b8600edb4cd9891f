//! Data files into a version of a table: the only place that commits.
//!
//! Owns the one moment in which a table changes. Either the log names the files afterwards or they are removed; a file that the log
//! names is never touched, whatever fails behind the commit.

use super::evolution::{Difference, FORMAT, FORMAT_KEY, declared, difference, grown, unfit};
use super::leftovers;
use super::log::Commit;
use super::marks::Marks;
use super::snapshot::Snapshot;
use super::store::TableAt;
use super::tables::Table;
use super::write::{Mode, NOTE, SPACE};
use crate::error::{Error, Result};
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, Remove, StructType, Transaction};
use deltalake::logstore::LogStoreRef;
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::{DeltaOperation, SaveMode};
use serde_json::Value;
use std::ops::RangeInclusive;

/// Commits the files; gives the version that holds them.
///
/// # Errors
/// When the log cannot be written, or the rows do not belong in the table that is there. The table is then as before.
pub async fn commit(at: &TableAt, table: &Table, store: &LogStoreRef, adds: Vec<Add>, mode: Mode, note: &Value) -> Result<u64> {
    match attempt(at, table, store, adds.clone(), mode, note).await {
        Ok(version) => Ok(version),
        Err(error) => after_failure(at, store, &adds, None, error).await,
    }
}

/// Delta may fail after its commit, when it writes a checkpoint or cleans the log. What counts is whether the log names the files: the
/// commits behind version `since` are asked, where it is known, or else the newest version.
async fn after_failure(at: &TableAt, store: &LogStoreRef, adds: &[Add], since: Option<u64>, error: Error) -> Result<u64> {
    let named = match (at.open().await, adds.first()) {
        (Ok(Some(now)), Some(add)) => match since {
            Some(since) => naming(at, store, add, since + 1..=now.version()).await,
            None => now.holds_file(&add.path).await.map(|holds| holds.then(|| now.version())),
        },
        (Ok(_), _) => Ok(None),
        (Err(unreadable), _) => Err(unreadable),
    };
    match named {
        Ok(Some(version)) => {
            tracing::warn!("table {}: version {version} is written, but not all of its upkeep could be done", at.label());
            Ok(version)
        }
        Ok(None) => {
            leftovers::remove(store, adds).await;
            Err(error)
        }
        // A log that cannot be read now may still name them: a file too many is better than a table that lacks one.
        Err(_) => Err(error),
    }
}

async fn attempt(at: &TableAt, table: &Table, store: &LogStoreRef, adds: Vec<Add>, mode: Mode, note: &Value) -> Result<u64> {
    at.fence().pass(at.label())?;
    let failed = |error| Error::failure(format!("table {}: the commit failed", at.label())).because(error).hint(SPACE);
    let declared = declared(table)?;
    let properties = properties(note);
    let mut actions: Vec<Action> = adds.into_iter().map(Action::Add).collect();
    let Some(current) = at.open().await? else {
        return create(store, table, &declared, actions, properties, None).await.map_err(failed);
    };
    let state = current.state()?;
    let difference = difference(&current, table)?;
    // What is built from other tables is built anew; of other rows none may lose what a newer release wrote.
    let is_replaced = match &difference {
        Difference::None => false,
        Difference::Older => mode == Mode::Replace,
        Difference::Other(_) => mode == Mode::Replace && table.is_derived(),
    };
    if is_replaced {
        return create(store, table, &declared, actions, properties, Some(&current)).await.map_err(failed);
    }
    match difference {
        Difference::None => {}
        Difference::Older => actions.push(Action::Metadata(grown(&current, &declared)?)),
        Difference::Other(reason) => return Err(unfit(&current, &reason)),
    }
    if mode == Mode::Replace {
        actions.extend(removals(&current).await?);
    }
    let operation = DeltaOperation::Write {
        mode: if mode == Mode::Replace { SaveMode::Overwrite } else { SaveMode::Append },
        partition_by: (!table.partitions.is_empty()).then(|| table.partitions.iter().map(|&name| name.to_owned()).collect()),
        predicate: None,
    };
    let committed = CommitBuilder::from(properties)
        .with_actions(actions)
        .build(Some(state), store.clone(), operation)
        .await
        .map_err(failed)?;
    Ok(committed.version())
}

/// Commits files that hold the rows of others, which they replace; gives the version.
///
/// # Errors
/// When the log cannot be written, or another program has committed since. The table is then as before.
pub async fn commit_compaction(
    current: &Snapshot,
    store: &LogStoreRef,
    adds: Vec<Add>,
    removes: Vec<Remove>,
    target_bytes: u64,
    note: &Value,
) -> Result<u64> {
    let operation = DeltaOperation::Optimize { predicate: None, target_size: i64::try_from(target_bytes).unwrap_or(i64::MAX) };
    let files = adds.iter().cloned().map(|add| Action::Add(Add { data_change: false, ..add }));
    let actions = files.chain(removes.into_iter().map(Action::Remove)).collect();
    // Rows that come meanwhile are no reason to begin anew where nobody asks what a version's rows rest on.
    let retries = if current.at().takes_streams() { RETRIES } else { 0 };
    commit_upon(
        current,
        store,
        &adds,
        actions,
        operation,
        properties(note).with_max_retries(retries),
        "its files were put together",
    )
    .await
}

/// Commits on exactly this version. The note speaks for its rows: were another commit slipped in before, it would speak for that one
/// too.
async fn commit_upon(
    current: &Snapshot,
    store: &LogStoreRef,
    adds: &[Add],
    actions: Vec<Action>,
    operation: DeltaOperation,
    properties: CommitProperties,
    meanwhile: &str,
) -> Result<u64> {
    let at = current.at();
    at.fence().pass(at.label())?;
    let committed =
        CommitBuilder::from(properties).with_actions(actions).build(Some(current.state()?), store.clone(), operation).await;
    match committed {
        Ok(committed) => Ok(committed.version()),
        Err(error) => {
            let label = at.label();
            let is_overtaken = matches!(at.open().await, Ok(Some(now)) if now.version() > current.version());
            let failed = if is_overtaken {
                Error::failure(format!("table {label}: another program has committed to it while {meanwhile}"))
                    .because(error)
                    .hint("nothing was changed: run it again, when the other program is done")
            } else {
                Error::failure(format!("table {label}: the commit failed")).because(error).hint(SPACE)
            };
            after_failure(at, store, adds, Some(current.version()), failed).await
        }
    }
}

/// The version that added a file. Its name is its own, however its folder is written.
async fn naming(at: &TableAt, store: &LogStoreRef, add: &Add, versions: RangeInclusive<u64>) -> Result<Option<u64>> {
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    for version in versions {
        let commit = Commit::read(at, store, version).await?.unwrap_or_default();
        if commit.adds.iter().any(|path| name(path) == name(&add.path)) {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// Commits files that take the place of some others, rows changed, on exactly the version that they were made for; without any file, only
/// a note of what the same rows are now built from. Gives the version.
///
/// # Errors
/// When the log cannot be written, or another program has committed since. The table is then as before.
pub async fn commit_update(
    current: &Snapshot,
    store: &LogStoreRef,
    adds: Vec<Add>,
    removes: Vec<Remove>,
    marks: &Marks,
    note: &Value,
) -> Result<u64> {
    let operation = if removes.is_empty() {
        DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None }
    } else {
        DeltaOperation::Update { predicate: None }
    };
    let files = adds.iter().cloned().map(Action::Add);
    let actions = files.chain(removes.into_iter().map(Action::Remove)).collect();
    let properties = properties(note).with_max_retries(0).with_application_transactions(transactions(marks));
    commit_upon(current, store, &adds, actions, operation, properties, "its rows were changed").await
}

/// Commits files that add rows, and the marks that move with them. Others may have added rows since; nobody may have moved a mark.
///
/// # Errors
/// When the log cannot be written, or one of the marks was moved. The table is then as before.
pub async fn commit_marked(current: &Snapshot, store: &LogStoreRef, adds: Vec<Add>, marks: &Marks, note: &Value) -> Result<u64> {
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let actions = adds.iter().cloned().map(Action::Add).collect();
    let properties = properties(note).with_max_retries(RETRIES).with_application_transactions(transactions(marks));
    commit_upon(current, store, &adds, actions, operation, properties, "rows were added").await
}

/// Commits by others that are stepped over, one after the other.
const RETRIES: usize = 30;

fn transactions(marks: &Marks) -> Vec<Transaction> {
    marks.iter().map(|(name, value)| Transaction::new(name, *value)).collect()
}

/// Gives an older release's table the columns that are declared now.
///
/// # Errors
/// When the log cannot be written.
pub async fn grow(current: &Snapshot, table: &Table, note: &Value) -> Result<()> {
    let (at, declared) = (current.at(), declared(table)?);
    at.fence().pass(at.label())?;
    let grown = grown(current, &declared)?;
    CommitBuilder::from(properties(note))
        .with_actions(vec![Action::Metadata(grown)])
        .build(Some(current.state()?), at.log_store()?, DeltaOperation::AddColumn { fields: declared.into_fields().collect() })
        .await
        .map_err(|error| Error::failure(format!("table {}: the commit failed", at.label())).because(error).hint(SPACE))?;
    Ok(())
}

/// Old commits are forgotten by `maintain` alone, which knows what was promised; Delta's own rule forgets the last version before
/// the retention, too, which is the one that `--as-of` means.
fn properties(note: &Value) -> CommitProperties {
    CommitProperties::default().with_metadata([(NOTE.to_owned(), note.clone())]).with_cleanup_expired_logs(Some(false))
}

/// A table that is new, or whose columns, partitions and protocol are replaced together with its rows, in one version.
async fn create(
    store: &LogStoreRef,
    table: &Table,
    declared: &StructType,
    mut actions: Vec<Action>,
    properties: CommitProperties,
    replaced: Option<&Snapshot>,
) -> std::result::Result<u64, deltalake::DeltaTableError> {
    let mut builder = CreateBuilder::new();
    if let Some(replaced) = replaced {
        // What the old table demands of its readers stays; the builder adds what the new columns need, and the removals.
        actions.push(Action::Protocol(replaced.delta().snapshot()?.protocol().clone()));
        builder = builder.with_save_mode(SaveMode::Overwrite);
    }
    let created = builder
        .with_log_store(store.clone())
        .with_table_name(table.name)
        .with_comment(table.comment)
        .with_configuration([(FORMAT_KEY, Some(FORMAT.to_string()))])
        .with_raise_if_key_not_exists(false)
        .with_columns(declared.fields().cloned())
        .with_partition_columns(table.partitions.iter().copied())
        .with_actions(actions)
        .with_commit_properties(properties)
        .await?;
    Ok(created.version().unwrap_or_default())
}

async fn removals(current: &Snapshot) -> Result<Vec<Action>> {
    Ok(current.files().await?.iter().map(|file| Action::Remove(file.remove_action(true))).collect())
}
