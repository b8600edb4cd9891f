//! The import ledger: for each imported file, rows read = kept + duplicate + rejected.
//!
//! Owns the account and its check: an account that does not add up is an error, never a row. It also answers whether a file of
//! these very bytes has been imported by this version of the importer, which makes importing it again cheap.

use crate::context::Context;
use crate::error::{Error, Explain, Result};
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::IMPORT_LEDGER;
use crate::lake::{Mode, Table};
use arrow::array::{AsArray, Int64Array, StringArray};
use arrow::datatypes::Int64Type;
use datafusion::prelude::{col, lit};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Raised whenever the same bytes would give other rows, so that files are read again after an upgrade.
pub const IMPORTER_VERSION: &str = "1";

/// What became of one file's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The file, or `archive!member`.
    pub file: String,
    /// What kind of file it is.
    pub shape: String,
    /// SHA-256 of the file's bytes.
    pub sha256: String,
    /// Rows in the file.
    pub rows_read: u64,
    /// Rows that are new in the table.
    pub rows_kept: u64,
    /// Rows that this or an earlier import has told already.
    pub rows_duplicate: u64,
    /// Rows that were not kept, by reason.
    pub rejected: BTreeMap<String, u64>,
}

impl Account {
    /// All rows that were not kept.
    #[must_use]
    pub fn rows_rejected(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// The account as it is, when it adds up.
    ///
    /// # Errors
    /// When it does not: rows would be lost or counted twice.
    pub fn checked(self) -> Result<Self> {
        let accounted = self.rows_kept + self.rows_duplicate + self.rows_rejected();
        if self.rows_read == accounted {
            return Ok(self);
        }
        Err(Error::failure(format!("{}: {} rows were read but {accounted} accounted for", self.file, self.rows_read))
            .hint("nothing was imported; this is a defect of moodlake, please report it with the file's shape"))
    }
}

/// Adds a row for each account.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn record(context: &Context, user_id: Option<&str>, table: &Table, accounts: &[Account]) -> Result<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    let count = |value: fn(&Account) -> u64| {
        Arc::new(Int64Array::from_iter_values(accounts.iter().map(|account| i64::try_from(value(account)).unwrap_or(i64::MAX))))
    };
    let text = |value: &dyn Fn(&Account) -> String| Arc::new(StringArray::from_iter_values(accounts.iter().map(value)));
    let now = context.clock.now().timestamp_micros();
    let rows = batch(
        &IMPORT_LEDGER,
        &[
            ("run_id", text(&|_| context.run_id.clone())),
            ("user_id", Arc::new(StringArray::from_iter(accounts.iter().map(|_| user_id)))),
            ("file", text(&|account| account.file.clone())),
            ("sha256", text(&|account| account.sha256.clone())),
            ("shape", text(&|account| account.shape.clone())),
            ("table_name", text(&|_| table.label())),
            ("rows_read", count(|account| account.rows_read)),
            ("rows_kept", count(|account| account.rows_kept)),
            ("rows_duplicate", count(|account| account.rows_duplicate)),
            ("rows_rejected", count(Account::rows_rejected)),
            ("rejected_by_reason", text(&|account| json!(account.rejected).to_string())),
            ("importer_version", text(&|_| IMPORTER_VERSION.to_owned())),
            ("imported_at", Arc::new(instants(accounts.iter().map(|_| now)))),
        ],
    )?;
    store(&context.lake, &IMPORT_LEDGER, vec![rows], Mode::Append, &context.note(json!({}))).await.map(drop)
}

/// The rows that a file of these bytes held when it was imported into the table, if it was.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn imported_rows(context: &Context, table: &Table, sha256: &str) -> Result<Option<u64>> {
    let Some(ledger) = context.lake.open(&IMPORT_LEDGER).await? else { return Ok(None) };
    let failed = || format!("table {}: cannot be read", IMPORT_LEDGER.label());
    let scope = context.engine.scope();
    scope.register("ledger", ledger.provider(&scope.state()).await?)?;
    let same = col("sha256")
        .eq(lit(sha256))
        .and(col("table_name").eq(lit(table.label())))
        .and(col("importer_version").eq(lit(IMPORTER_VERSION)));
    let found = scope.table("ledger").await?.filter(same).explain(failed)?;
    let batches = found.select_columns(&["rows_read"]).explain(failed)?.collect().await.explain(failed)?;
    let rows = batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().iter()).flatten().next();
    Ok(rows.and_then(|rows| u64::try_from(rows).ok()))
}
