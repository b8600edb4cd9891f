//! In which rows two versions of a table differ.
//!
//! Owns the comparison: only data files that came or went are read, and rows that did both are left out.

use crate::engine::{Scope, differing};
use crate::error::{Explain, Result};
use crate::lake::Snapshot;
use crate::lake::changes::Change;
use datafusion::prelude::DataFrame;
use serde_json::Value;

/// Rows of files that came: more of them are not compared with those that went.
const ROWS_MAX: u64 = 500_000;

/// The rows that a table has and did not have at the version that `then` names, and those that it had then; none where nobody can
/// tell, or where they would be too many to find them.
///
/// # Errors
/// When the table cannot be read.
pub async fn changed_rows(scope: &Scope, now: &Snapshot, then: &Value) -> Result<Option<DataFrame>> {
    let Some(change) = Change::since(then, now).await? else { return Ok(None) };
    if change.rows().is_none_or(|rows| rows > ROWS_MAX) {
        return Ok(None);
    }
    let (came, went) = of_files(scope, &change, &[]).await?;
    came.union(went).explain(failed).map(Some)
}

/// Rows that came and did not go, and those that went and did not come, by some columns or by all.
///
/// # Errors
/// When the table cannot be read.
pub async fn of_files(scope: &Scope, change: &Change, columns: &[&str]) -> Result<(DataFrame, DataFrame)> {
    let chosen = |rows: DataFrame| if columns.is_empty() { Ok(rows) } else { rows.select_columns(columns) };
    scope.register("came", change.came(&scope.state()).await?)?;
    let came = chosen(scope.table("came").await?).explain(failed)?;
    if !change.has_gone() {
        let none = came.clone().limit(0, Some(0)).explain(failed)?;
        return Ok((came, none));
    }
    scope.register("went", change.went(&scope.state()).await?)?;
    let went = chosen(scope.table("went").await?).explain(failed)?;
    differing(came, went)
}

fn failed() -> String {
    "versions of a table cannot be compared".to_owned()
}
