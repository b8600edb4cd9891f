//! What was gathered, into bronze: exactly once, whoever is killed on the way.
//!
//! Owns the order of the two commits. Each table has its own marks, moved in the commit that holds its rows. Dead letters come first; where
//! a process dies between the two, whoever reads the messages again knows by the marks which dead letters are there already.

use super::batch::Gathered;
use super::position::{self, Position, Positions};
use crate::context::Context;
use crate::error::{Explain, Result};
use crate::lake::Snapshot;
use crate::lake::marks::{self, Appended};
use crate::lake::tables::{DEAD_LETTERS, STREAM_EVENTS, Table};
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int32Type, Int64Type};
use serde_json::{Value, json};

/// The way into the two tables for one process that owns some partitions.
pub struct Landing {
    source: String,
    note: Value,
    events: Target,
    dead: Target,
}

struct Target {
    table: &'static Table,
    seen: Snapshot,
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
        let seen = marks::opened(&context.lake.table(table)?, table, note).await?;
        let told = marks::of(&seen, &position::names(source, partitions.iter().copied())).await?;
        Ok(Self { table, known: seen.version(), seen, positions: position::of_marks(source, partitions, &told) })
    }

    /// False where another process has moved one of the marks.
    async fn append(
        &mut self,
        source: &str,
        rows: Option<RecordBatch>,
        positions: &Positions,
        note: &Value,
    ) -> Result<Option<u64>> {
        // Forwards only: dead letters of a process that died before its events may have moved a mark further than this batch goes.
        let is_ahead =
            |partition: &i32, place: &Position| self.positions.get(partition).is_none_or(|held| place.next > held.next);
        let moved: Positions = positions.iter().filter(|(p, place)| is_ahead(p, place)).map(|(&p, &place)| (p, place)).collect();
        if moved.is_empty() {
            return Ok(Some(0));
        }
        let told = position::marks(source, &moved);
        match marks::append(&mut self.seen, self.table, self.known, rows.into_iter().collect(), &told, note).await? {
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

#[cfg(test)]
mod tests {
    use super::{Landed, Landing};
    use crate::broker::{Cursor, Message};
    use crate::clock::Clock;
    use crate::context::{Context, Silent};
    use crate::engine::Engine;
    use crate::lake::Lake;
    use crate::lake::tables::DEAD_LETTERS;
    use crate::stream::batch::Batch;
    use std::sync::Arc;

    fn context(folder: &std::path::Path) -> Context {
        let zone = chrono_tz::UTC;
        Context {
            lake: Lake::at(folder.to_str().unwrap()).unwrap(),
            engine: Engine::new(zone).unwrap(),
            clock: Clock::System,
            run_id: "run".to_owned(),
            zone,
            progress: Arc::new(Silent),
        }
    }

    /// Messages of two partitions that are no events, up to these offsets.
    fn gathered(landing: &Landing, ends: [i64; 2]) -> crate::stream::batch::Gathered {
        let mut batch = Batch::new(0, landing.positions().clone());
        for (partition, end) in (0..).zip(ends) {
            let from = landing.positions().get(&partition).map_or(0, |place| place.next);
            for offset in from..end {
                batch.push(Message { partition, offset, cursor: Cursor::default(), told_us: None, payload: Some(b"{") });
            }
        }
        batch.take("memory:t", 0, "run").unwrap()
    }

    async fn dead(context: &Context) -> u64 {
        context.lake.open(&DEAD_LETTERS).await.unwrap().unwrap().extent().unwrap().rows.unwrap()
    }

    #[tokio::test]
    async fn dead_letters_of_a_process_that_died_half_way_are_not_stored_again() {
        let folder = tempfile::tempdir().unwrap();
        let context = context(folder.path());
        let mut first = Landing::take_over(&context, "memory:t", &[0, 1]).await.unwrap();
        let half = gathered(&first, [10, 10]);
        // It dies before its second commit.
        first.dead.append("memory:t", half.dead, &half.positions, &first.note.clone()).await.unwrap();
        assert_eq!(dead(&context).await, 20);

        let mut second = Landing::take_over(&context, "memory:t", &[0, 1]).await.unwrap();
        assert!(second.positions().is_empty());
        for ends in [[8, 13], [12, 13], [12, 20]] {
            let batch = gathered(&second, ends);
            assert!(matches!(second.land(batch).await.unwrap(), Landed::Stored { .. }));
        }
        assert_eq!(dead(&context).await, 32);
        // The first one wakes up.
        let late = gathered(&first, [11, 11]);
        assert_eq!(first.land(late).await.unwrap(), Landed::Overtaken);
        assert_eq!(dead(&context).await, 32);
    }
}
