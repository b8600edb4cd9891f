//! Rules about how a table is as a whole: whether it goes on, and whether there is about as much as always.
//!
//! Owns the comparisons with the clock and with earlier runs. They are skipped, not broken, before there is anything to compare.

use super::finding::Verdict;
use super::rule::{Asks, Rule};
use super::sql::{Values, quoted};
use super::subject::Subject;
use crate::engine::Columns;
use crate::error::{Error, Result};
use crate::lake::Snapshot;
use crate::lake::tables::RUNS;
use arrow::array::Array;
use chrono::{DateTime, Duration, Utc};
use datafusion::scalar::ScalarValue;

/// Fewer runs before have no usual.
const RUNS_BEFORE_MIN: usize = 5;
/// Less than this of the median is too little.
const SHARE_MIN: f64 = 0.5;
/// More than so many times the median is too much.
const TIMES_MAX: f64 = 10.0;

/// What such a rule comes to.
pub async fn verdict(subject: &Subject, rule: &Rule) -> Result<Verdict> {
    match rule.asks {
        Asks::Fresh { column, of, days_max, without, .. } => fresh(subject, column, of, days_max, without).await,
        // That the record cannot be read is a finding about the record.
        Asks::NotShrunk => {
            let untold = |error: &Error| Verdict::skipped(format!("{} does not tell: {}", RUNS.label(), error.in_one_line()));
            match subject.bench.record.as_ref() {
                Ok(Some(record)) => not_shrunk(subject, record).await.or_else(|error| Ok(untold(&error))),
                Ok(None) => Ok(Verdict::skipped("no run is recorded")),
                Err(error) => Ok(untold(error)),
            }
        }
        Asks::UsualArrivals { of } => usual_arrivals(subject, of).await,
        _ => Err(Error::failure(format!("the rule {} is not about a whole table", rule.name))),
    }
}

async fn fresh(subject: &Subject, column: &str, of: &str, days_max: i64, without: &str) -> Result<Verdict> {
    let scope = subject.scope().await?;
    let sql = format!("SELECT CAST(max({}) AS BIGINT) AS newest FROM checked WHERE {of}", quoted(column));
    let columns = Columns::of(scope.model("fresh", &sql, Values::default().into_inner()).await?, "the newest row").await?;
    let newest = columns.whole("newest")?;
    if newest.is_empty() || newest.is_null(0) {
        return Ok(Verdict::skipped(without));
    }
    Ok(age(newest.value(0), subject.bench.now, days_max))
}

fn age(newest_us: i64, now: DateTime<Utc>, days_max: i64) -> Verdict {
    let newest = DateTime::<Utc>::from_timestamp_micros(newest_us).unwrap_or_default();
    let says = format!("the newest is of {}", newest.format("%Y-%m-%d %H:%M UTC"));
    if now - newest > Duration::days(days_max) {
        Verdict::failed(format!("{says}, more than {days_max} days ago"))
    } else {
        Verdict::passed().saying(says)
    }
}

/// Against what earlier versions of the table held when they were written, as `ops/runs` tells.
async fn not_shrunk(subject: &Subject, record: &Snapshot) -> Result<Verdict> {
    let scope = subject.bench.engine.scope();
    scope.register("steps", record.provider(&scope.state()).await?)?;
    let mut values = Values::default();
    let label = values.bind(ScalarValue::from(subject.table.label()));
    let version = values.bind(ScalarValue::Int64(i64::try_from(subject.snapshot.version()).ok()));
    let sql = format!(
        "SELECT coalesce(rows_total, rows_written) AS held FROM steps \
         WHERE table_name = {label} AND outcome = 'wrote' AND version_written < {version} AND rows_written IS NOT NULL"
    );
    let columns = Columns::of(scope.model("earlier versions", &sql, values.into_inner()).await?, "earlier runs").await?;
    Ok(shrunk(subject.rows, columns.whole("held")?.values().to_vec()))
}

fn shrunk(rows: u64, before: Vec<i64>) -> Verdict {
    let runs = before.len();
    let Some(usual) = median(before) else { return too_few(runs) };
    let says = format!("{rows} rows; {runs} builds before wrote {usual:.0} in their median");
    if (rows as f64) < usual * SHARE_MIN { Verdict::failed(says) } else { Verdict::passed().saying(says) }
}

/// Rows of the last run that brought any, against the runs before it: the table itself says which run a row came with.
async fn usual_arrivals(subject: &Subject, of: &str) -> Result<Verdict> {
    let scope = subject.scope().await?;
    let sql =
        format!("SELECT count(*) AS arrived FROM checked WHERE {of} GROUP BY run_id ORDER BY max(ingested_at) DESC, run_id DESC");
    let frame = scope.model("arrivals", &sql, Values::default().into_inner()).await?;
    let arrived = Columns::of(frame, "arrivals").await?.whole("arrived")?;
    Ok(match arrived.values().split_first() {
        None => Verdict::skipped("nothing has arrived this way"),
        Some((last, before)) => flooded(*last, before.to_vec()),
    })
}

fn flooded(last: i64, before: Vec<i64>) -> Verdict {
    let runs = before.len();
    let Some(usual) = median(before) else { return too_few(runs) };
    let says = format!("the last run brought {last} rows; {runs} runs before brought {usual:.0} in their median");
    if last as f64 > usual * TIMES_MAX { Verdict::failed(says) } else { Verdict::passed().saying(says) }
}

fn too_few(runs: usize) -> Verdict {
    Verdict::skipped(format!("{runs} earlier runs are too few to say what is usual: {RUNS_BEFORE_MIN} are needed"))
}

/// The middle one, or the mean of the middle two; none of too few.
fn median(mut values: Vec<i64>) -> Option<f64> {
    if values.len() < RUNS_BEFORE_MIN {
        return None;
    }
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)? as f64;
    if values.len().is_multiple_of(2) { Some(f64::midpoint(*values.get(middle - 1)? as f64, upper)) } else { Some(upper) }
}

#[cfg(test)]
mod tests {
    use super::{age, flooded, median, shrunk};
    use crate::check::finding::Outcome;
    use chrono::{DateTime, Duration, Utc};

    #[test]
    fn a_median_needs_five_runs() {
        assert_eq!(median(vec![1, 2, 3, 4]), None);
        assert_eq!(median(vec![9, 1, 5, 7, 3]), Some(5.0));
        assert_eq!(median(vec![9, 1, 5, 7, 3, 6]), Some(5.5));
    }

    #[test]
    fn half_of_the_usual_is_enough_and_less_is_not() {
        let before = || vec![100; 5];
        assert_eq!(shrunk(50, before()).outcome, Outcome::Passed);
        assert_eq!(shrunk(49, before()).outcome, Outcome::Failed);
        assert_eq!(shrunk(1, vec![100; 4]).outcome, Outcome::Skipped);
    }

    #[test]
    fn ten_times_the_usual_is_not_too_much_and_more_is() {
        assert_eq!(flooded(50, vec![5; 5]).outcome, Outcome::Passed);
        assert_eq!(flooded(51, vec![5; 5]).outcome, Outcome::Failed);
        assert_eq!(flooded(1, vec![5; 5]).outcome, Outcome::Passed);
    }

    #[test]
    fn a_row_of_the_last_days_is_fresh_and_one_ahead_of_the_clock_too() {
        let now = DateTime::<Utc>::UNIX_EPOCH + Duration::days(100);
        let of = |days: i64| age((now - Duration::days(days)).timestamp_micros(), now, 7).outcome;
        assert_eq!([of(-1), of(7), of(8)], [Outcome::Passed, Outcome::Passed, Outcome::Failed]);
    }
}
