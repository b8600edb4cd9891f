//! The tables of bronze: what came in.

use super::Table;
use super::columns::{audio_features, boolean, history_columns, instant, integer, long, text};
use arrow::datatypes::Field;

pub const LISTENING_HISTORY: Table = Table {
    layer: "bronze",
    name: "listening_history_bronze",
    comment: "One row a play, insert-only",
    partitions: &["month"],
    key: Some("play_id"),
    unique_columns: &["play_id", "played_at"],
    columns: history_columns,
};

pub const TRACK_FEATURES: Table = Table {
    layer: "bronze",
    name: "my_tracks_features_bronze",
    comment: "One row a track: metadata, and real audio features where a provider gave them",
    partitions: &[],
    key: Some("track_id"),
    unique_columns: &["track_id"],
    columns: || {
        let mut columns = vec![
            text("track_id"),
            text("track_name"),
            text("artist_name"),
            text("album_name"),
            integer("popularity"),
            long("duration_ms"),
            boolean("explicit"),
            text("isrc"),
        ];
        columns.extend(audio_features());
        columns.extend([text("source"), instant("fetched_at")]);
        columns
    },
};

pub const SYNTHETIC_FEATURES: Table = Table {
    layer: "bronze",
    name: "my_tracks_features_bronze_synthetic",
    comment: "Audio features made up from the track id alone, never measured",
    partitions: &[],
    key: Some("track_id"),
    unique_columns: &["track_id"],
    columns: || {
        let mut columns = vec![text("track_id")];
        columns.extend(audio_features());
        columns.extend([text("source"), text("generator_version"), text("generated_by"), instant("generated_at")]);
        columns
    },
};

pub const KAGGLE_TRACKS: Table = Table {
    layer: "bronze",
    name: "kaggle_tracks_bronze",
    comment: "Every row of the Kaggle 'Spotify Tracks Dataset' (ODbL 1.0), values as they are",
    partitions: &[],
    key: Some("row_id"),
    unique_columns: &["row_id", "csv_index"],
    columns: || {
        let mut columns = vec![
            integer("csv_index"),
            text("track_id"),
            text("artists"),
            text("album_name"),
            text("track_name"),
            integer("popularity"),
            long("duration_ms"),
            boolean("explicit"),
        ];
        columns.extend(audio_features());
        columns.extend([text("track_genre"), text("row_id"), instant("imported_at")]);
        columns
    },
};

pub const REJECTED_ROWS: Table = Table {
    layer: "bronze",
    name: "rejected_rows",
    comment: "Every input row that was not kept, with its reason and its text less personal fields",
    partitions: &[],
    key: Some("reject_id"),
    unique_columns: &["reject_id"],
    columns: || {
        vec![
            text("reject_id"),
            text("source"),
            long("position"),
            text("reason"),
            text("raw"),
            text("user_id"),
            instant("rejected_at"),
            text("run_id"),
        ]
    },
};

pub const PLAYER_EVENTS: Table = Table {
    layer: "bronze",
    name: "player_events",
    comment: "One row a change of the player: a track started, paused, resumed, stopped",
    partitions: &[],
    key: Some("event_id"),
    unique_columns: &["event_id", "event_at"],
    columns: || {
        let mut columns = vec![text("event_id"), text("user_id"), text("event_type"), instant("event_at")];
        columns.extend(event_track());
        columns.extend([long("progress_ms"), instant("ingested_at"), text("run_id")]);
        columns
    },
};

pub const PLAY_EVENTS: Table = Table {
    layer: "bronze",
    name: "play_events",
    comment: "One row a play that is over, as a watcher saw it",
    partitions: &[],
    key: Some("event_id"),
    unique_columns: &["event_id", "event_at"],
    columns: || {
        let mut columns = vec![text("event_id"), text("user_id"), text("event_type"), instant("event_at"), instant("started_at")];
        columns.extend(event_track());
        columns.extend([
            text("status"),
            long("duration_listened"),
            boolean("is_whole"),
            text("processing_path"),
            text("play_id"),
            instant("ingested_at"),
            text("run_id"),
        ]);
        columns
    },
};

pub const STREAM_EVENTS: Table = Table {
    layer: "bronze",
    name: "stream_events",
    comment: "One row an event of a stream, exactly once, with its place in the stream",
    partitions: &[],
    key: None,
    unique_columns: &["event_id", "event_at"],
    columns: || {
        vec![
            text("source"),
            integer("partition"),
            long("position"),
            instant("told_at"),
            text("event_id"),
            text("event_type"),
            text("user_id"),
            instant("event_at"),
            text("track_id"),
            text("track_uri"),
            text("track_name"),
            text("artist_name"),
            text("genre"),
            text("status"),
            long("duration_listened"),
            boolean("is_whole"),
            boolean("is_simulated"),
            text("processing_path"),
            text("other_fields"),
            boolean("is_late"),
            instant("ingested_at"),
            text("run_id"),
        ]
    },
};

/// The same columns in a table beside the lake.
pub const COLD_EVENTS: Table = Table {
    layer: "cold",
    name: "events",
    comment: "One row an event of a stream that was told late, exactly once, by listener",
    partitions: &["user_id"],
    ..STREAM_EVENTS
};

pub const DEAD_LETTERS: Table = Table {
    layer: "bronze",
    name: "dead_letters",
    comment: "One row a message of a stream that was not counted, with its reason, its place and its text",
    partitions: &[],
    key: None,
    unique_columns: &["payload", "payload_base64"],
    columns: || {
        vec![
            text("source"),
            integer("partition"),
            long("position"),
            instant("told_at"),
            text("reason"),
            text("detail"),
            text("payload"),
            text("payload_base64"),
            long("payload_bytes"),
            instant("rejected_at"),
            text("run_id"),
        ]
    },
};

/// What an event tells of its track.
fn event_track() -> Vec<Field> {
    ["track_id", "track_uri", "track_name", "artist_name", "context_uri"].map(text).to_vec()
}
