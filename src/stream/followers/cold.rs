//! Cold events into a Delta table of their own, partitioned by listener, in a folder or a bucket.
//!
//! Owns exactly once there, too: the mark of how far the events were followed moves in the commit that holds the last of their rows.
//! Where many listeners make several commits, a second mark tells meanwhile that a first part may be there already.

use super::Follower;
use super::news::{self, News};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Explain, Result};
use crate::lake::marks::{self, Appended, Marks};
use crate::lake::tables::COLD_EVENTS;
use crate::lake::{Snapshot, TableAt, declared};
use arrow::array::{AsArray as _, RecordBatch};
use arrow::compute::{concat_batches, sort_to_indices, take_record_batch};
use datafusion::common::JoinType;
use datafusion::prelude::{DataFrame, col, lit};
use futures::StreamExt as _;
use serde_json::json;
use std::time::Duration;

/// So many rows are in memory at once.
const TOGETHER: usize = 200_000;
/// Each listener of a commit has a file of its own, and all of them are open at once.
const LISTENERS_MAX: usize = 200;
/// Cold events are late already: fewer and larger files are worth more than a quarter of an hour.
const EVERY: Duration = Duration::from_mins(15);

/// The table of cold events as a follower of the streams.
pub struct Cold {
    context: Context,
    at: TableAt,
    news: News,
    stored: Option<Snapshot>,
    /// The version of the events that this process has followed.
    followed: Option<i64>,
}

/// The names of the table's marks, and what they say.
struct Place {
    name: String,
    open: String,
    marked: Option<i64>,
    is_open: bool,
}

impl Place {
    async fn of(stored: &Snapshot, events: &Snapshot) -> Result<Self> {
        let name = format!("cold/{}", news::id(events)?);
        let open = format!("{name}/open");
        let told = marks::of(stored, &[name.clone(), open.clone()].into()).await?;
        Ok(Self { marked: told.get(&name).copied(), is_open: told.get(&open) == Some(&1), name, open })
    }

    /// Everything up to this version is there.
    fn done(&self, version: i64) -> Marks {
        [(self.name.clone(), version), (self.open.clone(), 0)].into()
    }

    /// A part of what comes next is there.
    fn begun(&self) -> Marks {
        [(self.open.clone(), 1)].into()
    }
}

impl Cold {
    /// Nothing is followed yet.
    #[must_use]
    pub fn new(context: Context, at: TableAt) -> Self {
        Self { context, at, news: News::default(), stored: None, followed: None }
    }
}

#[async_trait::async_trait]
impl Follower for Cold {
    fn every(&self) -> Duration {
        EVERY
    }

    async fn follow(&mut self) -> Result<Vec<Step>> {
        let watch = Stopwatch::start();
        let context = &self.context;
        let mut step = Step::new("stream", self.at.label());
        let Some(events) = self.news.renewed(context).await? else { return Ok(Vec::new()) };
        let note = context.note(json!({ "inputs": { "events": events.identity()? } }));
        let stored = news::target(&mut self.stored, &self.at, &COLD_EVENTS, &note).await?;
        let (place, now) = (Place::of(stored, events).await?, news::version(events));
        let followed = self.followed.max(place.marked);
        step.version = Some(stored.version());
        step.outcome = Outcome::UpToDate;
        if followed == Some(now) && !place.is_open {
            return Ok(vec![step.took(watch)]);
        }
        let rows = cold(context, events, stored, if place.is_open { place.marked } else { followed }, place.is_open).await?;
        let mut known = stored.version();
        let mut parts = Parts::of(rows).await?;
        let mut next = parts.next().await?;
        while let Some(part) = next {
            next = parts.next().await?;
            let marks = if next.is_none() { place.done(now) } else { place.begun() };
            step.rows_read += part.num_rows() as u64;
            match marks::append(stored, &COLD_EVENTS, known, vec![part], &marks, &note).await? {
                Appended::Stored(written) => {
                    known = written.version;
                    step.rows_written += written.rows;
                    step.version = Some(written.version);
                    step.outcome = Outcome::Wrote;
                }
                Appended::Overtaken => {
                    tracing::info!("table {}: another process stores cold events here, too", self.at.label());
                    self.followed = None;
                    return Ok(vec![step.took(watch)]);
                }
            }
        }
        let is_behind = place.marked.is_none_or(|marked| now - marked > news::BEHIND_MAX);
        if step.outcome == Outcome::UpToDate && (is_behind || place.is_open) {
            marks::append(stored, &COLD_EVENTS, known, Vec::new(), &place.done(now), &note).await?;
        }
        self.followed = Some(now);
        Ok(vec![step.took(watch)])
    }

