//! Rows that have a key among others, and those that do not.
//!
//! Owns the shape of these joins: the keys are held, the rows stream past them with all their columns and no others.

use crate::error::{Explain, Result};
use datafusion::common::JoinType;
use datafusion::prelude::DataFrame;

/// The rows whose key some of `keys` have.
///
/// # Errors
/// When the key is no column of both.
pub fn among(keys: DataFrame, rows: DataFrame, key: &str) -> Result<DataFrame> {
    joined(keys, rows, key, JoinType::RightSemi)
}

/// The rows whose key none of `keys` has.
///
/// # Errors
/// When the key is no column of both.
pub fn not_among(keys: DataFrame, rows: DataFrame, key: &str) -> Result<DataFrame> {
    joined(keys, rows, key, JoinType::RightAnti)
}

fn joined(keys: DataFrame, rows: DataFrame, key: &str, kind: JoinType) -> Result<DataFrame> {
    keys.select_columns(&[key])
        .and_then(|keys| keys.with_column_renamed(key, "sought_key"))
        .and_then(|keys| keys.join(rows, kind, &["sought_key"], &[key], None))
        .explain(|| format!("rows cannot be told by their {key}"))
}
