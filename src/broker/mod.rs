//! Message brokers: where they are, and how messages are read from one and written to one.
//!
//! Owns addresses and the two traits that a stream sees of a broker: a `Source` is a log of messages in partitions, a `Sink` takes
//! messages. What a message says is not known here. Kafka and Kinesis are in the build where their features are on.

mod address;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "aws")]
mod kinesis;
mod kinesis_address;
mod memory;
#[cfg(not(feature = "aws"))]
mod without_aws;
#[cfg(not(feature = "kafka"))]
mod without_kafka;

pub use address::{KafkaAddress, Settings};
#[cfg(feature = "kafka")]
pub use kafka::{kafka_sink, kafka_source};
#[cfg(feature = "aws")]
pub use kinesis::{kinesis_sink, kinesis_source};
pub use kinesis_address::KinesisAddress;
pub use memory::MemoryLog;
#[cfg(not(feature = "aws"))]
pub use without_aws::{kinesis_sink, kinesis_source};
#[cfg(not(feature = "kafka"))]
pub use without_kafka::{kafka_sink, kafka_source};

use crate::error::Result;
use std::collections::BTreeMap;
use std::time::Duration;

/// A message as a broker holds it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The part of the log it stands in.
    pub partition: i32,
    /// Its place there: no two messages of a partition have the same, and it grows.
    pub offset: i64,
    /// The broker's own word for the place, where the offset is only counted; zeros else.
    pub cursor: Cursor,
    /// When it was told, in microseconds since 1970 UTC, as the broker or the producer says; none where neither does.
    pub told_us: Option<i64>,
    /// What it says; none for a tombstone.
    pub payload: Option<&'a [u8]>,
}

/// A place in the words of a broker whose places are longer than an offset, in parts that fit a table's log.
pub type Cursor = [i64; 4];

/// Where a partition is read on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The offset of the next message.
    pub next: i64,
    /// The cursor of the message before it.
    pub cursor: Cursor,
}

/// What a look at a source brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Messages, or none for now.
    Messages(u64),
    /// These partitions are this process's from now on, and no others: `begin` is to say where they are read from.
    Assigned(Vec<i32>),
    /// No partition is this process's any more.
    Revoked,
}

/// Messages that were gone from the broker before they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The partition.
    pub partition: i32,
    /// The first offset that is missing.
    pub from: i64,
    /// The first one that is there.
    pub to: i64,
}

/// A log of messages, shared by all processes that read it in one group.
pub trait Source: Send {
    /// What tells this log from any other, in few words: `kafka:CLUSTER/TOPIC`.
    fn name(&self) -> &str;

    /// Hands over messages that are there, waiting no longer than this for the first, until `take` says that it has enough.
    ///
    /// # Errors
    /// When the broker says that there is no use in going on.
    fn poll(&mut self, wait: Duration, take: &mut dyn FnMut(Message<'_>) -> bool) -> Result<Polled>;

    /// Reads each assigned partition from its place; none is the oldest message that is there.
    ///
    /// # Errors
    /// When the broker cannot be reached, or the log is another one than the offsets are of.
    fn begin(&mut self, positions: &BTreeMap<i32, Option<Place>>) -> Result<Vec<Gap>>;

    /// Lets the broker know how far messages are stored, for whoever watches it. What counts is what the tables say.
    fn stored(&mut self, positions: &BTreeMap<i32, i64>);

    /// Whether everything that was there when reading began has been handed over.
    fn is_at_end(&self) -> bool;

    /// How many messages of this process's partitions wait at the broker, as far as it is known.
    fn lag(&self) -> Option<u64>;

    /// A sign of life while no messages are taken.
    ///
    /// # Errors
    /// When the broker says that there is no use in going on.
    fn idle(&mut self) -> Result<()>;
}

/// A message on its way to a broker.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Messages with the same key stay in order.
    pub key: &'a str,
    /// What it says.
    pub payload: &'a str,
    /// When it is told, in microseconds since 1970 UTC.
    pub told_us: i64,
}

/// Takes messages.
pub trait Sink: Send {
    /// Hands a message over; it may be on its way for a while.
    ///
    /// # Errors
    /// When a message was refused.
    fn send(&mut self, message: Outgoing<'_>) -> Result<()>;

    /// How many messages the broker has confirmed, from the first one on.
    ///
    /// # Errors
    /// When a message was refused.
    fn confirmed(&mut self) -> Result<u64>;

    /// Waits until all are confirmed, and no longer than this.
    ///
    /// # Errors
    /// When a message was refused, or some are not confirmed in time.
    fn settle(&mut self, wait: Duration) -> Result<()>;
}
