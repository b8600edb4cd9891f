//! In which rows two versions of a table differ.
//!
//! Owns the comparison: only data files that came or went are read, and rows that did both are left out.

use crate::engine::{Columns, Scope};
use crate::error::{Explain, Result};
use crate::lake::Snapshot;
use crate::lake::changes::Change;
use arrow::array::Array;
use datafusion::prelude::DataFrame;
use serde_json::Value;
use std::collections::BTreeSet;

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
    let new = came.clone().except_distinct(went.clone()).explain(failed)?;
    Ok((new, went.except_distinct(came).explain(failed)?))
}

/// The different values of a column; none where they are too many.
///
/// # Errors
/// When the rows cannot be read.
pub async fn few(rows: DataFrame, column: &str, most: usize) -> Result<Option<BTreeSet<String>>> {
    let values = rows.select_columns(&[column]).and_then(DataFrame::distinct);
    let values = values.and_then(|values| values.limit(0, Some(most + 1))).explain(failed)?;
    let values = Columns::of(values, "what changed").await?.text(column)?;
    Ok((values.len() <= most).then(|| values.iter().flatten().map(str::to_owned).collect()))
}

fn failed() -> String {
    "versions of a table cannot be compared".to_owned()
}
