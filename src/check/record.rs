//! The record of a check: `ops/check_results`.

use super::finding::{Finding, Report};
use super::kept::{last_checks, rules_hash};
use crate::context::Context;
use crate::error::Result;
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::CHECK_RESULTS;
use crate::lake::{Mode, Written};
use arrow::array::{ArrayRef, Int64Array, StringArray};
use serde_json::{Map, json};
use std::sync::Arc;

/// Adds a row for each rule and table.
///
/// # Errors
/// When the table cannot be written.
pub async fn record(context: &Context, report: &Report) -> Result<Written> {
    let findings = &report.findings;
    let text =
        |value: &dyn Fn(&Finding) -> String| Arc::new(StringArray::from_iter_values(findings.iter().map(value))) as ArrayRef;
    let long = |value: fn(&Finding) -> Option<u64>| {
        let numbers = findings.iter().map(|finding| value(finding).and_then(|number| i64::try_from(number).ok()));
        Arc::new(Int64Array::from_iter(numbers)) as ArrayRef
    };
    let details = StringArray::from_iter(findings.iter().map(|finding| finding.detail.as_deref()));
    let rows = batch(
        &CHECK_RESULTS,
        &[
            ("run_id", text(&|_| context.run_id.clone())),
            ("checked_at", Arc::new(instants(findings.iter().map(|_| report.checked_at.timestamp_micros())))),
            ("table_name", text(&|finding| finding.table.clone())),
            ("rule", text(&|finding| finding.rule.to_owned())),
            ("severity", text(&|finding| finding.severity.name().to_owned())),
            ("outcome", text(&|finding| finding.outcome.name().to_owned())),
            ("rows_checked", long(|finding| finding.rows_checked)),
            ("rows_failed", long(|finding| finding.rows_failed)),
            ("detail", Arc::new(details)),
            ("table_version", long(|finding| finding.table_version)),
        ],
    )?;
    // A check of some tables leaves standing what is known of the others.
    let mut tables = match context.lake.open(&CHECK_RESULTS).await? {
        Some(record) => last_checks(&record).await?,
        None => Map::new(),
    };
    tables.extend(report.tables.iter().map(|(table, id)| (table.clone(), json!({ "id": id, "run_id": context.run_id }))));
    let note = context.note(json!({ "command": "check", "rules": rules_hash(), "tables": tables }));
    store(&context.lake, &CHECK_RESULTS, vec![rows], Mode::Append, &note).await
}
