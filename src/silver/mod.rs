//! Silver: plays joined with features, and the catalogue as tracks.
//!
//! Owns the choice of inputs, the model's parameters and the decision whether anything has changed since the last build. The
//! relational work stands in `listening_with_features.sql`; rows stream from it into Delta and replace the table in one commit.

pub mod catalog;
mod inputs;

use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step, Unit};
use crate::error::{Error, Explain, Result};
use crate::fingerprint;
use crate::lake::{Mode, Snapshot, TableAt, tables, write};
use chrono_tz::Tz;
use datafusion::common::ParamValues;
use datafusion::prelude::DataFrame;
use datafusion::scalar::ScalarValue;
use inputs::Input;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// The model's SQL.
pub const MODEL: &str = include_str!("listening_with_features.sql");

/// A source of audio features, as the preference names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeatureSource {
    /// Measured by Spotify or another provider for this very track id.
    Real,
    /// Made up from the track id.
    Synthetic,
    /// Looked up in the Kaggle catalogue.
    Kaggle,
}

impl FeatureSource {
    /// The word in the preference and in `feature_source`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Synthetic => "synthetic",
            Self::Kaggle => "kaggle",
        }
    }
}

/// The order in which the sources are asked when nobody says otherwise.
pub const DEFAULT_PREFERENCE: [FeatureSource; 3] = [FeatureSource::Real, FeatureSource::Synthetic, FeatureSource::Kaggle];

/// Where silver reads and writes, and how.
#[derive(Clone)]
pub struct Build {
    /// The listening history.
    pub history: TableAt,
    /// Real features and metadata.
    pub real_features: TableAt,
    /// Synthetic features.
    pub synthetic_features: TableAt,
    /// The catalogue.
    pub kaggle_features: TableAt,
    /// The table that is replaced.
    pub out: TableAt,
    /// The order in which the sources are asked; a source that is not named is not used.
    pub preference: Vec<FeatureSource>,
    /// Builds even when no input has changed.
    pub full: bool,
}

impl Build {
    /// All tables at their places in the context's lake.
    ///
    /// # Errors
    /// When the lake's address cannot be used.
    pub fn in_lake(context: &Context) -> Result<Self> {
        Ok(Self {
            history: context.lake.table(&tables::LISTENING_HISTORY)?,
            real_features: context.lake.table(&tables::TRACK_FEATURES)?,
            synthetic_features: context.lake.table(&tables::SYNTHETIC_FEATURES)?,
            kaggle_features: context.lake.table(&tables::KAGGLE_TRACKS)?,
            out: context.lake.table(&tables::LISTENING_WITH_FEATURES)?,
            preference: DEFAULT_PREFERENCE.to_vec(),
            full: false,
        })
    }
}

const HISTORY: Input = Input {
    relation: "history",
    table: &tables::LISTENING_HISTORY,
    required: &["play_id", "user_id", "played_at", "track_id", "track_name", "artist_name", "source"],
    optional: &[
        "date",
        "month",
        "track_uri",
        "artists",
        "album_name",
        "duration_ms",
        "ms_played",
        "isrc",
        "time_basis",
        "context_uri",
        "skipped",
        "reason_start",
        "reason_end",
        "platform",
        "ingested_at",
        "run_id",
    ],
};
const REAL: Input = Input {
    relation: "real_features",
    table: &tables::TRACK_FEATURES,
    required: &["track_id", "source", "danceability", "energy", "valence", "acousticness"],
    optional: &[
        "fetched_at",
        "key",
        "loudness",
        "mode",
        "speechiness",
        "instrumentalness",
        "liveness",
        "tempo",
        "time_signature",
    ],
};
const SYNTHETIC: Input = Input {
    relation: "synthetic_features",
    table: &tables::SYNTHETIC_FEATURES,
    required: &["track_id", "danceability", "energy", "valence", "acousticness"],
    optional: &["key", "loudness", "mode", "speechiness", "instrumentalness", "liveness", "tempo", "time_signature"],
};
const KAGGLE: Input = Input {
    relation: "kaggle",
    table: &tables::KAGGLE_TRACKS,
    required: &["track_id", "artists", "track_name", "danceability", "energy", "valence", "acousticness", "track_genre"],
    optional: &[
        "album_name",
        "duration_ms",
        "explicit",
        "popularity",
        "key",
        "loudness",
        "mode",
        "speechiness",
        "instrumentalness",
        "liveness",
        "tempo",
        "time_signature",
    ],
};

