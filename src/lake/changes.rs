//! What became of a table since one of its older versions: the data files that came and those that went.
//!
//! Owns that comparison, for jobs that follow the new rows instead of reading all of them. Files that a compaction put together both
//! came and went, with the same rows in them: whoever reads both sides finds that nothing changed.

use super::log::Commit;
use super::snapshot::{AsOf, Snapshot};
use crate::error::Result;
use datafusion::catalog::TableProvider;
use datafusion::execution::context::SessionState;
use deltalake::kernel::LogicalFileView;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// More commits than this are not read one by one.
const COMMITS_MAX: u64 = 1_000;

/// What became of a table between two of its versions.
pub struct Change {
    before: Snapshot,
    now: Snapshot,
    came: Vec<String>,
    went: Vec<String>,
    rows: Option<u64>,
}

impl Change {
    /// What became of the table since the version that `identity` names; none where it was another table, or where the version is
    /// forgotten.
    ///
    /// # Errors
    /// When the newer version's log cannot be read.
    pub async fn since(identity: &Value, now: &Snapshot) -> Result<Option<Self>> {
        let Some(version) = identity["version"].as_u64() else { return Ok(None) };
        let is_same_table = identity["id"] == now.identity()?["id"];
        if !is_same_table || version > now.version() {
            return Ok(None);
        }
        // A version whose log is gone is no error: then nobody can tell what is new, and all rows are.
        let Ok(Some(before)) = now.at().open_as_of(AsOf::Version(version)).await else { return Ok(None) };
        let (mut old, mut new) = (named(&before.files().await?), named(&now.files().await?));
        let shared: Vec<File> = old.keys().filter(|path| new.contains_key(*path)).cloned().collect();
        for path in &shared {
            old.remove(path);
            new.remove(path);
        }
        let rows_of = |files: &BTreeMap<File, Option<u64>>| files.values().copied().sum::<Option<u64>>();
        let rows = rows_of(&new).zip(rows_of(&old)).map(|(came, went)| came.max(went));
        let paths = |files: BTreeMap<File, Option<u64>>| files.into_keys().map(|(path, _)| path).collect();
        Ok(Some(Self { before, now: now.clone(), came: paths(new), went: paths(old), rows }))
    }

    /// Whether rows were only added in between: none was changed or taken away.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub async fn is_insert_only(&self) -> Result<bool> {
        if self.went.is_empty() {
            return Ok(true);
        }
        let versions = self.before.version() + 1..=self.now.version();
        if self.now.version() - self.before.version() > COMMITS_MAX {
            return Ok(false);
        }
        let store = self.now.at().log_store()?;
        for version in versions {
            match Commit::read(self.now.at(), &store, version).await? {
                Some(commit) if !commit.takes_rows => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Rows of the files that came, or of those that went where these have more, as the log tells: those that are new or gone, and
    /// those that were laid out anew.
    #[must_use]
    pub const fn rows(&self) -> Option<u64> {
        self.rows
    }

    /// Whether files went, too.
    #[must_use]
    pub fn has_gone(&self) -> bool {
        !self.went.is_empty()
    }

    /// The rows of the files that came.
    ///
    /// # Errors
    /// When the store or the log cannot be read.
    pub async fn came(&self, session: &SessionState) -> Result<Arc<dyn TableProvider>> {
        self.now.provider_of(session, self.came.clone()).await
    }

    /// The rows of the files that went.
    ///
    /// # Errors
    /// When the store or the log cannot be read.
    pub async fn went(&self, session: &SessionState) -> Result<Arc<dyn TableProvider>> {
        self.before.provider_of(session, self.went.clone()).await
    }

    /// The older version.
    #[must_use]
    pub const fn before(&self) -> &Snapshot {
        &self.before
    }
}

/// A data file's path, and what tells which of its rows another program has marked as deleted.
type File = (String, Option<String>);

/// Files, each with its number of rows where the log tells it.
fn named(files: &[LogicalFileView]) -> BTreeMap<File, Option<u64>> {
    let deleted = |file: &LogicalFileView| file.deletion_vector_descriptor().map(|vector| format!("{vector:?}"));
    files.iter().map(|file| ((file.path().into_owned(), deleted(file)), file.num_records().map(|rows| rows as u64))).collect()
}
