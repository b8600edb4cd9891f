//! The thread's side of a sink: batches, and what becomes of each.
//!
//! Owns the order. One request is on its way at a time, and what it did not bring in is sent again before anything newer. What a lost
//! answer had brought in is sent twice, as Kinesis has nothing against it; keys of events tell that they are the same. Within one
//! request Kinesis may take a record and refuse one before it, so that two of one key can change places when it is overwhelmed.

use super::departures::{Departures, Waiting};
use super::{Told, Troubles, ended};
use crate::aws::{Trouble, failure};
use crate::broker::KinesisAddress;
use crate::clock::Stopwatch;
use crate::error::{Error, Result};
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::operation::put_records::PutRecordsOutput;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use std::time::Duration;

/// What Kinesis takes in one request.
const RECORDS_MAX: usize = 500;
const BYTES_MAX: usize = 5 << 20;
/// A request that is not full waits so long for more.
const LINGER: Duration = Duration::from_millis(20);
/// The first pause after a trouble.
const PAUSE: Duration = Duration::from_millis(100);
/// Who does not wait without end gives up when nothing was confirmed for so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sends what comes until nothing comes any more.
///
/// # Errors
/// When Kinesis refuses it.
pub async fn send_all(departures: &Departures, client: &Client, address: &KinesisAddress, waits: bool) -> Result<()> {
    let mut troubles = Troubles::new(PAUSE, Told::default());
    while let Some(batch) = next(departures).await {
        let (messages, bytes) = (batch.len() as u64, batch.iter().map(Waiting::bytes).sum());
        let entries = batch.into_iter().map(entry).collect::<Result<Vec<_>>>()?;
        // Who has gone waits for nothing.
        tokio::select! {
            outcome = bring_in(client, address, entries, &mut troubles, waits) => outcome?,
            () = closed(departures) => return Ok(()),
        }
        departures.confirm(messages, bytes);
    }
    Ok(())
}

async fn closed(departures: &Departures) {
    while !departures.state().is_closing {
        departures.work.notified().await;
    }
}

/// The next messages to go together; none when nobody sends any more.
async fn next(departures: &Departures) -> Option<Vec<Waiting>> {
    loop {
        let (is_closing, count) = {
            let state = departures.state();
            (state.is_closing, state.waiting.len())
        };
        match count {
            _ if is_closing => return None,
            0 => departures.work.notified().await,
            RECORDS_MAX.. => break,
            _ => {
                tokio::time::sleep(LINGER).await;
                break;
            }
        }
    }
    let mut state = departures.state();
    let (mut bytes, mut count) = (0, 0);
    for waiting in state.waiting.iter().take(RECORDS_MAX) {
        bytes += waiting.bytes();
        if bytes > BYTES_MAX {
            break;
        }
        count += 1;
    }
    Some(state.waiting.drain(..count).collect())
}

fn entry(waiting: Waiting) -> Result<PutRecordsRequestEntry> {
    let built = PutRecordsRequestEntry::builder().partition_key(waiting.key).data(Blob::new(waiting.payload)).build();
    built.map_err(|error| Error::failure("a record for Kinesis cannot be made").because(error))
}

/// Sends these again and again until all of them are in.
async fn bring_in(
    client: &Client,
    address: &KinesisAddress,
    mut entries: Vec<PutRecordsRequestEntry>,
    troubles: &mut Troubles,
    waits: bool,
) -> Result<()> {
    let mut since = Stopwatch::start();
    while !entries.is_empty() {
        let left = PATIENCE.saturating_sub(Duration::from_secs_f64(since.seconds()));
        let sending = client.put_records().stream_name(&address.stream).set_records(Some(entries.clone())).send();
        let answer = if waits { Some(sending.await) } else { tokio::time::timeout(left, sending).await.ok() };
        let trouble = match answer {
            Some(Ok(said)) => {
                let (count, first) = (entries.len(), refused(&said));
                keep_refused(&mut entries, &said);
                if entries.len() < count {
                    since = Stopwatch::start();
                }
                let Some(code) = first else {
                    troubles.over();
                    return Ok(());
                };
                Error::failure(format!("{} of {count} records were not taken ({code})", entries.len()))
                    .hint("has the stream shards enough?")
            }
            Some(Err(error)) => {
                let told = failure(&error, format!("the stream {} cannot be written to", address.stream));
                if !Trouble::of(&error).passes() {
                    return Err(ended(address, Trouble::of(&error), told));
                }
                told
            }
            None => Error::failure(format!("the stream {} takes nothing", address.stream))
                .because("it does not answer in time")
                .hint("can Kinesis be reached? what was confirmed is there; run it again to go on"),
        };
        if !waits && since.seconds() >= PATIENCE.as_secs_f64() {
            return Err(trouble);
        }
        troubles.wait(&trouble.in_one_line()).await;
    }
    Ok(())
}

/// The first record's error, where one has one.
fn refused(said: &PutRecordsOutput) -> Option<String> {
    said.records().iter().find_map(|record| record.error_code()).map(str::to_owned)
}

/// What was not taken, in its order.
fn keep_refused(entries: &mut Vec<PutRecordsRequestEntry>, said: &PutRecordsOutput) {
    let mut answers = said.records().iter();
    // A record without an answer is as good as refused.
    entries.retain(|_| answers.next().is_none_or(|answer| answer.error_code().is_some()));
}

#[cfg(test)]
mod tests {
    use super::{Waiting, entry, keep_refused, refused};
    use aws_sdk_kinesis::operation::put_records::PutRecordsOutput;
    use aws_sdk_kinesis::operation::put_records::builders::PutRecordsOutputBuilder;
    use aws_sdk_kinesis::types::PutRecordsResultEntry;

    #[test]
    fn what_was_not_taken_is_kept_in_its_order() {
        let made = |number: usize| entry(Waiting { key: format!("key {number}"), payload: "{}".to_owned() }).unwrap();
        let mut entries: Vec<_> = (0..5).map(made).collect();
        let taken = PutRecordsResultEntry::builder().sequence_number("1").build();
        let full = PutRecordsResultEntry::builder().error_code("ProvisionedThroughputExceededException").build();
        let said = [taken.clone(), full.clone(), taken.clone(), full, taken];
        let said = said.into_iter().fold(PutRecordsOutput::builder(), PutRecordsOutputBuilder::records).build().unwrap();
        keep_refused(&mut entries, &said);
        let kept: Vec<_> = entries.iter().filter_map(|entry| entry.partition_key()).collect();
        assert_eq!(kept, ["key 1", "key 3"]);
        assert!(refused(&said).unwrap().starts_with("Provisioned"));
    }
}
