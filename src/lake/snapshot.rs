//! One table at one version: what it holds, and how the engine reads it.
//!
//! Owns pinning: whoever holds a `Snapshot` reads the same rows however often the table is written meanwhile. Says how many
//! rows and bytes there are from the log alone, and gives back the note that the commit carries.

use super::evolution::{self, Difference};
use super::log::{Commit, version_at};
use super::remote::explained;
use super::store::TableAt;
use super::tables::Table;
use super::update::FILE;
use crate::error::{Error, Explain, Result};
use arrow::datatypes::SchemaRef;
use chrono::{DateTime, Utc};
use datafusion::catalog::TableProvider;
use datafusion::execution::context::SessionState;
use deltalake::delta_datafusion::TableProviderBuilder;
use deltalake::kernel::LogicalFileView;
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use futures::TryStreamExt;
use serde_json::{Value, json};
use std::sync::Arc;

/// Which version of a table is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// The newest.
    Latest,
    /// A version number.
    Version(u64),
    /// The newest version that was committed by this moment.
    Time(DateTime<Utc>),
}

/// A table pinned to a version.
#[derive(Clone)]
pub struct Snapshot {
    table: DeltaTable,
    at: TableAt,
    rows_version: u64,
}

/// What the log tells of a snapshot without reading data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Rows, or none when a writer left the count out of the log.
    pub rows: Option<u64>,
    /// Bytes of the data files.
    pub bytes: u64,
    /// Number of data files.
    pub files: u64,
}

