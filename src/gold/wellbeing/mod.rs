//! Wellbeing indicators: a listener's days, weeks and months as figures, each with what it rests on.
//!
//! Owns the job. `windows` holds the formulas over 1, 7 and 28 days, `trends` those that compare a day with the past, `mixes`
//! what was heard, `rows` the table. It tells listening patterns; it never tells how a person is.

mod mixes;
mod rows;
mod trends;
mod windows;

use super::calendar::{Calendar, Day};
use super::gaps::{GAPS, Gaps};
use super::heard::HEARD;
use super::source::Source;
use super::task::{Begun, Task};
use crate::context::{Context, Step};
use crate::error::Result;
use crate::fingerprint;
use crate::lake::tables::WELLBEING_INDICATORS;
use mixes::Mixes;
use rows::Rows;
use serde_json::json;
use std::sync::Arc;
use windows::{DAY, FOUR_WEEKS, Mood, WEEK, over};

/// Raised when the same plays would give other figures.
const ALGORITHM: &str = "wellbeing 2";

/// The mood of each day, where enough plays tell it.
#[must_use]
pub fn daily_moods(days: &[Day]) -> Vec<Mood> {
    over(days, DAY).iter().map(|day| day.mood(DAY)).collect()
}

/// Builds the table, unless it was built from exactly this silver and these gaps already.
///
/// # Errors
/// When reading or writing fails.
pub async fn build(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let gaps = Gaps::read(context, source).await?;
    let parameters = json!({
        "plays": source.parameters(),
        "sql": fingerprint::of([HEARD, GAPS].concat()),
        "algorithm": ALGORITHM,
        "gaps": gaps.described(),
    });
    let made_from = (json!({ "silver": source.identity()? }), parameters);
    let begun = Task::begin(context, "build-gold wellbeing", &[&WELLBEING_INDICATORS], source, made_from).await?;
    let mut task = match begun {
        Begun::UpToDate(steps) => return Ok(steps),
        Begun::Build(task) => task,
    };
    let source = task.source();
    let calendars = Calendar::all(context, &source, &gaps).await?;
    let mixes = Mixes::read(&source.scope(context).await?).await?;
    let mut rows = Rows::default();
    for calendar in &calendars {
        let spans = [DAY, WEEK, FOUR_WEEKS].map(|span| over(&calendar.days, span));
        let mixed = [WEEK, FOUR_WEEKS].map(|span| mixes.of(calendar, span.days));
        rows.listener(calendar, &spans, &mixed);
    }
    task.store(&WELLBEING_INDICATORS, vec![rows.into_batch()?]).await?;
    Ok(task.done())
}
