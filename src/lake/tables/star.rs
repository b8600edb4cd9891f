//! The star schema of gold: plays as facts, and their dimensions.

use super::Table;
use super::columns::{boolean, day, double, instant, integer, long, text, texts};

pub const DIM_TRACK: Table = Table {
    layer: "gold",
    name: "dim_track",
    comment: "One row a track that was played, as the newest play tells it; -1 is the unknown one",
    partitions: &[],
    key: Some("track_key"),
    unique_columns: &["track_key", "track_id"],
    columns: || {
        vec![
            long("track_key"),
            text("track_id"),
            text("track_name"),
            long("artist_key"),
            long("album_key"),
            text("artist_name"),
            text("album_name"),
            text("genre"),
            long("duration_ms"),
            text("isrc"),
            texts("other_names"),
        ]
    },
};

pub const DIM_ARTIST: Table = Table {
    layer: "gold",
    name: "dim_artist",
    comment: "One row an artist who was played, as the newest play tells it; -1 is the unknown one",
    partitions: &[],
    key: Some("artist_key"),
    unique_columns: &["artist_key", "artist_name"],
    columns: || vec![long("artist_key"), text("artist_name"), texts("other_names")],
};

pub const DIM_ALBUM: Table = Table {
    layer: "gold",
    name: "dim_album",
    comment: "One row an album of a first artist that was played, as the newest play tells it; -1 is the unknown one",
    partitions: &[],
    key: Some("album_key"),
    unique_columns: &["album_key"],
    columns: || vec![long("album_key"), text("album_name"), long("artist_key")],
};

pub const DIM_DATE: Table = Table {
    layer: "gold",
    name: "dim_date",
    comment: "One row a day from the first play to the last",
    partitions: &[],
    key: Some("date_key"),
    unique_columns: &["date_key", "date"],
    columns: || {
        vec![
            integer("date_key"),
            day("date"),
            integer("year"),
            integer("quarter"),
            integer("month"),
            text("month_name"),
            integer("iso_year"),
            text("iso_week"),
            integer("day_of_week"),
            text("day_name"),
            boolean("is_weekend"),
        ]
    },
};

pub const DIM_TIME: Table = Table {
    layer: "gold",
    name: "dim_time",
    comment: "One row a minute of the day",
    partitions: &[],
    key: Some("time_key"),
    unique_columns: &["time_key"],
    columns: || vec![integer("time_key"), integer("hour"), integer("minute"), text("part_of_day")],
};

pub const FACT_PLAY: Table = Table {
    layer: "gold",
    name: "fact_play",
    comment: "One row a play with the keys of its dimensions and what can be added up",
    partitions: &[],
    key: Some("play_id"),
    unique_columns: &["play_id", "played_at"],
    columns: || {
        vec![
            text("play_id"),
            text("user_id"),
            instant("played_at"),
            integer("date_key"),
            integer("time_key"),
            long("track_key"),
            long("artist_key"),
            long("album_key"),
            long("plays"),
            long("ms_played"),
            long("duration_ms"),
            boolean("skipped"),
            double("valence"),
            double("energy"),
            double("danceability"),
            double("tempo"),
            text("source"),
            text("feature_source"),
        ]
    },
};
