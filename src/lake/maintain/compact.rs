//! Many small files into few large ones, row by row the same.
//!
//! Owns the check that as many rows come out as are in, and the note under which they are committed.

use super::Plan;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::commit::commit_compaction;
use crate::lake::log::of_same_rows;
use crate::lake::snapshot::Snapshot;
use crate::lake::tables::Table;
use crate::lake::{declared, leftovers, write};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use deltalake::kernel::LogicalFileView;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::sync::Arc;

/// Groups that are written at once: each holds a row group in memory.
const AT_ONCE: usize = 4;

/// What a compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The version that holds it.
    pub version: u64,
    /// Rows that were laid out anew.
    pub rows: u64,
}

impl Plan {
    /// Puts them together, in one commit; none where there is nothing to do. `run` is what its note says of who did it.
    ///
    /// # Errors
    /// When files cannot be read or written, or another program commits meanwhile. The table is then as before.
    pub async fn carry_out(&self, engine: &Engine, snapshot: &Snapshot, table: &Table, run: &Value) -> Result<Option<Compacted>> {
        if self.groups.is_empty() {
            return Ok(None);
        }
        let at = snapshot.at();
        leftovers::sweep(at);
        let store = at.log_store()?;
        let (mut adds, mut rows) = (Vec::new(), 0);
        for groups in self.groups.chunks(AT_ONCE) {
            let written = async {
                let mut streams = Vec::new();
                for group in groups {
                    streams.push(read(engine, snapshot, table, group).await?);
                }
                write::write_files(at, table, &store, streams, Arc::new(|_| {})).await
            };
            match written.await {
                Ok((files, count)) => {
                    adds.extend(files);
                    rows += count;
                }
                Err(error) => {
                    leftovers::remove(&store, &adds).await;
                    return Err(error);
                }
            }
        }
        let expected = self.groups.iter().flatten().map(|file| file.num_records().map(|rows| rows as u64)).sum::<Option<u64>>();
        if expected.is_some_and(|expected| expected != rows) {
            leftovers::remove(&store, &adds).await;
            return Err(Error::failure(format!(
                "table {}: {rows} rows came out of its small files, {expected:?} are in them",
                at.label()
            ))
            .hint("the table was not changed; was a data file replaced by another?"));
        }
        let note = carried_over(snapshot, run).await?;
        let removes = self.groups.iter().flatten().map(|file| file.remove_action(false)).collect();
        let version = commit_compaction(snapshot, &store, adds, removes, self.target_bytes, &note).await?;
        Ok(Some(Compacted { version, rows }))
    }
}

/// The note of the rows' own commit, so that whoever compares it finds them unchanged, and whose layout this is.
async fn carried_over(snapshot: &Snapshot, run: &Value) -> Result<Value> {
    let note = snapshot.commit().await?.1.filter(Value::is_object).unwrap_or_else(|| json!({}));
    of_same_rows(snapshot, note, run.clone()).await
}

/// The rows of the files, one file after the other, in exactly the declared types.
async fn read(
    engine: &Engine,
    snapshot: &Snapshot,
    table: &Table,
    files: &[LogicalFileView],
) -> Result<SendableRecordBatchStream> {
    let scope = engine.scope();
    let paths = files.iter().map(|file| file.path().into_owned()).collect();
    scope.register("small_files", snapshot.provider_of(&scope.state(), paths).await?)?;
    let parts = declared::streams(scope.table("small_files").await?, table).await?;
    Ok(Box::pin(RecordBatchStreamAdapter::new(table.schema(), stream::iter(parts).flatten())))
}
