//! Plays by genre in tumbling windows: a gold table that follows the events of the streams.
//!
//! Owns what is counted already: the version of the events that a window table has seen is a mark of the table, moved in the commit that
//! holds the counts. So each event is counted once however many processes keep the windows; and where the mark is of other windows, or the
//! log tells no more what is new, all of them are counted anew.

use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::engine::{Columns, Held, Scope, having};
use crate::error::{Explain, Result};
use crate::lake::marks::{self, Marks};
use crate::lake::tables::{GENRE_PLAYS, STREAM_EVENTS};
use crate::lake::update::Update;
use crate::lake::{Snapshot, added};
use datafusion::catalog::TableProvider;
use datafusion::prelude::DataFrame;
use datafusion::scalar::ScalarValue;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The step's name.
const STEP: &str = "stream";

/// What the windows are now.
pub struct Followed {
    /// For the record.
    pub step: Step,
    /// The version of the window table before.
    pub before: Option<u64>,
    /// The days whose windows changed.
    pub days: BTreeSet<String>,
    /// The version of the window table.
    pub version: Option<u64>,
}

/// The two tables as they were opened once: they are brought up to date, since opening one anew reads all commits since its last
/// checkpoint.
#[derive(Clone, Default)]
pub struct Seen {
    events: Option<Snapshot>,
    windows: Option<Snapshot>,
}

/// Counts the events that came since the last time; the lake's lock is held by the caller.
///
/// # Errors
/// When a table cannot be read or written; the windows are then as before.
pub async fn follow(context: &Context, window_us: i64, seen: &mut Seen) -> Result<Followed> {
    let watch = Stopwatch::start();
    let mut step = Step::new(STEP, GENRE_PLAYS.label());
    seen.events = match seen.events.take() {
        Some(events) => Some(events.renewed().await?),
        None => context.lake.open(&STREAM_EVENTS).await?,
    };
    let Some(events) = &seen.events else {
        return Ok(Followed { step, before: None, days: BTreeSet::new(), version: None });
    };
    let note = context.note(json!({ "inputs": { "events": events.identity()? }, "window_seconds": window_us / 1_000_000 }));
    let stored = match seen.windows.take() {
        Some(windows) => windows.renewed().await?,
        None => marks::opened(&context.lake.table(&GENRE_PLAYS)?, &GENRE_PLAYS, &note).await?,
    };
    let stored = &*seen.windows.insert(stored);
    let name = format!("windows/{}", events.identity()?["id"].as_str().unwrap_or_default());
    let length = format!("{name}/length_us");
    let told = marks::of(stored, &[name.clone(), length.clone()].into()).await?;
    // What was counted in windows of another length is counted anew.
    let counted = told.get(&name).filter(|_| told.get(&length) == Some(&window_us));
    let counted = counted.and_then(|version| u64::try_from(*version).ok());
    if counted == Some(events.version()) {
        step.outcome = Outcome::UpToDate;
        step.version = Some(stored.version());
        let version = Some(stored.version());
        return Ok(Followed { step: step.took(watch), before: version, days: BTreeSet::new(), version });
    }
    let scope = context.engine.scope();
    let news = match counted {
        Some(version) => added(events, version, &scope.state()).await?,
        None => None,
    };
    let is_anew = news.is_none();
    let news = match news {
        Some(news) => news,
        None => vec![events.provider(&scope.state()).await?],
    };
    name_events(&scope, news).await?;
    scope.register("stored", stored.provider(&scope.state()).await?)?;
    let values = || vec![("window_us", ScalarValue::Int64(Some(window_us)))];
    let days = scope.model("window_days", include_str!("window_days.sql"), values()).await?;
    let mut days = days_of(days).await?;
    let counted = if is_anew { BTreeSet::new() } else { days.clone() };
    scope.register_frame("counted", having(&scope, scope.table("stored").await?, "window_date", &counted)?)?;
    let rows = Held::of(scope.model("genre_plays", include_str!("genre_plays.sql"), values()).await?, "windows").await?.rows;
    if is_anew {
        // Days that have no window any more lose their rows, too.
        days.extend(days_of(scope.table("stored").await?).await?);
    }
    step.rows_read = rows.iter().map(|batch| batch.num_rows() as u64).sum();
    let marks = Marks::from([(name, i64::try_from(events.version()).unwrap_or(i64::MAX)), (length, window_us)]);
    let mut update = if days.is_empty() {
        Update::default()
    } else {
        Update::of_all_with(&context.engine, stored, "window_date", days.clone(), rows).await?
    };
    update.marks = marks;
    let written = update.carry_out(&context.engine, stored, &GENRE_PLAYS, &note).await?;
    let (before, version) = (Some(stored.version()), Some(written.version));
    Ok(Followed { step: step.wrote(written).took(watch), before, days, version })
}

/// The days of some windows.
pub(super) async fn days_of(windows: DataFrame) -> Result<BTreeSet<String>> {
    let days = windows.select_columns(&["window_date"]).and_then(DataFrame::distinct);
    let rows = Columns::of(days.explain(|| "days of windows cannot be read".to_owned())?, "days of windows").await?;
    Ok(rows.text("window_date")?.iter().flatten().map(str::to_owned).collect())
}

/// The relation `events`, of several that together hold each new row once.
async fn name_events(scope: &Scope, relations: Vec<Arc<dyn TableProvider>>) -> Result<()> {
    let failed = || format!("table {}: its new rows cannot be read", STREAM_EVENTS.label());
    let mut all: Option<DataFrame> = None;
    for (place, relation) in relations.into_iter().enumerate() {
        let name = format!("new_{place}");
        scope.register(&name, relation)?;
        let columns =
            scope.table(&name).await?.select_columns(&["event_type", "event_at", "genre", "is_late"]).explain(failed)?;
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
