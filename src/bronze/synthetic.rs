//! Synthetic features into `my_tracks_features_bronze_synthetic`.
//!
//! Owns which tracks get them: all played ones (`generate-synthetic`), or only those that nothing else knows
//! (`populate-missing`). What the second made is withdrawn when a provider or the catalogue comes to know the track, since a
//! made-up value must never stand in front of a measured one. The values themselves come from `synthetic_features`.

use super::missing::Search;
use super::synthetic_features::{GENERATOR_VERSION, SyntheticFeatures, generate};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Explain, Result};
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::SYNTHETIC_FEATURES;
use crate::lake::update::Update;
use crate::lake::{Mode, Snapshot};
use arrow::array::{ArrayRef, AsArray, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::prelude::DataFrame;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which tracks get synthetic features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every track in the history.
    Everything,
    /// Tracks with neither real features nor a match in the catalogue.
    Missing,
}

impl Extent {
    const fn command(self) -> &'static str {
        match self {
            Self::Everything => "generate-synthetic",
            Self::Missing => "populate-missing",
        }
    }
}

/// Brings the table up to date: adds what is wanted, renews rows of an older generator, withdraws what is no longer missing.
///
/// # Errors
/// When there is no history or a table cannot be read or written.
pub async fn populate(context: &Context, extent: Extent) -> Result<Step> {
    let watch = Stopwatch::start();
    let mut step = Step::new(extent.command(), SYNTHETIC_FEATURES.label());
    let search = Search::open(context).await?;
    let at = context.lake.table(&SYNTHETIC_FEATURES)?;
    let current = at.open().await?;
    let mut note = context.note(json!({ "generator_version": GENERATOR_VERSION }));
    let mut then = Value::Null;
    if extent == Extent::Missing {
        // What a search of all tracks leaves says nothing of what is missing.
        note["missing_in"] = search.inputs.clone();
        if let Some(current) = &current {
            let written = current.commit().await?.1.unwrap_or_default();
            let is_same = written["generator_version"] == note["generator_version"];
            then = if is_same { written["missing_in"].clone() } else { Value::Null };
        }
    }
    if then == search.inputs {
        step.version = current.as_ref().map(Snapshot::version);
        step.outcome = Outcome::UpToDate;
        return Ok(step.took(watch));
    }
    let stored = stored(context, current.as_ref()).await?;
    // For all tracks, `then` tells no inputs, and nothing can be known to be new.
    let found = match search.new_ones(&then, |id| stored.contains_key(id)).await {
        Ok(Some(found)) => found,
        Ok(None) => search.all(extent).await?,
        Err(error) => {
            tracing::info!("table {}: all plays are looked at: {}", SYNTHETIC_FEATURES.label(), error.in_one_line());
            search.all(extent).await?
        }
    };
    step.rows_read = found.tracks;
    let outdated = |row: &Stored| row.version != GENERATOR_VERSION;
    let is_known = |id: &str| if found.is_whole { !found.wanted.contains(id) } else { found.known.contains(id) };
    let withdrawn =
        |id: &str, row: &Stored| extent == Extent::Missing && row.generated_by == Extent::Missing.command() && is_known(id);
    let new: Vec<&str> = found.wanted.iter().filter(|id| !stored.contains_key(*id)).map(String::as_str).collect();
    step.rows_duplicate = found.tracks.saturating_sub(new.len() as u64);
    let rewrite = stored.iter().any(|(id, row)| outdated(row) || withdrawn(id, row));
    if !rewrite && new.is_empty() {
        step.outcome = Outcome::UpToDate;
        if let Some(current) = current {
            // Noted, so that the next search begins where this one ended.
            step.version = Some(if extent == Extent::Missing {
                Update::default().carry_out(&context.engine, &current, &SYNTHETIC_FEATURES, &note).await?.version
            } else {
                current.version()
            });
        }
        return Ok(step.took(watch));
    }
    let now = context.clock.now().timestamp_micros();
    let mut rows: Vec<Row<'_>> = Vec::new();
    if rewrite {
        let kept = stored.iter().filter(|(id, row)| !withdrawn(id, row));
        rows.extend(kept.map(|(id, row)| Row {
            track_id: id,
            generated_by: &row.generated_by,
            generated_at_us: if outdated(row) { now } else { row.generated_at_us },
        }));
        step.remark = Some(format!("{} withdrawn: real or catalogue features are known now", stored.len() - rows.len()));
    }
    rows.extend(new.iter().map(|id| Row { track_id: id, generated_by: extent.command(), generated_at_us: now }));
    rows.sort_unstable_by_key(|row| row.track_id);
    let mode = if rewrite { Mode::Replace } else { Mode::Append };
    let mut written = store(&context.lake, &SYNTHETIC_FEATURES, vec![features(&rows)?], mode, &note).await?;
    written.rows = new.len() as u64;
    Ok(step.wrote(written).took(watch))
}

