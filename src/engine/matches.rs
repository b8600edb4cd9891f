//! Rows compared with others: by a key, by a list of values, or as a whole.
//!
//! Owns the shape of these joins, and when a list of values is one: the keys are held, the rows stream past them with all their
//! columns and no others.

use super::{Columns, Scope};
use crate::error::{Explain, Result};
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::JoinType;
use datafusion::prelude::{DataFrame, ident, lit};
use std::collections::BTreeSet;
use std::sync::Arc;

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

/// So many values are named in a condition, which files and row groups are left out by; more of them are held and joined with, since
/// conditions are walked recursively.
pub const NAMED_MAX: usize = 64;

/// The rows that have one of some texts in a column.
///
/// # Errors
/// When there is no such column.
pub fn having(scope: &Scope, rows: DataFrame, column: &str, values: &BTreeSet<String>) -> Result<DataFrame> {
    let failed = || format!("rows cannot be told by their {column}");
    if values.len() <= NAMED_MAX {
        let named = values.iter().map(|value| lit(value.as_str())).collect();
        return rows.filter(ident(column).in_list(named, false)).explain(failed);
    }
    among(texts(scope, column, values)?, rows, column)
}

/// Texts as rows of one column.
///
/// # Errors
/// When the engine does not take them, which would be a mistake of this file.
pub fn texts(scope: &Scope, column: &str, values: &BTreeSet<String>) -> Result<DataFrame> {
    let failed = || format!("values of {column} cannot be rows");
    let schema = Arc::new(Schema::new(vec![Field::new(column, DataType::Utf8, false)]));
    let values: ArrayRef = Arc::new(StringArray::from_iter_values(values));
    let values = RecordBatch::try_new(schema, vec![values]).explain(failed)?;
    scope.context().read_batch(values).explain(failed)
}

/// Different rows of the first that the second has not, and of the second that the first has not.
///
/// # Errors
/// When their columns differ.
pub fn differing(one: DataFrame, other: DataFrame) -> Result<(DataFrame, DataFrame)> {
    let failed = || "rows cannot be compared".to_owned();
    let first = one.clone().except_distinct(other.clone()).explain(failed)?;
    Ok((first, other.except_distinct(one).explain(failed)?))
}

/// The different texts of a column; none where they are too many.
///
/// # Errors
/// When the rows cannot be read.
pub async fn few(rows: DataFrame, column: &str, most: usize) -> Result<Option<BTreeSet<String>>> {
    let values = rows.select_columns(&[column]).and_then(DataFrame::distinct);
    let values =
        values.and_then(|values| values.limit(0, Some(most + 1))).explain(|| format!("the values of {column} cannot be read"))?;
    let values = Columns::of(values, "values").await?.text(column)?;
    Ok((values.len() <= most).then(|| values.iter().flatten().map(str::to_owned).collect()))
}

fn joined(keys: DataFrame, rows: DataFrame, key: &str, kind: JoinType) -> Result<DataFrame> {
    keys.select_columns(&[key])
        .and_then(|keys| keys.with_column_renamed(key, "sought_key"))
        .and_then(|keys| keys.join(rows, kind, &["sought_key"], &[key], None))
        .explain(|| format!("rows cannot be told by their {key}"))
}

#[cfg(test)]
mod tests {
    use super::having;
    use crate::engine::{Engine, Held};
    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use std::sync::Arc;

    #[test]
    fn many_values_are_found_on_a_thread_of_usual_size_as_few_are() {
        let count = |values: usize| {
            tokio::runtime::Runtime::new().unwrap().block_on(async move {
                let found = tokio::spawn(async move {
                    let scope = Engine::new(chrono_tz::UTC).unwrap().scope();
                    let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..50_000).map(|id| id.to_string())));
                    let rows = RecordBatch::try_from_iter([("id", ids)]).unwrap();
                    scope.register_rows("rows", rows.schema(), vec![rows]).unwrap();
                    let values = (0..values).map(|id| (id * 2).to_string()).collect();
                    let rows = having(&scope, scope.table("rows").await.unwrap(), "id", &values).unwrap();
                    Held::of(rows, "rows").await.unwrap().len()
                });
                found.await.unwrap()
            })
        };
        assert_eq!([0, 3, 64, 65, 20_000].map(count), [0, 3, 64, 65, 20_000]);
    }
}
