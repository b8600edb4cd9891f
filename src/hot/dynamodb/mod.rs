//! Fresh events in DynamoDB, which removes by itself what has expired.
//!
//! Owns the keys. An item's partition is its listener; marks are in the partition `#moodlake`. So that no listener's name is that one,
//! a `user_id` that begins with `#` is written with one more `#` before it.

mod batch;
mod table;

use super::item::by_key;
use super::{Item, KeyValue};
use crate::aws::{Account, Service, config, failure};
use crate::error::{Error, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use std::borrow::Cow;
use std::collections::HashMap;

const USER_ID: &str = "user_id";
const EVENT_KEY: &str = "event_key";
const EXPIRES_AT: &str = "expires_at";
const VERSION: &str = "version";
/// The partition of what is no event.
const OWN: &str = "#moodlake";
/// So many batches are on their way at once.
const AT_ONCE: usize = 8;

struct DynamoDb {
    table: String,
    name: String,
    client: Client,
}

/// # Errors
/// When Amazon is away or refuses, or the table is another one.
pub async fn open(table: &str, account: &Account) -> Result<Box<dyn KeyValue>> {
    let client = Client::new(&config(account, Service::DynamoDb).await?);
    table::ensure(&client, table).await?;
    Ok(Box::new(DynamoDb { table: table.to_owned(), name: format!("dynamodb://{table}"), client }))
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// How a listener's name is written.
fn partition(user_id: &str) -> Cow<'_, str> {
    if user_id.starts_with('#') { Cow::Owned(format!("#{user_id}")) } else { Cow::Borrowed(user_id) }
}

fn mark(reader: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([(USER_ID.to_owned(), text(OWN)), (EVENT_KEY.to_owned(), text(reader))])
}

#[async_trait::async_trait]
impl KeyValue for DynamoDb {
    fn name(&self) -> &str {
        &self.name
    }

    async fn put(&mut self, items: &[Item]) -> Result<()> {
        let items: Vec<_> = by_key(items, |item| (item.user_id.as_str(), item.event_key.as_str())).into_values().collect();
        let batches: Vec<_> =
            items.chunks(batch::ITEMS_MAX).map(|items| batch::write(&self.client, &self.table, items)).collect();
        stream::iter(batches).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn mark(&mut self, reader: &str) -> Result<Option<i64>> {
        let asked = self.client.get_item().table_name(&self.table).set_key(Some(mark(reader))).consistent_read(true);
        let answer = asked.send().await.map_err(|error| failure(&error, format!("{}: a mark cannot be read", self.name)))?;
        let Some(value) = answer.item().and_then(|item| item.get(VERSION)) else { return Ok(None) };
        value.as_n().ok().and_then(|number| number.parse().ok()).map(Some).ok_or_else(|| {
            Error::failure(format!("{}: the {VERSION} of the mark {reader} is no number", self.name))
                .hint(format!("remove the item with {USER_ID} {OWN} and {EVENT_KEY} {reader}: what is fresh is put again"))
        })
    }

    async fn set_mark(&mut self, reader: &str, value: i64) -> Result<()> {
        let asked = self.client.put_item().table_name(&self.table).set_item(Some(mark(reader))).item(VERSION, number(value));
        asked.send().await.map_err(|error| failure(&error, format!("{}: a mark cannot be written", self.name)))?;
        Ok(())
    }

    async fn expire(&mut self, _: i64) -> Result<u64> {
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{OWN, partition};

    #[test]
    fn no_listener_is_in_the_partition_of_the_marks() {
        assert_eq!(partition("ana#1"), "ana#1");
        let names = ["ana", OWN, "##moodlake", "#", "##"];
        let written: std::collections::BTreeSet<_> = names.into_iter().map(partition).collect();
        assert!(written.len() == names.len() && !written.contains(OWN), "{written:?}");
    }
}
