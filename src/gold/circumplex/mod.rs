//! The circumplex view of moods: quadrant, angle and strength of every play (Russell 1980, energy standing for arousal).
//!
//! Owns the job that follows the mood clusters: it joins each play with the cluster of its track. Its work is relational.

use super::listeners::is_of;
use super::source::Source;
use super::task::{Begun, Task};
use crate::context::{Context, Step};
use crate::engine::{Scope, no_values};
use crate::error::{Explain, Result};
use crate::fingerprint;
use crate::lake::catalog::relation;
use crate::lake::tables::{MOOD_CIRCUMPLEX, MOOD_CLUSTERS, PLAY_MOODS};
use datafusion::scalar::ScalarValue;
use serde_json::{Value, json};
use std::sync::Arc;

/// The model of each play's mood.
pub const MOODS: &str = include_str!("play_moods.sql");
/// The model of a listener's quadrants.
pub const QUADRANTS: &str = include_str!("circumplex.sql");

/// A mood nearer to the centre is neutral: 0.15 on scales from 0 to 1.
pub const NEUTRAL: f64 = 0.15;

/// Builds both tables, unless they were built from exactly this silver and these clusters already.
///
/// # Errors
/// When reading or writing fails.
pub async fn build(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let clusters = context.lake.open(&MOOD_CLUSTERS).await?;
    let clusters = clusters.map_or(Ok(Value::Null), |clusters| clusters.identity())?;
    let inputs = json!({ "silver": source.identity()?, "mood_clusters": clusters });
    let parameters = json!({ "plays": source.parameters(), "sql": fingerprint::of([MOODS, QUADRANTS].concat()) });
    let tables = [&PLAY_MOODS, &MOOD_CIRCUMPLEX];
    let mut task = match Task::begin(context, "build-gold mood", &tables, source, (inputs, parameters)).await? {
        Begun::UpToDate(steps) => return Ok(steps),
        Begun::Build(task) => task,
    };
    let source = task.source();
    let scope = source.scope(context).await?;
    relation(&context.lake, &scope, "mood_clusters", &MOOD_CLUSTERS).await?;
    let values = vec![("neutral", ScalarValue::Float64(Some(NEUTRAL)))];
    let moods = scope.model("play_moods", MOODS, values).await?;
    task.stream(&PLAY_MOODS, moods).await?;
    written_moods(context, &source, &scope).await?;
    task.stream(&MOOD_CIRCUMPLEX, scope.model("circumplex", QUADRANTS, no_values()).await?).await?;
    Ok(task.done())
}

/// Names the moods that were written, of the listeners that they were written for.
async fn written_moods(context: &Context, source: &Source, scope: &Scope) -> Result<()> {
    relation(&context.lake, scope, "all_play_moods", &PLAY_MOODS).await?;
    let mut moods = scope.table("all_play_moods").await?;
    if let Some(listeners) = source.listeners() {
        moods = moods.filter(is_of(listeners)).explain(|| format!("table {}: it cannot be read", PLAY_MOODS.label()))?;
    }
    scope.register_frame("play_moods", moods)
}