impl Snapshot {
    /// The version this snapshot is pinned to.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.table.version().unwrap_or_default()
    }

    /// The table's address.
    #[must_use]
    pub const fn at(&self) -> &TableAt {
        &self.at
    }

    /// What tells these rows from any others, of this table or of one that took its place: for the note of what was built from
    /// them. A version that only lays the rows of an earlier one out anew has the earlier one's identity.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn identity(&self) -> Result<Value> {
        let id = self.state()?.metadata().id().to_owned();
        Ok(json!({ "table": self.at.label(), "id": id, "version": self.rows_version }))
    }

    /// The columns as the Delta log declares them.
    ///
    /// # Errors
    /// When the log has no readable schema.
    pub fn schema(&self) -> Result<SchemaRef> {
        Ok(self.state()?.arrow_schema())
    }

    /// The columns whose values name the folders of the data files.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn partitions(&self) -> Result<Vec<String>> {
        Ok(self.state()?.metadata().partition_columns().to_vec())
    }

    /// Whether an older release wrote it, with fewer columns than are declared now: they are read as null.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn is_older(&self, table: &Table) -> Result<bool> {
        Ok(evolution::difference(self, table)? == Difference::Older)
    }

    /// Whether its columns are the declared ones, no more and no less.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn is_as_declared(&self, table: &Table) -> Result<bool> {
        Ok(evolution::difference(self, table)? == Difference::None)
    }

    /// Rows, bytes and files, from the log alone.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn extent(&self) -> Result<Extent> {
        let mut extent = Extent { rows: Some(0), ..Extent::default() };
        for file in self.state()?.try_log_data().explain(|| self.unreadable())? {
            extent.files += 1;
            extent.bytes += u64::try_from(file.size()).unwrap_or_default();
            extent.rows = match (extent.rows, file.num_records()) {
                (Some(sum), Some(rows)) => Some(sum + rows as u64),
                _ => None,
            };
        }
        Ok(extent)
    }

    /// A relation over exactly this version.
    ///
    /// # Errors
    /// When the store or the log cannot be read.
    pub async fn provider(&self, session: &SessionState) -> Result<Arc<dyn TableProvider>> {
        evolution::with_lacking_columns(self.stored(session, |builder| builder).await?, &self.at)
    }

    /// A relation over some of this version's files.
    pub(super) async fn provider_of(&self, session: &SessionState, paths: Vec<String>) -> Result<Arc<dyn TableProvider>> {
        self.stored(session, |builder| builder.with_file_paths(paths)).await
    }

    /// A relation over this version that names each row's file, too, in a column `_file`.
    ///
    /// # Errors
    /// When the store or the log cannot be read.
    pub async fn provider_with_files(&self, session: &SessionState) -> Result<Arc<dyn TableProvider>> {
        self.stored(session, |builder| builder.with_file_column(FILE)).await
    }

    /// The same over some of its files, by the names of that column.
    ///
    /// # Errors
    /// When the store or the log cannot be read.
    pub async fn provider_of_files(&self, session: &SessionState, files: Vec<String>) -> Result<Arc<dyn TableProvider>> {
        self.stored(session, |builder| builder.with_file_column(FILE).with_file_paths(files)).await
    }

    /// The rows as the files hold them.
    async fn stored(
        &self,
        session: &SessionState,
        chosen: impl FnOnce(TableProviderBuilder) -> TableProviderBuilder,
    ) -> Result<Arc<dyn TableProvider>> {
        self.table.update_datafusion_session(session).explain(|| self.unreadable())?;
        let builder = self.table.table_provider().with_session(Arc::new(session.clone()));
        Ok(Arc::new(chosen(builder).build().await.explain(|| self.unreadable())?))
    }

    /// The greatest value of a column of whole numbers, from the log alone: 0 where it has none, and none where the log does not
    /// tell.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn greatest(&self, column: &str) -> Result<Option<i64>> {
        let mut greatest = 0;
        for file in self.files().await? {
            let told = file.stats().and_then(|stats| serde_json::from_str::<Value>(&stats).ok()).unwrap_or_default();
            match told["maxValues"][column].as_i64() {
                Some(value) => greatest = greatest.max(value),
                None if told["nullCount"][column].is_u64() && told["nullCount"][column] == told["numRecords"] => {}
                None => return Ok(None),
            }
        }
        Ok(Some(greatest))
    }

    /// The newest time of a column as the log tells it, in whole milliseconds; none where it does not, or not in this way.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn newest(&self, column: &str) -> Result<Option<DateTime<Utc>>> {
        let mut newest = None;
        for file in self.files().await? {
            let told = file.stats().and_then(|stats| serde_json::from_str::<Value>(&stats).ok()).unwrap_or_default();
            match told["maxValues"][column].as_str().map(DateTime::parse_from_rfc3339) {
                Some(Ok(time)) => newest = newest.max(Some(time.to_utc())),
                None if told["nullCount"][column].is_u64() && told["nullCount"][column] == told["numRecords"] => {}
                Some(Err(_)) | None => return Ok(None),
            }
        }
        Ok(newest)
    }

    /// Whether the log tells that all rows have the same text in a column.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn is_constant(&self, column: &str) -> Result<bool> {
        let mut only = None;
        for file in self.files().await? {
            let told = file.stats().and_then(|stats| serde_json::from_str::<Value>(&stats).ok()).unwrap_or_default();
            let [least, greatest] = ["minValues", "maxValues"].map(|bound| told[bound][column].as_str().map(str::to_owned));
            let is_of_one = told["nullCount"][column] == 0 && least.is_some() && least == greatest;
            if !is_of_one || only.get_or_insert_with(|| least.clone()) != &least {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The files of this version.
    pub(super) async fn files(&self) -> Result<Vec<LogicalFileView>> {
        self.state()?.file_views(self.table.log_store().as_ref(), None).try_collect().await.explain(|| self.unreadable())
    }

    /// Whether this version has the data file.
    pub(super) async fn holds_file(&self, path: &str) -> Result<bool> {
        Ok(self.files().await?.iter().any(|held| held.path() == path))
    }

    /// When the rows were committed, and the note that this program left then.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn commit(&self) -> Result<(Option<DateTime<Utc>>, Option<Value>)> {
        Ok(self.own_commit().await?.unwrap_or_default().of_rows())
    }

    /// When the next version took its place; none while it is the newest.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn replaced_at(&self) -> Result<Option<DateTime<Utc>>> {
        let next = Commit::read(&self.at, &self.table.log_store(), self.version() + 1).await?;
        Ok(next.and_then(|commit| commit.time))
    }

    /// The newest version, by reading only the commits that came since.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn renewed(&self) -> Result<Self> {
        let mut table = self.table.clone();
        table.update_state().await.explain(|| self.unreadable())?;
        let mut renewed = Self { table, at: self.at.clone(), rows_version: self.rows_version };
        if renewed.version() != self.version() {
            let version = renewed.version();
            renewed.rows_version = renewed.own_commit().await?.map_or(version, |commit| commit.rows_version(version));
        }
        Ok(renewed)
    }

    /// The commit of exactly this version: the log's history would begin with the newest one.
    pub(super) async fn own_commit(&self) -> Result<Option<Commit>> {
        Commit::read(&self.at, &self.table.log_store(), self.version()).await
    }

    /// The version whose rows these are: an earlier one where this version only laid them out anew.
    pub(super) const fn rows_version(&self) -> u64 {
        self.rows_version
    }

    pub(super) const fn delta(&self) -> &DeltaTable {
        &self.table
    }

    pub(super) fn state(&self) -> Result<&deltalake::kernel::EagerSnapshot> {
        Ok(self.table.snapshot().explain(|| self.unreadable())?.snapshot())
    }

    fn unreadable(&self) -> String {
        format!("table {}: its Delta log cannot be read", self.at.label())
    }
}

