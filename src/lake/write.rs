//! Rows into a Delta table: streamed to Parquet, then one commit that either adds them or replaces what was there.
//!
//! Owns the data files and how each column is encoded in them. A failure on the way leaves the table as it was: files become part
//! of a table only by `commit`, and those of a failed write are removed by `leftovers`.

use super::commit::commit;
use super::leftovers;
use super::own_writes::OwnWrites;
use super::store::TableAt;
use super::tables::{Table, same_type};
use crate::error::{Error, Explain, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::execution::SendableRecordBatchStream;
use deltalake::datafile::writer::{DeltaWriter, WriterConfig};
use deltalake::kernel::Add;
use deltalake::logstore::LogStoreRef;
use futures::StreamExt;
use object_store::ObjectStore;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde_json::Value;
use std::sync::Arc;
use tokio::task::JoinSet;

/// The key under which a commit carries the program's note: run, inputs, model.
pub const NOTE: &str = "moodlake";

/// What a write does with the rows that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Keeps them.
    Append,
    /// Replaces all of them, in the same commit.
    Replace,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The version that holds it.
    pub version: u64,
    /// Rows written.
    pub rows: u64,
    /// Rows that the table holds now, where the write tells it.
    pub held: Option<u64>,
    /// Bytes of the files written.
    pub bytes: u64,
}

/// Streams rows into a table, one file a stream and partition value, and commits them together.
///
/// `observe` is told the number of rows of every batch written.
///
/// # Errors
/// When a stream, the store or the commit fails; the table is then as before.
pub async fn write(
    at: &TableAt,
    table: &Table,
    streams: Vec<SendableRecordBatchStream>,
    mode: Mode,
    note: &Value,
    observe: Arc<dyn Fn(u64) + Send + Sync>,
) -> Result<Written> {
    for stream in &streams {
        declared_columns(table, &stream.schema())?;
    }
    make_folder(at)?;
    leftovers::sweep(at);
    let store = at.log_store()?;
    let (adds, rows) = write_files(at, table, &store, streams, observe).await?;
    let bytes = adds.iter().map(|add| u64::try_from(add.size).unwrap_or_default()).sum();
    let version = commit(at, table, &store, adds, mode, note).await?;
    Ok(Written { version, rows, held: (mode == Mode::Replace).then_some(rows), bytes })
}

/// The files of all streams, and how many rows they hold; none is left behind when one fails. No version names them yet.
pub(super) async fn write_files(
    at: &TableAt,
    table: &Table,
    store: &LogStoreRef,
    streams: Vec<SendableRecordBatchStream>,
    observe: Arc<dyn Fn(u64) + Send + Sync>,
) -> Result<(Vec<Add>, u64)> {
    let (mut writers, mut begun) = (JoinSet::new(), Vec::new());
    for stream in streams {
        let own = Arc::new(OwnWrites::remembered(store.object_store(None)));
        begun.push(Arc::clone(&own));
        writers.spawn(write_stream(at.label().to_owned(), own, *table, stream, Arc::clone(&observe)));
    }
    let (mut adds, mut rows) = (Vec::new(), 0);
    while let Some(finished) = writers.join_next().await {
        match finished.explain(|| format!("table {}: a writer stopped", at.label())).and_then(std::convert::identity) {
            Ok((files, count)) => {
                adds.extend(files);
                rows += count;
            }
            Err(error) => {
                // Files of any stream may be complete, and a writer that is ended half-way tells nobody.
                writers.shutdown().await;
                for own in begun {
                    leftovers::remove_paths(store, own.begun()).await;
                }
                return Err(error);
            }
        }
    }
    Ok((adds, rows))
}

/// A file whose types are not the table's would be found out only by its readers.
pub(super) fn declared_columns(table: &Table, found: &SchemaRef) -> Result<()> {
    let declared = table.schema();
    let differing = declared
        .fields()
        .iter()
        .zip(found.fields())
        .find(|(declared, found)| declared.name() != found.name() || !same_type(declared.data_type(), found.data_type()));
    match differing {
        None if declared.fields().len() == found.fields().len() => Ok(()),
        None => Err(Error::failure(format!(
            "table {}: {} columns were computed, {} are declared",
            table.label(),
            found.fields().len(),
            declared.fields().len()
        ))),
        Some((declared, found)) => {
            Err(Error::failure(format!("table {}: computed was {found}, declared is {declared}", table.label())))
        }
    }
}