    fn forget(&mut self) {
        (self.news, self.stored, self.followed) = (News::default(), None, None);
    }
}

/// The cold ones among new events that the table does not hold.
async fn cold(
    context: &Context,
    events: &Snapshot,
    stored: &Snapshot,
    followed: Option<i64>,
    is_open: bool,
) -> Result<DataFrame> {
    let failed = || format!("table {}: its new rows cannot be told", stored.at().label());
    let scope = context.engine.scope();
    let schema = COLD_EVENTS.schema();
    let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let is_anew = news::register(&scope, events, followed, &columns).await?;
    let cold = scope.table("events").await?.filter(col("processing_path").eq(lit("cold"))).explain(failed)?;
    // In a table that follows for the first time there is nothing to look up.
    let may_hold_some = is_open || (is_anew && stored.version() > 0);
    if !may_hold_some {
        return Ok(cold);
    }
    scope.register("stored", stored.provider(&scope.state()).await?)?;
    let key = ["source", "partition", "position"];
    cold.join(scope.table("stored").await?, JoinType::LeftAnti, &key, &key, None).explain(failed)
}

/// Rows in the parts that are written together: by listener, of no more than so many listeners.
struct Parts {
    streams: std::vec::IntoIter<datafusion::execution::SendableRecordBatchStream>,
    current: Option<datafusion::execution::SendableRecordBatchStream>,
    ready: std::collections::VecDeque<RecordBatch>,
}

impl Parts {
    async fn of(rows: DataFrame) -> Result<Self> {
        let mut streams = declared::streams(rows, &COLD_EVENTS).await?.into_iter();
        Ok(Self { current: streams.next(), streams, ready: std::collections::VecDeque::new() })
    }

    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        let failed = || "cold events cannot be read".to_owned();
        if self.ready.is_empty() {
            let (mut gathered, mut count) = (Vec::new(), 0);
            while count < TOGETHER
                && let Some(stream) = &mut self.current
            {
                match stream.next().await.transpose().explain(failed)? {
                    Some(batch) => {
                        count += batch.num_rows();
                        gathered.push(batch);
                    }
                    None => self.current = self.streams.next(),
                }
            }
            if count > 0 {
                self.ready =
                    by_listener(&concat_batches(&COLD_EVENTS.schema(), &gathered).explain(failed)?).explain(failed)?.into();
            }
        }
        Ok(self.ready.pop_front())
    }
}

/// Rows in the order of their listeners, cut where there are too many of these.
fn by_listener(rows: &RecordBatch) -> Result<Vec<RecordBatch>, arrow::error::ArrowError> {
    let sorted = take_record_batch(rows, &sort_to_indices(&rows["user_id"], None, None)?)?;
    let listeners = sorted["user_id"].as_string::<i32>();
    let (mut parts, mut from, mut seen) = (Vec::new(), 0, 1);
    for row in 1..sorted.num_rows() {
        if listeners.value(row) != listeners.value(row - 1) {
            seen += 1;
            if seen > LISTENERS_MAX {
                parts.push(sorted.slice(from, row - from));
                (from, seen) = (row, 1);
            }
        }
    }
    parts.push(sorted.slice(from, sorted.num_rows() - from));
    Ok(parts)
}
