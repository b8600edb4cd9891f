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
mod rows;
mod standing;
mod tracks;

pub use options::{CLUSTERS_MAX, Clusters, MoodOptions};

use super::source::Source;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::engine::no_values;
use crate::error::{Explain, Result};
use crate::lake::Snapshot;
use crate::lake::tables::{LISTENING_WITH_FEATURES, MOOD_CLUSTER_PROFILES, MOOD_CLUSTERS};
use building::Building;
use previous::Previous;
use serde_json::json;
use std::sync::Arc;
use tracks::Tracks;

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
    if !options.refit
        && let Some(current) = &current
        && current
            .commit()
            .await?
            .1
            .is_some_and(|written| ["inputs", "parameters"].iter().all(|key| written.get(key) == note.get(key)))
    {
        step.version = Some(current.version());
        step.outcome = Outcome::UpToDate;
        return Ok(vec![step.took(watch)]);
    }
    let tracks = Arc::new(read_tracks(context, silver).await?);
    step.rows_read = tracks.len() as u64;
    let mut complete = tracks.complete(&options.features);
    complete.retain(|&track| options.allow_synthetic || tracks.source(track) != Some("synthetic"));
    let profiles = context.lake.open(&MOOD_CLUSTER_PROFILES).await?;
    let previous = Previous::read(context, profiles.as_ref()).await?;
    let build = Building { context, options, tracks, complete, previous, note, step, watch };
    let standing = source.other(context, &MOOD_CLUSTERS).await?;
    if let Some(kept) = build.standing(standing.as_ref()).await? {
        return build.keep(kept).await;
    }
    build.fit_anew().await
}

async fn read_tracks(context: &Context, silver: &Snapshot) -> Result<Tracks> {
    let failed = || format!("table {}: its tracks cannot be read", LISTENING_WITH_FEATURES.label());
    let scope = context.engine.scope();
    scope.register("listening_with_features", silver.provider(&scope.state()).await?)?;
    let frame = scope.model("mood tracks", TRACKS, no_values()).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    Tracks::new(&schema, &frame.collect().await.explain(failed)?)
}
