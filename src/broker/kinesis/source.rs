//! Messages of a stream.
//!
//! Owns what is told to whoever takes them. Kinesis has no groups: one process reads all shards, and a second one of the same lake is
//! overtaken again and again.

use super::arrivals::{Arrivals, Chunk, Ending, Event};
use super::reader::Tools;
use super::shards::{Shards, listed};
use super::turns::{Order, serve};
use super::{Told, client, described, on_own_thread, stopped};
use crate::aws::Account;
use crate::broker::{Gap, KinesisAddress, Message, Place, Polled, Source};
use crate::error::{Error, Result};
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::StreamDescriptionSummary;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Messages are handed over so many at a time, so that whoever reads can do something else in between.
const TOGETHER: u64 = 10_000;
/// So many answers of ten megabytes at most are in memory.
const CHUNKS_MAX: usize = 4;

struct KinesisSource {
    address: KinesisAddress,
    name: String,
    arrivals: Arc<Arrivals>,
    orders: UnboundedSender<Order>,
    shards: Shards,
    /// Whether it is known whose the shards are.
    is_assigned: bool,
    is_begun: bool,
    at_tip: BTreeSet<i32>,
    /// What is being handed over, and how many of it were.
    current: Option<(Chunk, usize)>,
}

/// Reads all shards of a stream.
///
/// # Errors
/// When a setting is wrong, Kinesis does not answer, or there is no such stream.
pub fn kinesis_source(address: &KinesisAddress, account: &Account) -> Result<Box<dyn Source>> {
    let arrivals = Arc::new(Arrivals::default());
    let (opened, open) = mpsc::channel();
    let (orders, taken) = unbounded_channel();
    let (account, theirs, ending) = (account.clone(), address.clone(), Ending(Arc::clone(&arrivals)));
    on_own_thread(move || async move {
        match opening(&theirs, &account).await {
            Ok((client, name, shards)) => {
                let _ = opened.send(Ok((name, shards)));
                reading(&ending.0, client, theirs, taken).await;
            }
            Err(error) => drop(opened.send(Err(error))),
        }
    })?;
    let (name, shards) = open.recv().unwrap_or_else(|_| Err(stopped(address)))?;
    Ok(Box::new(KinesisSource {
        address: address.clone(),
        name,
        arrivals,
        orders,
        shards,
        is_assigned: false,
        is_begun: false,
        at_tip: BTreeSet::new(),
        current: None,
    }))
}

async fn opening(address: &KinesisAddress, account: &Account) -> Result<(Client, String, Shards)> {
    let client = client(account).await?;
    let summary = described(&client, address).await?;
    let shards = listed(&client, address).await.map_err(|refusal| refusal.error)?;
    Ok((client, name(&summary), shards))
}

async fn reading(arrivals: &Arc<Arrivals>, client: Client, address: KinesisAddress, orders: UnboundedReceiver<Order>) {
    let room = Arc::new(Semaphore::new(CHUNKS_MAX));
    let tools = Tools { client, address, arrivals: Arc::clone(arrivals), room, told: Told::default() };
    arrivals.end(serve(tools, orders).await);
}

/// `kinesis:REGION/ACCOUNT/STREAM@SECONDS`: a stream that is made again under its name has another time of birth.
fn name(summary: &StreamDescriptionSummary) -> String {
    let mut parts = summary.stream_arn().split(':').skip(3);
    let (region, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("kinesis:{region}/{account}/{}@{}", summary.stream_name(), summary.stream_creation_timestamp().secs())
}

impl KinesisSource {
    fn failed(&self, error: Option<Error>) -> Error {
        error.unwrap_or_else(|| stopped(&self.address))
    }
}

impl Source for KinesisSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&mut self, wait: Duration, take: &mut dyn FnMut(Message<'_>) -> bool) -> Result<Polled> {
        if !self.is_assigned {
            self.is_assigned = true;
            return Ok(Polled::Assigned(self.shards.keys().copied().collect()));
        }
        let mut count = 0;
        while count < TOGETHER {
            let Some((chunk, at)) = &mut self.current else {
                let wait = if count == 0 { wait } else { Duration::ZERO };
                match self.arrivals.next(wait).map_err(|error| self.failed(error))? {
                    None => break,
                    Some(Event::Records(chunk)) => self.current = Some((chunk, 0)),
                    Some(Event::AtTip(shard) | Event::Closed(shard)) => {
                        self.at_tip.insert(shard);
                    }
                    Some(Event::Shards(shards)) => {
                        tracing::info!("{} has {} shards now", self.name, shards.len());
                        self.shards = shards;
                        self.is_begun = false;
                        self.at_tip.clear();
                        return Ok(Polled::Assigned(self.shards.keys().copied().collect()));
                    }
                }
                continue;
            };
            let Some(record) = chunk.records.get(*at) else {
                self.current = None;
                continue;
            };
            let offset = chunk.first.saturating_add(i64::try_from(*at).unwrap_or(i64::MAX));
            let (partition, told_us, cursor) = (chunk.shard, record.told_us, record.cursor);
            *at += 1;
            count += 1;
            if !take(Message { partition, offset, cursor, told_us, payload: Some(&record.payload) }) {
                break;
            }
        }
        Ok(Polled::Messages(count))
    }

    fn begin(&mut self, positions: &BTreeMap<i32, Option<Place>>) -> Result<Vec<Gap>> {
        self.idle()?;
        let generation = self.arrivals.turn();
        self.current = None;
        self.at_tip.clear();
        self.is_begun = true;
        let shards = self.shards.iter().filter(|(shard, _)| positions.contains_key(shard));
        let shards = shards.map(|(&number, shard)| (number, shard.clone())).collect();
        let order = Order { generation, shards, places: positions.clone() };
        self.orders.send(order).map_err(|_| stopped(&self.address))?;
        Ok(Vec::new())
    }

    fn stored(&mut self, _: &BTreeMap<i32, i64>) {}

    fn is_at_end(&self) -> bool {
        self.is_begun && self.current.is_none() && self.shards.keys().all(|shard| self.at_tip.contains(shard))
    }

    fn lag(&self) -> Option<u64> {
        None
    }

    fn idle(&mut self) -> Result<()> {
        self.arrivals.check().map_err(|error| self.failed(error))
    }
}

#[cfg(test)]
mod tests {
    use super::name;
    use aws_sdk_kinesis::primitives::DateTime;
    use aws_sdk_kinesis::types::{StreamDescriptionSummary, StreamStatus};

    #[test]
    fn a_stream_made_again_has_another_name() {
        let named = |born: i64| {
            let built = StreamDescriptionSummary::builder()
                .stream_name("plays")
                .stream_arn("arn:aws:kinesis:eu-west-3:123456789012:stream/plays")
                .stream_status(StreamStatus::Active)
                .stream_creation_timestamp(DateTime::from_secs(born))
                .retention_period_hours(24)
                .enhanced_monitoring(aws_sdk_kinesis::types::EnhancedMetrics::builder().build())
                .open_shard_count(1)
                .build();
            name(&built.unwrap())
        };
        assert_eq!(named(1_700_000_000), "kinesis:eu-west-3/123456789012/plays@1700000000");
        assert_ne!(named(1), named(2));
    }
}
