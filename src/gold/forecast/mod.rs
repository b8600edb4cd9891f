//! Forecast: valence, energy and plays of the next two weeks, beside what a naive forecast would say.
//!
//! Owns the job: a listener's daily series from the calendar, the methods and their backtest from `stats`, the words of the
//! verdict. What is shown is what did better; where nothing beats the naive forecast, that is what is shown.

mod rows;

use super::calendar::Calendar;
use super::gaps::{GAPS, Gaps};
use super::source::Source;
use super::task::{Begun, Task};
use crate::context::{Context, Step};
use crate::error::Result;
use crate::fingerprint;
use crate::lake::tables::{FORECAST_BACKTESTS, MOOD_FORECAST};
use rows::Rows;
use serde_json::json;
use std::sync::Arc;

/// Raised when the same plays would give another forecast.
const ALGORITHM: &str = "forecast 1";

/// Builds both tables, unless they were built from exactly this silver and these gaps already.
///
/// # Errors
/// When reading or writing fails.
pub async fn build(context: &Context, source: &Arc<Source>) -> Result<Vec<Step>> {
    let gaps = Gaps::read(context, source).await?;
    let parameters = json!({
        "plays": source.parameters(),
        "sql": fingerprint::of(GAPS),
        "algorithm": ALGORITHM,
        "gaps": gaps.described(),
    });
    let made_from = (json!({ "silver": source.identity()? }), parameters);
    let tables = [&MOOD_FORECAST, &FORECAST_BACKTESTS];
    let mut task = match Task::begin(context, "build-gold forecast", &tables, source, made_from).await? {
        Begun::UpToDate(steps) => return Ok(steps),
        Begun::Build(task) => task,
    };
    let mut rows = Rows::default();
    for calendar in Calendar::all(context, &task.source(), &gaps).await? {
        rows.listener(&calendar)?;
    }
    let (forecasts, backtests) = rows.into_batches()?;
    task.store(&MOOD_FORECAST, vec![forecasts]).await?;
    task.store(&FORECAST_BACKTESTS, vec![backtests]).await?;
    Ok(task.done())
}
