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

#[cfg(test)]
mod tests {
    use super::super::simulate::Character;
    use super::*;

    const EVERYTHING: Bounds = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY };

    fn listener(index: u64) -> Vec<Option<f64>> {
        Character { days: 220, silent: 0.1, gap: 20, ..Character::drawn(7, index) }.listener(7, index).valence
    }

    /// The forecasts made at an origin, from its errors and what came.
    fn made(series: &[Option<f64>], origin: &Origin) -> [Option<Each>; HORIZONS] {
        let coming = &series[origin.day + 1..];
        std::array::from_fn(|ahead| {
            let errors = origin.errors[ahead]?;
            coming.get(ahead).copied().flatten().map(|actual| errors.map(|error| actual - error))
        })
    }

    #[test]
    fn errors_on_a_straight_line_are_as_computed_by_hand() {
        let line: Vec<Option<f64>> = (0..300).map(|day| Some(f64::from(day))).collect();
        let run = run(&line, EVERYTHING);
        assert_eq!((run.origins.len(), run.origins[0].day, run.origins[271].day), (272, 27, 298));
        let errors = run.origins[200].errors.map(Option::unwrap);
        for (ahead, [naive, mean, weekday, _]) in errors.into_iter().enumerate() {
            // The last value of the weekday is one or two weeks old, the mean of 56 days 27.5 days older than the origin, and the
            // mean of eight weekdays 3.5 weeks older than the last of them.
            let weeks = if ahead < 7 { 7.0 } else { 14.0 };
            assert_eq!((naive, mean, weekday), (weeks, ahead as f64 + 28.5, weeks + 24.5));
        }
        let one = scores(&run.origins[200..201], |_, horizon| horizon <= 8);
        assert_eq!((one.pairs, one.errors.unwrap()[..3].to_vec()), (8, vec![63.0 / 8.0, 32.0, 63.0 / 8.0 + 24.5]));
    }

    #[test]
    fn the_origins_are_the_last_year_and_see_four_weeks_at_least() {
        let days = |days: usize| {
            let origins = run(&vec![Some(0.5); days], EVERYTHING).origins;
            (origins.len(), origins.first().map(|origin| origin.day), origins.last().map(|origin| origin.day))
        };
        assert_eq!(days(1000), (365, Some(634), Some(998)));
        assert_eq!(days(30), (2, Some(27), Some(28)));
        assert_eq!(days(28), (0, None, None));
        assert_eq!(days(0), (0, None, None));
    }

    #[test]
    fn what_comes_after_an_origin_does_not_change_its_forecasts() {
        for index in 0..5 {
            let series = listener(index);
            let honest = run(&series, Bounds::SHARE);
            for end in [60, 100, 101, 150, 200] {
                let mut changed = series.clone();
                for (day, value) in changed.iter_mut().enumerate().skip(end) {
                    *value = Some(if day % 3 == 0 { 0.0 } else { 1.0 });
                }
                let other = run(&changed, Bounds::SHARE);
                for (one, two) in honest.origins.iter().zip(&other.origins).filter(|(one, _)| one.day < end) {
                    for (one, two) in made(&series, one).iter().zip(made(&changed, two)) {
                        let (Some(one), Some(two)) = (one, two) else { continue };
                        assert!(one.iter().zip(two).all(|(one, two)| (one - two).abs() < 1e-12), "{one:?} {two:?}");
                    }
                }
                // And a past that ends there gives the same.
                let origin = honest.origins.iter().find(|origin| origin.day + 1 == end).unwrap();
                let cut = run(&series[..end], Bounds::SHARE).ahead;
                for (one, two) in made(&series, origin).iter().zip(cut) {
                    let Some(one) = one else { continue };
                    assert!(one.iter().zip(two.unwrap()).all(|(one, two)| (one - two).abs() < 1e-12));
                }
            }
        }
    }

    #[test]
    fn every_method_is_scored_on_the_same_pairs_and_days_without_a_value_on_none() {
        // Never a value on the seventh weekday: the baseline has nothing to say about it, though the mean would have.
        let series: Vec<Option<f64>> = (0..200).map(|day| (day % 7 != 6).then_some(f64::from(day % 5))).collect();
        let run = run(&series, EVERYTHING);
        for Origin { day, errors } in &run.origins {
            for (ahead, errors) in errors.iter().enumerate() {
                let target = day + 1 + ahead;
                assert_eq!(errors.is_some(), target < 200 && target % 7 != 6);
            }
        }
        assert_eq!(run.ahead.map(|each| each.is_some())[..7], [true, true, false, true, true, true, true]);
    }

    #[test]
    fn forecasts_stay_within_the_bounds() {
        let series = listener(1);
        let narrow = Bounds { low: 0.45, high: 0.55 };
        let run = run(&series, narrow);
        let all = run.origins.iter().flat_map(|origin| made(&series, origin)).chain(run.ahead).flatten().flatten();
        let (low, high) = all.fold((1.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        assert!((low - 0.45).abs() < 1e-12 && (high - 0.55).abs() < 1e-12, "{low} {high}");
    }

    #[test]
    fn without_pairs_there_are_no_errors() {
        assert_eq!(scores(&[], |_, _| true), Scores { pairs: 0, errors: None });
        let run = run(&listener(2), Bounds::SHARE);
        assert_eq!(scores(&run.origins, |_, _| false).errors, None);
    }
}
