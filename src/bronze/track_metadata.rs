//! Track metadata rows from the history: a row in `my_tracks_features_bronze` for every track that was ever played.
//!
//! Owns the insert of tracks that are new. Their audio values stay null until a provider gives them; silver knows that a row
//! without values is metadata only.

use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Explain, Result};
use crate::lake::catalog::relation;
use crate::lake::tables::{LISTENING_HISTORY, TRACK_FEATURES};
use crate::lake::{Mode, write};
use arrow::array::RecordBatch;
use datafusion::scalar::ScalarValue;
use serde_json::json;
use std::sync::Arc;

const MODEL: &str = include_str!("track_metadata.sql");

/// Adds the tracks of these plays that have no row yet.
///
/// # Errors
/// When the table cannot be read or written.
pub async fn keep(context: &Context, plays: RecordBatch) -> Result<Step> {
    let watch = Stopwatch::start();
    let step = Step::new("import", TRACK_FEATURES.label());
    let at = context.lake.table(&TRACK_FEATURES)?;
    let scope = context.engine.scope();
    scope.register_rows("plays", LISTENING_HISTORY.schema(), vec![plays])?;
    relation(&context.lake, &scope, "known", &TRACK_FEATURES).await?;
    let now = ScalarValue::TimestampMicrosecond(Some(context.clock.now().timestamp_micros()), Some("UTC".into()));
    let new = scope.model("track_metadata", MODEL, vec![("now", now)]).await?;
    let failed = || format!("table {}: the new tracks cannot be found", at.label());
    // A person's tracks are thousands: they are held to know whether there are any, since an empty commit would be a lie.
    let rows = new.cache().await.explain(failed)?;
    if rows.clone().count().await.explain(failed)? == 0 {
        return Ok(Step { outcome: Outcome::UpToDate, ..step }.took(watch));
    }
    let streams = vec![rows.execute_stream().await.explain(failed)?];
    let note = context.note(json!({}));
    let written = write::write(&at, &TRACK_FEATURES, streams, Mode::Append, &note, Arc::new(|_| {})).await?;
    Ok(step.wrote(written).took(watch))
}
