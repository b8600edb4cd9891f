//! The tracks that were played, read from silver.
//!
//! Owns how much of silver is read for them: all of it, or only the plays of tracks of which it holds other rows than when the
//! clusters were built. Of the others the clusters tell all that a model needs: what describes them, and how often they were played.

use super::TRACKS;
use super::tracks::Tracks;
use crate::context::Context;
use crate::engine::{Held, Scope, among, few, no_values, not_among};
use crate::error::{Explain, Result};
use crate::gold::differences::changed_rows;
use crate::lake::Snapshot;
use crate::lake::tables::{AUDIO_FEATURES, MOOD_CLUSTERS};
use datafusion::prelude::{DataFrame, col};
use serde_json::Value;
use std::collections::BTreeSet;

/// More tracks than these are read with all others.
const CHANGED_MAX: usize = 20_000;

/// All tracks of silver.
///
/// # Errors
/// When silver cannot be read.
pub async fn all(context: &Context, silver: &Snapshot) -> Result<Tracks> {
    let scope = context.engine.scope();
    scope.register("listening_with_features", silver.provider(&scope.state()).await?)?;
    tracks(scope.model("mood tracks", TRACKS, no_values()).await?).await
}

/// The same, and which of them may be others than in the clusters; none where that cannot be told. The clusters are to be built from
/// the version of silver that `built_from` names, by the same model of tracks.
///
/// # Errors
/// When a table cannot be read.
pub async fn since(
    context: &Context,
    silver: &Snapshot,
    clusters: &Snapshot,
    built_from: &Value,
) -> Result<Option<(Tracks, BTreeSet<String>)>> {
    if !clusters.is_as_declared(&MOOD_CLUSTERS)? {
        return Ok(None);
    }
    let scope = context.engine.scope();
    let Some(rows) = changed_rows(&scope, silver, built_from).await? else { return Ok(None) };
    let played = rows.filter(col("track_id").is_not_null()).explain(failed)?;
    let ids = Held::of(played.select_columns(&["track_id"]).and_then(DataFrame::distinct).explain(failed)?, "tracks").await?;
    ids.register(&scope, "changed", &[])?;
    let Some(changed) = few(scope.table("changed").await?, "track_id", CHANGED_MAX).await? else { return Ok(None) };
    let read = tracks(described(&scope, silver, clusters).await?).await?;
    Ok(Some((read, changed)))
}

/// Rows as `tracks.sql` gives them: of the changed tracks from silver, of the others from the clusters.
async fn described(scope: &Scope, silver: &Snapshot, clusters: &Snapshot) -> Result<DataFrame> {
    scope.register("silver", silver.provider(&scope.state()).await?)?;
    scope.register("stored", clusters.provider(&scope.state()).await?)?;
    let theirs = among(scope.table("changed").await?, scope.table("silver").await?, "track_id")?;
    scope.register_frame("listening_with_features", theirs)?;
    let anew = scope.model("mood tracks", TRACKS, no_values()).await?;
    let columns: Vec<&str> = [&["track_id", "feature_source"], AUDIO_FEATURES.as_slice(), &["plays"]].concat();
    let others = not_among(scope.table("changed").await?, scope.table("stored").await?, "track_id")?;
    let others = others.select_columns(&columns).explain(failed)?;
    let both = others.union(anew.select_columns(&columns).explain(failed)?).explain(failed)?;
    // The order of `tracks.sql`, in which the first row of a track speaks for it.
    let order = ["feature_source", "valence", "energy", "danceability", "tempo"];
    let mut by = vec![
        col("track_id").sort(true, false),
        col("feature_source").is_null().sort(true, false),
        col("plays").sort(false, true),
    ];
    by.extend(order.map(|name| col(name).sort(true, false)));
    both.sort(by).explain(failed)
}

async fn tracks(frame: DataFrame) -> Result<Tracks> {
    let held = Held::of(frame, "the tracks of silver").await?;
    Tracks::new(&held.schema, &held.rows)
}

fn failed() -> String {
    "the tracks of silver cannot be read".to_owned()
}
