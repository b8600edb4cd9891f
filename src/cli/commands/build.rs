//! `build-silver`, `build-gold`, `run`.
//!
//! Owns the way from flags to the layers' options.

use super::as_of::as_of;
use super::ingest::{conclude, sources};
use super::maintain::retention;
use super::{finish, writing};
use crate::cli::args::{BuildGoldArgs, BuildSilverArgs, Feature, Global, Job, MoodArgs, ReportFormat, RunArgs};
use crate::cli::output::tell;
use crate::cli::settings::Settings;
use crate::error::{Error, Result};
use crate::gold;
use crate::gold::mood::{self, Clusters, MoodOptions};
use crate::lake::TableAt;
use crate::lake::tables::ALL;
use crate::pipeline::maintain::{Care, maintain};
use crate::pipeline::{self, Ingest, Journal, WithoutSpotify};
use crate::silver::{self, Build, FeatureSource, catalog};

pub async fn build_silver(global: &Global, settings: &Settings, args: BuildSilverArgs) -> Result<()> {
    let (context, _lock) = writing(global, settings, settings.lake()?)?;
    let started = context.clock.now();
    let mut build = Build::in_lake(&context)?;
    let flags = [
        (&mut build.history, args.history_path, "--history-path"),
        (&mut build.real_features, args.real_features_path, "--real-features-path"),
        (&mut build.synthetic_features, args.synthetic_features_path, "--synthetic-features-path"),
        (&mut build.kaggle_features, args.kaggle_features_path, "--kaggle-features-path"),
    ];
    for (place, path, flag) in flags {
        if let Some(path) = path {
            *place = TableAt::at(&path)?;
            // A table that was named has to be there; only the lake's own may be missing.
            if place.open().await?.is_none() {
                return Err(Error::failure(format!("{flag} {path}: there is no Delta table"))
                    .hint("name the table's folder, the one that holds _delta_log"));
            }
        }
    }
    let is_lakes_own = args.out_path.is_none();
    if let Some(path) = args.out_path {
        build.out = TableAt::at(&path)?;
    }
    let inputs = [&build.history, &build.real_features, &build.synthetic_features, &build.kaggle_features];
    if inputs.iter().any(|input| input.url() == build.out.url()) {
        return Err(Error::usage(format!("--out-path {}: it is an input, and would be replaced", build.out.label()))
            .hint("name another folder"));
    }
    let preference = args.feature_preference.into_iter().map(source).collect();
    build.preference = pipeline::allowed(distinct(preference)?, settings.allow_synthetic);
    build.full = args.full;
    // A table built elsewhere leaves the lake as it is.
    let catalogue = async { if is_lakes_own { catalog::build(&context, &build.kaggle_features).await } else { Ok(None) } };
    let (plays, tracks) = tokio::join!(Box::pin(silver::build(&context, &build)), Box::pin(catalogue));
    let steps: Vec<_> = std::iter::once(plays?).chain(tracks?).collect();
    finish(&context, "build-silver", started, &steps).await
}

const fn source(feature: Feature) -> FeatureSource {
    match feature {
        Feature::Real => FeatureSource::Real,
        Feature::Synthetic => FeatureSource::Synthetic,
        Feature::Kaggle => FeatureSource::Kaggle,
    }
}

fn distinct(preference: Vec<FeatureSource>) -> Result<Vec<FeatureSource>> {
    for (place, source) in preference.iter().enumerate() {
        if preference.iter().take(place).any(|earlier| earlier == source) {
            return Err(Error::usage(format!("--feature-preference names {} twice", source.name()))
                .hint("name each source once, the best first"));
        }
    }
    Ok(preference)
}

pub async fn build_gold(global: &Global, settings: &Settings, args: BuildGoldArgs) -> Result<()> {
    let options = mood_options(&args.mood)?.allowing_synthetic(settings.allow_synthetic);
    let as_of = as_of(args.as_of.as_deref())?;
    let (context, _lock) = writing(global, settings, settings.lake()?)?;
    let started = context.clock.now();
    // In the order of the pipeline, whatever the order on the command line: later jobs read what earlier ones write.
    let named: Vec<_> = args.jobs.into_iter().map(job).collect();
    let jobs = match named.as_slice() {
        [] => pipeline::jobs(&context).await,
        named => gold::JOBS.into_iter().filter(|job| named.contains(job)).collect(),
    };
    let mut journal = Journal::new(&tell);
    pipeline::gold(&context, &jobs, &options, as_of, &mut journal).await;
    conclude(&context, "build-gold", started, journal, ReportFormat::Text, false, Ok(())).await
}

const fn job(job: Job) -> gold::Job {
    match job {
        Job::Mood => gold::Job::Mood,
        Job::Temporal => gold::Job::Temporal,
        Job::Wellbeing => gold::Job::Wellbeing,
        Job::Drivers => gold::Job::Drivers,
        Job::Forecast => gold::Job::Forecast,
        Job::Recommendations => gold::Job::Recommendations,
        Job::Star => gold::Job::Star,
    }
}

pub async fn run(global: &Global, settings: &Settings, args: &RunArgs) -> Result<()> {
    let options = pipeline::Options {
        ingest: Ingest {
            history_only: false,
            without_spotify: WithoutSpotify::IsTold,
            allow_synthetic: settings.allow_synthetic,
        },
        mood: mood_options(&args.mood)?.allowing_synthetic(settings.allow_synthetic),
    };
    let care = if args.maintain { Some(Care::when_due(retention(args.retention.as_deref(), false)?)) } else { None };
    let (context, _lock) = writing(global, settings, settings.lake()?)?;
    let sources = sources(settings, &context)?;
    let started = context.clock.now();
    let mut journal = Journal::new(&tell);
    let outcome = pipeline::run(&context, &sources, &options, &mut journal).await;
    if let Some(care) = care {
        // Whatever failed above: a login that is missing for months must not let the lake grow.
        maintain(&context, &ALL, &care, &mut journal).await;
    }
    conclude(&context, "run", started, journal, args.format, false, outcome).await
}

pub fn mood_options(args: &MoodArgs) -> Result<MoodOptions> {
    let clusters = match args.k.as_str() {
        "auto" => Clusters::Auto,
        number => Clusters::Fixed(
            number.parse().ok().filter(|clusters| (2..=mood::CLUSTERS_MAX).contains(clusters)).ok_or_else(|| {
                Error::usage(format!("--k {number} is neither `auto` nor a number from 2 to {}", mood::CLUSTERS_MAX))
                    .hint("leave it out to let moodlake choose")
            })?,
        ),
    };
    Ok(MoodOptions::new(clusters, &args.features, args.seed, args.include_synthetic)?.refitting(args.refit))
}
