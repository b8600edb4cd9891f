//! Mood clusters: k-means over the tracks that were played.
//!
//! Owns the job: read the tracks, keep the model that stands or fit one (`building`), write `mood_cluster_profiles` (every model's)
//! and `mood_clusters` (the newest one's).

mod building;
mod matching;
mod model;
mod names;
mod options;
mod previous;
mod reading;
mod rows;
mod standing;
mod tracks;

pub use options::{CLUSTERS_MAX, Clusters, MoodOptions};

use super::source::Source;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::Result;
use crate::lake::tables::{MOOD_CLUSTER_PROFILES, MOOD_CLUSTERS};
use building::Building;
use previous::Previous;
use serde_json::{Value, json};
use std::sync::Arc;

/// The model that reads the tracks.
pub const TRACKS: &str = include_str!("tracks.sql");

/// Builds both mood tables, unless they were built from exactly this silver already.
///
/// # Errors
/// When reading, fitting or writing fails.
pub async fn build(context: &Context, source: &Source, options: &MoodOptions) -> Result<Vec<Step>> {
    let watch = Stopwatch::start();
    let silver = source.silver();
    let note = context.note(json!({
        "inputs": { "silver": silver.identity()? },
        "parameters": options.described(),
    }));
    let current = context.lake.open(&MOOD_CLUSTERS).await?;
    let mut step = Step::new("build-gold mood", MOOD_CLUSTERS.label());
    step.inputs = note["inputs"].clone();
    let written = match &current {
        Some(current) => current.commit().await?.1.unwrap_or_default(),
        None => Value::Null,
    };
    let is_of_same_way = written["parameters"] == note["parameters"];
    if !options.refit
        && is_of_same_way
        && written["inputs"] == note["inputs"]
        && let Some(current) = &current
    {
        step.version = Some(current.version());
        step.outcome = Outcome::UpToDate;
        return Ok(vec![step.took(watch)]);
    }
    let followed = match &current {
        Some(current) if is_of_same_way && source.is_latest() => {
            let since = reading::since(context, silver, current, &written["inputs"]["silver"]).await;
            since.unwrap_or_else(|error| {
                tracing::info!("table {}: all tracks are read: {}", MOOD_CLUSTERS.label(), error.in_one_line());
                None
            })
        }
        _ => None,
    };
    let _turn = if followed.is_none() { source.turn().await } else { None };
    let (tracks, changed) = match followed {
        Some((tracks, changed)) => (tracks, Some(changed)),
        None => (reading::all(context, silver).await?, None),
    };
    let tracks = Arc::new(tracks);
    step.rows_read = tracks.len() as u64;
    let mut complete = tracks.complete(&options.features);
    complete.retain(|&track| options.allow_synthetic || tracks.source(track) != Some("synthetic"));
    let profiles = context.lake.open(&MOOD_CLUSTER_PROFILES).await?;
    let previous = Previous::read(context, profiles.as_ref()).await?;
    let standing = if source.is_latest() { current.clone() } else { source.other(context, &MOOD_CLUSTERS).await? };
    let stored = current.zip(changed);
    let build = Building { context, options, tracks, complete, previous, stored, note, step, watch };
    if let Some(kept) = build.standing(standing.as_ref()).await? {
        return build.keep(kept).await;
    }
    build.fit_anew().await
}
