//! Columns that tables have in common, and short words for their types.

use super::AUDIO_FEATURES;
use arrow::datatypes::{DataType, Field, TimeUnit};
use std::sync::Arc;

pub(super) fn history_columns() -> Vec<Field> {
    vec![
        text("play_id"),
        text("user_id"),
        instant("played_at"),
        Field::new("date", DataType::Date32, true),
        text("month"),
        text("track_id"),
        text("track_uri"),
        text("track_name"),
        text("artist_name"),
        texts("artists"),
        text("album_name"),
        long("duration_ms"),
        long("ms_played"),
        text("isrc"),
        text("source"),
        text("time_basis"),
        text("context_uri"),
        boolean("skipped"),
        text("reason_start"),
        text("reason_end"),
        text("platform"),
        instant("ingested_at"),
        text("run_id"),
    ]
}

pub(super) fn audio_features() -> Vec<Field> {
    AUDIO_FEATURES
        .iter()
        .map(|name| match *name {
            "key" | "mode" | "time_signature" => integer(name),
            _ => double(name),
        })
        .collect()
}

pub(super) fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

pub(super) fn texts(name: &str) -> Field {
    // `element` is what the Delta protocol's own conversion names a list's item: schemas then compare equal after a round trip.
    Field::new(name, DataType::List(Arc::new(Field::new("element", DataType::Utf8, true))), true)
}

pub(super) fn integer(name: &str) -> Field {
    Field::new(name, DataType::Int32, true)
}

pub(super) fn long(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

pub(super) fn double(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

pub(super) fn boolean(name: &str) -> Field {
    Field::new(name, DataType::Boolean, true)
}

pub(super) fn instant(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true)
}

pub(super) fn day(name: &str) -> Field {
    Field::new(name, DataType::Date32, true)
}

/// A time on the listener's own clock.
pub(super) fn clock(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, None), true)
}

/// What a row of gold rests on: its plays, those with usable features, the share of measured or catalogue features, and whose
/// features are counted.
pub(super) fn basis() -> [Field; 4] {
    [long("plays"), long("plays_covered"), double("authentic_share"), text("feature_basis")]
}
