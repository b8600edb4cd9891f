//! What a build without Amazon's clients answers.

use super::{KinesisAddress, Sink, Source};
use crate::aws::Account;
use crate::error::{Error, Result};

/// # Errors
/// Always.
pub fn kinesis_source(_: &KinesisAddress, _: &Account) -> Result<Box<dyn Source>> {
    Err(lacking())
}

/// # Errors
/// Always.
pub fn kinesis_sink(_: &KinesisAddress, _: &Account, _: bool) -> Result<Box<dyn Sink>> {
    Err(lacking())
}

fn lacking() -> Error {
    Error::usage("this build of moodlake has no Kinesis in it")
        .hint("the container image has; or build it with `cargo build --release --features aws`")
}
