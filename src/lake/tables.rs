//! The tables of a lake as the contract declares them: place, columns, partitions, key.
//!
//! Owns names and types; every writer writes exactly these columns and every model is tested to yield them. What fills the
//! tables is the layers' business.

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

/// One declared table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// `bronze`, `silver`, `gold` or `ops`.
    pub layer: &'static str,
    /// Name within its layer, unique in the whole lake.
    pub name: &'static str,
    /// One line for the Delta metadata.
    pub comment: &'static str,
    /// Columns whose values name the folders of the data files.
    pub partitions: &'static [&'static str],
    /// The column that no two rows share, where there is one.
    pub key: Option<&'static str>,
    /// Columns of which nearly every value is its own: a dictionary would only cost time and space.
    pub unique_columns: &'static [&'static str],
    columns: fn() -> Vec<Field>,
}

impl Table {
    /// The declared columns as an Arrow schema.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new((self.columns)()))
    }

    /// `layer/name`, as messages and paths write it.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}/{}", self.layer, self.name)
    }
}

/// The twelve audio features in the order of every table that has them.
pub const AUDIO_FEATURES: [&str; 12] = [
    "danceability",
    "energy",
    "key",
    "loudness",
    "mode",
    "speechiness",
    "acousticness",
    "instrumentalness",
    "liveness",
    "valence",
    "tempo",
    "time_signature",
];

/// All declared tables, in the order in which data flows.
pub const ALL: [&Table; 12] = [
    &LISTENING_HISTORY,
    &TRACK_FEATURES,
    &SYNTHETIC_FEATURES,
    &KAGGLE_TRACKS,
    &REJECTED_ROWS,
    &LISTENING_WITH_FEATURES,
    &MOOD_CLUSTERS,
    &MOOD_CLUSTER_PROFILES,
    &IMPORT_LEDGER,
    &HISTORY_GAPS,
    &FEATURE_MISSES,
    &RUNS,
];

/// Delta knows one kind of text and one of lists, whatever their layout in memory.
#[must_use]
pub fn same_type(declared: &DataType, found: &DataType) -> bool {
    match (declared, found) {
        (DataType::Utf8, DataType::Utf8View | DataType::LargeUtf8) => true,
        (DataType::List(declared), DataType::List(found)) => same_type(declared.data_type(), found.data_type()),
        _ => declared == found,
    }
}

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
            Field::new("played_at_local", DataType::Timestamp(TimeUnit::Microsecond, None), true),
            integer("hour_of_day"),
            integer("day_of_week"),
            text("part_of_day"),
            boolean("is_weekend"),
            text("timezone"),
        ]);
        columns
    },
};

pub const MOOD_CLUSTERS: Table = Table {
    layer: "gold",
    name: "mood_clusters",
    comment: "One row a track in silver with the mood cluster it belongs to",
    partitions: &[],
    key: Some("track_id"),
    unique_columns: &["track_id", "distance"],
    columns: || {
        let mut columns = vec![text("track_id"), integer("cluster_id"), text("mood"), double("distance")];
        columns.extend(audio_features());
        columns.extend([text("feature_source"), long("plays"), text("model_id")]);
        columns
    },
};

pub const MOOD_CLUSTER_PROFILES: Table = Table {
    layer: "gold",
    name: "mood_cluster_profiles",
    comment: "One row a mood cluster and model: centroid in natural units and how good the model is",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        let mut columns = vec![text("model_id"), integer("cluster_id"), text("mood")];
        columns.extend(audio_features().into_iter().map(|field| double(&format!("centroid_{}", field.name()))));
        columns.extend([
            texts("features"),
            long("tracks"),
            long("plays"),
            long("tracks_assigned"),
            integer("k"),
            double("inertia"),
            double("silhouette"),
            double("davies_bouldin"),
            double("stability"),
            double("fitted_on_real"),
            double("fitted_on_kaggle"),
            double("fitted_on_synthetic"),
            text("fitted_on"),
            long("tracks_fitted"),
            long("seed"),
            text("matched_model_id"),
            instant("fitted_at"),
        ]);
        columns
    },
};

pub const IMPORT_LEDGER: Table = Table {
    layer: "ops",
    name: "import_ledger",
    comment: "One row an imported file: rows read = kept + duplicate + rejected",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        vec![
            text("run_id"),
            text("user_id"),
            text("file"),
            text("sha256"),
            text("shape"),
            text("table_name"),
            long("rows_read"),
            long("rows_kept"),
            long("rows_duplicate"),
            long("rows_rejected"),
            text("rejected_by_reason"),
            text("importer_version"),
            instant("imported_at"),
        ]
    },
};

pub const HISTORY_GAPS: Table = Table {
    layer: "ops",
    name: "history_gaps",
    comment: "Stretches in which plays may be missing",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || vec![text("user_id"), instant("from_at"), instant("to_at"), instant("detected_at"), text("closed_by")],
};

pub const FEATURE_MISSES: Table = Table {
    layer: "ops",
    name: "feature_misses",
    comment: "One row a provider and track that it had no audio features for, so that it is not asked again for a while",
    partitions: &[],
    key: None,
    unique_columns: &["track_id"],
    columns: || vec![text("provider"), text("track_id"), instant("asked_at")],
};

pub const RUNS: Table = Table {
    layer: "ops",
    name: "runs",
    comment: "One row a run and step",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        vec![
            text("run_id"),
            text("command"),
            text("step"),
            text("table_name"),
            instant("started_at"),
            double("seconds"),
            long("rows_read"),
            long("rows_written"),
            long("rows_duplicate"),
            long("rows_rejected"),
            text("inputs"),
            long("version_written"),
            text("outcome"),
            text("program_version"),
        ]
    },
};

fn history_columns() -> Vec<Field> {
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

fn audio_features() -> Vec<Field> {
    AUDIO_FEATURES
        .iter()
        .map(|name| match *name {
            "key" | "mode" | "time_signature" => integer(name),
            _ => double(name),
        })
        .collect()
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn texts(name: &str) -> Field {
    // `element` is what the Delta protocol's own conversion names a list's item: schemas then compare equal after a round trip.
    Field::new(name, DataType::List(Arc::new(Field::new("element", DataType::Utf8, true))), true)
}

fn integer(name: &str) -> Field {
    Field::new(name, DataType::Int32, true)
}

fn long(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn double(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

fn boolean(name: &str) -> Field {
    Field::new(name, DataType::Boolean, true)
}

fn instant(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true)
}
