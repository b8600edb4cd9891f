//! The order of the steps, and the record of what each did.
//!
//! Owns that order: it is written down nowhere else. Steps become rows of `ops/runs`. A part of the ingestion that
//! fails is told and the others go on; the layers above build on what is there.

mod checks;
mod ingest;
mod journal;
pub mod maintain;
mod outbox;
mod record;
mod watcher;

pub use checks::checks;
pub use ingest::{FeatureProvider, Ingest, Sources, WithoutSpotify, ingest, replay};
pub use journal::{Journal, Tell};
pub use outbox::Outbox;
pub use record::record;
pub use watcher::{Watcher, Watching};

use crate::context::{Context, Step};
use crate::error::Result;
use crate::gold::mood::MoodOptions;
use crate::gold::source::Source;
use crate::gold::{JOBS, Job};
use crate::lake::snapshot::AsOf;
use crate::lake::tables::{CATALOG_TRACKS, FACT_PLAY, LISTENING_HISTORY, LISTENING_WITH_FEATURES};
use crate::silver::{self, Build, FeatureSource, catalog};
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

/// How the pipeline runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// How the ingestion runs.
    pub ingest: Ingest,
    /// How moods are clustered.
    pub mood: MoodOptions,
}

/// Runs what there is to run: ingestion, silver, gold, and the checks of what they left.
///
/// # Errors
/// When the lake's tables cannot be named. What fails is in the journal; what the steps before wrote stays.
pub async fn run(context: &Context, sources: &Sources, options: &Options, journal: &mut Journal<'_>) -> Result<()> {
    ingest(context, sources, &options.ingest, journal).await;
    let no_plays = !context.lake.holds(&LISTENING_HISTORY).await?;
    if no_plays && (sources.spotify.is_some() || journal.has_failures()) {
        let skipped = Step::new("build-silver", LISTENING_WITH_FEATURES.label());
        journal.note([skipped.remarked("there are no plays yet")]);
        return Ok(());
    }
    let mut build = Build::in_lake(context)?;
    build.preference = allowed(build.preference, options.ingest.allow_synthetic);
    // Side by side: a person's plays alone do not keep all cores busy.
    let (plays, tracks) =
        tokio::join!(Box::pin(silver::build(context, &build)), Box::pin(catalog::build(context, &build.kaggle_features)));
    let is_built = plays.is_ok();
    part(journal, Step::new("build-silver", LISTENING_WITH_FEATURES.label()), plays.map(Some));
    part(journal, Step::new("build-silver", CATALOG_TRACKS.label()), tracks);
    if !is_built {
        return Ok(());
    }
    gold(context, &jobs(context).await, &options.mood, AsOf::Latest, journal).await;
    checks(context, journal).await;
    Ok(())
}

/// The jobs where none is named. The star schema is silver once more: it is kept up to date where somebody has built it.
pub async fn jobs(context: &Context) -> Vec<Job> {
    // What is wrong with a lake that cannot be asked, the jobs tell.
    let has_star = context.lake.holds(&FACT_PLAY).await.unwrap_or(true);
    JOBS.into_iter().filter(|job| has_star || *job != Job::Star).collect()
}

/// Notes the steps of a part, or that it failed.
fn part(journal: &mut Journal<'_>, step: Step, done: Result<impl IntoIterator<Item = Step>>) {
    match done {
        Ok(steps) => journal.note(steps),
        Err(error) => journal.failed(step, error),
    }
}

/// Runs gold jobs; one that fails is told, and the others go on.
pub async fn gold(context: &Context, jobs: &[Job], options: &MoodOptions, as_of: AsOf, journal: &mut Journal<'_>) {
    let source = match Source::open(context, options.synthetic(), as_of).await {
        Ok(source) => Arc::new(source),
        Err(error) => {
            let step = jobs.first().map_or("build-gold", |job| job.step());
            return journal.failed(Step::new(step, LISTENING_WITH_FEATURES.label()), error);
        }
    };
    // Clusters take as long as all else together, on what other jobs do not need.
    let (clusters, others): (Vec<Job>, Vec<Job>) = jobs.iter().partition(|job| **job == Job::Mood);
    let lanes = [clusters, others].map(|jobs| lane(context.clone(), Arc::clone(&source), jobs, options.clone()));
    for (mut built, lane) in lanes {
        while let Some((job, built)) = built.recv().await {
            match built {
                Ok(steps) => journal.note(steps),
                Err(error) => journal.failed(Step::new(job.step(), job.table().label()), error),
            }
        }
        if let Err(ended) = lane.await
            && ended.is_panic()
        {
            std::panic::resume_unwind(ended.into_panic());
        }
    }
}

type Built = (Job, Result<Vec<Step>>);

/// Runs jobs one after the other, and hands over what became of each as soon as it is known.
fn lane(
    context: Context,
    source: Arc<Source>,
    jobs: Vec<Job>,
    options: MoodOptions,
) -> (UnboundedReceiver<Built>, JoinHandle<()>) {
    let (tell, told) = unbounded_channel();
    let run = async move {
        for job in jobs {
            // Nobody listens any more only when the program ends.
            let _ = tell.send((job, job.build(&context, &source, &options).await));
        }
    };
    (told, tokio::spawn(run))
}

/// The preference without synthetic features where they are not allowed.
#[must_use]
pub fn allowed(mut preference: Vec<FeatureSource>, allow_synthetic: bool) -> Vec<FeatureSource> {
    preference.retain(|&source| allow_synthetic || source != FeatureSource::Synthetic);
    preference
}
