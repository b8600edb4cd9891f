//! Kafka, by librdkafka.
//!
//! Owns the client's settings, each with its reason, and what its errors mean. `source` reads as a member of a group, `sink` writes.

mod sink;
mod source;

pub use sink::kafka_sink;
pub use source::kafka_source;

use super::{KafkaAddress, Settings};
use crate::error::Error;
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

/// Whoever does not answer for so long at the beginning is not there.
const ANSWER: Duration = Duration::from_secs(30);

/// Settings of every client: the person's own come last and win.
fn config(address: &KafkaAddress, own: &[(&str, &str)], settings: &Settings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &address.servers).set("client.id", "moodlake");
    // What librdkafka has to say goes to the log of this program.
    config.set_log_level(rdkafka::config::RDKafkaLogLevel::Warning);
    for (name, value) in own.iter().copied().chain(settings.iter()) {
        config.set(name, value);
    }
    config
}

fn refused(address: &KafkaAddress, error: KafkaError) -> Error {
    Error::usage(format!("the Kafka client for {} cannot be set up", address.servers))
        .because(error)
        .hint("is a name or a value in --kafka-config wrong? librdkafka's CONFIGURATION.md lists them")
}

fn unreachable(address: &KafkaAddress, error: KafkaError) -> Error {
    Error::failure(format!("the Kafka broker {} cannot be reached", address.servers))
        .because(error)
        .hint("is it running, and does it tell clients an address that can be reached from here (advertised.listeners)?")
}

fn no_topic(address: &KafkaAddress) -> Error {
    Error::failure(format!("there is no topic {} at {}", address.topic, address.servers))
        .hint(format!("is its name right? make it with `kafka-topics.sh --create --topic {}`", address.topic))
}

/// Whether a client cannot go on after this.
const fn is_fatal(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::Fatal
            | RDKafkaErrorCode::Authentication
            | RDKafkaErrorCode::SaslAuthenticationFailed
            | RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
    )
}

/// What a client's own threads report. An outage is told when it begins and when it doubles in length, and not every second.
#[derive(Default)]
struct Troubles {
    seen: Mutex<u64>,
}

impl Troubles {
    fn warn(&self, error: &KafkaError, reason: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen += 1;
        if seen.is_power_of_two() {
            tracing::warn!("Kafka: {error}: {reason}");
        } else {
            tracing::debug!("Kafka: {error}: {reason}");
        }
    }

    /// A message came through: the next trouble is a new one.
    fn over(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen > 0 {
            tracing::info!("Kafka answers again");
            *seen = 0;
        }
    }
}

fn told(level: rdkafka::config::RDKafkaLogLevel, facility: &str, message: &str) {
    tracing::debug!("librdkafka ({level:?}) {facility}: {message}");
}

/// The error of a client that cannot go on.
fn ended(address: &KafkaAddress, error: KafkaError) -> Error {
    let hint = match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic | RDKafkaErrorCode::UnknownPartition) => {
            return no_topic(address);
        }
        Some(RDKafkaErrorCode::MessageSizeTooLarge) => {
            "the broker or the topic takes no messages of that size (max.message.bytes)"
        }
        Some(RDKafkaErrorCode::InvalidTimestamp) => "the broker takes no times so far from now: `--start` sets when events begin",
        Some(code) if is_fatal(code) => {
            "--kafka-config names a file with user and password; may this user read and write the topic?"
        }
        _ => "what was confirmed is there; run it again to go on",
    };
    Error::failure(format!("Kafka at {} gave up on the topic {}", address.servers, address.topic)).because(error).hint(hint)
}
