//! Recommendations: what to listen to next, among the catalogue's tracks that a listener never played.
//!
//! Owns the job and its goals. `listener` gathers what someone likes, `candidates` what there is and how near it lies, `choosing`
//! keeps one version of a song and few songs an artist, `goals` walks to a goal and says why. Likeness is nearness in scaled
//! valence, energy, danceability and acousticness; neighbours are exact.

mod candidates;
mod choosing;
mod goals;
mod listener;
mod rows;
mod song;

use super::source::Source;
use super::task::{Begun, Task};
use crate::context::{Context, Step};
use crate::engine::{Columns, no_values};
use crate::error::Result;
use crate::fingerprint;
use crate::lake::Snapshot;
use crate::lake::catalog::relation_of;
use crate::lake::tables::{CATALOG_TRACKS, TRACK_RECOMMENDATIONS};
use candidates::Candidates;
use datafusion::scalar::ScalarValue;
use listener::Listener;
use serde_json::{Value, json};
use std::sync::Arc;

/// The model of the songs that a listener likes.
pub const LIKED: &str = include_str!("liked.sql");
/// The model of what was played.
pub const PLAYED: &str = include_str!("played.sql");
/// The model of what can be recommended.
pub const CANDIDATES: &str = include_str!("candidates.sql");
/// The model of what the recommendations rest on.
pub const RESTS: &str = include_str!("rests.sql");

/// Days that count as recent.
pub const RECENT_DAYS: i64 = 90;
/// Raised when the same plays would give other recommendations.
const ALGORITHM: &str = "recommendations 1";

/// Builds the table, unless it was built from exactly this silver already.
///
/// # Errors
/// When reading or writing fails.
pub async fn build(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let catalogue = source.other(context, &CATALOG_TRACKS).await?;
    let known = catalogue.as_ref().map_or(Ok(Value::Null), Snapshot::identity)?;
    let inputs = json!({ "silver": source.identity()?, "catalog_tracks": known });
    let parameters = json!({
        "plays": source.parameters(),
        "sql": fingerprint::of([LIKED, PLAYED, CANDIDATES, RESTS].concat()),
        "algorithm": ALGORITHM,
    });
    let tables = [&TRACK_RECOMMENDATIONS];
    let begun = Task::begin(context, "build-gold recommendations", &tables, source, (inputs, parameters)).await?;
    let mut task = match begun {
        Begun::UpToDate(steps) => return Ok(steps),
        Begun::Build(task) => task,
    };
    let scope = task.source().scope(context).await?;
    relation_of(catalogue.as_ref(), &scope, "catalog_tracks", &CATALOG_TRACKS).await?;
    let candidates =
        Candidates::new(&Columns::of(scope.model("candidates", CANDIDATES, no_values()).await?, "the catalogue").await?)?;
    let recent = vec![("recent_days", ScalarValue::Int64(Some(RECENT_DAYS)))];
    let liked = Columns::of(scope.model("liked", LIKED, recent).await?, "what is liked").await?;
    let played = Columns::of(scope.model("played", PLAYED, no_values()).await?, "what was played").await?;
    let rests = Columns::of(scope.model("rests", RESTS, no_values()).await?, "the listeners").await?;
    let mut rows = rows::Rows::default();
    for listener in Listener::all(&liked, &played, &rests)? {
        rows.listener(&listener, &candidates, &goals::all(&listener, &candidates));
    }
    task.store(&TRACK_RECOMMENDATIONS, vec![rows.into_batch()?]).await?;
    Ok(task.done())
}
