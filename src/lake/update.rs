//! Some rows of a table replaced by others, in one commit that leaves the rest as it is.
//!
//! Owns which files are written anew: those that hold a row that goes, and no others. What goes is told by the table's key, or by
//! whose it is, and it is counted: were a key there twice or not at all, nothing would be committed.

use super::commit::commit_update;
use super::declared;
use super::leftovers;
use super::log::of_same_rows;
use super::marks::Marks;
use super::snapshot::Snapshot;
use super::tables::Table;
use super::write::{self, Written, write_files};
use crate::engine::{Columns, Engine, having, not_among, texts};
use crate::error::{Error, Explain, Result};
use arrow::array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::{col, lit};
use deltalake::kernel::LogicalFileView;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many rows are written to one file; more of them by each core to its own.
const FILE_ROWS: u64 = 500_000;

/// How many times larger than the rows gathered before it a file may be to be put together with them.
const SMALL_TIMES: u64 = 8;

/// The column that names each row's file, where `Snapshot::provider_with_files` is asked for it.
pub const FILE: &str = "_file";

/// What is to become of a table.
#[derive(Default)]
pub struct Update {
    /// The keys of rows that go.
    pub gone: BTreeSet<String>,
    /// Where it is not keys that tell them: the column whose values `gone` has, and how many rows have one of them.
    told_by: Option<(&'static str, u64)>,
    /// The files that hold them, as the column `_file` names them.
    pub files: BTreeSet<String>,
    /// Rows that come, with the table's columns.
    pub rows: Vec<RecordBatch>,
    /// How far the source of the rows was read.
    pub marks: Marks,
}

impl Update {
    /// Nothing but marks.
    #[must_use]
    pub fn of_marks(marks: Marks) -> Self {
        Self { marks, ..Self::default() }
    }

    /// How many rows come.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows.iter().map(|batch| batch.num_rows() as u64).sum()
    }

