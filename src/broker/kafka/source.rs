//! Messages of a topic, as a member of a consumer group.
//!
//! Owns the turns of partitions. The group only says whose a partition is; where it is read from, the tables say. So a partition is
//! taken over in two steps: the poll that brings it, and `begin` with its offset.

use super::{ANSWER, Troubles, config, ended, is_fatal, no_topic, refused, told, unreachable};
use crate::broker::{Cursor, Gap, KafkaAddress, Message, Place, Polled, Settings, Source};
use crate::error::{Error, Result};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Message as _, Timestamp};
use rdkafka::statistics::Statistics;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, Offset, TopicPartitionList};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Messages are handed over so many at a time, so that whoever reads can do something else in between.
const TOGETHER: u64 = 10_000;

/// So often it is looked again.
const TRIES: usize = 10;

/// Settings of a reader.
const OWN: [(&str, &str); 11] = [
    // Offsets are in the tables.
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    // Messages that are gone before they were read are a gap to be told, not to be jumped over.
    ("auto.offset.reset", "error"),
    // The end of a partition is told.
    ("enable.partition.eof", "true"),
    // All partitions are given up and taken over at once: whose a row is, is then clear at every moment.
    ("partition.assignment.strategy", "range"),
    // A process that was killed is missed after ten seconds and not after forty-five.
    ("session.timeout.ms", "10000"),
    // Memory: so many kilobytes are fetched ahead.
    ("queued.max.messages.kbytes", "65536"),
    ("fetch.message.max.bytes", "4194304"),
    // That limit alone counts, not the number of messages; and who has reached it asks again soon: by default after a whole second, in
    // which everything fetched is used up three times.
    ("queued.min.messages", "1000000"),
    ("fetch.queue.backoff.ms", "20"),
    ("statistics.interval.ms", "5000"),
];

/// What the client's callbacks leave for the next poll.
#[derive(Default)]
struct Events {
    turns: Mutex<VecDeque<Turn>>,
    troubles: Troubles,
    lag: AtomicI64,
    closing: AtomicBool,
}

enum Turn {
    Assigned(Vec<i32>),
    Revoked,
}

impl ClientContext for Events {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        told(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // The end of a partition comes this way, too.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::PartitionEOF) {
            self.troubles.warn(&error, reason);
        }
    }

    fn stats(&self, statistics: Statistics) {
        let partitions = statistics.topics.values().flat_map(|topic| topic.partitions.values());
        let lags = partitions.filter(|partition| partition.fetch_state == "active").map(|partition| partition.consumer_lag);
        self.lag.store(lags.filter(|lag| *lag > 0).sum(), Ordering::Relaxed);
    }
}

impl ConsumerContext for Events {
    /// Only noted: what is to be done takes a look into the tables first.
    fn rebalance(&self, consumer: &BaseConsumer<Self>, code: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        // Leaving the group waits until the partitions are given up, and nobody polls any more.
        if self.closing.load(Ordering::Acquire) {
            let _ = consumer.unassign();
            return;
        }
        let turn = if code == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            Turn::Assigned(
                partitions.elements().iter().map(rdkafka::topic_partition_list::TopicPartitionListElem::partition).collect(),
            )
        } else {
            Turn::Revoked
        };
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).push_back(turn);
    }
}

struct KafkaSource {
    address: KafkaAddress,
    name: String,
    consumer: BaseConsumer<Events>,
    assigned: BTreeSet<i32>,
    ended: BTreeSet<i32>,
    is_begun: bool,
    is_paused: bool,
}

