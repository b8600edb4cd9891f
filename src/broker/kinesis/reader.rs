//! One shard, read from its place to its end.
//!
//! Owns the pace and what is counted. Kinesis allows five calls a second and two megabytes a second of a shard, to all who read it
//! together; a message has no number there, so its offset is counted from the shard's beginning and is kept with its sequence number.
//! Records that went before they were read are not noticed: Kinesis goes on with the oldest that is left and does not say so. Records
//! that the Kinesis Producer Library has packed into one are not taken apart.

use super::arrivals::{Arrivals, Chunk, Event, Read};
use super::cursor::{pack, unpack};
use super::{Told, Troubles, ended};
use crate::aws::{Trouble, failure};
use crate::broker::{Cursor, KinesisAddress, Place};
use crate::error::{Error, Result};
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::error::ProvideErrorMetadata as _;
use aws_sdk_kinesis::operation::get_records::GetRecordsOutput;
use aws_sdk_kinesis::types::{Record, ShardIteratorType};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::MissedTickBehavior;

/// As many records as Kinesis hands over at once; ten megabytes at most.
const RECORDS_MAX: i32 = 10_000;
/// Time between two calls: Kinesis allows five a second.
const PACE: Duration = Duration::from_millis(200);
/// So much longer where there is nothing to catch up with: somebody else may want to read, too.
const EASE: Duration = Duration::from_millis(50);
/// The first pause after a trouble.
const PAUSE: Duration = Duration::from_millis(500);

/// Where all readers of a stream find what they need.
#[derive(Clone)]
pub struct Tools {
    pub client: Client,
    pub address: KinesisAddress,
    pub arrivals: Arc<Arrivals>,
    /// So many answers are in memory.
    pub room: Arc<Semaphore>,
    /// What goes wrong is told by all together.
    pub told: Told,
}

/// What reads a shard.
pub struct Reader {
    tools: Tools,
    generation: u64,
    shard: i32,
    id: String,
    /// The offset of the next record.
    next: i64,
    /// The sequence number of the record before it; none at the beginning.
    sequence: Option<String>,
    troubles: Troubles,
    is_at_tip: bool,
}

/// A shard that was read to its end.
pub struct Ended {
    pub shard: i32,
    /// The shards in its place.
    pub children: Vec<String>,
}

impl Reader {
    /// # Errors
    /// When the place is no place in a shard.
    pub fn new(tools: Tools, generation: u64, shard: i32, id: String, place: Option<Place>) -> Result<Self> {
        let place = place.unwrap_or_default();
        let sequence = unpack(place.cursor);
        if sequence.is_none() && place != Place::default() {
            return Err(Error::failure(format!("{id}: nobody knows behind which record it was read to offset {}", place.next))
                .hint("bronze/stream_events was written to by something else: name another lake with --lake"));
        }
        let (next, troubles) = (place.next, Troubles::new(PAUSE, Arc::clone(&tools.told)));
        Ok(Self { tools, generation, shard, id, next, sequence, troubles, is_at_tip: false })
    }

    /// Reads until the shard is closed and everything in it is handed over.
    ///
    /// # Errors
    /// When Kinesis says that there is no use in going on.
    pub async fn read(mut self) -> Result<Ended> {
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut iterator: Option<String> = None;
        loop {
            let at = match iterator.take() {
                Some(at) => at,
                None => self.iterator().await?,
            };
            pace.tick().await;
            let Ok(room) = Arc::clone(&self.tools.room).acquire_owned().await else { return Err(self.unreadable()) };
            // It may have waited for room.
            pace.reset();
            match self.tools.client.get_records().shard_iterator(&at).limit(RECORDS_MAX).send().await {
                Ok(mut said) => {
                    self.troubles.over();
                    self.take(&mut said, room)?;
                    let Some(next) = said.next_shard_iterator else {
                        let children = said.child_shards.unwrap_or_default().into_iter().map(|child| child.shard_id).collect();
                        return Ok(Ended { shard: self.shard, children });
                    };
                    iterator = Some(next);
                    if self.is_at_tip {
                        tokio::time::sleep(EASE).await;
                    }
                }
                // Iterators live for five minutes; whoever has no room for so long asks for a new one.
                Err(error) if error.code() == Some("ExpiredIteratorException") => drop(room),
                Err(error) => {
                    drop(room);
                    let trouble = Trouble::of(&error);
                    let told = failure(&error, format!("{} of the stream {} cannot be read", self.id, self.tools.address.stream));
                    self.judged(trouble, told).await?;
                    iterator = Some(at);
                }
            }
        }
    }

    /// Hands over what an answer brought.
    fn take(&mut self, said: &mut GetRecordsOutput, room: OwnedSemaphorePermit) -> Result<()> {
        let records = std::mem::take(&mut said.records);
        let is_full = records.len() >= RECORDS_MAX as usize;
        if let Some(last) = records.last() {
            self.sequence = Some(last.sequence_number.clone());
            let count = i64::try_from(records.len()).unwrap_or_default();
            let records = records.into_iter().map(|record| self.record(record)).collect::<Result<Vec<_>>>()?;
            let chunk = Chunk { shard: self.shard, first: self.next, records, room };
            self.next += count;
            self.tools.arrivals.push(self.generation, Event::Records(chunk));
        }
        let is_at_tip = said.millis_behind_latest == Some(0) && !is_full;
        if is_at_tip && !self.is_at_tip {
            self.tools.arrivals.push(self.generation, Event::AtTip(self.shard));
        }
        self.is_at_tip = is_at_tip;
        Ok(())
    }

    fn record(&self, record: Record) -> Result<Read> {
        let cursor: Cursor = pack(&record.sequence_number).ok_or_else(|| self.unreadable())?;
        let told_us = record.approximate_arrival_timestamp.and_then(|time| i64::try_from(time.as_nanos() / 1_000).ok());
        Ok(Read { cursor, told_us, payload: record.data.into_inner() })
    }

    /// Where reading begins or goes on.
    async fn iterator(&mut self) -> Result<String> {
        loop {
            let asking = self.tools.client.get_shard_iterator().stream_name(&self.tools.address.stream).shard_id(&self.id);
            let asking = match &self.sequence {
                Some(sequence) => {
                    asking.shard_iterator_type(ShardIteratorType::AfterSequenceNumber).starting_sequence_number(sequence)
                }
                None => asking.shard_iterator_type(ShardIteratorType::TrimHorizon),
            };
            match asking.send().await {
                Ok(said) => return said.shard_iterator.ok_or_else(|| self.unreadable()),
                Err(error) if error.code() == Some("InvalidArgumentException") && self.sequence.is_some() => {
                    let what = format!("{} of the stream {} has no record of the place", self.id, self.tools.address.stream);
                    return Err(failure(&error, format!("{what} that it was read to before")).hint(
                        "it is another stream of the same name: give it a name of its own, so that places cannot be mixed up",
                    ));
                }
                Err(error) => {
                    let told = failure(&error, format!("{} of the stream {} cannot be read", self.id, self.tools.address.stream));
                    self.judged(Trouble::of(&error), told).await?;
                }
            }
        }
    }

    /// Waits where that helps.
    async fn judged(&mut self, trouble: Trouble, error: Error) -> Result<()> {
        if !trouble.passes() {
            return Err(ended(&self.tools.address, trouble, error));
        }
        self.troubles.wait(&error.in_one_line()).await;
        Ok(())
    }

    fn unreadable(&self) -> Error {
        Error::failure(format!("{} of the stream {}: its answers cannot be understood", self.id, self.tools.address.stream))
            .hint("is AWS_ENDPOINT_URL_KINESIS another service's?")
    }
}
