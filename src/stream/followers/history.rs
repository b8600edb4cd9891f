//! Plays of a stream into the listening history, from where silver takes them.
//!
//! Owns how many are looked up at once. A play's key tells whether it is there already; the mark only saves looking twice.

use super::Follower;
use super::news::{self, News};
use crate::bronze::streamed::{PLAYS, land};
use crate::context::{Context, Outcome, Step};
use crate::engine::{Columns, no_values};
use crate::error::{Explain, Result};
use crate::lake::marks::{self, Marks};
use crate::lake::tables::{LISTENING_HISTORY, STREAM_EVENTS};
use crate::lake::update::Update;
use crate::lake::{Snapshot, WriteLock};
use arrow::compute::concat_batches;
use futures::StreamExt as _;
use serde_json::json;
use std::time::Duration;

/// So many plays are looked up together: their keys are in memory meanwhile.
const TOGETHER: usize = 100_000;

/// The columns of an event that make a play.
const COLUMNS: [&str; 11] = [
    "event_type",
    "event_at",
    "user_id",
    "track_id",
    "track_uri",
    "track_name",
    "artist_name",
    "status",
    "duration_listened",
    "is_whole",
    "is_simulated",
];

/// The listening history as a follower of the streams.
pub struct History {
    context: Context,
    every: Duration,
    news: News,
    seen: Option<Snapshot>,
    followed: Option<Followed>,
}

/// The version of the events that was followed.
#[derive(Clone, Copy)]
struct Followed {
    /// As this process knows.
    now: Option<i64>,
    /// As the table's mark says.
    marked: Option<i64>,
}

impl History {
    /// Nothing is followed yet.
    #[must_use]
    pub fn new(context: Context, every: Duration) -> Self {
        Self { context, every, news: News::default(), seen: None, followed: None }
    }
}

#[async_trait::async_trait]
impl Follower for History {
    fn every(&self) -> Duration {
        self.every
    }

    async fn follow(&mut self) -> Result<Vec<Step>> {
        let context = &self.context;
        let _lock = WriteLock::wait(&context.lake).await?;
        let Some(events) = self.news.renewed(context).await? else { return Ok(Vec::new()) };
        let note = context.note(json!({}));
        let at = context.lake.table(&LISTENING_HISTORY)?;
        let history = news::target(&mut self.seen, &at, &LISTENING_HISTORY, &note).await?;
        let (name, now) = (format!("history/{}", news::id(events)?), news::version(events));
        let followed = if let Some(followed) = self.followed {
            followed
        } else {
            let marked = marks::of(history, &[name.clone()].into()).await?.get(&name).copied();
            Followed { now: marked, marked }
        };
        if followed.now == Some(now) {
            return Ok(Vec::new());
        }
        let mark = Marks::from([(name, now)]);
        let (steps, mut is_marked) = plays(context, events, followed.now, history, &mark).await?;
        // A version of the history that holds no new play is worth its place only now and then.
        if !is_marked && followed.marked.is_none_or(|marked| now - marked > news::BEHIND_MAX) {
            *history = history.renewed().await?;
            Update::of_marks(mark).carry_out(&context.engine, history, &LISTENING_HISTORY, &note).await?;
            is_marked = true;
        }
        self.followed = Some(Followed { now: Some(now), marked: if is_marked { Some(now) } else { followed.marked } });
        Ok(steps)
    }

    fn forget(&mut self) {
        (self.news, self.seen, self.followed) = (News::default(), None, None);
    }
}

/// Lands the plays of the events since a version. Gives what was done, and whether the mark moved with the last of them.
async fn plays(
    context: &Context,
    events: &Snapshot,
    followed: Option<i64>,
    history: &mut Snapshot,
    mark: &Marks,
) -> Result<(Vec<Step>, bool)> {
    let failed = || format!("table {}: its plays cannot be read", STREAM_EVENTS.label());
    let scope = context.engine.scope();
    news::register(&scope, events, followed, &COLUMNS).await?;
    let mut plays = scope.model("streamed_plays", PLAYS, no_values()).await?.execute_stream().await.explain(failed)?;
    let (mut steps, mut gathered, mut count, mut is_marked) = (Vec::new(), Vec::new(), 0, false);
    loop {
        let next = plays.next().await.transpose().explain(failed)?;
        let is_last = next.is_none();
        gathered.extend(next.inspect(|batch| count += batch.num_rows()));
        if count >= TOGETHER || (is_last && count > 0) {
            let rows = concat_batches(&plays.schema(), &gathered).explain(failed)?;
            let marks = if is_last { mark.clone() } else { Marks::new() };
            let landed = land(context, history, &Columns::in_batch(rows, "plays of a stream"), &marks).await?;
            is_marked = is_last && landed.last().is_some_and(|step| step.outcome == Outcome::Wrote);
            steps.extend(landed);
            gathered.clear();
            count = 0;
        }
        if is_last {
            return Ok((steps, is_marked));
        }
    }
}