/// Reads a topic as a member of a group.
///
/// # Errors
/// When a setting is wrong, no broker answers, or there is no such topic.
pub fn kafka_source(address: &KafkaAddress, group: &str, settings: &Settings) -> Result<Box<dyn Source>> {
    let mut config = config(address, &OWN, settings);
    config.set("group.id", group);
    let consumer: BaseConsumer<Events> =
        config.create_with_context(Events::default()).map_err(|error| refused(address, error))?;
    find_topic(address, &consumer)?;
    let cluster = consumer.client().fetch_cluster_id(ANSWER).unwrap_or_else(|| {
        // Brokers before 0.10 have no id of their own.
        tracing::warn!(
            "the brokers do not tell their cluster's id: the topic is known by the address, so keep writing {}",
            address.servers
        );
        address.servers.clone()
    });
    consumer.subscribe(&[&address.topic]).map_err(|error| refused(address, error))?;
    Ok(Box::new(KafkaSource {
        name: format!("kafka:{cluster}/{}", address.topic),
        address: address.clone(),
        consumer,
        assigned: BTreeSet::new(),
        ended: BTreeSet::new(),
        is_begun: false,
        is_paused: false,
    }))
}

/// # Errors
/// When there is no such topic, or this user may not see it.
fn find_topic(address: &KafkaAddress, consumer: &BaseConsumer<Events>) -> Result<()> {
    for _ in 0..TRIES {
        let metadata = match consumer.fetch_metadata(Some(&address.topic), ANSWER) {
            Ok(metadata) => metadata,
            Err(error) => return Err(refusal(address, consumer).unwrap_or_else(|| unreachable(address, error))),
        };
        let found = metadata.topics().iter().find(|topic| topic.name() == address.topic);
        let code = found.map(|topic| topic.error().map(RDKafkaErrorCode::from));
        match code {
            Some(None) => return Ok(()),
            Some(Some(code)) if is_fatal(code) => return Err(ended(address, KafkaError::MetadataFetch(code))),
            // It was made just now.
            Some(Some(RDKafkaErrorCode::LeaderNotAvailable)) => std::thread::sleep(Duration::from_secs(1)),
            _ => return Err(no_topic(address)),
        }
    }
    Err(no_topic(address))
}

/// Why the brokers do not answer this user, where they have said so.
fn refusal(address: &KafkaAddress, consumer: &BaseConsumer<Events>) -> Option<Error> {
    let mut told = (0..TRIES).filter_map(|_| consumer.poll(Duration::from_millis(50))?.err());
    told.find(|error| error.rdkafka_error_code().is_some_and(is_fatal)).map(|error| ended(address, error))
}

impl KafkaSource {
    fn turn(&self) -> Option<Turn> {
        self.consumer.context().turns.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn list(&self) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for partition in &self.assigned {
            list.add_partition(&self.address.topic, *partition);
        }
        list
    }

    fn changed(&mut self, turn: Turn) -> Result<Polled> {
        self.is_begun = false;
        self.is_paused = false;
        self.ended.clear();
        Ok(match turn {
            Turn::Assigned(partitions) => {
                self.assigned = partitions.iter().copied().collect();
                Polled::Assigned(partitions)
            }
            Turn::Revoked => {
                self.assigned.clear();
                self.consumer.unassign().map_err(|error| ended(&self.address, error))?;
                Polled::Revoked
            }
        })
    }

    /// What an error means: nothing, as the client goes on by itself; or that there is no use in going on.
    fn judged(&self, error: KafkaError) -> Result<()> {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => Err(self.overtaken()),
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => Err(no_topic(&self.address)),
            Some(code) if is_fatal(code) => Err(ended(&self.address, error)),
            // The context has told it; the client goes on trying.
            _ => Ok(()),
        }
    }

    fn overtaken(&self) -> Error {
        Error::failure(format!("messages of the topic {} were deleted before they were read", self.address.topic))
            .hint("start it again: it goes on with the oldest that are left and notes the gap; the topic's retention is too short for its lag")
    }
}

impl Drop for KafkaSource {
    fn drop(&mut self) {
        self.consumer.context().closing.store(true, Ordering::Release);
        let _ = self.consumer.unassign();
    }
}

