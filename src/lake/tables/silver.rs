//! The tables of silver: plays joined with features.

use super::Table;
use super::columns::{audio_features, boolean, clock, history_columns, integer, long, text, texts};

pub const LISTENING_WITH_FEATURES: Table = Table {
    layer: "silver",
    name: "listening_with_features",
    comment: "One row a play with the features of its track and their provenance, in the listener's own time",
    partitions: &[],
    key: Some("play_id"),
    unique_columns: &["play_id", "played_at", "played_at_local"],
    columns: || {
        let mut columns = history_columns();
        columns.extend(audio_features());
        columns.extend([
            text("feature_source"),
            text("feature_provider"),
            text("feature_match"),
            text("track_genre"),
            texts("track_genres"),
            clock("played_at_local"),
            integer("hour_of_day"),
            integer("day_of_week"),
            text("part_of_day"),
            boolean("is_weekend"),
            text("timezone"),
        ]);
        columns
    },
};

pub const CATALOG_TRACKS: Table = Table {
    layer: "silver",
    name: "catalog_tracks",
    comment: "One row a track of the Kaggle catalogue, with all its genres and one set of features",
    partitions: &[],
    key: Some("track_id"),
    unique_columns: &["track_id"],
    columns: || {
        let mut columns = vec![
            text("track_id"),
            text("track_name"),
            text("artist_name"),
            text("artists"),
            text("album_name"),
            text("track_genre"),
            texts("track_genres"),
            integer("popularity"),
            long("duration_ms"),
            boolean("explicit"),
        ];
        columns.extend(audio_features());
        columns
    },
};
