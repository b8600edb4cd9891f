//! The order of the steps, and the record of what each did.
//!
//! Owns that order: it is written down nowhere else. Steps become rows of `ops/runs`. A part of the ingestion that
//! fails is told and the others go on; the layers above build on what is there.

mod ingest;
mod journal;
mod record;

pub use ingest::{FeatureProvider, Ingest, Sources, WithoutSpotify, ingest, replay};
pub use journal::{Journal, Tell};
pub use record::record;

use crate::context::{Context, Step};
use crate::error::Result;
use crate::gold::mood::MoodOptions;
use crate::gold::{JOBS, Job};
use crate::lake::tables::{CATALOG_TRACKS, LISTENING_HISTORY, LISTENING_WITH_FEATURES};
use crate::silver::{self, Build, FeatureSource, catalog};

/// How the pipeline runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// How the ingestion runs.
    pub ingest: Ingest,
    /// How moods are clustered.
    pub mood: MoodOptions,
}

/// Runs what there is to run: ingestion, silver, gold.
///
/// # Errors
/// When the lake's tables cannot be named. What fails is in the journal; what the steps before wrote stays.
pub async fn run(context: &Context, sources: &Sources, options: &Options, journal: &mut Journal<'_>) -> Result<()> {
    ingest(context, sources, &options.ingest, journal).await;
    let no_plays = !context.lake.table(&LISTENING_HISTORY)?.exists();
    if no_plays && (sources.spotify.is_some() || journal.has_failures()) {
        let skipped = Step::new("build-silver", LISTENING_WITH_FEATURES.label());
        journal.note([skipped.remarked("there are no plays yet")]);
        return Ok(());
    }
    let mut build = Build::in_lake(context)?;
    build.preference = allowed(build.preference, options.ingest.allow_synthetic);
    match silver::build(context, &build).await {
        Ok(step) => journal.note([step]),
        Err(error) => {
            journal.failed(Step::new("build-silver", LISTENING_WITH_FEATURES.label()), error);
            return Ok(());
        }
    }
    match catalog::build(context, &build.kaggle_features).await {
        Ok(step) => journal.note(step),
        Err(error) => journal.failed(Step::new("build-silver", CATALOG_TRACKS.label()), error),
    }
    gold(context, &JOBS, &options.mood, journal).await;
    Ok(())
}

/// Runs gold jobs; one that fails is told, and the others go on.
pub async fn gold(context: &Context, jobs: &[Job], options: &MoodOptions, journal: &mut Journal<'_>) {
    for job in jobs {
        match job.build(context, options).await {
            Ok(steps) => journal.note(steps),
            Err(error) => journal.failed(Step::new(job.step(), job.table().label()), error),
        }
    }
}

/// The preference without synthetic features where they are not allowed.
#[must_use]
pub fn allowed(mut preference: Vec<FeatureSource>, allow_synthetic: bool) -> Vec<FeatureSource> {
    preference.retain(|&source| allow_synthetic || source != FeatureSource::Synthetic);
    preference
}
