//! The Kaggle catalogue into `kaggle_tracks_bronze`: every row, every field, as it is.
//!
//! Owns the CSV's columns and their types. Rows stream from `catalog_file`, those that do not fit are rejected with their
//! line, and only rows that the table does not hold yet are added. A file of the same bytes is not read twice.

use super::catalog_file::{self, CatalogFile, Records};
use super::catalog_rows::CatalogRows;
use super::ledger::{self, Account};
use super::rejects::{self, Rejected};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step, Task, Unit};
use crate::error::{Error, Explain, Result};
use crate::lake::Mode;
use crate::lake::merge::{Narrow, known_keys};
use crate::lake::rows::store;
use crate::lake::tables::{KAGGLE_TRACKS, REJECTED_ROWS};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use serde_json::json;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What importing a catalogue did.
pub struct CatalogImported {
    /// The file's account.
    pub account: Account,
    /// One step a table written.
    pub steps: Vec<Step>,
}

/// Imports a catalogue file: plain CSV, `.gz`, or the `.zip` that Kaggle hands out.
///
/// # Errors
/// When the file cannot be read, has other columns, or the lake cannot be written; nothing of it is imported then.
pub async fn import(context: &Context, path: &Path) -> Result<CatalogImported> {
    let watch = Stopwatch::start();
    let table = context.lake.table(&KAGGLE_TRACKS)?;
    let file = catalog_file::open(path)?;
    let mut step = Step::new("import-catalog", KAGGLE_TRACKS.label());
    let mut account = Account { file: path.display().to_string(), shape: "kaggle_csv".to_owned(), ..Account::default() };
    account.sha256.clone_from(&file.sha256);
    if table.exists().await?
        && let Some(rows) = ledger::imported_rows(context, &KAGGLE_TRACKS, &file.sha256).await?
    {
        step.rows_read = rows;
        step.rows_duplicate = rows;
        step.outcome = Outcome::UpToDate;
        step.remark = Some("a file of these bytes was imported before".to_owned());
        (account.rows_read, account.rows_duplicate) = (rows, rows);
        return Ok(CatalogImported { account, steps: vec![step.took(watch)] });
    }
    let task = context.progress.begin("reading the catalogue", Some(file.bytes), Unit::Bytes);
    let imported_at_us = context.clock.now().timestamp_micros();
    let parsed = tokio::task::spawn_blocking(move || parse(file, imported_at_us, &task))
        .await
        .explain(|| "reading the catalogue stopped".to_owned())??;
    settle(context, parsed, account, step, watch).await
}

/// Imports a catalogue that is part of the program.
///
/// # Errors
/// When the lake cannot be written.
pub async fn import_bundled(context: &Context, name: &str, csv: &'static [u8]) -> Result<CatalogImported> {
    let watch = Stopwatch::start();
    let file = CatalogFile::bundled(name, csv);
    let account =
        Account { file: name.to_owned(), shape: "kaggle_csv".to_owned(), sha256: file.sha256.clone(), ..Account::default() };
    let parsed = parse(file, context.clock.now().timestamp_micros(), &(Arc::new(crate::context::Silent) as Arc<dyn Task>))?;
    settle(context, parsed, account, Step::new("import-catalog", KAGGLE_TRACKS.label()), watch).await
}

/// Where the catalogue is looked for when nobody names it.
#[must_use]
pub fn default_path(context: &Context) -> PathBuf {
    context.lake.home().join("kaggle").join("dataset.csv")
}

/// What a catalogue file holds, before it is compared with the table.
pub struct Parsed {
    /// The rows that fit.
    pub batches: Vec<RecordBatch>,
    /// Those that do not.
    pub rejected: Vec<super::play::Reject>,
    /// Rows of the file, whatever became of them.
    pub rows_read: u64,
    /// Rows that the file told before.
    pub rows_repeated: u64,
}

