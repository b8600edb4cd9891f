//! Drivers: in what a part of the day, the weekend and the last seven days differ from the rest of a listener's time.
//!
//! Owns the job. `subjects` reads what is compared (audio features, the shares of genres and artists), `comparisons` compares and
//! corrects for how many comparisons there are, `rows` puts it into words. Units are weeks, never plays: `stats` says why.

mod comparisons;
mod rows;
mod subjects;

use super::source::Source;
use super::task::{Begun, Task};
use crate::context::{Context, Step};
use crate::engine::{Columns, no_values};
use crate::error::{Explain, Result};
use crate::fingerprint;
use crate::lake::tables::MOOD_DRIVERS;
use datafusion::scalar::ScalarValue;
use serde_json::json;
use std::sync::Arc;
use subjects::Listener;

/// The model of audio features by day and part of day.
pub const FEATURES: &str = include_str!("features.sql");
/// The model of the genres and artists that are looked at.
pub const SUBJECTS: &str = include_str!("subjects.sql");
/// The model of genres and artists by day and part of day.
pub const MIXES: &str = include_str!("mixes.sql");
/// The model of plays by day and part of day.
pub const COUNTS: &str = include_str!("counts.sql");

/// Genres, and artists, that are looked at.
pub const SUBJECTS_MAX: i64 = 10;
/// Share of the plays that they need.
pub const SHARE_MIN: f64 = 0.01;
/// Probability of any finding where there is nothing to find.
pub const LEVEL: f64 = 0.05;

/// Raised when the same plays would give other rows.
const ALGORITHM: &str = "drivers 1";

/// Builds the table, unless it was built from exactly this silver already.
///
/// # Errors
/// When reading or writing fails.
pub async fn build(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let parameters = json!({
        "plays": source.parameters(),
        "sql": fingerprint::of([FEATURES, SUBJECTS, MIXES, COUNTS].concat()),
        "algorithm": ALGORITHM,
    });
    let made_from = (json!({ "silver": source.identity()? }), parameters);
    let mut task = match Task::begin(context, "build-gold drivers", &[&MOOD_DRIVERS], source, made_from).await? {
        Begun::UpToDate(steps) => return Ok(steps),
        Begun::Build(task) => task,
    };
    let scope = task.source().scope(context).await?;
    let limits =
        vec![("subjects_max", ScalarValue::Int64(Some(SUBJECTS_MAX))), ("share_min", ScalarValue::Float64(Some(SHARE_MIN)))];
    let counts = Columns::of(scope.model("counts", COUNTS, no_values()).await?, "plays by day").await?;
    let features = Columns::of(scope.model("features", FEATURES, no_values()).await?, "features by day").await?;
    let subjects = scope.model("subjects", SUBJECTS, limits).await?.cache().await;
    scope.register_frame("subjects", subjects.explain(|| "the most played genres and artists cannot be read".to_owned())?)?;
    let mixes = Columns::of(scope.model("mixes", MIXES, no_values()).await?, "genres and artists by day").await?;
    let mut rows = rows::Rows::default();
    for listener in Listener::all(&counts, &features, &mixes)? {
        rows.listener(&listener, &comparisons::all(&listener));
    }
    task.store(&MOOD_DRIVERS, vec![rows.into_batch()?]).await?;
    Ok(task.done())
}
