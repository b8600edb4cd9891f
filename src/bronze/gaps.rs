//! Stretches in which plays may be missing: `ops/history_gaps`.
//!
//! Owns when there is one and when it is closed. Spotify shows the last 50 plays: when none of them is known from an earlier
//! answer, whatever lay between was never shown. A person's own export that reaches over the stretch closes it.

use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Explain, Result};
use crate::lake::Mode;
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::{HISTORY_GAPS, LISTENING_HISTORY};
use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::functions_aggregate::expr_fn::max;
use datafusion::prelude::{col, lit};
use serde_json::json;
use std::sync::Arc;

/// Files of one export that lie closer together than this are one stretch: the export goes on from one file to the next.
const SEAM_US: i64 = 24 * 3600 * 1_000_000;

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    user_id: String,
    from_us: i64,
    to_us: i64,
    detected_us: i64,
    closed_by: Option<String>,
}

/// The stretch from the first to the last play of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    from_us: i64,
    to_us: i64,
}

impl Covered {
    /// No play yet.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { from_us: i64::MAX, to_us: i64::MIN }
    }

    /// Reaches to this play too.
    pub fn include(&mut self, played_at_us: i64) {
        self.from_us = self.from_us.min(played_at_us);
        self.to_us = self.to_us.max(played_at_us);
    }
}

/// When the listener's newest play from the API was, if there is any: the point up to which nothing is missing.
///
/// # Errors
/// When the history cannot be read.
pub async fn newest_from_api(context: &Context, user_id: &str) -> Result<Option<i64>> {
    let Some(history) = context.lake.open(&LISTENING_HISTORY).await? else { return Ok(None) };
    let failed = || format!("table {}: its newest play cannot be read", LISTENING_HISTORY.label());
    let scope = context.engine.scope();
    scope.register("history", history.provider(&scope.state()).await?)?;
    let api = super::play::Source::SpotifyApi.name();
    let newest = scope
        .table("history")
        .await?
        .filter(col("source").eq(lit(api)).and(col("user_id").eq(lit(user_id))))
        .and_then(|plays| plays.aggregate(vec![], vec![max(col("played_at"))]))
        .explain(failed)?
        .collect()
        .await
        .explain(failed)?;
    let Some(first) = newest.iter().find(|batch| batch.num_rows() > 0) else { return Ok(None) };
    let column = cast(first.column(0), &DataType::Int64).explain(failed)?;
    Ok(column.is_valid(0).then(|| column.as_primitive::<Int64Type>().value(0)))
}

/// Records a stretch; one that began at the same play and is still open is made longer.
///
/// # Errors
/// When the table cannot be read or written.
pub async fn record(context: &Context, user_id: &str, from_us: i64, to_us: i64) -> Result<Option<Step>> {
    let watch = Stopwatch::start();
    let mut gaps = read(context).await?;
    let found = gaps.iter_mut().find(|gap| gap.user_id == user_id && gap.from_us == from_us && gap.closed_by.is_none());
    match found {
        Some(gap) if gap.to_us >= to_us => return Ok(None),
        Some(gap) => gap.to_us = to_us,
        None => gaps.push(Gap {
            user_id: user_id.to_owned(),
            from_us,
            to_us,
            detected_us: context.clock.now().timestamp_micros(),
            closed_by: None,
        }),
    }
    let mut step = write(context, &gaps, "ingest").await?;
    step.rows_written = 1;
    step.remark = Some("plays may be missing: more than 50 since the last answer".to_owned());
    Ok(Some(step.took(watch)))
}

/// Closes the listener's gaps that an import reaches over.
///
/// # Errors
/// When the table cannot be read or written.
pub async fn close(context: &Context, user_id: &str, covered: &[Covered]) -> Result<Option<Step>> {
    let watch = Stopwatch::start();
    let covered = joined(covered);
    if covered.is_empty() {
        return Ok(None);
    }
    let mut gaps = read(context).await?;
    let mut closed = 0;
    for gap in gaps.iter_mut().filter(|gap| gap.user_id == user_id && gap.closed_by.is_none()) {
        if covered.iter().any(|covered| covered.from_us <= gap.from_us && gap.to_us <= covered.to_us) {
            gap.closed_by = Some(context.run_id.clone());
            closed += 1;
        }
    }
    if closed == 0 {
        return Ok(None);
    }
    let mut step = write(context, &gaps, "import").await?;
    step.rows_written = closed;
    step.remark = Some(format!("{closed} closed: the import reaches over them"));
    Ok(Some(step.took(watch)))
}

