//! The record of what each step did: `ops/runs`.

use crate::context::{Context, Outcome, Step};
use crate::error::Result;
use crate::lake::Mode;
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::RUNS;
use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::sync::Arc;

/// Adds a row to `ops/runs` for each step that was tried.
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
    let totals = Int64Array::from_iter(done.iter().map(|step| step.rows_total.and_then(|rows| i64::try_from(rows).ok())));
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
            ("rows_total", Arc::new(totals)),
            ("program_version", text(&|_| env!("CARGO_PKG_VERSION").to_owned())),
        ],
    )?;
    store(&context.lake, &RUNS, vec![rows], Mode::Append, &context.note(json!({ "command": command }))).await.map(drop)
}
