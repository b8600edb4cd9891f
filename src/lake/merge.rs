//! Insert-only merging: which of these keys does a table already hold?
//!
//! Owns the look-up that makes every bronze write repeatable. It reads the key column alone, streamed, and keeps only the keys
//! that were asked about: memory follows the new rows, not the table. (Delta's MERGE would join whole rows for the same answer.)

use super::snapshot::Snapshot;
use super::tables::Table;
use crate::engine::Engine;
use crate::error::{Error, Explain, Result};
use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::prelude::{Expr, col, lit};
use datafusion::scalar::ScalarValue;
use futures::StreamExt;
use std::collections::HashSet;
use std::hash::BuildHasher;

/// What is known of the rows that are looked for, so that fewer files are read.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    /// Values of the partition column.
    pub partition_values: Option<HashSet<String>>,
    /// A column of instants, and the first and the last in microseconds since 1970.
    pub times: Option<(&'static str, i64, i64)>,
}

/// Those of `wanted` that the table holds in its key column.
///
/// `narrow` narrows the look-up to data files that can hold them.
///
/// # Errors
/// When the table cannot be read or has no key.
pub async fn known_keys(
    engine: &Engine,
    snapshot: Option<&Snapshot>,
    table: &Table,
    wanted: &HashSet<String, impl BuildHasher>,
    narrow: &Narrow,
) -> Result<HashSet<String>> {
    let (Some(snapshot), false) = (snapshot, wanted.is_empty()) else { return Ok(HashSet::new()) };
    let key = table.key.ok_or_else(|| Error::failure(format!("table {} has no key to merge on", table.label())))?;
    let schema = snapshot.schema()?;
    if table.partitions.iter().chain([&key]).any(|name| schema.field_with_name(name).is_err()) {
        return Err(Error::failure(format!("table {}: it has other columns than this program writes", table.label()))
            .hint("it was made by another program or release: move it away, or name another lake"));
    }
    let failed = || format!("table {}: its keys cannot be read", table.label());
    let scope = engine.scope();
    scope.register("stored", snapshot.provider(&scope.state()).await?)?;
    let mut stored = scope.table("stored").await?;
    if let (Some(partition), Some(values)) = (table.partitions.first(), &narrow.partition_values) {
        stored = stored.filter(any_of(partition, values)).explain(failed)?;
    }
    if let Some((column, from_us, to_us)) = narrow.times {
        let instant = |us: i64| lit(ScalarValue::TimestampMicrosecond(Some(us), Some("UTC".into())));
        // The log's least and greatest times are cut to milliseconds: a second to either side is on the safe one.
        let (from, to) = (instant(from_us.saturating_sub(1_000_000)), instant(to_us.saturating_add(1_000_000)));
        stored = stored.filter(col(column).between(from, to)).explain(failed)?;
    }
    let mut stream = stored.select_columns(&[key]).explain(failed)?.execute_stream().await.explain(failed)?;
    let mut known = HashSet::new();
    while let Some(batch) = stream.next().await {
        let batch = batch.explain(failed)?;
        let column = cast(batch.column(0), &DataType::Utf8View).explain(failed)?;
        known.extend(column.as_string_view().iter().flatten().filter_map(|key| wanted.get(key)).cloned());
    }
    Ok(known)
}

fn any_of(column: &str, values: &HashSet<String>) -> Expr {
    let mut values: Vec<_> = values.iter().collect();
    values.sort_unstable();
    col(column).in_list(values.into_iter().map(|value| lit(value.as_str())).collect(), false)
}