    /// Rows in place of all those that have one of some values in a column.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn of_all_with(
        engine: &Engine,
        current: &Snapshot,
        column: &'static str,
        values: BTreeSet<String>,
        rows: Vec<RecordBatch>,
    ) -> Result<Self> {
        let failed = || format!("table {}: the files of the rows that change cannot be found", current.at().label());
        let scope = engine.scope();
        scope.register("stored", current.provider_with_files(&scope.state()).await?)?;
        let held = having(&scope, scope.table("stored").await?, column, &values)?;
        let held = held.aggregate(vec![col(FILE)], vec![count(lit(1)).alias("rows")]).explain(failed)?;
        let held = Columns::of(held, "files of rows that change").await?;
        let gone: i64 = held.whole("rows")?.iter().flatten().sum();
        let files = held.text(FILE)?.iter().flatten().map(str::to_owned).collect();
        let told_by = Some((column, u64::try_from(gone).unwrap_or_default()));
        Ok(Self { gone: values, told_by, files, rows, marks: Marks::new() })
    }

    /// How many rows go.
    fn rows_gone(&self) -> u64 {
        self.told_by.map_or(self.gone.len() as u64, |(_, rows)| rows)
    }

    /// Whether nothing goes and nothing comes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows_gone() == 0 && self.rows() == 0
    }

    /// How many rows stand in the files that are to be written anew; none where the log does not tell.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn rows_rewritten(&self, current: &Snapshot) -> Result<Option<u64>> {
        let touched = self.touched(current).await?;
        Ok(touched.iter().map(|file| file.num_records().map(|rows| rows as u64)).sum())
    }

    /// Carries it out on the version that it was made for.
    ///
    /// # Errors
    /// When files cannot be read or written, or the table is not what the update was made for. It is then as before.
    pub async fn carry_out(self, engine: &Engine, current: &Snapshot, table: &Table, note: &Value) -> Result<Written> {
        let at = current.at();
        let store = at.log_store()?;
        leftovers::sweep(at);
        let came = self.rows();
        let mut touched = self.touched(current).await?;
        // Where a file has a limit, its small ones are the upkeep's; where there are partitions, each has its own.
        if !self.is_empty() && table.file_rows().is_none() && table.partitions.is_empty() {
            touched = with_small(touched, current.files().await?, came);
        }
        let stood: Option<usize> = touched.iter().map(LogicalFileView::num_records).sum();
        let mut streams = Vec::new();
        if !touched.is_empty() {
            streams.extend(self.staying(engine, current, table, &touched).await?);
        }
        streams.extend(self.coming(engine, table).await?);
        if stood.is_some_and(|stood| stood as u64 + came <= FILE_ROWS) && !streams.is_empty() {
            // One after the other, into one file.
            let rows = stream::iter(streams).flatten();
            streams = vec![Box::pin(RecordBatchStreamAdapter::new(table.schema(), rows))];
        }
        let (adds, written) = write_files(at, table, &store, streams, Arc::new(|_| {})).await?;
        let expected = stood.map(|stood| (stood as u64 + came).saturating_sub(self.rows_gone()));
        if expected != Some(written) {
            leftovers::remove(&store, &adds).await;
            return Err(Error::failure(format!(
                "table {}: {written} rows would stand where {expected:?} should",
                at.label()
            ))
            .hint("the table was not changed; are its keys unique? `moodlake check` tells, `moodlake build-silver --full` builds it anew"));
        }
        let note = if self.is_empty() { of_same_rows(current, note.clone(), json!({})).await? } else { note.clone() };
        let bytes = adds.iter().map(|add| u64::try_from(add.size).unwrap_or_default()).sum();
        let removes = touched.iter().map(|file| file.remove_action(true)).collect();
        let version = commit_update(current, &store, adds, removes, &self.marks, &note).await?;
        let held = current.extent()?.rows.map(|rows| (rows + came).saturating_sub(self.rows_gone()));
        Ok(Written { version, rows: came, held, bytes })
    }

    /// The rows that come, in the declared types.
    async fn coming(&self, engine: &Engine, table: &Table) -> Result<Vec<SendableRecordBatchStream>> {
        let Some(first) = self.rows.first() else { return Ok(Vec::new()) };
        write::declared_columns(table, &first.schema())?;
        let scope = engine.scope();
        scope.register_rows("coming", first.schema(), self.rows.clone())?;
        declared::streams(scope.table("coming").await?, table).await
    }

    /// The table's files that are named.
    async fn touched(&self, current: &Snapshot) -> Result<Vec<LogicalFileView>> {
        if self.files.is_empty() {
            return Ok(Vec::new());
        }
        let mut root = current.at().url().clone();
        if !root.path().ends_with('/') {
            root.set_path(&format!("{}/", root.path()));
        }
        let named = |file: &LogicalFileView| {
            let path = file.path();
            self.files.contains(path.as_ref()) || root.join(&path).is_ok_and(|url| self.files.contains(url.as_str()))
        };
        let touched: Vec<_> = current.files().await?.into_iter().filter(named).collect();
        if touched.len() == self.files.len() {
            return Ok(touched);
        }
        Err(Error::failure(format!("table {}: its log does not name the files of its rows", current.at().label())))
    }

    /// The rows of the files that do not go, in exactly the declared types.
    async fn staying(
        &self,
        engine: &Engine,
        current: &Snapshot,
        table: &Table,
        touched: &[LogicalFileView],
    ) -> Result<Vec<SendableRecordBatchStream>> {
        let key = self.told_by.map(|(column, _)| column).or(table.key);
        let key = key.ok_or_else(|| Error::failure(format!("table {} has no key", table.label())))?;
        let scope = engine.scope();
        let paths = touched.iter().map(|file| file.path().into_owned()).collect();
        scope.register("touched", current.provider_of(&scope.state(), paths).await?)?;
        let gone = texts(&scope, key, &self.gone)?;
        declared::streams(not_among(gone, scope.table("touched").await?, key)?, table).await
    }
}

/// The files, and those small ones that are put together with the rows that come: each with at most eight times the rows gathered
/// before it. Files then grow by steps of eight, so that a table that takes some rows every day has a handful of them, and a row
/// is rewritten as many times.
fn with_small(mut touched: Vec<LogicalFileView>, all: Vec<LogicalFileView>, came: u64) -> Vec<LogicalFileView> {
    let mut gathered = came;
    let taken: BTreeSet<String> = touched.iter().map(|file| file.path().into_owned()).collect();
    let others =
        all.into_iter().filter(|file| !taken.contains(file.path().as_ref()) && file.deletion_vector_descriptor().is_none());
    let mut others: Vec<_> = others.filter_map(|file| Some((file.num_records()? as u64, file))).collect();
    others.sort_by_cached_key(|(rows, file)| (*rows, file.path().into_owned()));
    for (rows, file) in others {
        if rows > gathered.saturating_mul(SMALL_TIMES) {
            break;
        }
        gathered += rows;
        touched.push(file);
    }
    touched
}
