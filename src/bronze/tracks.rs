//! Rows of `my_tracks_features_bronze`: one a track, completed as more becomes known.
//!
//! Owns the merge: a new track is added, a null is filled, audio values come all from one provider and stay. Nothing is written
//! where nothing is new.

use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::engine::no_values;
use crate::error::{Explain, Result};
use crate::lake::catalog::relation;
use crate::lake::rows::{batch, instants};
use crate::lake::tables::TRACK_FEATURES;
use crate::lake::{Mode, write};
use crate::spotify::audio_features::AudioFeatures;
use crate::spotify::track::Track;
use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, new_null_array,
};
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::scalar::ScalarValue;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The model that finds what is new.
pub const CHANGES: &str = include_str!("track_changes.sql");
/// The model of the whole table after changes.
pub const REPLACEMENT: &str = include_str!("track_replacement.sql");

/// Merges rows that are in memory.
///
/// # Errors
/// When the table cannot be read or written.
pub async fn merge_rows(context: &Context, command: &'static str, rows: RecordBatch) -> Result<Step> {
    let incoming = SessionContext::new().read_batch(rows).explain(|| "rows in memory cannot be read".to_owned())?;
    merge(context, command, incoming).await
}

/// Merges rows of the table's own columns, one a track.
///
/// # Errors
/// When the table cannot be read or written.
pub async fn merge(context: &Context, command: &'static str, incoming: DataFrame) -> Result<Step> {
    let watch = Stopwatch::start();
    let mut step = Step::new(command, TRACK_FEATURES.label());
    let at = context.lake.table(&TRACK_FEATURES)?;
    let failed = || format!("table {}: what is new cannot be found", at.label());
    let scope = context.engine.scope();
    scope.register_frame("incoming", incoming)?;
    let existing = relation(&context.lake, &scope, "known", &TRACK_FEATURES).await?;
    let now = ScalarValue::TimestampMicrosecond(Some(context.clock.now().timestamp_micros()), Some("UTC".into()));
    let changes = scope.model("track_changes", CHANGES, vec![("now", now)]).await?;
    // A person's tracks are thousands: they are held to know whether there are any, since an empty commit would be a lie.
    let changes = changes.cache().await.explain(failed)?;
    let (mut new, mut filled) = (0, 0);
    for batch in changes.clone().select_columns(&["is_new"]).explain(failed)?.collect().await.explain(failed)? {
        let is_new = batch.column(0).as_boolean();
        new += is_new.true_count() as u64;
        filled += is_new.false_count() as u64;
    }
    if new + filled == 0 {
        step.outcome = Outcome::UpToDate;
        return Ok(step.took(watch));
    }
    let changes = changes.drop_columns(&["is_new"]).explain(failed)?;
    let (rows, mode) = if existing && filled > 0 {
        scope.register_frame("changes", changes)?;
        (scope.model("track_replacement", REPLACEMENT, no_values()).await?, Mode::Replace)
    } else {
        (changes, Mode::Append)
    };
    let streams = vec![rows.execute_stream().await.explain(failed)?];
    let mut written = write::write(&at, &TRACK_FEATURES, streams, mode, &context.note(json!({})), Arc::new(|_| {})).await?;
    written.rows = new + filled;
    if filled > 0 {
        step.remark = Some(format!("{filled} of them completed"));
    }
    Ok(step.wrote(written).took(watch))
}

/// What Spotify tells of tracks, as rows without audio values; one a track, the last telling wins.
///
/// # Errors
/// When the columns do not make the declared schema, which would be a mistake of this file.
pub fn metadata(tracks: &[&Track], now_us: i64) -> Result<RecordBatch> {
    let unique: BTreeMap<&str, &Track> = tracks.iter().filter_map(|track| Some((track.id.as_deref()?, *track))).collect();
    let text = |value: &dyn Fn(&Track) -> Option<String>| {
        Arc::new(StringArray::from_iter(unique.values().map(|track| value(track)))) as ArrayRef
    };
    completed(
        unique.len(),
        "spotify",
        now_us,
        vec![
            ("track_id", text(&|track| track.id.clone())),
            ("track_name", text(&|track| track.name.clone())),
            ("artist_name", text(&|track| track.artists.first().cloned())),
            ("album_name", text(&|track| track.album.clone())),
            ("isrc", text(&|track| track.isrc.clone())),
            ("popularity", Arc::new(Int32Array::from_iter(unique.values().map(|track| track.popularity)))),
            ("duration_ms", Arc::new(Int64Array::from_iter(unique.values().map(|track| track.duration_ms)))),
            ("explicit", Arc::new(BooleanArray::from_iter(unique.values().map(|track| track.explicit)))),
        ],
    )
}

/// Audio values of a provider, as rows without metadata.
///
/// # Errors
/// When the columns do not make the declared schema, which would be a mistake of this file.
pub fn audio(features: &[AudioFeatures], provider: &str, now_us: i64) -> Result<RecordBatch> {
    let unique: BTreeMap<&str, &AudioFeatures> = features.iter().map(|row| (row.track_id.as_str(), row)).collect();
    let double = |value: fn(&AudioFeatures) -> Option<f64>| {
        Arc::new(Float64Array::from_iter(unique.values().map(|row| value(row)))) as ArrayRef
    };
    let integer = |value: fn(&AudioFeatures) -> Option<i32>| {
        Arc::new(Int32Array::from_iter(unique.values().map(|row| value(row)))) as ArrayRef
    };
    completed(
        unique.len(),
        provider,
        now_us,
        vec![
            ("track_id", Arc::new(StringArray::from_iter_values(unique.keys()))),
            ("danceability", double(|row| row.danceability)),
            ("energy", double(|row| row.energy)),
            ("key", integer(|row| row.key)),
            ("loudness", double(|row| row.loudness)),
            ("mode", integer(|row| row.mode)),
            ("speechiness", double(|row| row.speechiness)),
            ("acousticness", double(|row| row.acousticness)),
            ("instrumentalness", double(|row| row.instrumentalness)),
            ("liveness", double(|row| row.liveness)),
            ("valence", double(|row| row.valence)),
            ("tempo", double(|row| row.tempo)),
            ("time_signature", integer(|row| row.time_signature)),
        ],
    )
}

/// The rows with nulls for the columns that are not given.
fn completed(rows: usize, source: &str, now_us: i64, mut given: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    given.push(("source", Arc::new(StringArray::from_iter_values(std::iter::repeat_n(source, rows)))));
    given.push(("fetched_at", Arc::new(instants(std::iter::repeat_n(now_us, rows)))));
    let schema = TRACK_FEATURES.schema();
    let absent = schema.fields().iter().filter(|field| !given.iter().any(|(name, _)| name == field.name()));
    let nulls: Vec<_> = absent.map(|field| (field.name().as_str(), new_null_array(field.data_type(), rows))).collect();
    batch(&TRACK_FEATURES, &[given, nulls].concat())
}
