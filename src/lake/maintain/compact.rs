//! Many small files into few large ones, row by row the same.
//!
//! Owns which files are put together: those below half the target, within a partition, neighbours in time. So a file that is once
//! large is left alone, and what the log tells of each file's times stays narrow.

use crate::engine::Engine;
use crate::error::{Error, Explain, Result};
use crate::lake::commit::{commit_compaction, is_as_declared};
use crate::lake::log::UPKEEP;
use crate::lake::snapshot::Snapshot;
use crate::lake::tables::Table;
use crate::lake::{leftovers, write};
use datafusion::common::Column;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::{Expr, cast};
use deltalake::kernel::LogicalFileView;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Groups that are written at once: each holds a row group in memory.
const AT_ONCE: usize = 4;

/// Which files become one.
pub struct Plan {
    groups: Vec<Vec<LogicalFileView>>,
    target_bytes: u64,
}

/// What a compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The version that holds it.
    pub version: u64,
    /// Rows that were laid out anew.
    pub rows: u64,
}

impl Plan {
    /// Looks for files to put together.
    pub(super) async fn make(snapshot: &Snapshot, table: &Table, target_bytes: u64) -> Result<Self> {
        if !is_as_declared(snapshot, table)? {
            // Of another release: it is replaced or refused when it is written to.
            return Ok(Self { groups: Vec::new(), target_bytes });
        }
        let mut partitions: BTreeMap<_, Vec<LogicalFileView>> = BTreeMap::new();
        for file in snapshot.files().await? {
            // Rows that another program has marked as deleted, and names that this one does not give, are left as they are.
            let is_ours = file.deletion_vector_descriptor().is_none() && !file.path().contains(['%', ':']);
            if is_ours && bytes(&file) < target_bytes / 2 {
                let values: BTreeMap<_, _> = file.partition_values_map().into_iter().collect();
                partitions.entry(values).or_default().push(file);
            }
        }
        let groups = partitions.into_values().flat_map(|mut files| {
            files.sort_by_cached_key(|file| (file.modification_time(), file.path().into_owned()));
            pack(files, bytes, target_bytes)
        });
        Ok(Self { groups: groups.collect(), target_bytes })
    }

    /// How many files would be put together.
    #[must_use]
    pub fn small_files(&self) -> u64 {
        self.groups.iter().map(|group| group.len() as u64).sum()
    }

    /// How many they would become.
    #[must_use]
    pub fn large_files(&self) -> u64 {
        self.groups.len() as u64
    }

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
    let (written, note) = snapshot.commit().await?;
    let mut note = note.filter(Value::is_object).unwrap_or_else(|| json!({}));
    let mut upkeep = run.clone();
    upkeep["rows_version"] = json!(snapshot.rows_version());
    upkeep["rows_written_at"] = json!(written.map(|time| time.to_rfc3339()));
    note[UPKEEP] = upkeep;
    Ok(note)
}

/// The rows of the files, one file after the other, in exactly the declared types.
async fn read(
    engine: &Engine,
    snapshot: &Snapshot,
    table: &Table,
    files: &[LogicalFileView],
) -> Result<SendableRecordBatchStream> {
    let failed = || format!("table {}: its small files cannot be read", table.label());
    let scope = engine.scope();
    let paths = files.iter().map(|file| file.path().into_owned()).collect();
    scope.register("small_files", snapshot.provider_of(&scope.state(), paths).await?)?;
    let stored = scope.table("small_files").await?;
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
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let parts = frame.execute_stream_partitioned().await.explain(failed)?;
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream::iter(parts).flatten())))
}

fn bytes(file: &LogicalFileView) -> u64 {
    u64::try_from(file.size()).unwrap_or_default()
}

/// Groups of neighbours that together stay within the target; one file alone is no group.
fn pack<T>(files: Vec<T>, size: impl Fn(&T) -> u64, target: u64) -> Vec<Vec<T>> {
    let (mut groups, mut current, mut filled) = (Vec::new(), Vec::new(), 0);
    for file in files {
        let bytes = size(&file);
        if filled + bytes > target {
            groups.push(std::mem::take(&mut current));
            filled = 0;
        }
        filled += bytes;
        current.push(file);
    }
    groups.push(current);
    groups.retain(|group| group.len() > 1);
    groups
}

#[cfg(test)]
mod tests {
    use super::pack;

    #[test]
    fn neighbours_are_put_together_up_to_the_target() {
        let packed = |sizes: &[u64]| pack(sizes.to_vec(), |size| *size, 100);
        assert_eq!(packed(&[]), Vec::<Vec<u64>>::new());
        assert_eq!(packed(&[40]), Vec::<Vec<u64>>::new());
        assert_eq!(packed(&[40, 40, 20, 30, 30]), [vec![40, 40, 20], vec![30, 30]]);
        assert_eq!(packed(&[49, 49, 49]), [vec![49, 49]]);
    }
}
