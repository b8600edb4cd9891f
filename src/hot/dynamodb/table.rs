//! The table in DynamoDB.
//!
//! Owns its keys, and that items leave it when they have expired. It is made by whoever comes first, paid by request.

use super::{EVENT_KEY, EXPIRES_AT, USER_ID};
use crate::aws::{Trouble, failure};
use crate::error::{Error, Result};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableDescription, TableStatus,
    TimeToLiveSpecification, TimeToLiveStatus,
};
use std::time::Duration;

const LOOK: Duration = Duration::from_millis(500);
/// So often it is looked whether the table is ready: a minute.
const LOOKS: usize = 120;
const KEYS: [(&str, KeyType); 2] = [(USER_ID, KeyType::Hash), (EVENT_KEY, KeyType::Range)];

/// Makes the table where it is not there, and waits until it is ready.
pub async fn ensure(client: &Client, table: &str) -> Result<()> {
    let mut found = describe(client, table).await?;
    if found.is_none() {
        make(client, table).await?;
    }
    for _ in 0..LOOKS {
        match found.as_ref().map(TableDescription::table_status) {
            Some(Some(TableStatus::Active | TableStatus::Updating)) => break,
            Some(Some(TableStatus::Creating)) | None => {}
            Some(status) => {
                let status = status.map_or("unknown", TableStatus::as_str);
                return Err(Error::failure(format!("the table {table} of DynamoDB cannot be used: its status is {status}"))
                    .hint("name another one, or wait until it is gone to have it made anew"));
            }
        }
        tokio::time::sleep(LOOK).await;
        found = describe(client, table).await?;
    }
    let not_ready = || {
        Error::failure(format!("the table {table} of DynamoDB is still being made after a minute"))
            .hint("try again a little later")
    };
    let found = found.ok_or_else(not_ready)?;
    check(table, &found)?;
    if !matches!(found.table_status(), Some(TableStatus::Active | TableStatus::Updating)) {
        return Err(not_ready());
    }
    let_expire(client, table).await
}

async fn describe(client: &Client, table: &str) -> Result<Option<TableDescription>> {
    match client.describe_table().table_name(table).send().await {
        Ok(answer) => Ok(answer.table),
        Err(error) if Trouble::of(&error) == Trouble::Missing => Ok(None),
        Err(error) => Err(failure(&error, format!("the table {table} of DynamoDB cannot be looked at"))),
    }
}

async fn make(client: &Client, table: &str) -> Result<()> {
    let asked = keys(client.create_table().table_name(table).billing_mode(BillingMode::PayPerRequest))
        .map_err(|error| Error::failure(format!("the table {table} of DynamoDB cannot be made")).because(error))?;
    match asked.send().await {
        Ok(_) => {
            tracing::info!("made the table {table} of DynamoDB");
            Ok(())
        }
        // Somebody else makes it right now.
        Err(error) if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => Ok(()),
        Err(error) => Err(failure(&error, format!("the table {table} of DynamoDB cannot be made"))),
    }
}

type Create = aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;

fn keys(mut asked: Create) -> std::result::Result<Create, BuildError> {
    for (name, kind) in KEYS {
        let text = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build()?;
        let key = KeySchemaElement::builder().attribute_name(name).key_type(kind).build()?;
        asked = asked.attribute_definitions(text).key_schema(key);
    }
    Ok(asked)
}

/// # Errors
/// When the table has other keys.
fn check(table: &str, found: &TableDescription) -> Result<()> {
    let is_text = |name: &str| {
        let mut held = found.attribute_definitions().iter();
        held.any(|held| held.attribute_name() == name && *held.attribute_type() == ScalarAttributeType::S)
    };
    let held: Vec<_> = found.key_schema().iter().map(|key| (key.attribute_name(), key.key_type().clone())).collect();
    if held.len() == KEYS.len() && KEYS.iter().all(|key| held.contains(key) && is_text(key.0)) {
        return Ok(());
    }
    let shown: Vec<_> =
        held.iter().map(|(name, kind)| format!("{name} ({kind}, {})", if is_text(name) { "S" } else { "not S" })).collect();
    Err(Error::failure(format!("the table {table} of DynamoDB has other keys: {}", shown.join(", "))).hint(format!(
        "it has to have {USER_ID} (HASH, S) and {EVENT_KEY} (RANGE, S): name a table that is not there yet, and it is made"
    )))
}

/// Sees to it that items leave the table when they have expired.
async fn let_expire(client: &Client, table: &str) -> Result<()> {
    let Some((status, attribute)) = time_to_live(client, table).await? else { return Ok(()) };
    match status {
        TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling if attribute.as_deref() == Some(EXPIRES_AT) => return Ok(()),
        TimeToLiveStatus::Disabled => {}
        _ => {
            let by = attribute.unwrap_or_default();
            tracing::warn!(
                "the table {table} of DynamoDB does not expire by {EXPIRES_AT} ({status} {by}): nothing leaves it by itself"
            );
            return Ok(());
        }
    }
    let what = || format!("items of the table {table} of DynamoDB cannot be made to expire");
    let wanted = TimeToLiveSpecification::builder().attribute_name(EXPIRES_AT).enabled(true).build();
    let wanted = wanted.map_err(|error| Error::failure(what()).because(error))?;
    let Err(error) = client.update_time_to_live().table_name(table).time_to_live_specification(wanted).send().await else {
        return Ok(());
    };
    // Somebody else may have done it just now.
    match time_to_live(client, table).await? {
        Some((TimeToLiveStatus::Disabled, _)) => Err(failure(&error, what())),
        _ => Ok(()),
    }
}

/// Whether items expire, and by which attribute.
async fn time_to_live(client: &Client, table: &str) -> Result<Option<(TimeToLiveStatus, Option<String>)>> {
    let answer = client.describe_time_to_live().table_name(table).send().await;
    let answer = answer.map_err(|error| failure(&error, format!("whether items of the table {table} expire is not told")))?;
    let held = answer.time_to_live_description;
    Ok(held.and_then(|held| held.time_to_live_status.map(|status| (status, held.attribute_name))))
}