pub(super) async fn open(at: &TableAt, as_of: AsOf) -> Result<Option<Snapshot>> {
    // In a bucket the question would be one more journey; Delta says the same of a log that it does not find.
    if at.folder().is_some() && !at.exists().await? {
        return Ok(None);
    }
    let builder = match as_of {
        AsOf::Latest => at.builder()?,
        AsOf::Version(version) => at.builder()?.with_version(version),
        AsOf::Time(moment) => {
            return match open_at(at, moment).await? {
                None if at.exists().await? => {
                    Err(Error::failure(format!("table {}: there was none{} yet", at.label(), wanted(as_of))).hint(
                        "or its commits are forgotten by now: `moodlake maintain --dry-run` tells the versions that are kept",
                    ))
                }
                found => Ok(found),
            };
        }
    };
    load(at, builder, as_of).await
}

/// The snapshot of a moment, or none where there was no table yet.
pub(super) async fn open_at(at: &TableAt, moment: DateTime<Utc>) -> Result<Option<Snapshot>> {
    match version_at(at, &at.log_store()?, moment).await? {
        Some(version) => load(at, at.builder()?.with_version(version), AsOf::Version(version)).await,
        None => Ok(None),
    }
}

async fn load(at: &TableAt, builder: DeltaTableBuilder, as_of: AsOf) -> Result<Option<Snapshot>> {
    match builder.load().await {
        Ok(table) => {
            let mut snapshot = Snapshot { table, at: at.clone(), rows_version: 0 };
            evolution::refuse_newer(at, snapshot.state()?)?;
            let version = snapshot.version();
            snapshot.rows_version = snapshot.own_commit().await?.map_or(version, |commit| commit.rows_version(version));
            Ok(Some(snapshot))
        }
        // Delta says the same of a version that the log has forgotten.
        Err(DeltaTableError::NotATable(_)) if as_of == AsOf::Latest => Ok(None),
        Err(error) => Err(explained(error, |error| {
            Error::failure(format!("table {}: cannot be opened{}", at.label(), wanted(as_of))).because(error).hint(at.hint())
        })),
    }
}

fn wanted(as_of: AsOf) -> String {
    match as_of {
        AsOf::Latest => String::new(),
        AsOf::Version(version) => format!(" at version {version}"),
        AsOf::Time(time) => format!(" as of {}", time.to_rfc3339()),
    }
}
