//! What a build without Kafka answers.

use super::{KafkaAddress, Settings, Sink, Source};
use crate::error::{Error, Result};

/// # Errors
/// Always.
pub fn kafka_source(_: &KafkaAddress, _: &str, _: &Settings) -> Result<Box<dyn Source>> {
    Err(lacking())
}

/// # Errors
/// Always.
pub fn kafka_sink(_: &KafkaAddress, _: &Settings, _: bool) -> Result<Box<dyn Sink>> {
    Err(lacking())
}

fn lacking() -> Error {
    Error::usage("this build of moodlake has no Kafka in it")
        .hint("the container image has; or build it with `cargo build --release --features kafka`, which needs make and OpenSSL's headers")
}
