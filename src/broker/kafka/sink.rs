//! Messages into a topic.
//!
//! Owns what becomes of each: confirmed by the broker, or refused. The client sends again by itself, in order and without doing it
//! twice.

use super::{ANSWER, Troubles, config, ended, refused, told, unreachable};
use crate::broker::{KafkaAddress, Outgoing, Settings, Sink};
use crate::error::{Error, Result};
use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _, ProducerContext};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Settings of a writer.
const OWN: [(&str, &str); 4] = [
    // What is sent again after a lost answer is stored once, and messages of one key stay in order.
    ("enable.idempotence", "true"),
    ("compression.type", "lz4"),
    ("linger.ms", "20"),
    // Memory: so many kilobytes wait to be sent.
    ("queue.buffering.max.kbytes", "65536"),
];

#[derive(Default)]
struct Deliveries {
    confirmed: AtomicU64,
    refused: Mutex<Option<(KafkaError, u64)>>,
    troubles: Troubles,
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        told(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.troubles.warn(&error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Ok(_) => {
                self.confirmed.fetch_add(1, Ordering::Relaxed);
                self.troubles.over();
            }
            Err((error, message)) => {
                tracing::debug!("a message of {} bytes was refused: {error}", message.payload_len());
                let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                refused.get_or_insert_with(|| (error.clone(), 0)).1 += 1;
            }
        }
    }
}

struct KafkaSink {
    address: KafkaAddress,
    producer: BaseProducer<Deliveries>,
    sent: u64,
}

/// Writes to a topic. `waits` says whether messages wait for a broker that is away however long that takes; else for a minute.
///
/// # Errors
/// When a setting is wrong, or no broker answers.
pub fn kafka_sink(address: &KafkaAddress, settings: &Settings, waits: bool) -> Result<Box<dyn Sink>> {
    let mut config = config(address, &OWN, settings);
    config.set("message.timeout.ms", if waits { "0" } else { "60000" });
    let producer: BaseProducer<Deliveries> =
        config.create_with_context(Deliveries::default()).map_err(|error| refused(address, error))?;
    if !waits {
        producer.client().fetch_metadata(Some(&address.topic), ANSWER).map_err(|error| unreachable(address, error))?;
    }
    Ok(Box::new(KafkaSink { address: address.clone(), producer, sent: 0 }))
}

impl KafkaSink {
    /// The first refusal, which ends the writing: what comes behind it would be out of order.
    fn check(&self) -> Result<()> {
        match self.producer.context().refused.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some((error, count)) => {
                tracing::error!("{count} messages were refused");
                Err(ended(&self.address, error))
            }
            None => Ok(()),
        }
    }
}

impl Sink for KafkaSink {
    fn send(&mut self, message: Outgoing<'_>) -> Result<()> {
        let mut record = BaseRecord::to(&self.address.topic)
            .key(message.key)
            .payload(message.payload)
            .timestamp(message.told_us.div_euclid(1_000));
        loop {
            match self.producer.send(record) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), same)) => {
                    record = same;
                    self.producer.poll(Duration::from_millis(100));
                    self.check()?;
                }
                Err((error, _)) => return Err(ended(&self.address, error)),
            }
        }
        self.sent += 1;
        if self.sent.is_multiple_of(1_000) {
            self.producer.poll(Duration::ZERO);
            self.check()?;
        }
        Ok(())
    }

    fn confirmed(&mut self) -> Result<u64> {
        self.producer.poll(Duration::ZERO);
        self.check()?;
        Ok(self.producer.context().confirmed.load(Ordering::Relaxed))
    }

    fn settle(&mut self, wait: Duration) -> Result<()> {
        let outcome = self.producer.flush(wait);
        self.check()?;
        outcome.map_err(|error| {
            let left = self.sent.saturating_sub(self.producer.context().confirmed.load(Ordering::Relaxed));
            Error::failure(format!("{left} of {} messages were not confirmed by {}", self.sent, self.address.servers))
                .because(error)
                .hint("is the broker running? some of them may be in the topic all the same")
        })
    }
}
