//! Intervals around a forecast, from the errors the same method made before; no distribution is assumed.
//!
//! Owns the errors known on a day, their quantiles and the coverage such intervals had. An interval reaches between finite-sample
//! quantiles as in conformal prediction: with n errors from the `ceil((n + 1) p)`th largest to the `ceil((n + 1) p)`th smallest
//! (Vovk, Gammerman and Shafer 2005, chapter 2). Errors of nearby days are correlated, so the share it promises holds on average
//! over time, not for each day; therefore the coverage is measured too. Refuses a level for which there are too few errors.

use super::backtest::Origin;
use super::methods::{HORIZONS, WEEK};

/// How often actual values lay within intervals made from the errors that were known before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// Pairs of an origin and a horizon with an interval and a value.
    pub pairs: usize,
    /// Share of them within the interval, ends included; none without pairs.
    pub share: Option<f64>,
}

/// An interval's promise, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// One new error in so many lies beyond each end.
    tail: usize,
    /// Days with errors it takes. The errors of one day for several horizons are nearly one error, so they are not counted instead:
    /// with that, and half of these days, intervals of 95 % covered 82 % of the days of listeners whose mood lasts for weeks.
    days_min: usize,
}

/// 80 %, from four weeks of errors on.
pub(super) const LEVEL_80: Level = Level { tail: 10, days_min: 4 * WEEK };

/// 95 %, from eight weeks of errors on.
pub(super) const LEVEL_95: Level = Level { tail: 40, days_min: 8 * WEEK };

/// Errors an interval rests on; a horizon that has fewer of its own takes those of its neighbours in. With 39 the outermost ones
/// are the ends of an interval of 95 %.
const ERRORS_MIN: usize = LEVEL_95.tail - 1;

/// The errors of one method known on some day.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    method: usize,
    /// Days that have errors.
    days: usize,
    /// By horizon, in ascending order.
    errors: [Vec<f64>; HORIZONS],
}

impl Known {
    /// Every error of the method with this place, and the coverage its intervals of 80 and 95 % had on the way.
    pub(super) fn all(origins: &[Origin], method: usize) -> (Self, [Coverage; 2]) {
        let mut known = Self { method, days: 0, errors: Default::default() };
        let mut counts = [(0_usize, 0_usize); 2];
        for (at, origin) in origins.iter().enumerate() {
            known.learn(origins, at);
            for (ahead, errors) in origin.errors.iter().enumerate() {
                let Some(errors) = errors else { continue };
                for ((pairs, within), ends) in counts.iter_mut().zip(known.ends(ahead, [LEVEL_80, LEVEL_95])) {
                    let Some((low, high)) = ends else { continue };
                    *pairs += 1;
                    *within += usize::from((low..=high).contains(&errors[method]));
                }
            }
        }
        known.learn(origins, origins.len());
        let share = |pairs, within| (pairs > 0).then(|| within as f64 / pairs as f64);
        (known, counts.map(|(pairs, within)| Coverage { pairs, share: share(pairs, within) }))
    }

    /// The errors between which new ones for a horizon, counted from 0, lie as often as each level says; none when too few are
    /// known for it.
    pub(super) fn ends<const N: usize>(&self, ahead: usize, levels: [Level; N]) -> [Option<(f64, f64)>; N] {
        if levels.iter().all(|level| self.days < level.days_min) {
            return [None; N];
        }
        let pool = self.pool(ahead);
        levels.map(|level| if self.days < level.days_min { None } else { ends(pool, level.tail) })
    }

    /// Adds the errors that become known on the day of the origin with this place: those of forecasts made for that day. Origins
    /// are consecutive days, so the place after the last origin stands for the last day.
    fn learn(&mut self, origins: &[Origin], at: usize) {
        let mut learnt = false;
        for (ahead, errors) in self.errors.iter_mut().enumerate() {
            let made = at.checked_sub(ahead + 1).and_then(|at| origins.get(at));
            if let Some(error) = made.and_then(|origin| origin.errors[ahead]).map(|each| each[self.method]) {
                errors.insert(errors.partition_point(|other| *other < error), error);
                learnt = true;
            }
        }
        self.days += usize::from(learnt);
    }

    /// The errors for a horizon: its own and, while they are too few, those of the nearest others.
    fn pool(&self, ahead: usize) -> &[Vec<f64>] {
        let around = |reach: usize| &self.errors[ahead.saturating_sub(reach)..HORIZONS.min(ahead + reach + 1)];
        let suffices = |errors: &&[Vec<f64>]| errors.iter().map(Vec::len).sum::<usize>() >= ERRORS_MIN;
        (0..HORIZONS).map(around).find(suffices).unwrap_or(&self.errors)
    }
}

/// The errors beyond each of which one new error in `tail` lies, of lists in ascending order; none when there are too few.
fn ends(lists: &[Vec<f64>], tail: usize) -> Option<(f64, f64)> {
    let count: usize = lists.iter().map(Vec::len).sum();
    // n + 1 − ceil((n + 1)(1 − 1 / tail)) in whole numbers: the place of the end, counted from 1 and from outside.
    let place = (count + 1) / tail;
    if let [list] = lists {
        return place.checked_sub(1).and_then(|first| Some((*list.get(first)?, *list.get(list.len() - place)?)));
    }
    let low = smallest(lists, place, |list, at| list.get(at).copied());
    let high = smallest(lists, place, |list, at| list.iter().nth_back(at).map(|error| -error));
    low.zip(high.map(|error| -error))
}

