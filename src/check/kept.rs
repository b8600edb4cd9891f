//! Verdicts of the last check that still hold: of tables that have had no version since.
//!
//! Owns which of them: rules that passed and that ask nothing but the rows of a version and those that it was built from. The clock and
//! other tables are asked again each time. Only the checks at the end of a run go by it; whoever asks for a check has all rows read.

use super::rule::{Asks, Rule};
use super::rules;
use crate::context::Context;
use crate::engine::Columns;
use crate::error::Result;
use crate::fingerprint;
use crate::lake::tables::CHECK_RESULTS;
use arrow::array::{Array, Int64Array};
use datafusion::scalar::ScalarValue;
use std::collections::HashMap;

/// The model of what the last check found.
const LAST_CHECK: &str = include_str!("last_check.sql");

/// What tells these rules from those of other releases.
#[must_use]
pub fn rules_hash() -> String {
    fingerprint::of(format!("{} {:?}", env!("CARGO_PKG_VERSION"), rules::all()))
}

/// A rule that held, and what was said of it.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Rows that were looked at.
    pub rows_checked: Option<u64>,
    /// Rows that break it, where it is about rows and allows some.
    pub rows_failed: Option<u64>,
    /// What was found.
    pub detail: Option<String>,
}

/// What the last check found, by table, version and rule.
#[derive(Debug, Default)]
pub struct Kept(HashMap<(String, u64), HashMap<String, Held>>);

impl Kept {
    /// Reads it; nothing where the last check asked other rules, or there was none.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub async fn read(context: &Context) -> Result<Self> {
        let Some(record) = context.lake.open(&CHECK_RESULTS).await? else { return Ok(Self::default()) };
        let note = record.commit().await?.1.unwrap_or_default();
        let (Some(run), true) = (note["run_id"].as_str(), note["rules"] == rules_hash()) else {
            return Ok(Self::default());
        };
        let scope = context.engine.scope();
        scope.register("findings", record.provider(&scope.state()).await?)?;
        let frame = scope.model("last_check", LAST_CHECK, vec![("run_id", ScalarValue::from(run))]).await?;
        let found = Columns::of(frame, "the last check").await?;
        let (tables, rules, details) = (found.text("table_name")?, found.text("rule")?, found.text("detail")?);
        let (versions, checked, failed) =
            (found.whole("table_version")?, found.whole("rows_checked")?, found.whole("rows_failed")?);
        let mut kept = Self::default();
        for row in 0..found.len() {
            let count = |column: &Int64Array| column.is_valid(row).then(|| u64::try_from(column.value(row)).unwrap_or_default());
            let held = Held {
                rows_checked: count(&checked),
                rows_failed: count(&failed),
                detail: details.is_valid(row).then(|| details.value(row).to_owned()),
            };
            let version = u64::try_from(versions.value(row)).unwrap_or_default();
            kept.0.entry((tables.value(row).to_owned(), version)).or_default().insert(rules.value(row).to_owned(), held);
        }
        Ok(kept)
    }

    /// The rules that held of this very version, by name.
    #[must_use]
    pub fn of(&self, table: &str, version: u64) -> Option<&HashMap<String, Held>> {
        self.0.get(&(table.to_owned(), version))
    }
}

/// Whether a rule that held of a version holds of it for good.
#[must_use]
pub const fn holds_for_good(rule: &Rule) -> bool {
    match rule.asks {
        Asks::Fresh { .. } => false,
        // A table that is none of its inputs may have changed since.
        Asks::Refers(reference) | Asks::Complete(reference) => !reference.input.is_empty(),
        _ => true,
    }
}
