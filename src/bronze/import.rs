//! A person's own export into bronze: parsed, merged, accounted for.
//!
//! Owns the order: everything is parsed before anything is written, so that a broken file leaves the lake as it was; plays,
//! then track metadata, the gaps that they close, rejected rows, then the ledger that vouches for them. `export` knows the files, `history` the rows.

use super::export::{self, FileAccount, Item, Limits};
use super::gaps::{self, Covered};
use super::history::{HistoryRows, only};
use super::ledger::{self, Account};
use super::play::Play;
use super::rejects::{self, Rejected};
use super::track_metadata;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step, Task, Unit};
use crate::error::{Explain, Result};
use crate::lake::Mode;
use crate::lake::merge::known_keys;
use crate::lake::rows::store;
use crate::lake::tables::{LISTENING_HISTORY, REJECTED_ROWS};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is imported, and for whom.
#[derive(Clone, Debug)]
pub struct Import {
    /// ZIP archives, folders or JSON files.
    pub paths: Vec<PathBuf>,
    /// The listener whose plays they are.
    pub user_id: String,
    /// Tells the account and writes nothing.
    pub dry_run: bool,
}

/// What an import did.
pub struct Imported {
    /// One account a file.
    pub accounts: Vec<Account>,
    /// Files that hold no listening history.
    pub ignored: Vec<String>,
    /// One step a table written.
    pub steps: Vec<Step>,
}

/// Imports an export: reads all of it, then adds what the lake does not hold yet.
///
/// # Errors
/// When a file cannot be read to its end or the lake cannot be written; nothing of it is imported then.
pub async fn import(context: &Context, import: &Import) -> Result<Imported> {
    let watch = Stopwatch::start();
    let task = context.progress.begin("reading the export", Some(export::total_bytes(&import.paths)), Unit::Bytes);
    let (paths, user_id) = (import.paths.clone(), import.user_id.clone());
    let gathered = tokio::task::spawn_blocking(move || gather(&paths, user_id, &task))
        .await
        .explain(|| "reading the export stopped".to_owned())??;
    settle(context, import, gathered, Mode::Append, watch).await
}

/// Stores plays that a generator made, by the same way as an export's. They are all there is to be: plays of an earlier
/// simulation, for another time zone perhaps, are replaced.
///
/// # Errors
/// When the lake cannot be written.
pub async fn import_plays(context: &Context, user_id: &str, name: &str, plays: &[Play]) -> Result<Imported> {
    let watch = Stopwatch::start();
    let mut gathered = Gathered::new(user_id.to_owned());
    gathered.files =
        vec![Account { file: name.to_owned(), shape: name.to_owned(), rows_read: plays.len() as u64, ..Account::default() }];
    plays.iter().for_each(|play| gathered.play(0, play));
    let stored = context.lake.open(&LISTENING_HISTORY).await?;
    let known =
        known_keys(&context.engine, stored.as_ref(), &LISTENING_HISTORY, gathered.rows.keys(), &gathered.rows.narrow()).await?;
    let held = stored.as_ref().map_or(Ok(Some(0)), |stored| stored.extent().map(|extent| extent.rows))?;
    let mode = if held == Some(known.len() as u64) { Mode::Append } else { Mode::Replace };
    let import = Import { paths: Vec::new(), user_id: user_id.to_owned(), dry_run: false };
    settle(context, &import, gathered, mode, watch).await
}

struct Gathered {
    user_id: String,
    rows: HistoryRows,
    covered: Vec<Covered>,
    rejected: Vec<(usize, super::play::Reject)>,
    repeated: Vec<u64>,
    files: Vec<Account>,
    ignored: Vec<String>,
}

impl Gathered {
    fn new(user_id: String) -> Self {
        let (rows, rejected, repeated) = (HistoryRows::default(), Vec::new(), Vec::new());
        Self { user_id, rows, covered: Vec::new(), rejected, repeated, files: Vec::new(), ignored: Vec::new() }
    }

    fn play(&mut self, file: usize, play: &Play) {
        self.covered.resize(self.covered.len().max(file + 1), Covered::nothing());
        self.covered[file].include(play.played_at_us);
        if !self.rows.push(&self.user_id, file, play) {
            self.repeated.resize(self.repeated.len().max(file + 1), 0);
            self.repeated[file] += 1;
        }
    }
}

impl export::Sink for Gathered {
    fn take(&mut self, file: usize, item: Item) -> Result<()> {
        match item {
            Item::Play(play) => self.play(file, &play),
            Item::Reject(reject) => self.rejected.push((file, reject)),
        }
        Ok(())
    }
}

