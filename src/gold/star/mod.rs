//! A star schema for analysts: plays as facts, and what they are asked by as dimensions.
//!
//! Owns the job. Facts have a listener and follow those of whom there is something new; dimensions are of all listeners and are
//! built as a whole, before the facts, so that no fact is ever there before what it refers to. All of it is SQL but the calendar
//! (`days`) and the numbers that stand for natural keys (`keys`).

mod days;
pub mod keys;

pub use days::REACH;

use super::source::Source;
use super::task::{Begun, Task};
use crate::context::{Context, Step};
use crate::engine::{Held, Scope, no_values};
use crate::error::Result;
use crate::fingerprint;
use crate::lake::tables::{DIM_ALBUM, DIM_ARTIST, DIM_DATE, DIM_TIME, DIM_TRACK, FACT_PLAY};
use datafusion::scalar::ScalarValue;
use serde_json::json;
use std::sync::Arc;

/// The model of plays with natural keys.
pub const KEYED: &str = include_str!("keyed.sql");
/// The model of what plays tell of tracks, artists and albums.
pub const TOLD: &str = include_str!("told.sql");
/// The model of the tracks.
pub const TRACKS: &str = include_str!("tracks.sql");
/// The model of the artists.
pub const ARTISTS: &str = include_str!("artists.sql");
/// The model of the albums.
pub const ALBUMS: &str = include_str!("albums.sql");
/// The model of the facts.
pub const PLAYS: &str = include_str!("plays.sql");

const STEP: &str = "build-gold star";

/// Raised when the same plays would give other keys or days.
const ALGORITHM: &str = "star 1";

/// Builds the six tables, unless they were built from exactly this silver already.
///
/// # Errors
/// When reading or writing fails, or two natural keys have one number.
pub async fn build(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let mut steps = dimensions(context, source).await?;
    steps.extend(facts(context, source).await?);
    Ok(steps)
}

async fn dimensions(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let tables = [&DIM_TRACK, &DIM_ARTIST, &DIM_ALBUM, &DIM_DATE, &DIM_TIME];
    let sql = fingerprint::of([KEYED, TOLD, TRACKS, ARTISTS, ALBUMS, REACH].concat());
    let made_from = (json!({ "silver": source.identity()? }), json!({ "sql": sql, "algorithm": ALGORITHM }));
    let mut task = match Task::begin(context, STEP, &tables, source, made_from).await? {
        Begun::UpToDate(steps) => return Ok(steps),
        Begun::Build(task) => task,
    };
    let scope = scope(context, &task.source()).await?;
    let told = Held::of(scope.model("told", TOLD, no_values()).await?, "what plays tell of tracks").await?;
    told.register(&scope, "told", &[])?;
    keys::hold_apart(&scope).await?;
    task.stream(&DIM_TRACK, scope.model("tracks", TRACKS, no_values()).await?).await?;
    task.stream(&DIM_ARTIST, scope.model("artists", ARTISTS, no_values()).await?).await?;
    task.stream(&DIM_ALBUM, scope.model("albums", ALBUMS, no_values()).await?).await?;
    task.store(&DIM_DATE, vec![days::dates(&scope).await?]).await?;
    task.store(&DIM_TIME, vec![days::minutes()?]).await?;
    Ok(task.done())
}

async fn facts(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let allow_synthetic = source.synthetic.allow;
    let sql = fingerprint::of([KEYED, PLAYS].concat());
    let parameters = json!({ "allow_synthetic": allow_synthetic, "sql": sql, "algorithm": ALGORITHM });
    let made_from = (json!({ "silver": source.identity()? }), parameters);
    let mut task = match Task::begin(context, STEP, &[&FACT_PLAY], source, made_from).await? {
        Begun::UpToDate(steps) => return Ok(steps),
        Begun::Build(task) => task,
    };
    let scope = scope(context, &task.source()).await?;
    let values = vec![("allow_synthetic", ScalarValue::Boolean(Some(allow_synthetic)))];
    task.stream(&FACT_PLAY, scope.model("plays", PLAYS, values).await?).await?;
    Ok(task.done())
}

/// A scope that knows `keyed`.
async fn scope(context: &Context, source: &Source) -> Result<Scope> {
    let scope = source.silver_scope(context).await?;
    keys::register(&scope);
    scope.register_frame("keyed", scope.model("keyed", KEYED, no_values()).await?)?;
    Ok(scope)
}
