//! Silver: plays joined with features, and the catalogue as tracks.
//!
//! Owns the decision whether anything has changed since the last build, and whether the table follows it or is built as a whole. The
//! relational work stands in `models/`; rows stream from it into Delta, in one commit.

pub mod catalog;
mod fit;
mod inputs;
pub mod models;
mod update;

use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step, Unit};
use crate::error::{Explain, Result};
use crate::lake::update::Update;
use crate::lake::{Mode, Snapshot, TableAt, Written, tables, write};
use inputs::Inputs;
use models::parameters;
use serde_json::{Value, json};
use std::sync::Arc;
use update::Prepared;

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

/// Builds `silver/listening_with_features`, unless it was built from exactly these inputs already. Where they have only grown, so does
/// the table: the rows are the same as those of a full build.
///
/// # Errors
/// When there is no history, an input lacks a column, or reading or writing fails; the table is then as before.
pub async fn build(context: &Context, build: &Build) -> Result<Step> {
    let watch = Stopwatch::start();
    let inputs = Inputs::open(build).await?;
    let note = note(context, build, &inputs)?;
    let mut step = Step::new("build-silver", build.out.label());
    step.rows_read = inputs.history.extent()?.rows.unwrap_or_default();
    step.inputs = note["inputs"].clone();
    if build.preference.is_empty() {
        tracing::warn!("no feature source is left to ask: every play will be without features");
    }
    if !build.full
        && let Some(current) = build.out.open().await?
        && let Some(written) = current.commit().await?.1
        && ["model", "timezone", "preference"].iter().all(|key| written.get(key) == note.get(key))
    {
        if written.get("inputs") == note.get("inputs") {
            step.version = Some(current.version());
            step.outcome = Outcome::UpToDate;
            return Ok(step.took(watch));
        }
        if let Some(prepared) = prepared(context, build, &inputs, &current, &written["inputs"]).await {
            step.rows_read = prepared.rows_read;
            return Ok(grown(context, &current, prepared.update, &note, step).await?.took(watch));
        }
    }
    Ok(step.wrote(full(context, build, &inputs, &note).await?).took(watch))
}

/// What is new in the table, if that can be told. Whatever hinders it, a full build does without, or fails with its own words.
async fn prepared(context: &Context, build: &Build, inputs: &Inputs, current: &Snapshot, built_from: &Value) -> Option<Prepared> {
    let parameters = parameters(context.zone, &build.preference);
    match update::prepare(context, inputs, current, built_from, &parameters).await {
        Ok(prepared) => prepared,
        Err(error) => {
            tracing::info!("table {}: built as a whole: {}", build.out.label(), error.in_one_line());
            None
        }
    }
}

/// Brings the table up to date. Rows that are as they were leave it at its version of them, so that nothing above is built again.
async fn grown(context: &Context, current: &Snapshot, update: Update, note: &Value, step: Step) -> Result<Step> {
    let (is_same, gone, came) = (update.is_empty(), update.gone.len() as u64, update.rows());
    let written = update.carry_out(&context.engine, current, &tables::LISTENING_WITH_FEATURES, note).await?;
    let mut step = step.wrote(written);
    if is_same {
        step.outcome = Outcome::UpToDate;
    } else if gone > 0 {
        step = step.remarked(format!("{gone} of {} rows replaced or taken back", written.held.unwrap_or(came)));
    }
    Ok(step)
}

/// The whole table anew.
async fn full(context: &Context, build: &Build, inputs: &Inputs, note: &Value) -> Result<Written> {
    let scope = context.engine.scope();
    inputs.register(&scope).await?;
    let frame = models::table(&scope, &parameters(context.zone, &build.preference)).await?;
    let streams =
        frame.execute_stream_partitioned().await.explain(|| format!("table {}: its model cannot be run", build.out.label()))?;
    let task = context.progress.begin("building silver", inputs.history.extent()?.rows, Unit::Rows);
    let observe = Arc::new(move |rows| task.advance(rows));
    write::write(&build.out, &tables::LISTENING_WITH_FEATURES, streams, Mode::Replace, note, observe).await
}

/// What the commit says about where its rows come from; equal notes mean equal rows.
fn note(context: &Context, build: &Build, inputs: &Inputs) -> Result<Value> {
    Ok(context.note(json!({
        "model": models::model_hash(),
        "inputs": inputs.identities()?,
        "timezone": context.zone.name(),
        "preference": build.preference.iter().map(|source| source.name()).collect::<Vec<_>>(),
    })))
}