impl Source for KafkaSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&mut self, wait: Duration, take: &mut dyn FnMut(Message<'_>) -> bool) -> Result<Polled> {
        if self.is_paused {
            self.consumer.resume(&self.list()).map_err(|error| ended(&self.address, error))?;
            self.is_paused = false;
        }
        let (mut count, mut wait) = (0, wait);
        while count < TOGETHER {
            let polled = self.consumer.poll(wait);
            if let Some(turn) = self.turn() {
                return self.changed(turn);
            }
            match polled {
                None => break,
                Some(Ok(message)) => {
                    let (partition, payload) = (message.partition(), message.payload());
                    let told_us = match message.timestamp() {
                        Timestamp::CreateTime(ms) | Timestamp::LogAppendTime(ms) if ms >= 0 => Some(ms.saturating_mul(1_000)),
                        _ => None,
                    };
                    count += 1;
                    wait = Duration::ZERO;
                    if !take(Message { partition, offset: message.offset(), cursor: Cursor::default(), told_us, payload }) {
                        break;
                    }
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    self.ended.insert(partition);
                }
                Some(Err(error)) => self.judged(error)?,
            }
        }
        if count > 0 {
            self.consumer.context().troubles.over();
        }
        Ok(Polled::Messages(count))
    }

    fn begin(&mut self, positions: &BTreeMap<i32, Option<Place>>) -> Result<Vec<Gap>> {
        let (mut list, mut gaps) = (TopicPartitionList::new(), Vec::new());
        // Ends that were told before may lie behind where reading goes on.
        self.ended.clear();
        for (&partition, position) in positions {
            let mut offset = Offset::Beginning;
            if let Some(Place { next, .. }) = *position {
                let held = self.consumer.fetch_watermarks(&self.address.topic, partition, ANSWER);
                let (first, end) = held.map_err(|error| unreachable(&self.address, error))?;
                if next > end {
                    return Err(Error::usage(format!(
                        "partition {partition} of {} ends at offset {end}, but was read to {next} before",
                        self.address.topic
                    ))
                    .hint(
                        "it is another topic of the same name: give it a name of its own, so that offsets cannot be mixed up",
                    ));
                }
                if next < first {
                    gaps.push(Gap { partition, from: next, to: first });
                }
                offset = Offset::Offset(next.max(first));
            }
            list.add_partition_offset(&self.address.topic, partition, offset).map_err(|error| ended(&self.address, error))?;
        }
        self.consumer.assign(&list).map_err(|error| ended(&self.address, error))?;
        self.is_begun = true;
        Ok(gaps)
    }

    fn stored(&mut self, positions: &BTreeMap<i32, i64>) {
        let mut list = TopicPartitionList::new();
        for (&partition, &next) in positions {
            let _ = list.add_partition_offset(&self.address.topic, partition, Offset::Offset(next));
        }
        if let Err(error) = self.consumer.commit(&list, CommitMode::Async) {
            tracing::debug!("the group's offsets cannot be told to the broker: {error}");
        }
    }

    fn is_at_end(&self) -> bool {
        self.is_begun && self.assigned.is_subset(&self.ended)
    }

    fn lag(&self) -> Option<u64> {
        u64::try_from(self.consumer.context().lag.load(Ordering::Relaxed)).ok()
    }

    fn idle(&mut self) -> Result<()> {
        if !self.is_paused && self.is_begun {
            self.consumer.pause(&self.list()).map_err(|error| ended(&self.address, error))?;
            self.is_paused = true;
        }
        // A message that was on its way already may still come: its place is not lost, since resuming begins behind the last one taken.
        match self.consumer.poll(Duration::ZERO) {
            Some(Err(KafkaError::PartitionEOF(_))) | None => Ok(()),
            Some(Err(error)) => self.judged(error),
            Some(Ok(message)) => {
                let (partition, offset) = (message.partition(), message.offset());
                drop(message);
                self.consumer
                    .seek(&self.address.topic, partition, Offset::Offset(offset), ANSWER)
                    .map_err(|error| ended(&self.address, error))
            }
        }
    }
}
