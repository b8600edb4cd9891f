//! The rolling backtest: what each method would have said on every one of the last days, held against what came.
//!
//! Owns the origins, the errors and their means. Every method is scored on the same pairs of an origin and a horizon: those whose
//! day has a value and for which every method gives a forecast. Refuses to look ahead: an origin hands its methods the days up to
//! itself. Errors go to `choice` and `intervals`.

use super::Bounds;
use super::methods::{Ahead, HORIZONS, METHODS, forecasts};
use super::smoothing::Smoothing;

/// Origins at most: a year of them, so that what is reported is about the listener of today.
const ORIGINS_MAX: usize = 365;

/// Days the first origin sees: four weeks, so that each weekday was there four times.
const TRAINING_DAYS: usize = 28;

/// One number for each method, such as its error for a day: what came minus what was forecast.
pub(super) type Each = [f64; METHODS];

/// A day from which forecasts were made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Origin {
    /// Number of the last day the forecasts saw.
    pub(super) day: usize,
    /// The errors for the days after it, tomorrow first; none where the pair is not scored.
    pub(super) errors: [Option<Each>; HORIZONS],
}

/// What was forecast, and what is to come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// The origins, one a day, the earliest first; the last is the day before the last one.
    pub(super) origins: Vec<Origin>,
    /// The forecasts from the last day, within the bounds; none where a method has none.
    pub(super) ahead: [Option<Each>; HORIZONS],
}

/// Mean absolute errors over some pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scores {
    /// How many pairs there are.
    pub(super) pairs: usize,
    /// The mean of each method; none without pairs.
    pub(super) errors: Option<Each>,
}

/// Forecasts from every one of the last days and from the end of the series.
pub(super) fn run(series: &[Option<f64>], bounds: Bounds) -> Run {
    let first = series.len().saturating_sub(ORIGINS_MAX + 1).max(TRAINING_DAYS - 1);
    let mut smoothing = Smoothing::new();
    let mut origins = Vec::with_capacity(ORIGINS_MAX);
    let mut ahead = [None; HORIZONS];
    for day in 0..series.len() {
        let (past, coming) = series.split_at(day + 1);
        smoothing.advance(past);
        if day >= first {
            ahead = together(&forecasts(past, &smoothing), bounds);
            origins.push(Origin { day, errors: errors(&ahead, coming) });
        }
    }
    // Nothing came after the last day.
    origins.pop();
    Run { origins, ahead }
}

/// The mean absolute errors over the pairs of an origin's day and a horizon, from 1, that are asked for.
pub(super) fn scores(origins: &[Origin], asked: impl Fn(usize, usize) -> bool) -> Scores {
    let (mut pairs, mut sums) = (0_usize, [0.0; METHODS]);
    for Origin { day, errors } in origins {
        for errors in (1..).zip(errors).filter(|(horizon, _)| asked(*day, *horizon)).filter_map(|(_, errors)| errors.as_ref()) {
            pairs += 1;
            for (sum, error) in sums.iter_mut().zip(errors) {
                *sum += error.abs();
            }
        }
    }
    Scores { pairs, errors: (pairs > 0).then(|| sums.map(|sum| sum / pairs as f64)) }
}

/// The forecasts of all methods for one day side by side, each within the bounds; none where one of them is missing.
fn together(forecasts: &[Ahead; METHODS], bounds: Bounds) -> [Option<Each>; HORIZONS] {
    std::array::from_fn(|ahead| {
        let mut each = [0.0; METHODS];
        for (value, forecast) in each.iter_mut().zip(forecasts) {
            *value = bounds.clip(forecast[ahead]?);
        }
        Some(each)
    })
}

/// How far off the forecasts were.
fn errors(forecasts: &[Option<Each>; HORIZONS], coming: &[Option<f64>]) -> [Option<Each>; HORIZONS] {
    std::array::from_fn(|ahead| {
        let actual = coming.get(ahead).copied().flatten()?;
        forecasts[ahead].map(|each| each.map(|forecast| actual - forecast))
    })
}
