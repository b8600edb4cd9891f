//! Rules about many rows at once: keys that are unique, references that lead somewhere, plays that are all there.
//!
//! Owns the bound on memory: keys are compared in passes of some two million, by the last character of the key, so that a check
//! of ten million plays holds no more than one of two.

use super::finding::Verdict;
use super::pinned::{self, Pinned};
use super::rule::{Asks, Reference, Rule};
use super::sql::{Values, quoted};
use super::subject::Subject;
use crate::engine::Scope;
use crate::error::{Error, Result};
use crate::lake::Snapshot;
use datafusion::scalar::ScalarValue;
use serde_json::Value;

/// Keys that are held at once, about.
const KEYS_HELD: u64 = 2_000_000;
/// The last character of a play's id is one of 16: more passes would hold no less.
const PASSES_MAX: u64 = 16;

/// Plays that are missing, and why they may be.
pub const COMPLETE: &str = include_str!("complete.sql");

/// What a rule about keys comes to.
pub async fn verdict(subject: &Subject, rule: &Rule) -> Result<Verdict> {
    match rule.asks {
        Asks::Unique(columns) => unique(subject, columns).await,
        Asks::Refers(reference) => against(subject, &reference, false).await,
        Asks::Complete(reference) => against(subject, &reference, true).await,
        _ => Err(Error::failure(format!("the rule {} is not about keys", rule.name))),
    }
}

fn passes(rows: u64) -> i32 {
    i32::try_from(rows.div_ceil(KEYS_HELD).clamp(1, PASSES_MAX)).unwrap_or(1)
}

/// The condition on the keys of one pass.
fn of_pass(column: &str, pass: i32, passes: i32, values: &mut Values) -> String {
    if passes == 1 {
        return "true".to_owned();
    }
    let [count, this] = [passes, pass].map(|number| values.bind(ScalarValue::Int32(Some(number))));
    // Keys of dimensions are numbers.
    format!("ascii(right(CAST({} AS VARCHAR), 1)) % {count} = {this}", quoted(column))
}

async fn unique(subject: &Subject, columns: &[&str]) -> Result<Verdict> {
    let scope = subject.scope().await?;
    let key: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
    let key = key.join(", ");
    // Tables with a key of several columns are small.
    let passes = if columns.len() == 1 { passes(subject.rows) } else { 1 };
    let (mut failed, mut repeated, mut shown) = (0, 0, Vec::new());
    for pass in 0..passes {
        let repeats = |values: &mut Values| {
            // Keys that are null are another rule's business.
            let wanted = match columns {
                [one] => format!("{} IS NOT NULL AND {}", quoted(one), of_pass(one, pass, passes, values)),
                _ => "true".to_owned(),
            };
            format!("SELECT {key}, count(*) AS copies FROM checked WHERE {wanted} GROUP BY {key} HAVING count(*) > 1")
        };
        let mut values = Values::default();
        let sql = format!(
            "SELECT count(*) AS keys, coalesce(sum(copies - 1), 0) AS failed FROM ({}) AS repeated",
            repeats(&mut values)
        );
        let names = ["keys", "failed"].map(str::to_owned);
        let counts = subject.numbers(&scope, &sql, values, &names).await?;
        let found = counts.first().copied().unwrap_or_default();
        repeated += found;
        failed += counts.get(1).copied().unwrap_or_default();
        if found > 0 && shown.len() < subject.bench.examples_max {
            let mut values = Values::default();
            let sql = repeats(&mut values);
            shown.extend(subject.examples(&scope, &sql, values).await?);
        }
    }
    shown.truncate(subject.bench.examples_max);
    let verdict = Verdict { examples: shown, ..Verdict::of_rows(failed) };
    Ok(if failed == 0 { verdict } else { verdict.saying(format!("{repeated} keys ({key}) in more than one row")) })
}

async fn against(subject: &Subject, reference: &Reference, is_complete: bool) -> Result<Verdict> {
    let target = match pinned::target(subject, reference).await? {
        Pinned::At(target) => target,
        Pinned::Nowhere(why) => return Ok(Verdict::skipped(why)),
    };
    let (to, version) = (reference.to.label(), target.version());
    if is_complete && target.extent()?.rows == Some(0) {
        return Ok(Verdict::skipped(format!("{to} is empty")));
    }
    // This table was read already. The other may be damaged or of another shape, which its own rules tell; files of an older
    // version may have been vacuumed.
    compared(subject, reference, &target, is_complete).await.or_else(|error| {
        Ok(Verdict::skipped(format!("it cannot be compared with {to} at version {version}: {}", error.in_one_line())))
    })
}

