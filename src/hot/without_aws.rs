//! What a build without Amazon's services answers.

use super::KeyValue;
use crate::aws::Account;
use crate::error::{Error, Result};

/// # Errors
/// Always.
pub async fn open(_: &str, _: &Account) -> Result<Box<dyn KeyValue>> {
    Err(Error::usage("this build of moodlake has no DynamoDB in it")
        .hint("the container image has; or build it with `cargo build --release --features aws`"))
}
