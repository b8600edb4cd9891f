//! The order of the steps, and the record of what each did.
//!
//! Owns that order: it is written down nowhere else. Every step it runs becomes a row of `ops/runs`.

use crate::bronze::{catalog, synthetic};
use crate::context::{Context, Outcome, Step};
use crate::error::Result;
use crate::gold::mood::{self, MoodOptions};
use crate::lake::Mode;
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::{RUNS, SYNTHETIC_FEATURES};
use crate::silver::{self, Build, FeatureSource};
use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::sync::Arc;

/// How the pipeline runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether synthetic features may be made and used.
    pub allow_synthetic: bool,
    /// How moods are clustered.
    pub mood: MoodOptions,
}

/// Runs what there is to run: the catalogue when its file is there, features for unknown tracks, silver, gold.
///
/// `tell` hears of every step as it ends.
///
/// # Errors
/// When a step fails; what the steps before it wrote stays.
pub async fn run(context: &Context, options: &Options, tell: &mut (dyn FnMut(&Step) + Send)) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    let catalogue = catalog::default_path(context);
    if catalogue.is_file() {
        let imported = catalog::import(context, &catalogue).await?;
        note(imported.steps, &mut steps, tell);
    }
    let populated = if options.allow_synthetic {
        synthetic::populate(context, synthetic::Extent::Missing).await?
    } else {
        let mut skipped = Step::new("populate-missing", SYNTHETIC_FEATURES.label());
        skipped.remark = Some("ALLOW_SYNTHETIC is false".to_owned());
        skipped
    };
    note(vec![populated], &mut steps, tell);
    let mut build = Build::in_lake(context)?;
    build.preference = allowed(build.preference, options.allow_synthetic);
    note(vec![silver::build(context, &build).await?], &mut steps, tell);
    note(mood::build(context, &options.mood).await?, &mut steps, tell);
    Ok(steps)
}

/// The preference without synthetic features where they are not allowed.
#[must_use]
pub fn allowed(mut preference: Vec<FeatureSource>, allow_synthetic: bool) -> Vec<FeatureSource> {
    preference.retain(|&source| allow_synthetic || source != FeatureSource::Synthetic);
    preference
}

fn note(new: Vec<Step>, steps: &mut Vec<Step>, tell: &mut (dyn FnMut(&Step) + Send)) {
    new.iter().for_each(&mut *tell);
    steps.extend(new);
}

/// Adds a row to `ops/runs` for each step that wrote or found nothing to write.
///
/// # Errors
/// When the table cannot be written.
pub async fn record(context: &Context, command: &str, started: DateTime<Utc>, steps: &[Step]) -> Result<()> {
    let done: Vec<_> = steps.iter().filter(|step| step.outcome != Outcome::Skipped).collect();
    if done.is_empty() {
        return Ok(());
    }
    let text = |value: &dyn Fn(&Step) -> String| {
        Arc::new(StringArray::from_iter_values(done.iter().map(|step| value(step)))) as ArrayRef
    };
    let long = |value: fn(&Step) -> u64| {
        Arc::new(Int64Array::from_iter_values(done.iter().map(|step| i64::try_from(value(step)).unwrap_or(i64::MAX)))) as ArrayRef
    };
    let versions = Int64Array::from_iter(done.iter().map(|step| step.version.and_then(|version| i64::try_from(version).ok())));
    let rows = batch(
        &RUNS,
        &[
            ("run_id", text(&|_| context.run_id.clone())),
            ("command", text(&|_| command.to_owned())),
            ("step", text(&|step| step.step.to_owned())),
            ("table_name", text(&|step| step.table.clone())),
            ("started_at", Arc::new(instants(done.iter().map(|_| started.timestamp_micros())))),
            ("seconds", Arc::new(Float64Array::from_iter_values(done.iter().map(|step| step.seconds)))),
            ("rows_read", long(|step| step.rows_read)),
            ("rows_written", long(|step| step.rows_written)),
            ("rows_duplicate", long(|step| step.rows_duplicate)),
            ("rows_rejected", long(|step| step.rows_rejected)),
            ("inputs", text(&|step| step.inputs.to_string())),
            ("version_written", Arc::new(versions)),
            ("outcome", text(&|step| step.outcome.name().to_owned())),
            ("program_version", text(&|_| env!("CARGO_PKG_VERSION").to_owned())),
        ],
    )?;
    store(&context.lake, &RUNS, vec![rows], Mode::Append, &context.note(json!({ "command": command }))).await.map(drop)
}
