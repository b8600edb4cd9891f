//! The tables of a lake as the contract declares them: place, columns, partitions, key.
//!
//! Owns names and types; every writer writes exactly these columns and every model is tested to yield them. What fills the
//! tables is the layers' business. One file a layer.

mod bronze;
mod columns;
mod gold;
mod ops;
mod silver;
mod star;

pub use bronze::{
    COLD_EVENTS, DEAD_LETTERS, KAGGLE_TRACKS, LISTENING_HISTORY, PLAY_EVENTS, PLAYER_EVENTS, REJECTED_ROWS, STREAM_EVENTS,
    SYNTHETIC_FEATURES, TRACK_FEATURES,
};
pub use gold::{
    FORECAST_BACKTESTS, GENRE_PLAYS, LISTENING_SESSIONS, LISTENING_STREAKS, MOOD_CIRCUMPLEX, MOOD_CLUSTER_PROFILES,
    MOOD_CLUSTERS, MOOD_DRIVERS, MOOD_FORECAST, PLAY_MOODS, TEMPORAL_PATTERNS, TOP_ITEMS, TRACK_RECOMMENDATIONS, WEEKLY_RECAPS,
    WELLBEING_INDICATORS,
};
pub use ops::{CHECK_RESULTS, FEATURE_MISSES, HISTORY_GAPS, IMPORT_LEDGER, RUNS};
pub use silver::{CATALOG_TRACKS, LISTENING_WITH_FEATURES};
pub use star::{DIM_ALBUM, DIM_ARTIST, DIM_DATE, DIM_TIME, DIM_TRACK, FACT_PLAY};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

/// One declared table.
#[derive(Clone, Copy)]
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

const LISTENER: &str = "user_id";

const PLAY_KEY: &str = "play_id";

/// Some 5 MB of plays, which are written anew in a twentieth of a second.
const LISTENER_FILE_ROWS: u64 = 65_536;

/// By name: where the columns' function lies in memory differs from run to run.
impl std::fmt::Debug for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.label())
    }
}

impl Table {
    /// The declared columns as an Arrow schema.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new((self.columns)()))
    }

    /// Whether its rows are built from other tables, so that it can be built anew.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        ["silver", "gold"].contains(&self.layer)
    }

    /// The column that tells whose a row is, in tables that are built listener by listener.
    #[must_use]
    pub fn listener(&self) -> Option<&'static str> {
        (self.layer == "gold" && self.schema().field_with_name(LISTENER).is_ok()).then_some(LISTENER)
    }

    /// Whether its files tell with a Bloom filter which plays are not in them, so that few keys are looked up without reading all. Not
    /// in partitioned tables, which write a hundred files at once: each would hold a filter for a whole row group meanwhile.
    #[must_use]
    pub fn has_filter_of_keys(&self) -> bool {
        self.key == Some(PLAY_KEY) && self.partitions.is_empty()
    }

    /// Whether streams add rows to it at any time, beside the lake's one writer.
    #[must_use]
    pub fn takes_streams(&self) -> bool {
        [STREAM_EVENTS.name, DEAD_LETTERS.name].contains(&self.name)
    }

    /// How many rows a data file of it takes, where there is a limit: whoever replaces the rows of one listener writes the files
    /// anew that hold some of them, and listeners follow each other in the table.
    #[must_use]
    pub fn file_rows(&self) -> Option<u64> {
        self.listener().map(|_| LISTENER_FILE_ROWS)
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
pub const ALL: [&Table; 37] = [
    &LISTENING_HISTORY,
    &TRACK_FEATURES,
    &SYNTHETIC_FEATURES,
    &KAGGLE_TRACKS,
    &REJECTED_ROWS,
    &PLAYER_EVENTS,
    &PLAY_EVENTS,
    &STREAM_EVENTS,
    &DEAD_LETTERS,
    &LISTENING_WITH_FEATURES,
    &CATALOG_TRACKS,
    &MOOD_CLUSTERS,
    &MOOD_CLUSTER_PROFILES,
    &PLAY_MOODS,
    &MOOD_CIRCUMPLEX,
    &TEMPORAL_PATTERNS,
    &LISTENING_SESSIONS,
    &LISTENING_STREAKS,
    &TOP_ITEMS,
    &WELLBEING_INDICATORS,
    &MOOD_DRIVERS,
    &MOOD_FORECAST,
    &FORECAST_BACKTESTS,
    &TRACK_RECOMMENDATIONS,
    &GENRE_PLAYS,
    &WEEKLY_RECAPS,
    &DIM_TRACK,
    &DIM_ARTIST,
    &DIM_ALBUM,
    &DIM_DATE,
    &DIM_TIME,
    &FACT_PLAY,
    &IMPORT_LEDGER,
    &HISTORY_GAPS,
    &FEATURE_MISSES,
    &RUNS,
    &CHECK_RESULTS,
];

/// Whether a person's name for a table is this one's: with or without its layer, and a dot or a slash between.
#[must_use]
pub fn is_called(layer: &str, table: &str, name: &str) -> bool {
    name == table || name.split_once(['.', '/']).is_some_and(|parts| parts == (layer, table))
}

/// Delta knows one kind of text and one of lists, whatever their layout in memory.
#[must_use]
pub fn same_type(declared: &DataType, found: &DataType) -> bool {
    match (declared, found) {
        (DataType::Utf8, DataType::Utf8View | DataType::LargeUtf8) => true,
        (DataType::List(declared), DataType::List(found)) => same_type(declared.data_type(), found.data_type()),
        _ => declared == found,
    }
}