fn gather(paths: &[PathBuf], user_id: String, task: &Arc<dyn Task>) -> Result<Gathered> {
    let mut gathered = Gathered::new(user_id);
    let told = AtomicU64::new(0);
    // One thread alone tells the progress.
    let progress = |bytes: u64| task.advance(bytes.saturating_sub(told.swap(bytes, Ordering::Relaxed)));
    let reading = export::read_beside(paths, &Limits::default(), &progress, &mut gathered)?;
    gathered.files = reading.files.into_iter().map(account).collect();
    gathered.ignored = reading.ignored;
    Ok(gathered)
}

async fn settle(context: &Context, import: &Import, mut gathered: Gathered, mode: Mode, watch: Stopwatch) -> Result<Imported> {
    let stored = context.lake.open(&LISTENING_HISTORY).await?;
    let (keys, narrow) = (gathered.rows.keys(), gathered.rows.narrow());
    // What is replaced is known to nobody any more.
    let stored = stored.filter(|_| mode == Mode::Append);
    let known = known_keys(&context.engine, stored.as_ref(), &LISTENING_HISTORY, keys, &narrow).await?;
    let new = gathered.rows.is_new(&known);
    let accounts = accounts(&gathered, &new)?;
    let mut step = Step::new("import", LISTENING_HISTORY.label());
    for account in &accounts {
        step.rows_read += account.rows_read;
        step.rows_duplicate += account.rows_duplicate;
        step.rows_rejected += account.rows_rejected();
    }
    let ignored = std::mem::take(&mut gathered.ignored);
    if import.dry_run {
        step.rows_written = accounts.iter().map(|account| account.rows_kept).sum();
        step.remark = Some("dry run: nothing was written".to_owned());
        return Ok(Imported { accounts, ignored, steps: vec![step.took(watch)] });
    }
    let rejected = rejected(&mut gathered);
    let covered = std::mem::take(&mut gathered.covered);
    let mut steps = Vec::new();
    let plays = gathered.rows.into_batch(context.clock.now(), &context.run_id)?;
    if new.contains(&true) {
        let batch = only(&plays, new)?;
        let written =
            store(&context.lake, &LISTENING_HISTORY, vec![batch], mode, &context.note(json!({ "import": files(&accounts) })))
                .await?;
        steps.push(step.wrote(written).took(watch));
    } else {
        step.outcome = Outcome::UpToDate;
        steps.push(step.took(watch));
    }
    // Of all plays, not of the new ones alone: an import that was ended half-way has kept plays and not yet their tracks.
    let tracks = track_metadata::keep(context, "import", plays).await?;
    steps.extend(Some(tracks).filter(|tracks| tracks.outcome != Outcome::UpToDate || steps[0].outcome != Outcome::UpToDate));
    let closed = gaps::close(context, &import.user_id, &covered).await?;
    steps.extend(closed);
    let kept = rejects::keep(context, Some(&import.user_id), &rejected).await?;
    if let Some(written) = kept {
        steps.push(Step::new("import", REJECTED_ROWS.label()).wrote(written));
    }
    ledger::record(context, Some(&import.user_id), &LISTENING_HISTORY, &accounts).await?;
    Ok(Imported { accounts, ignored, steps })
}

fn files(accounts: &[Account]) -> Vec<&str> {
    accounts.iter().map(|account| account.file.as_str()).collect()
}

fn account(file: FileAccount) -> Account {
    Account {
        shape: file.shape.name().to_owned(),
        rejected: file.rejected.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect(),
        file: file.file,
        sha256: file.sha256,
        rows_read: file.rows_read,
        ..Account::default()
    }
}

fn accounts(gathered: &Gathered, new: &[bool]) -> Result<Vec<Account>> {
    let mut accounts = gathered.files.clone();
    for (account, repeated) in accounts.iter_mut().zip(&gathered.repeated) {
        account.rows_duplicate = *repeated;
    }
    for (&file, &is_new) in gathered.rows.files().iter().zip(new) {
        if let Some(account) = accounts.get_mut(file) {
            *(if is_new { &mut account.rows_kept } else { &mut account.rows_duplicate }) += 1;
        }
    }
    accounts.into_iter().map(Account::checked).collect()
}

fn rejected(gathered: &mut Gathered) -> Vec<Rejected> {
    let name = |file: usize| gathered.files.get(file).map(|file| file.file.clone()).unwrap_or_default();
    std::mem::take(&mut gathered.rejected)
        .into_iter()
        .map(|(file, reject)| Rejected { file: name(file), reject, identity: None })
        .collect()
}
