//! Whose plays are others than they were when a table was built.
//!
//! Owns that question. Gold is told by listener, so that only the rows of these are built anew; where nobody can tell, or they are
//! too many to be worth it, all are. Silver tells whose rows differ; the one other thing that moods of plays rest on, the clusters
//! of tracks, tells which tracks do, and silver who played those.

use super::differences::{changed_rows, of_files};
use crate::context::Context;
use crate::engine::{few, having};
use crate::error::{Explain, Result};
use crate::lake::Snapshot;
use crate::lake::changes::Change;
use crate::lake::tables::MOOD_CLUSTERS;
use datafusion::functions::expr_fn::coalesce;
use datafusion::prelude::{DataFrame, Expr, col, lit};
use serde_json::Value;
use std::collections::BTreeSet;

/// Listeners, as gold names them.
pub type Listeners = BTreeSet<String>;

/// What gold calls a listener of whom silver says nothing.
const UNKNOWN: &str = "unknown";

/// More listeners than these are not named one by one.
const LISTENERS_MAX: usize = 256;
/// More tracks neither.
const TRACKS_MAX: usize = 10_000;

/// Whose rows of silver differ from those of the version that `built_from` names; none where all should be built.
///
/// # Errors
/// When silver cannot be read.
pub async fn of_changed_plays(context: &Context, silver: &Snapshot, built_from: &Value) -> Result<Option<Listeners>> {
    // Of one listener all is built either way.
    if silver.is_constant("user_id").await? {
        return Ok(None);
    }
    let scope = context.engine.scope();
    match changed_rows(&scope, silver, built_from).await? {
        Some(rows) => listeners(rows).await,
        None => Ok(None),
    }
}

/// Who played the tracks whose mood is another than at the version of the clusters that `built_from` names. Tracks that are new to
/// the clusters are new to silver, and so are told by `of_changed_plays`: both tables are to be built from `silver_then`.
///
/// # Errors
/// When a table cannot be read.
pub async fn of_changed_moods(
    context: &Context,
    silver: &Snapshot,
    built_from: &Value,
    silver_then: &Value,
) -> Result<Option<Listeners>> {
    let Some(clusters) = context.lake.open(&MOOD_CLUSTERS).await? else { return Ok(None) };
    let Some(change) = Change::since(built_from, &clusters).await? else { return Ok(None) };
    let note = change.before().commit().await?.1.unwrap_or_default();
    if note["inputs"]["silver"] != *silver_then {
        return Ok(None);
    }
    if !change.has_gone() {
        return Ok(Some(Listeners::new()));
    }
    let scope = context.engine.scope();
    let (_, went) = of_files(&scope, &change, &["track_id", "cluster_id", "mood"]).await?;
    let Some(tracks) = few(went, "track_id", TRACKS_MAX).await? else { return Ok(None) };
    if tracks.is_empty() {
        return Ok(Some(Listeners::new()));
    }
    scope.register("plays", silver.provider(&scope.state()).await?)?;
    listeners(having(&scope, scope.table("plays").await?, "track_id", &tracks)?).await
}

/// The condition that a row of silver is of one of the listeners.
#[must_use]
pub fn is_of(listeners: &Listeners) -> Expr {
    let named = col("user_id").in_list(listeners.iter().map(|listener| lit(listener.as_str())).collect(), false);
    if listeners.contains(UNKNOWN) { named.or(col("user_id").is_null()) } else { named }
}

/// The listeners of rows of silver.
async fn listeners(rows: DataFrame) -> Result<Option<Listeners>> {
    let named = rows.select(vec![coalesce(vec![col("user_id"), lit(UNKNOWN)]).alias("user_id")]).explain(failed)?;
    few(named, "user_id", LISTENERS_MAX).await
}

fn failed() -> String {
    "it cannot be told whose plays have changed".to_owned()
}
