//! What is told about a forecast: the coming days with their intervals, and how every method did.
//!
//! Owns the shape of the result and the arithmetic that fills it from a backtest and a choice. Decides nothing. Goes to the caller.

use super::Bounds;
use super::backtest::{Run, Scores, scores};
use super::choice::{Choice, Chosen, Skill};
use super::intervals::{Coverage, Known, LEVEL_80, LEVEL_95};
use super::methods::{HORIZONS, Method};

/// A series forecast two weeks ahead, and what that rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The method reported.
    pub method: Method,
    /// Why it is the one.
    pub choice: Choice,
    /// The method with the lowest MAE on the older half of the backtest; none when that was too short.
    pub candidate: Option<Method>,
    /// How much better the candidate was than the baseline on the newer half. None when the baseline is the candidate or made no
    /// error, or the backtest was too short.
    pub skill: Option<Skill>,
    /// The coming days, tomorrow first.
    pub days: [Day; HORIZONS],
    /// How each method did, the baseline first.
    pub backtests: Vec<Backtest>,
    /// Days from which forecasts were made in the backtest.
    pub origins: usize,
    /// How much history there is.
    pub extent: Extent,
}

/// How much history a forecast rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Days with a value.
    pub values: usize,
    /// Days from the first value to the end of the series.
    pub days: usize,
}

/// What is forecast for one day. The value is none where one of the methods has nothing to go on, such as a weekday without a value
/// in eight weeks: the backtest does not score such days either. An interval is none where the value is, or where too few errors
/// are known; it need not contain the value when the errors lean to one side.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Day {
    /// Days after the end of the series, from 1 to 14.
    pub horizon: usize,
    /// The forecast, in the unit of the series.
    pub value: Option<f64>,
    /// Lower end of the interval for 80 % of values.
    pub low_80: Option<f64>,
    /// Upper end of the interval for 80 % of values.
    pub high_80: Option<f64>,
    /// Lower end of the interval for 95 % of values.
    pub low_95: Option<f64>,
    /// Upper end of the interval for 95 % of values.
    pub high_95: Option<f64>,
}

/// How one method did in the backtest; mean absolute errors in the unit of the series, none without pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// The method.
    pub method: Method,
    /// Pairs of an origin and a horizon that were scored, the same for every method.
    pub pairs: usize,
    /// MAE over all pairs. The lowest of several is a little too good to be expected again; `mae_newer` is not.
    pub mae: Option<f64>,
    /// MAE over the older half, on which the candidate was chosen.
    pub mae_older: Option<f64>,
    /// MAE over the newer half, on which it was judged.
    pub mae_newer: Option<f64>,
    /// Pairs by horizon, from 1 day ahead.
    pub pairs_by_horizon: [usize; HORIZONS],
    /// MAE by horizon, from 1 day ahead.
    pub mae_by_horizon: [Option<f64>; HORIZONS],
    /// How often values lay within the interval of 80 %.
    pub coverage_80: Coverage,
    /// How often values lay within the interval of 95 %.
    pub coverage_95: Coverage,
}

impl Forecast {
    /// Puts together what was found.
    pub(super) fn new(run: &Run, chosen: &Chosen, bounds: Bounds, extent: Extent) -> Self {
        let Chosen { choice, candidate, skill, .. } = *chosen;
        let method = chosen.method();
        let mut days = [Day::default(); HORIZONS];
        let mut backtests = Vec::with_capacity(Method::ALL.len());
        let all = scores(&run.origins, |_, _| true);
        let by_horizon = std::array::from_fn(|ahead| scores(&run.origins, |_, horizon| horizon == ahead + 1));
        for each in Method::ALL {
            let (known, [coverage_80, coverage_95]) = Known::all(&run.origins, each.place());
            if each == method {
                days = std::array::from_fn(|ahead| {
                    Day::new(ahead, run.ahead[ahead].map(|values| values[each.place()]), &known, bounds)
                });
            }
            backtests.push(Backtest::new(each, all, chosen, &by_horizon, [coverage_80, coverage_95]));
        }
        Self { method, choice, candidate, skill, days, backtests, origins: run.origins.len(), extent }
    }
}

impl Day {
    /// The day with this place among the coming ones, and the ends of its intervals.
    fn new(ahead: usize, value: Option<f64>, known: &Known, bounds: Bounds) -> Self {
        let around = known.ends(ahead, [LEVEL_80, LEVEL_95]).map(|ends| {
            let (value, (low, high)) = value.zip(ends)?;
            Some((bounds.clip(value + low), bounds.clip(value + high)))
        });
        let [(low_80, high_80), (low_95, high_95)] = around.map(Option::unzip);
        Self { horizon: ahead + 1, value, low_80, high_80, low_95, high_95 }
    }
}

impl Backtest {
    /// The part of one method in the scores of all.
    fn new(method: Method, all: Scores, chosen: &Chosen, by_horizon: &[Scores; HORIZONS], coverage: [Coverage; 2]) -> Self {
        let mae = |scores: &Scores| scores.errors.map(|errors| errors[method.place()]);
        let [coverage_80, coverage_95] = coverage;
        Self {
            method,
            pairs: all.pairs,
            mae: mae(&all),
            mae_older: mae(&chosen.older),
            mae_newer: mae(&chosen.newer),
            pairs_by_horizon: by_horizon.each_ref().map(|scores| scores.pairs),
            mae_by_horizon: by_horizon.each_ref().map(mae),
            coverage_80,
            coverage_95,
        }
    }
}
