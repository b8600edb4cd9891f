//! Forecasts of a listener's daily series two weeks ahead, always beside a seasonal naive baseline.
//!
//! Owns the rule that turns a series into one reported forecast:
//!
//! 1. Four methods (`methods`) forecast 1 to 14 days ahead from each of the last 365 days that have a tomorrow and at least 27 days
//!    before them, each seeing only the days up to then (`backtest`). A pair of such an origin and a horizon counts where its day
//!    has a value and all four methods have a forecast, so that all are scored on the same pairs by their mean absolute error (MAE).
//! 2. The origins are halved at a day. The method with the lowest MAE on pairs whose day had come by then is the candidate. It is
//!    reported if its MAE over the origins from that day on is below the baseline's by more than chance, with nine chances in ten
//!    (`certainty`); otherwise, or when either half has fewer than 28 scored days, the baseline is, and the result says why
//!    (`choice`). The skill told is that of the newer half, which had no part in the choice of the candidate.
//! 3. Intervals are quantiles of the reported method's own errors; their coverage is measured on the way (`intervals`).
//!
//! On simulated listeners the skill told is the skill earned in the two weeks after, but for short histories of moods that last for
//! weeks: there chance passes as skill in some, and the skill told of those that pass is too high by a third.
//!
//! Refuses a series too short to say anything and values that are not usable numbers. Nothing here is random. Goes to `gold`.

mod backtest;
mod certainty;
mod choice;
mod intervals;
mod methods;
mod offsets;
mod report;
#[cfg(test)]
mod simulate;
mod smoothing;
#[cfg(test)]
mod tests;

use super::StatsError;
use choice::choose;

pub use choice::{Choice, Skill};
pub use intervals::Coverage;
pub use methods::{HORIZONS, Method};
pub use report::{Backtest, Day, Extent, Forecast};

/// Values the series needs: four of each weekday when there are no holes.
const VALUES_MIN: usize = 28;

/// Days the series needs from its first value to its end: as many for the backtest as for its first origin.
const DAYS_MIN: usize = 56;

/// Magnitudes above this are refused: their squares and the sums of those stay far below the largest `f64`, 1.8e308.
const MAGNITUDE_MAX: f64 = 1e120;

/// Between which values the series lies by its nature; forecasts and intervals are moved to the nearer end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The least possible value.
    pub low: f64,
    /// The largest possible value.
    pub high: f64,
}

impl Bounds {
    /// From 0 to 1, as for the mean of an audio feature.
    pub const SHARE: Self = Self { low: 0.0, high: 1.0 };

    /// From 0 on, as for a number of plays.
    pub const COUNT: Self = Self { low: 0.0, high: f64::INFINITY };

    /// The value, or the end it lies beyond.
    fn clip(self, value: f64) -> f64 {
        // Not `clamp`, which panics when the ends are swapped, nor `max`, which leaves the sign of zero open.
        if value <= self.low {
            self.low
        } else if value >= self.high {
            self.high
        } else {
            value
        }
    }
}

/// Forecasts the 14 days after a series of consecutive calendar days, the oldest first; a day is none when it has no value, or when
/// nobody knows. None for fewer than 28 values, or fewer than 56 days from the first of them to the end.
///
/// # Errors
/// A value is NaN, infinite or beyond 1e120; the error's row is its day.
pub fn forecast(series: &[Option<f64>], bounds: Bounds) -> Result<Option<Forecast>, StatsError> {
    let refused = |value: &Option<f64>| value.is_some_and(|value| value.is_nan() || value.abs() > MAGNITUDE_MAX);
    if let Some(row) = series.iter().position(refused) {
        return Err(StatsError::NotFinite { row, column: 0 });
    }
    let first = series.iter().position(Option::is_some).unwrap_or(series.len());
    let series = &series[first..];
    let values = series.iter().flatten().count();
    if values < VALUES_MIN || series.len() < DAYS_MIN {
        return Ok(None);
    }
    let run = backtest::run(series, bounds);
    let chosen = choose(&run.origins);
    Ok(Some(Forecast::new(&run, &chosen, bounds, Extent { values, days: series.len() })))
}
