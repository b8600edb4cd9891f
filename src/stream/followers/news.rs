//! The events that came since a version of their table.
//!
//! Owns the tables as they were opened once: they are brought up to date, since opening one anew reads all commits since its last
//! checkpoint.

use crate::context::Context;
use crate::engine::Scope;
use crate::error::{Error, Explain, Result};
use crate::lake::tables::STREAM_EVENTS;
use crate::lake::{Snapshot, Table, TableAt, added, marks};
use datafusion::catalog::TableProvider;
use datafusion::prelude::DataFrame;
use serde_json::Value;
use std::sync::Arc;

/// Where nothing of a follower's comes, its mark is moved after so many versions of the events.
pub const BEHIND_MAX: i64 = 500;

/// What a follower has seen of the events.
#[derive(Clone, Default)]
pub struct News {
    events: Option<Snapshot>,
}

impl News {
    /// The events as they are now; none where there is no table yet.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn renewed(&mut self, context: &Context) -> Result<Option<&Snapshot>> {
        self.events = match self.events.take() {
            Some(events) => Some(events.renewed().await?),
            None => context.lake.open(&STREAM_EVENTS).await?,
        };
        Ok(self.events.as_ref())
    }
}

/// The table that a follower writes, as it is now; it is made where there is none.
///
/// # Errors
/// When it cannot be made or read.
pub async fn target<'a>(seen: &'a mut Option<Snapshot>, at: &TableAt, table: &Table, note: &Value) -> Result<&'a mut Snapshot> {
    let now = match seen.take() {
        Some(before) => before.renewed().await?,
        None => marks::opened(at, table, note).await?,
    };
    Ok(seen.insert(now))
}

/// What tells this table of events from any other: one that was made anew is another one.
///
/// # Errors
/// When the table's log cannot be read.
pub fn id(events: &Snapshot) -> Result<String> {
    let identity = events.identity()?;
    let id = identity["id"].as_str().filter(|id| !id.is_empty());
    id.map(str::to_owned).ok_or_else(|| Error::failure(format!("table {}: it has no id", STREAM_EVENTS.label())))
}

/// The version as a mark.
#[must_use]
pub fn version(events: &Snapshot) -> i64 {
    i64::try_from(events.version()).unwrap_or(i64::MAX)
}

/// Makes the new events the scope's relation `events`. True where these are all events that there are: none were followed yet, or the
/// log tells no more which ones are new.
///
/// # Errors
/// When the table cannot be read.
pub async fn register(scope: &Scope, events: &Snapshot, followed: Option<i64>, columns: &[&str]) -> Result<bool> {
    let news = match followed.and_then(|version| u64::try_from(version).ok()) {
        Some(version) => added(events, version, &scope.state()).await?,
        None => None,
    };
    let is_anew = news.is_none();
    let relations = match news {
        Some(news) => news,
        None => vec![events.provider(&scope.state()).await?],
    };
    name_events(scope, relations, columns).await?;
    Ok(is_anew)
}

/// The relation `events`, of several that together hold each new row once.
async fn name_events(scope: &Scope, relations: Vec<Arc<dyn TableProvider>>, columns: &[&str]) -> Result<()> {
    let failed = || format!("table {}: its new rows cannot be read", STREAM_EVENTS.label());
    let mut all: Option<DataFrame> = None;
    for (place, relation) in relations.into_iter().enumerate() {
        let name = format!("new_{place}");
        scope.register(&name, relation)?;
        let columns = scope.table(&name).await?.select_columns(columns).explain(failed)?;
        all = Some(match all {
            Some(before) => before.union(columns).explain(failed)?,
            None => columns,
        });
    }
    match all {
        Some(events) => scope.register_frame("events", events),
        None => scope.register_rows("events", STREAM_EVENTS.schema(), Vec::new()),
    }
}
