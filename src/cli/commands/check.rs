//! `check`: the tables held against their rules.
//!
//! Owns how findings read. They are told first and recorded then: a lake that cannot be written to can still be checked, and
//! checking waits for no writer.

use super::{context, lock};
use crate::check::rule::Severity;
use crate::check::{self, Finding, Outcome, Report};
use crate::cli::args::{CheckArgs, Global, ReportFormat};
use crate::cli::output::{aligned, json_text, print, thousands};
use crate::cli::printable::printable;
use crate::cli::settings::Settings;
use crate::error::Result;
use serde_json::json;
use std::fmt::Write as _;
use std::sync::Arc;

pub async fn check(global: &Global, settings: &Settings, args: &CheckArgs) -> Result<()> {
    let context = context(global, settings, settings.lake()?)?;
    let tables = check::chosen(&context.lake, &args.tables).await?;
    let report = check::check(&context, &tables, args.show.map_or(0, usize::from), &Arc::default()).await;
    match args.format {
        ReportFormat::Text => print(&printable(&text(&report)))?,
        ReportFormat::Json => {
            let document = json!({
                "lake": context.lake.address(), "run_id": context.run_id,
                "checked_at": report.checked_at.to_rfc3339(), "passed": report.error().is_none(), "results": report.findings,
            });
            print(&json_text(&document)?)?;
        }
    }
    let _lock = lock(&context.lake)?;
    let recorded = check::record(&context, &report).await;
    report.error().map_or(Ok(()), Err).and(recorded.map(drop))
}

fn text(report: &Report) -> String {
    let mut tables: Vec<&str> = report.findings.iter().map(|finding| finding.table.as_str()).collect();
    tables.dedup();
    let rows: Vec<_> = tables.iter().map(|table| counts(report, table)).collect();
    let mut text = aligned(&["table", "rows", "hold", "warnings", "errors", "skipped"], &rows);
    for (severity, word) in [(Severity::Error, "ERROR"), (Severity::Warn, "WARNING")] {
        for finding in report.broken(severity) {
            let _ = write!(text, "\n{word} {} {}", finding.table, finding.rule);
            if let (Some(failed), Some(checked)) = (finding.rows_failed, finding.rows_checked) {
                let _ = write!(text, " ({} of {} rows)", thousands(failed), thousands(checked));
            }
            if let Some(detail) = &finding.detail {
                let _ = write!(text, ": {detail}");
            }
            text.push('\n');
            for example in &finding.examples {
                let _ = writeln!(text, "  {example}");
            }
        }
    }
    text.push_str(&skipped(report));
    let _ = writeln!(text, "\n{}", check::summary(report));
    text
}

fn counts(report: &Report, table: &str) -> Vec<String> {
    let findings: Vec<&Finding> = report.findings.iter().filter(|finding| finding.table == table).collect();
    let count = |is_so: &dyn Fn(&Finding) -> bool| findings.iter().filter(|finding| is_so(finding)).count().to_string();
    let broken = |severity| count(&|finding| finding.outcome == Outcome::Failed && finding.severity == severity);
    let rows = findings.iter().find_map(|finding| finding.rows_checked).map(thousands).unwrap_or_default();
    vec![
        table.to_owned(),
        rows,
        count(&|finding| finding.outcome == Outcome::Passed),
        broken(Severity::Warn),
        broken(Severity::Error),
        count(&|finding| finding.outcome == Outcome::Skipped),
    ]
}

/// Rules that were skipped, those of one table for one reason in one line.
fn skipped(report: &Report) -> String {
    let mut groups: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.outcome == Outcome::Skipped) {
        let why = finding.detail.as_deref().unwrap_or_default();
        match groups.iter_mut().find(|(table, reason, _)| *table == finding.table && *reason == why) {
            Some((_, _, rules)) => rules.push(finding.rule),
            None => groups.push((&finding.table, why, vec![finding.rule])),
        }
    }
    let mut text = String::new();
    for (place, (table, why, rules)) in groups.iter().enumerate() {
        let _ = writeln!(text, "{}skipped {table} {}: {why}", if place == 0 { "\n" } else { "" }, rules.join(", "));
    }
    text
}
