//! What was gathered, into bronze: exactly once, whoever is killed on the way.
//!
//! Owns the order of the two commits. Each table has its own marks, moved in the commit that holds its rows. Dead letters come first; where
//! a process dies between the two, whoever reads the messages again knows by the marks which dead letters are there already.

use super::batch::Gathered;
use super::position::{self, Positions};
use crate::context::Context;
use crate::error::{Explain, Result};
use crate::lake::TableAt;
use crate::lake::marks::{self, Appended};
use crate::lake::tables::{DEAD_LETTERS, STREAM_EVENTS, Table};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int32Type, Int64Type};
use serde_json::{Value, json};

/// The way into the two tables for one process that owns some partitions.
#[derive(Clone)]
pub struct Landing {
    source: String,
    note: Value,
    events: Target,
    dead: Target,
}

#[derive(Clone)]
struct Target {
    table: &'static Table,
    at: TableAt,
    /// The version up to which the marks are known to be as `positions` says.
    known: u64,
    positions: Positions,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    /// It is stored.
    Stored {
        /// Bytes of the data files.
        bytes: u64,
    },
    /// Another process owns a partition by now and has stored messages of it: nothing of this batch was counted.
    Overtaken,
}

impl Target {
    async fn opened(context: &Context, table: &'static Table, source: &str, partitions: &[i32], note: &Value) -> Result<Self> {
        let at = context.lake.table(table)?;
        let current = marks::opened(&at, table, note).await?;
        let told = marks::of(&current, &position::names(source, partitions.iter().copied())).await?;
        Ok(Self { table, at, known: current.version(), positions: position::of_marks(source, partitions, &told) })
    }

    /// False where another process has moved one of the marks.
    async fn append(
        &mut self,
        source: &str,
        rows: Option<RecordBatch>,
        positions: &Positions,
        note: &Value,
    ) -> Result<Option<u64>> {
        let moved: Positions = positions
            .iter()
            .filter(|(partition, place)| self.positions.get(partition) != Some(place))
            .map(|(&p, &at)| (p, at))
            .collect();
        if moved.is_empty() {
            return Ok(Some(0));
        }
        let told = position::marks(source, &moved);
        match marks::append(&self.at, self.table, self.known, rows.into_iter().collect(), &told, note).await? {
            Appended::Overtaken => Ok(None),
            Appended::Stored(written) => {
                // Commits of others in between moved none of these marks, or this one would not be there.
                self.known = written.version;
                self.positions.extend(moved);
                Ok(Some(written.bytes))
            }
        }
    }
}

impl Landing {
    /// Takes partitions over. The tables say where they are to be read from.
    ///
    /// # Errors
    /// When a table cannot be made or read.
    pub async fn take_over(context: &Context, source: &str, partitions: &[i32]) -> Result<Self> {
        let note = context.note(json!({ "source": source }));
        let dead = Target::opened(context, &DEAD_LETTERS, source, partitions, &note).await?;
        let events = Target::opened(context, &STREAM_EVENTS, source, partitions, &note).await?;
        Ok(Self { source: source.to_owned(), note, events, dead })
    }

    /// Where the partitions stand; one that was never read has no place.
    #[must_use]
    pub const fn positions(&self) -> &Positions {
        &self.events.positions
    }

    /// The version of the events' table that this process has seen.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.events.known
    }

    /// Stores what was gathered since those places.
    ///
    /// # Errors
    /// When a table cannot be written. What was stored of the batch is known when it is gathered again.
    pub async fn land(&mut self, gathered: Gathered) -> Result<Landed> {
        let rows = gathered.dead.map(|rows| self.new_dead(&rows)).transpose()?.filter(|rows| rows.num_rows() > 0);
        let mut bytes = 0;
        // A table that holds no dead letters need not follow: its marks may lie behind.
        if rows.is_some() {
            match self.dead.append(&self.source, rows, &gathered.positions, &self.note).await? {
                Some(written) => bytes += written,
                None => return Ok(Landed::Overtaken),
            }
        }
        match self.events.append(&self.source, gathered.events, &gathered.positions, &self.note).await? {
            Some(written) => Ok(Landed::Stored { bytes: bytes + written }),
            None => Ok(Landed::Overtaken),
        }
    }

    /// The dead letters that the table does not hold yet.
    fn new_dead(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let failed = || "the new dead letters cannot be told".to_owned();
        let (partitions, offsets) = (rows["partition"].as_primitive::<Int32Type>(), rows["position"].as_primitive::<Int64Type>());
        let held = |partition: &i32| self.dead.positions.get(partition).map_or(i64::MIN, |place| place.next);
        let is_new: BooleanArray = partitions
            .values()
            .iter()
            .zip(offsets.values())
            .map(|(partition, offset)| Some(*offset >= held(partition)))
            .collect();
        filter_record_batch(rows, &is_new).explain(failed)
    }
}
