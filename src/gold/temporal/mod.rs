//! Temporal patterns: when a listener listens, how long at a stretch, and to what.
//!
//! Owns the job and its thresholds. Most of its work is relational and stands in its models; `top` counts in memory.

mod top;

use super::heard::HEARD;
use super::source::Source;
use super::task::{Begun, Task};
use crate::context::{Context, Step};
use crate::engine::no_values;
use crate::error::Result;
use crate::fingerprint;
use crate::lake::tables::{LISTENING_SESSIONS, LISTENING_STREAKS, TEMPORAL_PATTERNS, TOP_ITEMS};
use datafusion::scalar::ScalarValue;
use serde_json::json;
use std::sync::Arc;

/// The model of weekday × hour and part of day × weekend.
pub const HOURS: &str = include_str!("hours.sql");
/// The model of sittings.
pub const SESSIONS: &str = include_str!("sessions.sql");
/// The model of days in a row.
pub const STREAKS: &str = include_str!("streaks.sql");

/// Plays with features that a mean needs: below it a mean says more about chance than about a mood.
pub const COVERED_MIN: i64 = 5;
/// How many tracks, artists and genres of a period are kept.
pub const RANK_MAX: usize = 25;

/// Raised when the same plays would give other ranks.
const ALGORITHM: &str = "top 2";

/// Builds the four tables, unless they were built from exactly this silver already.
///
/// # Errors
/// When reading or writing fails.
pub async fn build(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let tables = [&TEMPORAL_PATTERNS, &LISTENING_SESSIONS, &LISTENING_STREAKS, &TOP_ITEMS];
    let parameters = json!({
        "plays": source.parameters(),
        "sql": fingerprint::of([HOURS, SESSIONS, STREAKS, HEARD].concat()),
        "algorithm": ALGORITHM,
    });
    let made_from = (json!({ "silver": source.identity()? }), parameters);
    let mut task = match Task::begin(context, "build-gold temporal", &tables, source, made_from).await? {
        Begun::UpToDate(steps) => return Ok(steps),
        Begun::Build(task) => task,
    };
    let scope = task.source().scope(context).await?;
    let covered = || vec![("covered_min", ScalarValue::Int64(Some(COVERED_MIN)))];
    task.stream(&TEMPORAL_PATTERNS, scope.model("hours", HOURS, covered()).await?).await?;
    task.stream(&LISTENING_SESSIONS, scope.model("sessions", SESSIONS, covered()).await?).await?;
    task.stream(&LISTENING_STREAKS, scope.model("streaks", STREAKS, no_values()).await?).await?;
    task.store(&TOP_ITEMS, vec![top::rows(&scope).await?]).await?;
    Ok(task.done())
}