/// The stretches of one import, put together where one file goes on where another ends.
fn joined(covered: &[Covered]) -> Vec<Covered> {
    let mut sorted: Vec<_> = covered.iter().copied().filter(|covered| covered.from_us <= covered.to_us).collect();
    sorted.sort_unstable_by_key(|covered| covered.from_us);
    let mut joined: Vec<Covered> = Vec::new();
    for next in sorted {
        match joined.last_mut() {
            Some(last) if next.from_us <= last.to_us.saturating_add(SEAM_US) => last.to_us = last.to_us.max(next.to_us),
            _ => joined.push(next),
        }
    }
    joined
}

async fn read(context: &Context) -> Result<Vec<Gap>> {
    let Some(table) = context.lake.open(&HISTORY_GAPS).await? else { return Ok(Vec::new()) };
    let failed = || format!("table {}: cannot be read", HISTORY_GAPS.label());
    let scope = context.engine.scope();
    scope.register("gaps", table.provider(&scope.state()).await?)?;
    let rows = scope.table("gaps").await?.select_columns(&["user_id", "from_at", "to_at", "detected_at", "closed_by"]);
    let mut gaps = Vec::new();
    for batch in rows.explain(failed)?.collect().await.explain(failed)? {
        let text = |column: usize| cast(batch.column(column), &DataType::Utf8).explain(failed);
        let time = |column: usize| cast(batch.column(column), &DataType::Int64).explain(failed);
        let (users, closers) = (text(0)?, text(4)?);
        let (from, to, detected) = (time(1)?, time(2)?, time(3)?);
        let at = |column: &ArrayRef, row| column.as_primitive::<Int64Type>().value(row);
        gaps.extend((0..batch.num_rows()).map(|row| Gap {
            user_id: users.as_string::<i32>().value(row).to_owned(),
            from_us: at(&from, row),
            to_us: at(&to, row),
            detected_us: at(&detected, row),
            closed_by: closers.is_valid(row).then(|| closers.as_string::<i32>().value(row).to_owned()),
        }));
    }
    gaps.sort_by(|left, right| (&left.user_id, left.from_us).cmp(&(&right.user_id, right.from_us)));
    Ok(gaps)
}

/// A few rows a year: the table is written as a whole.
async fn write(context: &Context, gaps: &[Gap], command: &'static str) -> Result<Step> {
    let time = |value: fn(&Gap) -> i64| Arc::new(instants(gaps.iter().map(value))) as ArrayRef;
    let rows = batch(
        &HISTORY_GAPS,
        &[
            ("user_id", Arc::new(StringArray::from_iter_values(gaps.iter().map(|gap| &gap.user_id)))),
            ("from_at", time(|gap| gap.from_us)),
            ("to_at", time(|gap| gap.to_us)),
            ("detected_at", time(|gap| gap.detected_us)),
            ("closed_by", Arc::new(StringArray::from_iter(gaps.iter().map(|gap| gap.closed_by.as_deref())))),
        ],
    )?;
    let written = store(&context.lake, &HISTORY_GAPS, vec![rows], Mode::Replace, &context.note(json!({}))).await?;
    Ok(Step { version: Some(written.version), outcome: Outcome::Wrote, ..Step::new(command, HISTORY_GAPS.label()) })
}

#[cfg(test)]
mod tests {
    use super::{Covered, SEAM_US, joined};

    fn covered(from_us: i64, to_us: i64) -> Covered {
        Covered { from_us, to_us }
    }

    #[test]
    fn files_that_go_on_where_another_ends_are_one_stretch_and_others_are_not() {
        let far = 10 * SEAM_US;
        let files =
            [covered(far, far + 5), Covered::nothing(), covered(0, 10), covered(10 + SEAM_US, 20 + SEAM_US), covered(2, 3)];
        assert_eq!(joined(&files), [covered(0, 20 + SEAM_US), covered(far, far + 5)]);
        assert_eq!(joined(&[Covered::nothing()]), []);
    }
}
