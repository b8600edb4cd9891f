//! Small columns and batches: what rows that are in memory need to enter a table.
//!
//! Owns the conversion of plain values to Arrow, and the write of a few batches. What the rows mean is their callers' business.

use super::write::{self, Mode, Written};
use super::{Lake, Table};
use crate::error::{Error, Explain, Result};
use arrow::array::{RecordBatch, RecordBatchOptions, TimestampMicrosecondArray};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::memory::MemoryStream;
use serde_json::Value;
use std::sync::Arc;

const DAY_US: i64 = 86_400_000_000;

/// UTC instants from microseconds.
pub fn instants(values: impl IntoIterator<Item = i64>) -> TimestampMicrosecondArray {
    TimestampMicrosecondArray::from_iter_values(values).with_timezone("UTC")
}

/// The UTC calendar day, in days since 1970.
#[must_use]
pub fn days(microseconds: i64) -> i32 {
    i32::try_from(microseconds.div_euclid(DAY_US)).unwrap_or_default()
}

/// The columns of a declared table, given by name, as one batch.
///
/// # Errors
/// When a column is missing or has another type than declared, which would be a mistake of the caller.
pub fn batch(table: &Table, columns: &[(&str, arrow::array::ArrayRef)]) -> Result<RecordBatch> {
    let failed = || format!("table {}: the rows do not fit its columns", table.label());
    let schema = table.schema();
    let rows = columns.first().map(|(_, column)| column.len());
    let ordered = schema
        .fields()
        .iter()
        .map(|field| {
            columns
                .iter()
                .find(|(name, _)| name == field.name())
                .map(|(_, column)| Arc::clone(column))
                .ok_or_else(|| Error::failure(format!("{}: column {} was not given", failed(), field.name())))
        })
        .collect::<Result<Vec<_>>>()?;
    RecordBatch::try_new_with_options(schema, ordered, &RecordBatchOptions::new().with_row_count(rows)).explain(failed)
}

/// Writes batches that are in memory, in one commit.
///
/// # Errors
/// When the table cannot be written; it is then as before.
pub async fn store(lake: &Lake, table: &Table, batches: Vec<RecordBatch>, mode: Mode, note: &Value) -> Result<Written> {
    let at = lake.table(table)?;
    write::write(&at, table, vec![streamed(table, batches)?], mode, note, Arc::new(|_| {})).await
}

/// Batches that are in memory, as writers take them.
pub(super) fn streamed(table: &Table, batches: Vec<RecordBatch>) -> Result<SendableRecordBatchStream> {
    let stream = MemoryStream::try_new(batches, table.schema(), None);
    Ok(Box::pin(stream.explain(|| format!("table {}: the rows cannot be streamed", table.label()))?))
}