/// Builds `silver/listening_with_features`, unless it was built from exactly these inputs already.
///
/// # Errors
/// When there is no history, an input lacks a column, or reading or writing fails; the table is then as before.
pub async fn build(context: &Context, build: &Build) -> Result<Step> {
    let watch = Stopwatch::start();
    let inputs = open_inputs(build).await?;
    let history = inputs.first().and_then(|(_, snapshot)| snapshot.as_ref()).ok_or_else(|| {
        Error::failure(format!("table {}: there is no listening history to build from", build.history.label()))
            .hint("bring your plays with `moodlake import PATH`, or see `moodlake demo`")
    })?;
    let rows_read = history.extent()?.rows;
    let note = note(context, build, &inputs)?;
    let mut step = Step::new("build-silver", build.out.label());
    step.rows_read = rows_read.unwrap_or_default();
    step.inputs = note["inputs"].clone();
    if !build.full
        && let Some(current) = unchanged(build, &note).await?
    {
        step.version = Some(current.version());
        step.outcome = Outcome::UpToDate;
        return Ok(step.took(watch));
    }
    if build.preference.is_empty() {
        tracing::warn!("no feature source is left to ask: every play will be without features");
    }
    let frame = plan(context, build, &inputs).await?;
    let streams =
        frame.execute_stream_partitioned().await.explain(|| format!("table {}: its model cannot be run", build.out.label()))?;
    let task = context.progress.begin("building silver", rows_read, Unit::Rows);
    let observe = Arc::new(move |rows| task.advance(rows));
    let written = write::write(&build.out, &tables::LISTENING_WITH_FEATURES, streams, Mode::Replace, &note, observe).await?;
    Ok(step.wrote(written).took(watch))
}

type Opened<'a> = Vec<(&'a Input, Option<Snapshot>)>;

async fn open_inputs(build: &Build) -> Result<Opened<'static>> {
    let places: [(&'static Input, &TableAt); 4] = [
        (&HISTORY, &build.history),
        (&REAL, &build.real_features),
        (&SYNTHETIC, &build.synthetic_features),
        (&KAGGLE, &build.kaggle_features),
    ];
    let mut opened = Vec::new();
    for (input, at) in places {
        opened.push((input, at.open().await?));
    }
    Ok(opened)
}

async fn plan(context: &Context, build: &Build, inputs: &Opened<'_>) -> Result<DataFrame> {
    let scope = context.engine.scope();
    for (input, snapshot) in inputs {
        input.register(&scope, snapshot.as_ref()).await?;
    }
    scope.model("listening_with_features", MODEL, parameters(context.zone, &build.preference)).await
}

/// The model's `$parameters`: each source's place in the preference, null when it is not to be used, and the zone's name.
#[must_use]
pub fn parameters(zone: Tz, preference: &[FeatureSource]) -> ParamValues {
    let place = |source| {
        let place = preference.iter().position(|&named| named == source);
        ScalarValue::Int64(place.and_then(|place| i64::try_from(place).ok()))
    };
    let values: HashMap<String, ScalarValue> = HashMap::from([
        ("real_place".to_owned(), place(FeatureSource::Real)),
        ("synthetic_place".to_owned(), place(FeatureSource::Synthetic)),
        ("kaggle_place".to_owned(), place(FeatureSource::Kaggle)),
        ("timezone".to_owned(), ScalarValue::Utf8(Some(zone.name().to_owned()))),
    ]);
    ParamValues::from(values)
}

/// What the commit says about where its rows come from; equal notes mean equal rows.
fn note(context: &Context, build: &Build, inputs: &Opened<'_>) -> Result<Value> {
    let mut versions = serde_json::Map::new();
    for (input, snapshot) in inputs {
        let identity = snapshot.as_ref().map_or(Ok(Value::Null), Snapshot::identity)?;
        versions.insert(input.relation.to_owned(), identity);
    }
    Ok(context.note(json!({
        "model": fingerprint::of(MODEL),
        "inputs": versions,
        "timezone": context.zone.name(),
        "preference": build.preference.iter().map(|source| source.name()).collect::<Vec<_>>(),
    })))
}

async fn unchanged(build: &Build, note: &Value) -> Result<Option<Snapshot>> {
    let Some(current) = build.out.open().await? else { return Ok(None) };
    let (_, written) = current.commit().await?;
    let same = written
        .is_some_and(|written| ["model", "inputs", "timezone", "preference"].iter().all(|key| written.get(key) == note.get(key)));
    Ok(same.then_some(current))
}
