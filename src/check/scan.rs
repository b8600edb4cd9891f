//! Rules that single rows can break: all of a table in one scan.
//!
//! Owns the counting. Which rows break a rule is `sql`'s business; only where there are some is the table read again, to say what
//! is wrong with them and to show a few.

use super::finding::Verdict;
use super::rule::{Asks, Rule};
use super::sql::{Values, any, counted, faults};
use super::subject::Subject;
use crate::engine::Scope;
use crate::error::Result;

/// Whether single rows can break it.
pub const fn is_scalar(rule: &Rule) -> bool {
    matches!(
        rule.asks,
        Asks::NotNull(_) | Asks::Within(_) | Asks::OneOf(..) | Asks::Holds { .. } | Asks::Mostly { .. } | Asks::NotFuture { .. }
    )
}

/// Counts the table's rows and those that break each of the rules.
pub async fn count(subject: &Subject, scope: &Scope, rules: &[&Rule]) -> Result<(u64, Vec<u64>)> {
    count_in(subject, scope, "checked", rules).await
}

/// The same of some of its rows.
pub async fn count_in(subject: &Subject, scope: &Scope, relation: &str, rules: &[&Rule]) -> Result<(u64, Vec<u64>)> {
    let (mut values, mut names, mut parts) = (Values::default(), vec!["rows".to_owned()], vec!["count(*) AS rows".to_owned()]);
    for rule in rules {
        let name = format!("failed_{}", names.len());
        parts.push(format!("{} AS {name}", counted(&any(&faults(&rule.asks, subject.bench.now, &mut values)))));
        names.push(name);
    }
    let sql = format!("SELECT {} FROM {relation}", parts.join(", "));
    let mut counts = subject.numbers(scope, &sql, values, &names).await?;
    let failed = counts.split_off(1);
    Ok((counts.first().copied().unwrap_or_default(), failed))
}

/// The share of the rows that a condition is true of, also in words.
pub fn share(failed: u64, rows: u64, share_min: f64) -> (f64, String) {
    let share = 1.0 - failed as f64 / rows as f64;
    (share, format!("{:.1} % of the rows; at least {:.0} % are expected", share * 100.0, share_min * 100.0))
}

/// What a rule comes to, of which the rows that break it are counted.
pub async fn verdict(subject: &Subject, scope: &Scope, rule: &Rule, failed: u64) -> Result<Verdict> {
    if let Asks::Mostly { share_min, .. } = rule.asks {
        let (share, says) = share(failed, subject.rows, share_min);
        let counted = if share < share_min { Verdict::failed(says) } else { Verdict::passed().saying(says) };
        let examples = if share < share_min { examples(subject, scope, rule).await? } else { Vec::new() };
        return Ok(Verdict { rows_failed: Some(failed), examples, ..counted });
    }
    if failed == 0 {
        return Ok(Verdict::of_rows(0));
    }
    let examples = examples(subject, scope, rule).await?;
    Ok(Verdict { examples, ..Verdict::of_rows(failed).saying(told(subject, scope, rule).await?) })
}

/// Which of the things that can be wrong are, and with how many rows.
async fn told(subject: &Subject, scope: &Scope, rule: &Rule) -> Result<String> {
    let mut values = Values::default();
    let faults = faults(&rule.asks, subject.bench.now, &mut values);
    let names: Vec<_> = (0..faults.len()).map(|place| format!("part_{place}")).collect();
    let parts: Vec<_> =
        faults.iter().zip(&names).map(|(fault, name)| format!("{} AS {name}", counted(&fault.condition))).collect();
    let counts = subject.numbers(scope, &format!("SELECT {} FROM checked", parts.join(", ")), values, &names).await?;
    let told: Vec<_> = faults
        .iter()
        .zip(counts)
        .filter(|(_, rows)| *rows > 0)
        .map(|(fault, rows)| format!("{} in {rows} {}", fault.says, if rows == 1 { "row" } else { "rows" }))
        .collect();
    Ok(told.join("; "))
}

async fn examples(subject: &Subject, scope: &Scope, rule: &Rule) -> Result<Vec<serde_json::Value>> {
    let mut values = Values::default();
    let broken = any(&faults(&rule.asks, subject.bench.now, &mut values));
    let sql = format!("SELECT {} FROM checked WHERE {broken}", subject.telling(&rule.columns()));
    // Without examples to show, nothing is read.
    subject.examples(scope, &sql, values).await
}
