//! Items in batches.
//!
//! Owns what becomes of items that DynamoDB did not get to: they are put again, after pauses that grow.

use super::{EVENT_KEY, EXPIRES_AT, USER_ID, number, partition, text};
use crate::aws::{Trouble, failure};
use crate::error::{Error, Result};
use crate::hot::Item;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use chrono::{DateTime, SecondsFormat};
use std::collections::HashMap;
use std::time::Duration;

/// What Amazon takes in one request.
pub const ITEMS_MAX: usize = 25;
const PAUSE: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// All pauses together.
const PATIENCE: Duration = Duration::from_mins(1);

/// Writes items, no two of which have the same key.
pub async fn write(client: &Client, table: &str, items: &[&Item]) -> Result<()> {
    let what = || format!("dynamodb://{table}: events cannot be put");
    let requests: std::result::Result<Vec<_>, _> = items.iter().map(|item| request(item)).collect();
    let mut left = requests.map_err(|error| Error::failure(what()).because(error).hint("this is a mistake in moodlake"))?;
    let (mut pause, mut waited) = (PAUSE, Duration::ZERO);
    while !left.is_empty() {
        let answer = client.batch_write_item().request_items(table, left.clone()).send().await;
        match answer {
            Ok(answer) => {
                left = answer.unprocessed_items.and_then(|mut tables| tables.remove(table)).unwrap_or_default();
                if left.is_empty() {
                    break;
                }
            }
            Err(error) if Trouble::of(&error) == Trouble::Throttled && waited < PATIENCE => {}
            Err(error) => return Err(failure(&error, what())),
        }
        if waited >= PATIENCE {
            return Err(Error::failure(format!("{}: {} are left after a minute", what(), left.len()))
                .hint("the table takes no more at once: give it more capacity, or let it be paid by request"));
        }
        tokio::time::sleep(pause).await;
        waited += pause;
        pause = (pause * 2).min(PAUSE_MAX);
    }
    Ok(())
}

fn request(item: &Item) -> std::result::Result<WriteRequest, aws_sdk_dynamodb::error::BuildError> {
    let put = PutRequest::builder().set_item(Some(attributes(item))).build()?;
    Ok(WriteRequest::builder().put_request(put).build())
}

fn attributes(item: &Item) -> HashMap<String, AttributeValue> {
    let at = DateTime::from_timestamp_micros(item.at_us()).unwrap_or_default();
    let key = [(USER_ID, text(&partition(&item.user_id))), (EVENT_KEY, text(&item.event_key))];
    let times = [("event_at", text(&at.to_rfc3339_opts(SecondsFormat::Micros, true))), (EXPIRES_AT, number(item.ends_s()))];
    let length = item.duration_listened.map(|ms| ("duration_listened", number(ms)));
    let texts = item.texts().into_iter().filter_map(|(name, value)| value.map(|value| (name, text(value))));
    let all = key.into_iter().chain(times).chain(length).chain(texts);
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Item, attributes};

    #[test]
    fn what_is_not_known_is_left_out_and_times_are_exact() {
        let item = Item {
            user_id: "#ana".to_owned(),
            event_key: "1".to_owned(),
            event_us: 1_772_366_400_123_456,
            event_type: "track_change".to_owned(),
            expires_s: 1_772_452_800,
            ..Item::default()
        };
        let written = attributes(&item);
        let mut names: Vec<_> = written.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["event_at", "event_key", "event_type", "expires_at", "user_id"]);
        assert_eq!(written["event_at"].as_s().unwrap(), "2026-03-01T12:00:00.123456Z");
        assert_eq!(
            (written["expires_at"].as_n().unwrap().as_str(), written["user_id"].as_s().unwrap().as_str()),
            ("1772452800", "##ana")
        );
    }
}