async fn write_stream(
    label: String,
    own: Arc<OwnWrites<Arc<dyn ObjectStore>>>,
    table: Table,
    mut stream: SendableRecordBatchStream,
    observe: Arc<dyn Fn(u64) + Send + Sync>,
) -> Result<(Vec<Add>, u64)> {
    let schema = stream.schema();
    #[expect(clippy::default_trait_access, reason = "the kernel's type has no public name here")]
    let config = WriterConfig::new(
        schema.clone(),
        table.partitions.iter().map(|&name| name.to_owned()).collect(),
        Some(encoding(&table, &schema)),
        None,
        None,
        // The protocol's own default, the first 32 columns: statistics of lists and free text further back only swell the log.
        Default::default(),
        None,
    );
    let begin = || DeltaWriter::new(Arc::clone(&own) as Arc<dyn ObjectStore>, config.clone());
    let unfinished =
        |error| Error::failure(format!("table {label}: the data file could not be finished")).because(error).hint(SPACE);
    let most = table.file_rows().map_or(usize::MAX, |rows| usize::try_from(rows).unwrap_or(usize::MAX));
    let (mut writer, mut adds) = (begin(), Vec::new());
    let (mut rows, mut rows_in_file) = (0, 0);
    let outcome = async {
        while let Some(batch) = stream.next().await {
            let batch = batch.explain(|| format!("table {label}: its rows could not be computed"))?;
            for part in parts(&batch, most) {
                if rows_in_file > 0 && rows_in_file + part.num_rows() > most {
                    adds.extend(std::mem::replace(&mut writer, begin()).close().await.map_err(unfinished)?);
                    rows_in_file = 0;
                }
                writer.write(&part).await.explain(|| format!("table {label}: rows could not be written"))?;
                rows_in_file += part.num_rows();
            }
            rows += batch.num_rows() as u64;
            observe(batch.num_rows() as u64);
        }
        Ok(())
    }
    .await;
    let finished = match outcome {
        Ok(()) => writer.close().await.map_err(unfinished),
        Err(error) => {
            // The first error is the one to tell; a failed clean-up leaves at most a file that no version names.
            let _ = writer.abort().await;
            Err(error)
        }
    };
    adds.extend(finished?);
    Ok((adds, rows))
}

/// A batch in pieces of no more than so many rows.
fn parts(batch: &RecordBatch, most: usize) -> impl Iterator<Item = RecordBatch> {
    let rows = batch.num_rows();
    (0..rows).step_by(most).map(move |from| batch.slice(from, most.min(rows - from)))
}

pub(super) const SPACE: &str =
    "is there space, and may this user write there (in a bucket: can it be reached)? this table was not changed; run it again";

pub(super) fn make_folder(at: &TableAt) -> Result<()> {
    let Some(folder) = at.folder() else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|error| {
        Error::failure(format!("table {}: the folder {} cannot be made", at.label(), folder.display()))
            .because(error)
            .hint("choose a lake that this user may write to, with --lake or MOODLAKE_LAKE")
    })
}

/// Level 1 of Zstandard, as the benchmark's peers write. Timestamps are delta-packed; unique text has no dictionary, which would hold
/// every value once and save nothing.
fn encoding(table: &Table, schema: &SchemaRef) -> WriterProperties {
    let level = ZstdLevel::try_new(1).map_or(Compression::SNAPPY, Compression::ZSTD);
    let mut properties = WriterProperties::builder()
        .set_compression(level)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES_MAX)
        .set_created_by(concat!("moodlake ", env!("CARGO_PKG_VERSION")).to_owned());
    for field in schema.fields() {
        let column = ColumnPath::from(field.name().as_str());
        let time = matches!(field.data_type(), DataType::Timestamp(..));
        if time || table.unique_columns.contains(&field.name().as_str()) {
            properties = properties.set_column_dictionary_enabled(column.clone(), false);
        }
        if time {
            properties = properties.set_column_encoding(column.clone(), Encoding::DELTA_BINARY_PACKED);
        }
        if CHOSEN_BY.contains(&field.name().as_str()) {
            properties = properties.set_column_statistics_enabled(column.clone(), EnabledStatistics::Page);
        }
        if table.has_filter_of_keys() && table.key == Some(field.name().as_str()) {
            properties = properties.set_column_bloom_filter_fpp(column, FALSE_POSITIVES);
        }
    }
    properties.build()
}

/// Columns by which a few of a table's rows are asked for: of these each page tells what is in it, so that of a listener's plays, which
/// came together and lie together, only their pages are read.
const CHOSEN_BY: [&str; 2] = ["user_id", "played_at"];

/// How often a Bloom filter of keys says of a key that is not there that it may be. Fifty new keys that are looked for in twenty row
/// groups then cost the reading of one in ten times. It takes 4 bytes a row.
const FALSE_POSITIVES: f64 = 1e-4;

/// Rows of a row group, the unit that a writer holds in memory and a reader scans at once: large enough for a dictionary to pay off.
const ROW_GROUP_ROWS: usize = 524_288;

/// A row group of plays names some hundred thousand tracks: their names and ids fit a dictionary of this size. With the library's
/// 1 MiB a dictionary would be begun, given up half-way and its work lost.
const DICTIONARY_BYTES_MAX: usize = 8 << 20;
