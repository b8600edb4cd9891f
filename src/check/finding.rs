//! What a rule came to on one table.
//!
//! Owns the words passed, failed and skipped, and what the whole check came to.

use super::rule::Severity;
use crate::error::Error;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;

/// How a rule came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It is broken.
    Failed,
    /// It could not be asked; the detail says why.
    Skipped,
}

impl Outcome {
    /// The word stored in `ops/check_results`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A rule on a table, and how it came out.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Finding {
    /// The table, as `layer/name`.
    pub table: String,
    /// The rule.
    pub rule: &'static str,
    /// How bad it is when broken.
    pub severity: Severity,
    /// How it came out.
    pub outcome: Outcome,
    /// Rows that were looked at, where it is about rows.
    pub rows_checked: Option<u64>,
    /// Rows that break it, where it is about rows.
    pub rows_failed: Option<u64>,
    /// What was found, or why it was not asked.
    pub detail: Option<String>,
    /// The table's version, where it could be opened.
    pub table_version: Option<u64>,
    /// A few of the rows that break it, where they were asked for.
    pub examples: Vec<Value>,
}

/// What a rule came to, before it is known of which table.
pub struct Verdict {
    pub outcome: Outcome,
    pub rows_failed: Option<u64>,
    pub detail: Option<String>,
    pub examples: Vec<Value>,
}

impl Verdict {
    /// The rule holds, and is not about single rows.
    pub const fn passed() -> Self {
        Self { outcome: Outcome::Passed, rows_failed: None, detail: None, examples: Vec::new() }
    }

    /// The rule is broken, and is not about single rows.
    pub fn failed(detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Failed, detail: Some(detail.into()), ..Self::passed() }
    }

    /// The rule could not be asked.
    pub fn skipped(why: impl Into<String>) -> Self {
        Self { outcome: Outcome::Skipped, detail: Some(why.into()), ..Self::passed() }
    }

    /// The rule as counted over rows: broken where any row breaks it.
    pub fn of_rows(rows_failed: u64) -> Self {
        let outcome = if rows_failed == 0 { Outcome::Passed } else { Outcome::Failed };
        Self { outcome, rows_failed: Some(rows_failed), ..Self::passed() }
    }

    /// Says more of what was found.
    pub fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// What a check came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// When it began.
    pub checked_at: DateTime<Utc>,
    /// Every rule on every table.
    pub findings: Vec<Finding>,
    /// The ids of the tables, by their labels.
    pub tables: BTreeMap<String, Value>,
}

impl Report {
    /// The broken rules of a severity.
    pub fn broken(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.outcome == Outcome::Failed && finding.severity == severity)
    }

    /// The error that the check ends with, where a rule of severity error is broken.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        let named: Vec<_> = self.broken(Severity::Error).map(|finding| format!("{} {}", finding.table, finding.rule)).collect();
        (!named.is_empty()).then(|| {
            let what = if named.len() == 1 { "1 rule" } else { &format!("{} rules", named.len()) };
            Error::quality(format!("{what} of severity error broken: {}", named.join(", ")))
                .hint("`moodlake check --show` shows rows that break them; docs/check.md says what to do about each")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, Outcome, Report};
    use crate::check::rule::Severity;
    use crate::error::Kind;
    use chrono::{DateTime, Utc};
    use std::collections::BTreeMap;

    fn report(severity: Severity) -> Report {
        let finding = Finding {
            table: "gold/top_items".to_owned(),
            rule: "unique",
            severity,
            outcome: Outcome::Failed,
            rows_checked: Some(2),
            rows_failed: Some(1),
            detail: None,
            table_version: Some(0),
            examples: Vec::new(),
        };
        Report { checked_at: DateTime::<Utc>::UNIX_EPOCH, findings: vec![finding], tables: BTreeMap::new() }
    }

    #[test]
    fn only_errors_fail_the_check() {
        assert!(report(Severity::Warn).error().is_none());
        let error = report(Severity::Error).error().unwrap();
        assert_eq!(error.kind(), Kind::Quality);
        assert_eq!(error.to_string(), "1 rule of severity error broken: gold/top_items unique");
    }
}