/// The value with this place, counted from 1, of lists that `read` gives in ascending order: merges them only so far.
fn smallest(lists: &[Vec<f64>], place: usize, read: impl Fn(&[f64], usize) -> Option<f64>) -> Option<f64> {
    let mut taken = [0_usize; HORIZONS];
    let mut last = None;
    for _ in 0..place {
        let heads = lists.iter().zip(&mut taken).filter_map(|(list, at)| read(list, *at).map(|value| (value, at)));
        let (value, at) = heads.min_by(|(a, _), (b, _)| a.total_cmp(b))?;
        *at += 1;
        last = Some(value);
    }
    last
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::super::super::random::Random;
    use super::super::simulate::normal;
    use super::*;

    /// Origins whose errors are drawn, one in ten of them missing.
    fn origins(count: usize) -> Vec<Origin> {
        let mut random = Random::stream(13, 0);
        let mut error = || (random.uniform() < 0.9).then(|| [0.0, normal(&mut random), 0.0, 0.0]);
        let mut errors = |day: usize| std::array::from_fn(|ahead| error().filter(|_| day + ahead < count));
        (0..count).map(|day| Origin { day: day + 27, errors: errors(day) }).collect()
    }

    #[test]
    fn the_ends_are_the_ranks_of_conformal_prediction() {
        let errors: Vec<f64> = (1..=99).map(f64::from).collect();
        // ceil(100 · 0.9) = 90 and ceil(100 · 0.975) = 98.
        assert_eq!(ends(from_ref(&errors), LEVEL_80.tail), Some((10.0, 90.0)));
        assert_eq!(ends(from_ref(&errors), LEVEL_95.tail), Some((2.0, 98.0)));
        assert_eq!(ends(&[errors[..39].to_vec()], LEVEL_95.tail), Some((1.0, 39.0)));
        assert_eq!(ends(&[errors[..38].to_vec()], LEVEL_95.tail), None);
        assert_eq!(ends(&[errors[..9].to_vec()], LEVEL_80.tail), Some((1.0, 9.0)));
        assert_eq!(ends(&[errors[..8].to_vec()], LEVEL_80.tail), None);
        assert_eq!(ends(&[vec![]], LEVEL_80.tail), None);
    }

    #[test]
    fn several_lists_count_as_one() {
        let whole: Vec<f64> = (1..=99).map(f64::from).collect();
        let part = |rest: usize| whole.iter().copied().filter(|value| *value as usize % 3 == rest).collect::<Vec<_>>();
        let parts = [part(0), vec![], part(1), part(2)];
        for tail in [LEVEL_80.tail, LEVEL_95.tail, 2, 100, 101] {
            assert_eq!(ends(&parts, tail), ends(from_ref(&whole), tail));
        }
    }

    #[test]
    fn neighbours_help_out_until_there_are_enough_errors() {
        let (known, _) = Known::all(&origins(60), 1);
        let lengths = |pool: &[Vec<f64>]| pool.iter().map(Vec::len).sum::<usize>();
        // Some 54 errors a day ahead, some 41 two weeks ahead.
        assert!(known.pool(0).len() == 1 && lengths(known.pool(0)) >= ERRORS_MIN);
        let (known, _) = Known::all(&origins(40), 1);
        assert_eq!((known.pool(0).len(), known.pool(6).len(), known.pool(13).len()), (2, 3, 2));
        assert!((0..HORIZONS).all(|ahead| lengths(known.pool(ahead)) >= ERRORS_MIN));
        let (known, _) = Known::all(&origins(2), 1);
        assert_eq!(known.pool(5).len(), HORIZONS);
    }

    #[test]
    fn levels_take_four_and_eight_weeks_of_days() {
        let some = |count: usize| {
            let (known, _) = Known::all(&origins(count), 1);
            (known.days, known.ends(3, [LEVEL_80, LEVEL_95]).map(|ends| ends.is_some()))
        };
        assert_eq!(some(27), (27, [false, false]));
        assert_eq!(some(28), (28, [true, false]));
        assert_eq!(some(55), (55, [true, false]));
        assert_eq!(some(56), (56, [true, true]));
    }

    #[test]
    fn coverage_is_that_of_intervals_made_anew_each_day() {
        let origins = origins(120);
        let mut expected = [(0, 0); 2];
        for origin in &origins {
            // The errors whose days had come, from the start.
            let known: Vec<Origin> = origins.iter().filter(|other| other.day < origin.day).cloned().collect();
            let visible = known.iter().map(|other| {
                let errors =
                    (1..).zip(other.errors).map(|(horizon, errors)| errors.filter(|_| other.day + horizon <= origin.day));
                Origin { day: other.day, errors: errors.collect::<Vec<_>>().try_into().unwrap() }
            });
            let (known, _) = Known::all(&visible.collect::<Vec<_>>(), 1);
            for (ahead, errors) in origin.errors.iter().enumerate() {
                let Some(errors) = errors else { continue };
                for ((pairs, within), ends) in expected.iter_mut().zip(known.ends(ahead, [LEVEL_80, LEVEL_95])) {
                    let Some((low, high)) = ends else { continue };
                    *pairs += 1;
                    *within += usize::from(low <= errors[1] && errors[1] <= high);
                }
            }
        }
        let (_, found) = Known::all(&origins, 1);
        let expected = expected.map(|(pairs, within)| Coverage { pairs, share: Some(within as f64 / pairs as f64) });
        assert_eq!(found, expected);
        assert!(found[0].pairs > 1000 && found[1].pairs > 600);
    }

    #[test]
    fn without_origins_nothing_is_known() {
        let (known, coverage) = Known::all(&[], 0);
        assert_eq!(known.ends(0, [LEVEL_80]), [None]);
        assert_eq!(coverage, [Coverage { pairs: 0, share: None }; 2]);
    }
}
