//! The catalogue as tracks: what recommendations are looked for among.
//!
//! Owns the decision whether the catalogue has changed. The relational work stands in `catalog_tracks.sql`.

use super::inputs::KAGGLE;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::engine::no_values;
use crate::error::{Explain, Result};
use crate::fingerprint;
use crate::lake::tables::CATALOG_TRACKS;
use crate::lake::{Mode, TableAt, write};
use serde_json::{Value, json};
use std::sync::Arc;

/// The model's SQL.
pub const CATALOG: &str = include_str!("catalog_tracks.sql");

/// Builds `silver/catalog_tracks`, unless it was built from exactly this catalogue already; nothing where there is none.
///
/// # Errors
/// When the catalogue lacks a column, or reading or writing fails.
pub async fn build(context: &Context, kaggle: &TableAt) -> Result<Option<Step>> {
    let watch = Stopwatch::start();
    let Some(catalogue) = kaggle.open().await? else { return Ok(None) };
    let note = context.note(json!({
        "model": fingerprint::of(CATALOG),
        "inputs": { "kaggle": catalogue.identity()? },
    }));
    let at = context.lake.table(&CATALOG_TRACKS)?;
    let mut step = Step::new("build-silver", at.label());
    step.rows_read = catalogue.extent()?.rows.unwrap_or_default();
    step.inputs = note["inputs"].clone();
    if let Some(current) = at.open().await? {
        let written = current.commit().await?.1.unwrap_or(Value::Null);
        if ["model", "inputs"].iter().all(|key| written.get(key) == note.get(key)) {
            step.version = Some(current.version());
            step.outcome = Outcome::UpToDate;
            return Ok(Some(step.took(watch)));
        }
    }
    let scope = context.engine.scope();
    KAGGLE.register(&scope, Some(&catalogue)).await?;
    let frame = scope.model("catalog_tracks", CATALOG, no_values()).await?;
    let streams =
        frame.execute_stream_partitioned().await.explain(|| format!("table {}: its model cannot be run", at.label()))?;
    let written = write::write(&at, &CATALOG_TRACKS, streams, Mode::Replace, &note, Arc::new(|_| {})).await?;
    Ok(Some(step.wrote(written).took(watch)))
}
