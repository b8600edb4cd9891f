//! Plays by genre in tumbling windows: a gold table that follows the events of the streams.
//!
//! Owns what is counted already: the version of the events that a window table has seen is a mark of the table, moved in the commit that
//! holds the counts. So each event is counted once however many processes keep the windows; and where the mark is of other windows, or the
//! log tells no more what is new, all of them are counted anew.

use super::news::{self, News};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::engine::{Columns, Held, having};
use crate::error::{Explain, Result};
use crate::lake::Snapshot;
use crate::lake::marks::{self, Marks};
use crate::lake::tables::GENRE_PLAYS;
use crate::lake::update::Update;
use datafusion::prelude::DataFrame;
use datafusion::scalar::ScalarValue;
use serde_json::json;
use std::collections::BTreeSet;

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

/// The two tables as they were opened once.
#[derive(Clone, Default)]
pub struct Seen {
    news: News,
    windows: Option<Snapshot>,
}

/// Counts the events that came since the last time; the lake's lock is held by the caller.
///
/// # Errors
/// When a table cannot be read or written; the windows are then as before.
pub async fn follow(context: &Context, window_us: i64, seen: &mut Seen) -> Result<Followed> {
    let watch = Stopwatch::start();
    let mut step = Step::new(STEP, GENRE_PLAYS.label());
    let Some(events) = seen.news.renewed(context).await? else {
        return Ok(Followed { step, before: None, days: BTreeSet::new(), version: None });
    };
    let note = context.note(json!({ "inputs": { "events": events.identity()? }, "window_seconds": window_us / 1_000_000 }));
    let stored = &*news::target(&mut seen.windows, &context.lake.table(&GENRE_PLAYS)?, &GENRE_PLAYS, &note).await?;
    let name = format!("windows/{}", news::id(events)?);
    let length = format!("{name}/length_us");
    let told = marks::of(stored, &[name.clone(), length.clone()].into()).await?;
    // What was counted in windows of another length is counted anew.
    let counted = told.get(&name).copied().filter(|_| told.get(&length) == Some(&window_us));
    if counted == Some(news::version(events)) {
        step.outcome = Outcome::UpToDate;
        step.version = Some(stored.version());
        let version = Some(stored.version());
        return Ok(Followed { step: step.took(watch), before: version, days: BTreeSet::new(), version });
    }
    let scope = context.engine.scope();
    let is_anew = news::register(&scope, events, counted, &["event_type", "event_at", "genre", "is_late"]).await?;
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
    let marks = Marks::from([(name, news::version(events)), (length, window_us)]);
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
