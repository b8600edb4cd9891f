//! Hot events into a key-value store, from where the newest plays of a listener are shown at once.
//!
//! Owns what an item is and for how long. Items have keys of their own: whatever is put twice is there once, so that a mark behind the
//! items is enough.

use super::Follower;
use super::news::{self, News};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::engine::{Columns, no_values};
use crate::error::{Explain, Result};
use crate::hot::{Item, KeyValue};
use crate::lake::tables::STREAM_EVENTS;
use crate::watch::exact;
use arrow::array::{Array as _, StringArray};
use futures::StreamExt as _;
use std::time::Duration;

const MODEL: &str = include_str!("hot_events.sql");

/// What has expired is looked for so often.
const EXPIRE_EVERY_S: f64 = 60.0;

/// The columns of an event that an item shows.
const COLUMNS: [&str; 14] = [
    "source",
    "partition",
    "position",
    "event_id",
    "event_type",
    "user_id",
    "event_at",
    "track_id",
    "track_name",
    "artist_name",
    "genre",
    "status",
    "duration_listened",
    "processing_path",
];

/// A key-value store as a follower of the streams.
pub struct Hot {
    context: Context,
    every: Duration,
    store: Box<dyn KeyValue>,
    /// How long an item stays, in seconds.
    keep_s: i64,
    news: News,
    followed: Option<i64>,
    expired: Option<Stopwatch>,
}

impl Hot {
    /// Nothing is followed yet.
    #[must_use]
    pub fn new(context: Context, every: Duration, store: Box<dyn KeyValue>, keep: Duration) -> Self {
        let keep_s = i64::try_from(keep.as_secs()).unwrap_or(i64::MAX / 4);
        Self { context, every, store, keep_s, news: News::default(), followed: None, expired: None }
    }

    /// Items of some events; those that would have expired already are left out.
    fn items(&self, rows: &Columns, now_s: i64) -> Result<Vec<Item>> {
        let text = |name: &str| rows.text(name);
        let (source, id, kind, user) = (text("source")?, text("event_id")?, text("event_type")?, text("user_id")?);
        let (track_id, track, artist) = (text("track_id")?, text("track_name")?, text("artist_name")?);
        let (genre, status, listened) = (text("genre")?, text("status")?, rows.whole("duration_listened")?);
        let (partition, position, at) = (rows.whole("partition")?, rows.whole("position")?, rows.whole("event_us")?);
        let said = |column: &StringArray, row: usize| (!column.is_null(row)).then(|| column.value(row).to_owned());
        let item = |row: usize| {
            let event_us = at.value(row);
            let expires_s = event_us.div_euclid(1_000_000).saturating_add(self.keep_s);
            // An event that a producer sent twice has one id; one without has its place.
            let place = || format!("{}/{}/{}", source.value(row), partition.value(row), position.value(row));
            let event_key = format!("{}#{}", exact(event_us), said(&id, row).unwrap_or_else(place));
            (expires_s > now_s).then(|| Item {
                user_id: user.value(row).to_owned(),
                event_key,
                event_us,
                event_type: kind.value(row).to_owned(),
                status: said(&status, row),
                track_id: said(&track_id, row),
                track_name: said(&track, row),
                artist_name: said(&artist, row),
                genre: said(&genre, row),
                duration_listened: (!listened.is_null(row)).then(|| listened.value(row)),
                expires_s,
            })
        };
        Ok((0..rows.len()).filter_map(item).collect())
    }
}

#[async_trait::async_trait]
impl Follower for Hot {
    fn every(&self) -> Duration {
        self.every
    }

    async fn follow(&mut self) -> Result<Vec<Step>> {
        let watch = Stopwatch::start();
        let context = self.context.clone();
        let mut step = Step::new("stream", self.store.name());
        step.outcome = Outcome::UpToDate;
        let now_s = context.clock.now().timestamp();
        if self.expired.as_ref().is_none_or(|expired| expired.seconds() >= EXPIRE_EVERY_S) {
            self.store.expire(now_s).await?;
            self.expired = Some(Stopwatch::start());
        }
        let Some(events) = self.news.renewed(&context).await?.cloned() else { return Ok(Vec::new()) };
        let (reader, now) = (format!("stream/{}", news::id(&events)?), news::version(&events));
        let followed = match self.followed {
            Some(followed) => Some(followed),
            None => self.store.mark(&reader).await?,
        };
        if followed == Some(now) {
            return Ok(vec![step.took(watch)]);
        }
        let failed = || format!("table {}: its hot events cannot be read", STREAM_EVENTS.label());
        let scope = context.engine.scope();
        news::register(&scope, &events, followed, &COLUMNS).await?;
        let mut rows = scope.model("hot_events", MODEL, no_values()).await?.execute_stream().await.explain(failed)?;
        while let Some(batch) = rows.next().await.transpose().explain(failed)? {
            let items = self.items(&Columns::in_batch(batch, "hot events"), now_s)?;
            step.rows_read += items.len() as u64;
            self.store.put(&items).await?;
            step.rows_written += items.len() as u64;
            step.outcome = Outcome::Wrote;
        }
        self.store.set_mark(&reader, now).await?;
        self.followed = Some(now);
        Ok(vec![step.took(watch)])
    }

    fn forget(&mut self) {
        (self.news, self.followed) = (News::default(), None);
    }
}