async fn compared(subject: &Subject, reference: &Reference, target: &Snapshot, is_complete: bool) -> Result<Verdict> {
    let scope = subject.scope().await?;
    scope.register("target", target.provider(&scope.state()).await?)?;
    let rows = if is_complete { target.extent()?.rows.unwrap_or(u64::MAX).max(subject.rows) } else { subject.rows };
    let passes = passes(rows);
    let (mut failed, mut shown) = (0, Vec::new());
    for pass in 0..passes {
        failed += one_pass(subject, &scope, reference, (pass, passes), is_complete, &mut shown).await?;
    }
    shown.truncate(subject.bench.examples_max);
    let verdict = Verdict { examples: shown, ..Verdict::of_rows(failed) };
    if failed == 0 {
        return Ok(verdict);
    }
    let (to, version) = (reference.to.label(), target.version());
    Ok(if is_complete {
        verdict.saying(format!("{failed} plays of {to} (version {version}) are neither here nor copies of another"))
    } else {
        verdict.saying(format!("{} is not in {to} (version {version}) in {failed} rows", reference.column))
    })
}

async fn one_pass(
    subject: &Subject,
    scope: &Scope,
    reference: &Reference,
    (pass, passes): (i32, i32),
    is_complete: bool,
    shown: &mut Vec<Value>,
) -> Result<u64> {
    let missing = |values: &mut Values| {
        let mine = of_pass(reference.column, pass, passes, values);
        let theirs = of_pass(reference.to_column, pass, passes, values);
        let (column, to_column) = (quoted(reference.column), quoted(reference.to_column));
        if is_complete {
            return COMPLETE.replace("true /* mine */", &mine).replace("true /* theirs */", &theirs);
        }
        // What many rows have is looked up once: each row of the other table would meet all of them. A key is in one row.
        let rows = match subject.table.key {
            Some(key) if key == reference.column => {
                format!("SELECT {column} AS value, 1 AS rows FROM checked WHERE {column} IS NOT NULL AND {mine}")
            }
            _ => format!(
                "SELECT {column} AS value, count(*) AS rows FROM checked WHERE {column} IS NOT NULL AND {mine} GROUP BY {column}"
            ),
        };
        format!(
            "SELECT mine.value AS {column}, mine.rows FROM ({rows}) AS mine \
             LEFT ANTI JOIN (SELECT {to_column} AS value FROM target WHERE {theirs}) AS theirs ON mine.value = theirs.value"
        )
    };
    let mut values = Values::default();
    let counted = if is_complete { "count(*)" } else { "coalesce(sum(rows), 0)" };
    let sql = format!("SELECT {counted} AS failed FROM ({}) AS missing", missing(&mut values));
    let failed = subject.numbers(scope, &sql, values, &["failed".to_owned()]).await?.first().copied().unwrap_or_default();
    if failed > 0 && shown.len() < subject.bench.examples_max {
        let mut values = Values::default();
        let shown_columns = if is_complete { "*".to_owned() } else { quoted(reference.column) };
        let sql = format!("SELECT DISTINCT {shown_columns} FROM ({}) AS missing", missing(&mut values));
        shown.extend(subject.examples(scope, &sql, values).await?);
    }
    Ok(failed)
}

#[cfg(test)]
mod tests {
    use super::{Values, of_pass, passes};

    #[test]
    fn small_tables_take_one_pass_and_no_table_more_than_a_key_has_last_characters() {
        assert_eq!([0, 2_000_000, 2_000_001, u64::MAX].map(passes), [1, 1, 2, 16]);
        assert_eq!(of_pass("play_id", 0, 1, &mut Values::default()), "true");
        assert_eq!(of_pass("play_id", 1, 2, &mut Values::default()), "ascii(right(CAST(\"play_id\" AS VARCHAR), 1)) % $v0 = $v1");
    }
}