struct Row<'a> {
    track_id: &'a str,
    generated_by: &'a str,
    generated_at_us: i64,
}

struct Stored {
    version: String,
    generated_by: String,
    generated_at_us: i64,
}

async fn stored(context: &Context, current: Option<&Snapshot>) -> Result<BTreeMap<String, Stored>> {
    let Some(current) = current else { return Ok(BTreeMap::new()) };
    let scope = context.engine.scope();
    scope.register("stored", current.provider(&scope.state()).await?)?;
    let frame = scope.table("stored").await?.select_columns(&["track_id", "generator_version", "generated_by", "generated_at"]);
    let mut rows = BTreeMap::new();
    for batch in collect(frame.explain(failed)?).await? {
        let (ids, versions, makers) = (text(&batch, 0)?, text(&batch, 1)?, text(&batch, 2)?);
        let times = cast(batch.column(3), &DataType::Int64).explain(failed)?;
        let times = times.as_primitive::<arrow::datatypes::Int64Type>();
        let value = |column: &ArrayRef, row| column.as_string::<i32>().value(row).to_owned();
        rows.extend((0..batch.num_rows()).map(|row| {
            let stored =
                Stored { version: value(&versions, row), generated_by: value(&makers, row), generated_at_us: times.value(row) };
            (value(&ids, row), stored)
        }));
    }
    Ok(rows)
}

pub(super) async fn collect(frame: DataFrame) -> Result<Vec<RecordBatch>> {
    frame.collect().await.explain(failed)
}

pub(super) fn text(batch: &RecordBatch, column: usize) -> Result<ArrayRef> {
    cast(batch.column(column), &DataType::Utf8).explain(failed)
}

pub(super) fn failed() -> String {
    format!("table {}: the tracks that need features cannot be found", SYNTHETIC_FEATURES.label())
}

fn features(rows: &[Row<'_>]) -> Result<RecordBatch> {
    let made: Vec<SyntheticFeatures> = rows.iter().map(|row| generate(row.track_id)).collect();
    let double =
        |value: fn(&SyntheticFeatures) -> f64| Arc::new(Float64Array::from_iter_values(made.iter().map(value))) as ArrayRef;
    let integer =
        |value: fn(&SyntheticFeatures) -> i32| Arc::new(Int32Array::from_iter_values(made.iter().map(value))) as ArrayRef;
    let text = |value: &dyn Fn(&Row<'_>) -> String| Arc::new(StringArray::from_iter_values(rows.iter().map(value))) as ArrayRef;
    batch(
        &SYNTHETIC_FEATURES,
        &[
            ("track_id", text(&|row| row.track_id.to_owned())),
            ("danceability", double(|made| made.danceability)),
            ("energy", double(|made| made.energy)),
            ("key", integer(|made| made.key)),
            ("loudness", double(|made| made.loudness)),
            ("mode", integer(|made| made.mode)),
            ("speechiness", double(|made| made.speechiness)),
            ("acousticness", double(|made| made.acousticness)),
            ("instrumentalness", double(|made| made.instrumentalness)),
            ("liveness", double(|made| made.liveness)),
            ("valence", double(|made| made.valence)),
            ("tempo", double(|made| made.tempo)),
            ("time_signature", integer(|made| made.time_signature)),
            ("source", text(&|_| "synthetic".to_owned())),
            ("generator_version", text(&|_| GENERATOR_VERSION.to_owned())),
            ("generated_by", text(&|row| row.generated_by.to_owned())),
            ("generated_at", Arc::new(instants(rows.iter().map(|row| row.generated_at_us)))),
        ],
    )
}
