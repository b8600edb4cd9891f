//! Stored rows in exactly the types that are declared, ready to be written again.
//!
//! Owns the way from the engine's layouts back to the table's own. Rows that were computed are held against the declaration by
//! `write`; these were stored, perhaps by another writer with other layouts of text.

use super::tables::Table;
use crate::error::{Explain, Result};
use arrow::array::RecordBatch;
use datafusion::common::Column;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::{DataFrame, Expr, cast};
use futures::StreamExt;
use std::sync::Arc;

/// Runs a frame of stored rows; its streams have the table's own schema.
///
/// # Errors
/// When a column is missing or cannot be cast, or the plan cannot be run.
pub async fn streams(stored: DataFrame, table: &Table) -> Result<Vec<SendableRecordBatchStream>> {
    let failed = || format!("table {}: its rows cannot be read", table.label());
    let declared = table.schema();
    let columns: Vec<Expr> = declared
        .fields()
        .iter()
        .map(|field| {
            let column = Expr::Column(Column::new_unqualified(field.name()));
            cast(column, field.data_type().clone()).alias(field.name())
        })
        .collect();
    let frame = stored.select(columns).explain(failed)?;
    let parts = frame.execute_stream_partitioned().await.explain(failed)?;
    let fitted = parts.into_iter().map(|part| {
        let schema = Arc::clone(&declared);
        // The writer takes batches of its own schema only, to the last bit of metadata.
        let rows = part.map(move |batch| Ok(RecordBatch::try_new(Arc::clone(&schema), batch?.columns().to_vec())?));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&declared), rows)) as SendableRecordBatchStream
    });
    Ok(fitted.collect())
}
