//! Kinesis, by Amazon's own client.
//!
//! Owns the client's thread and what its errors mean. The client is asynchronous, and a `Source` and a `Sink` are called from where one
//! may wait; so each has a thread of its own, which runs the client, and both sides meet at a queue of bounded length: `sink`,
//! `departures` and `sender` write, `source`, `arrivals`, `turns` and `reader` read.
//!
//! A user who reads needs the permissions `DescribeStreamSummary`, `ListShards`, `GetShardIterator` and `GetRecords` of the stream,
//! one who writes `DescribeStreamSummary` and `PutRecords`.

mod arrivals;
mod cursor;
mod departures;
mod reader;
mod sender;
mod shards;
mod sink;
mod source;
mod turns;

pub use sink::kinesis_sink;
pub use source::kinesis_source;

use super::KinesisAddress;
use crate::aws::{self, Account, Service, Trouble, failure};
use crate::error::{Error, Explain as _, Result};
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{StreamDescriptionSummary, StreamStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A stream that was made just now is waited for so often, a second each time.
const TRIES: usize = 60;
const SECOND: Duration = Duration::from_secs(1);

async fn client(account: &Account) -> Result<Client> {
    aws::config(account, Service::Kinesis).await.map(|config| Client::new(&config))
}

/// Runs this on a thread of its own, which ends with it.
fn on_own_thread<W, F>(work: W) -> Result<()>
where
    W: FnOnce() -> F + Send + 'static,
    F: Future<Output = ()>,
{
    let failed = || "a thread for Kinesis cannot be started".to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().explain(failed)?;
    let body = move || runtime.block_on(work());
    std::thread::Builder::new().name("kinesis".to_owned()).spawn(body).map(drop).explain(failed)
}

/// The stream, once it is there.
///
/// # Errors
/// When it is not, this user may not see it, or nobody answers.
async fn described(client: &Client, address: &KinesisAddress) -> Result<StreamDescriptionSummary> {
    for _ in 0..TRIES {
        let said = client.describe_stream_summary().stream_name(&address.stream).send().await;
        let said = said.map_err(|error| ended(address, Trouble::of(&error), failure(&error, asked(address))))?;
        match said.stream_description_summary {
            Some(summary) if *summary.stream_status() == StreamStatus::Creating => tokio::time::sleep(SECOND).await,
            Some(summary) if *summary.stream_status() == StreamStatus::Deleting => return Err(missing(address)),
            Some(summary) => return Ok(summary),
            None => break,
        }
    }
    Err(Error::failure(format!("the stream {} is not ready", address.stream)).hint("try it again in a minute"))
}

fn asked(address: &KinesisAddress) -> String {
    format!("the stream {} at Kinesis cannot be asked", address.stream)
}

fn missing(address: &KinesisAddress) -> Error {
    Error::failure(format!("there is no stream {} at Kinesis", address.stream)).hint(format!(
        "are its name, AWS_REGION and AWS_ENDPOINT_URL right? make it with `aws kinesis create-stream --stream-name {}`",
        address.stream
    ))
}

/// The error of a client that cannot go on.
fn ended(address: &KinesisAddress, trouble: Trouble, error: Error) -> Error {
    if trouble == Trouble::Missing { missing(address) } else { error }
}

/// A thread that ended without having said why, which would be a mistake of this program.
fn stopped(address: &KinesisAddress) -> Error {
    Error::failure(format!("the thread for the stream {} has ended", address.stream))
        .hint("what was confirmed is there; run it again")
}

/// Pauses after troubles: each is twice as long as the one before. An outage is told when it begins and when the number of its troubles
/// doubles, and not every second; readers of several shards tell it together.
struct Troubles {
    seen: u32,
    first: Duration,
    together: Told,
}

/// How many troubles all have seen that tell them together.
type Told = Arc<AtomicU32>;

/// No pause is longer.
const PAUSE_MAX: Duration = Duration::from_secs(10);

impl Troubles {
    const fn new(first: Duration, together: Told) -> Self {
        Self { seen: 0, first, together }
    }

    /// Tells it, and waits.
    async fn wait(&mut self, why: &str) {
        self.seen = self.seen.saturating_add(1);
        if self.together.fetch_add(1, Ordering::Relaxed).wrapping_add(1).is_power_of_two() {
            tracing::warn!("Kinesis: {why}");
        } else {
            tracing::debug!("Kinesis: {why}");
        }
        tokio::time::sleep(self.pause()).await;
    }

    fn pause(&self) -> Duration {
        let doubled = 1_u32.checked_shl(self.seen.saturating_sub(1).min(20)).unwrap_or(u32::MAX);
        self.first.saturating_mul(doubled).min(PAUSE_MAX)
    }

    /// It works: the next trouble is a new one.
    fn over(&mut self) {
        if self.seen > 0 {
            self.seen = 0;
            if self.together.swap(0, Ordering::Relaxed) > 0 {
                tracing::info!("Kinesis answers again");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PAUSE_MAX, Told, Troubles};
    use std::time::Duration;

    #[test]
    fn pauses_grow_and_are_never_long() {
        let mut troubles = Troubles::new(Duration::from_millis(250), Told::default());
        let pauses: Vec<_> = (1..=8)
            .map(|seen| {
                troubles.seen = seen;
                troubles.pause().as_millis()
            })
            .collect();
        assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        troubles.seen = u32::MAX;
        assert_eq!(troubles.pause(), PAUSE_MAX);
    }
}