/// Reads a catalogue file to its end; `task` is told how much of it has been read.
///
/// # Errors
/// When it cannot be read or has other columns.
pub fn parse(file: CatalogFile, imported_at_us: i64, task: &Arc<dyn Task>) -> Result<Parsed> {
    let name = file.name.clone();
    let (reader, since_record) = Records::new(file.reader(task)?, name.clone());
    // A ragged row is that row's fault, not the file's: it is rejected below, where its line is known.
    let mut csv = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 18).from_reader(reader);
    let failed = |error: csv::Error| {
        let hint = match error.kind() {
            csv::ErrorKind::Io(error) => catalog_file::advice(error),
            _ => "is it complete? download it again; nothing was imported",
        };
        Error::failure(format!("{name}: the catalogue cannot be read to its end")).because(error).hint(hint)
    };
    let header = csv.byte_headers().map_err(failed)?.clone();
    let mut rows = CatalogRows::new(&header, imported_at_us).map_err(|error| named(&error, &name))?;
    let (mut parsed, mut record) =
        (Parsed { batches: Vec::new(), rejected: Vec::new(), rows_read: 0, rows_repeated: 0 }, csv::ByteRecord::new());
    let mut seen = HashSet::new();
    while csv.read_byte_record(&mut record).map_err(failed)? {
        since_record.set(0);
        parsed.rows_read += 1;
        if parsed.rows_read > ROWS_MAX {
            return Err(Error::failure(format!("{name} holds more than {ROWS_MAX} rows: no catalogue does"))
                .hint("name the CSV of the \"Spotify Tracks Dataset\" on Kaggle; nothing was imported"));
        }
        if let Err(reject) = rows.push(&record, &mut seen) {
            match reject {
                Some(reject) => parsed.rejected.push(reject),
                None => parsed.rows_repeated += 1,
            }
        }
        if rows.len() >= BATCH_ROWS {
            parsed.batches.push(rows.finish()?);
        }
    }
    parsed.batches.push(rows.finish()?);
    Ok(parsed)
}

const BATCH_ROWS: usize = 16_384;
/// All of them are held until they are compared with the table. The real catalogue has 114,000.
const ROWS_MAX: u64 = 1_000_000;

fn named(error: &Error, name: &str) -> Error {
    let hint = error.advice().unwrap_or_default().to_owned();
    Error::failure(format!("{name}: {error}")).hint(hint)
}

async fn settle(
    context: &Context,
    parsed: Parsed,
    mut account: Account,
    mut step: Step,
    watch: Stopwatch,
) -> Result<CatalogImported> {
    let stored = context.lake.open(&KAGGLE_TRACKS).await?;
    let keys: HashSet<String> = parsed.batches.iter().flat_map(|batch| row_ids(batch).map(str::to_owned)).collect();
    let known = known_keys(&context.engine, stored.as_ref(), &KAGGLE_TRACKS, &keys, &Narrow::default()).await?;
    let mut new = Vec::new();
    for batch in &parsed.batches {
        let keep: BooleanArray = row_ids(batch).map(|id| Some(!known.contains(id))).collect();
        new.push(filter_record_batch(batch, &keep).explain(|| "the catalogue's rows cannot be filtered".to_owned())?);
    }
    account.rows_read = parsed.rows_read;
    account.rows_kept = new.iter().map(|batch| batch.num_rows() as u64).sum();
    account.rows_duplicate = keys.len() as u64 - account.rows_kept + parsed.rows_repeated;
    for reject in &parsed.rejected {
        *account.rejected.entry(reject.reason.to_owned()).or_default() += 1;
    }
    let account = account.checked()?;
    (step.rows_read, step.rows_duplicate, step.rows_rejected) =
        (account.rows_read, account.rows_duplicate, account.rows_rejected());
    let mut steps = Vec::new();
    if account.rows_kept > 0 {
        let written =
            store(&context.lake, &KAGGLE_TRACKS, new, Mode::Append, &context.note(json!({ "import": [account.file] }))).await?;
        steps.push(step.wrote(written).took(watch));
    } else {
        step.outcome = Outcome::UpToDate;
        steps.push(step.took(watch));
    }
    let rejected: Vec<_> =
        parsed.rejected.into_iter().map(|reject| Rejected { file: account.file.clone(), reject, identity: None }).collect();
    if let Some(written) = rejects::keep(context, None, &rejected).await? {
        steps.push(Step::new("import-catalog", REJECTED_ROWS.label()).wrote(written));
    }
    ledger::record(context, None, &KAGGLE_TRACKS, std::slice::from_ref(&account)).await?;
    Ok(CatalogImported { account, steps })
}

fn row_ids(batch: &RecordBatch) -> impl Iterator<Item = &str> {
    batch.column_by_name("row_id").into_iter().flat_map(|column| column.as_string::<i32>().iter().flatten())
}
