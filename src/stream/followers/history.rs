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
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use futures::StreamExt as _;
use serde_json::json;
use std::time::Duration;

/// So many plays are looked up together: their keys are in memory meanwhile.
const TOGETHER: usize = 100_000;
/// Where all plays are known, the mark is moved after so many versions.
const BEHIND_MAX: i64 = 500;

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
    history: Option<Snapshot>,
    /// The version of the events that was followed, as this process knows, and as the table's mark says.
    followed: Option<(i64, Option<i64>)>,
}

impl History {
    /// Nothing is followed yet.
    #[must_use]
    pub fn new(context: Context, every: Duration) -> Self {
        Self { context, every, news: News::default(), history: None, followed: None }
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
        let history = match self.history.take() {
            Some(history) => history.renewed().await?,
            None => marks::opened(&context.lake.table(&LISTENING_HISTORY)?, &LISTENING_HISTORY, &note).await?,
        };
        let history = self.history.insert(history);
        let (name, now) = (format!("history/{}", news::id(events)?), news::version(events));
        let (followed, marked) = match self.followed {
            Some((followed, marked)) => (Some(followed), marked),
            None => {
                let marked = marks::of(history, &[name.clone()].into()).await?.get(&name).copied();
                (marked, marked)
            }
        };
        if followed == Some(now) {
            return Ok(Vec::new());
        }
        let failed = || format!("table {}: its plays cannot be read", STREAM_EVENTS.label());
        let scope = context.engine.scope();
        news::register(&scope, events, followed, &COLUMNS).await?;
        let mut plays = scope.model("streamed_plays", PLAYS, no_values()).await?.execute_stream().await.explain(failed)?;
        let (mut steps, mut gathered, mut count) = (Vec::new(), Vec::<RecordBatch>::new(), 0);
        let mark = Marks::from([(name, now)]);
        let mut is_marked = false;
        loop {
            let next = plays.next().await.transpose().explain(failed)?;
            let is_last = next.is_none();
            if let Some(batch) = next {
                count += batch.num_rows();
                gathered.push(batch);
            }
            if count >= TOGETHER || (is_last && count > 0) {
                let rows = concat_batches(&gathered[0].schema(), &gathered).explain(failed)?;
                let moved = if is_last { mark.clone() } else { Marks::new() };
                let landed = land(context, history, &Columns::in_batch(rows, "plays of a stream"), &moved).await?;
                is_marked |= is_last
                    && landed.iter().any(|step| step.table == LISTENING_HISTORY.label() && step.outcome == Outcome::Wrote);
                steps.extend(landed);
                gathered.clear();
                count = 0;
            }
            if is_last {
                break;
            }
        }
        // A version of the history that holds no new play is worth its place only now and then.
        if !is_marked && marked.is_none_or(|marked| now - marked > BEHIND_MAX) {
            *history = history.renewed().await?;
            Update { marks: mark, ..Update::default() }.carry_out(&context.engine, history, &LISTENING_HISTORY, &note).await?;
            is_marked = true;
        }
        self.followed = Some((now, if is_marked { Some(now) } else { marked }));
        Ok(steps)
    }

    fn forget(&mut self) {
        (self.news, self.history, self.followed) = (News::default(), None, None);
    }
}
