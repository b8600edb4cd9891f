//! How far two stretches of a listener's time differ: the difference with its 95 % interval, and whether it could be chance.
//!
//! Owns the tests behind "drivers". Their units are whole days or weeks and never plays: plays of one session and one day
//! resemble each other, and as units of their own they would turn every mood of a day into a finding. Refuses to test few units,
//! and values that are not finite. `stretches` makes the units, `multiple` corrects the p values, `gold` turns effects into rows.

use std::collections::BTreeMap;

use super::describe::moments;
use super::student::{quantile, two_sided_p};

pub use super::weeks::{Week, against_weeks, share_against_weeks};

/// Fewer units have no interval: means of few skewed values do not follow a t distribution. With this many, false findings stay
/// at their rate in `simulated`, whose shortest history has nine weeks.
pub const UNITS_MIN: usize = 8;

/// Where the interval ends: 2.5 % are left out on either side.
const UPPER_END: f64 = 0.975;

/// A difference between a stretch of time and the usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The stretch less the usual, in the unit of the values.
    pub difference: f64,
    /// Lower end of the 95 % interval of the difference.
    pub low: f64,
    /// Upper end of the 95 % interval of the difference.
    pub high: f64,
    /// The difference in usual standard deviations of single plays; `None` when plays do not differ from each other.
    pub effect: Option<f64>,
    /// Lower end of the 95 % interval of the effect.
    pub effect_low: Option<f64>,
    /// Upper end of the 95 % interval of the effect.
    pub effect_high: Option<f64>,
    /// Probability of a difference at least as large if there were none; not corrected for other tests.
    pub p_value: f64,
    /// How many days or weeks it rests on.
    pub units: usize,
    /// Degrees of freedom of the t distribution behind interval and p value.
    pub degrees_of_freedom: f64,
}

/// One-sample t test of differences, one for each unit, all measured the same way: is their mean 0?
///
/// Differences that are all equal leave no doubt: the interval has no width, and the p value is 1 at a difference of 0, else 0.
/// `usual_sd` is the standard deviation of the values of single plays. `None` under [`UNITS_MIN`] differences or when one is not
/// finite.
#[must_use]
pub fn paired(differences: &[f64], usual_sd: f64) -> Option<Effect> {
    let (mean, variance) = usable_moments(differences)?;
    let units = differences.len();
    let error = (variance / units as f64).sqrt();
    Effect::from_t(mean, error, units, (units - 1) as f64, usual_sd)
}

/// As [`paired`] for differences of days, each with the number of its week: is the mean over all days 0?
///
/// Days of one week may depend on each other in any way, as the error comes from the sums over weeks (Liang and Zeger 1986). Days
/// count alike, so weeks with many of them weigh more, and together they are worth n² / Σ nᵢ² weeks with nᵢ of the n days: that
/// number less one are the degrees of freedom. With equal weeks this is [`paired`] on their means. `None` under [`UNITS_MIN`]
/// weeks or when a difference is not finite.
#[must_use]
pub fn paired_in_weeks(differences: &[(i64, f64)], usual_sd: f64) -> Option<Effect> {
    let values: Vec<f64> = differences.iter().map(|day| day.1).collect();
    let (mean, _) = usable_moments(&values)?;
    let mut weeks: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (week, difference) in differences {
        let (days, sum) = weeks.entry(*week).or_default();
        *days += 1.0;
        *sum += difference - mean;
    }
    let squares = |of: fn(&(f64, f64)) -> f64| weeks.values().map(|week| of(week) * of(week)).sum::<f64>();
    let days = differences.len() as f64;
    let worth = days * days / squares(|week| week.0);
    let error = (squares(|week| week.1) * worth / (worth - 1.0)).sqrt() / days;
    let units = Some(weeks.len()).filter(|weeks| *weeks >= UNITS_MIN)?;
    Effect::from_t(mean, error, units, worth - 1.0, usual_sd)
}

impl Effect {
    /// The effect whose difference has this standard error.
    fn from_t(difference: f64, error: f64, units: usize, degrees_of_freedom: f64, usual_sd: f64) -> Option<Self> {
        let reach = quantile(UPPER_END, degrees_of_freedom)? * error;
        let p_value = t_test(difference, error, degrees_of_freedom)?;
        let ends = [difference, difference - reach, difference + reach];
        Self::new(ends, p_value, units, degrees_of_freedom, usual_sd)
    }

    /// Takes the difference with the ends of its interval; `None` when they are not finite.
    pub(crate) fn new(ends: [f64; 3], p_value: f64, units: usize, degrees_of_freedom: f64, usual_sd: f64) -> Option<Self> {
        let [difference, low, high] = ends;
        let scaled = |value: f64| Some(value / usual_sd).filter(|effect| usual_sd > 0.0 && effect.is_finite());
        let (effect, effect_low, effect_high) = (scaled(difference), scaled(low), scaled(high));
        let found = Self { difference, low, high, effect, effect_low, effect_high, p_value, units, degrees_of_freedom };
        ends.iter().all(|end| end.is_finite()).then_some(found)
    }
}

/// The two-sided p value of a difference with this standard error.
pub(crate) fn t_test(difference: f64, error: f64, degrees_of_freedom: f64) -> Option<f64> {
    if difference == 0.0 && error == 0.0 {
        return Some(1.0);
    }
    two_sided_p(difference / error, degrees_of_freedom)
}

/// Mean and variance of enough finite values whose squares do not overflow.
fn usable_moments(values: &[f64]) -> Option<(f64, f64)> {
    moments(values).filter(|(_, variance)| values.len() >= UNITS_MIN && variance.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFFERENCES: [f64; 9] = [0.05, -0.02, 0.11, 0.07, 0.0, 0.13, 0.04, -0.05, 0.08];

    /// Difference, low, high, p value, degrees of freedom.
    fn close(found: Effect, expected: [f64; 5]) {
        let figures = [found.difference, found.low, found.high, found.p_value, found.degrees_of_freedom];
        for (found, expected) in figures.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
    }

    // The expected figures are those of scipy.stats.ttest_1samp and ttest_ind, recomputed by
    // check_effects.py.

    #[test]
    fn paired_is_the_one_sample_t_test_of_scipy() {
        let found = paired(&DIFFERENCES, 0.2).unwrap();
        close(
            found,
            [0.045_555_555_555_555_55, -0.000_421_960_863_984_431_6, 0.091_533_071_975_095_53, 0.051_679_371_188_678_214, 8.0],
        );
        assert_eq!(found.units, 9);
        let expected = [found.difference, found.low, found.high].map(|value| Some(value / 0.2));
        assert_eq!([found.effect, found.effect_low, found.effect_high], expected);
    }

    /// Differences of days in eight weeks of one to three days each.
    const DAYS: [(i64, f64); 14] = [
        (3, 0.05),
        (3, 0.11),
        (4, -0.02),
        (5, 0.09),
        (5, 0.04),
        (5, 0.12),
        (7, 0.0),
        (8, 0.13),
        (8, 0.1),
        (9, -0.05),
        (9, -0.03),
        (11, 0.08),
        (12, 0.06),
        (12, 0.01),
    ];

    #[test]
    fn days_in_weeks_have_the_cluster_robust_error_of_statsmodels() {
        let found = paired_in_weeks(&DAYS, 0.2).unwrap();
        close(
            found,
            [0.049_285_714_285_714_28, -0.001_495_652_801_720_828_7, 0.100_067_081_373_149_39, 0.055_154_849_998_642_404, 6.0],
        );
        assert_eq!(found.units, 8);
        let mut shuffled = DAYS;
        shuffled.reverse();
        close(
            paired_in_weeks(&shuffled, 0.2).unwrap(),
            [found.difference, found.low, found.high, found.p_value, found.degrees_of_freedom],
        );
    }

    #[test]
    fn weeks_of_equally_many_days_are_tested_by_their_means() {
        let days: Vec<(i64, f64)> =
            DIFFERENCES.iter().zip(0..).flat_map(|(mean, week)| [(week, mean - 0.3), (week, mean + 0.3)]).collect();
        let weeks = paired(&DIFFERENCES, 0.2).unwrap();
        close(paired_in_weeks(&days, 0.2).unwrap(), [weeks.difference, weeks.low, weeks.high, weeks.p_value, 8.0]);
    }

    #[test]
    fn equal_differences_leave_no_doubt() {
        let none = paired(&[0.0; 8], 0.2).unwrap();
        assert_eq!((none.difference, none.low, none.high, none.p_value), (0.0, 0.0, 0.0, 1.0));
        let some = paired(&[0.1; 8], 0.2).unwrap();
        assert_eq!((some.difference, some.low, some.high, some.p_value), (0.1, 0.1, 0.1, 0.0));
        let weeks = paired_in_weeks(&DAYS.map(|day| (day.0, 0.1)), 0.2).unwrap();
        assert_eq!((weeks.low, weeks.high, weeks.p_value), (0.1, 0.1, 0.0));
    }

    #[test]
    fn plays_that_do_not_vary_have_no_standardized_effect() {
        for usual_sd in [0.0, -1.0, f64::NAN] {
            let found = paired(&DIFFERENCES, usual_sd).unwrap();
            assert_eq!((found.effect, found.effect_low, found.effect_high), (None, None, None));
        }
    }

    #[test]
    fn few_or_unusable_units_have_no_effect() {
        assert_eq!((paired(&DIFFERENCES[..7], 0.2), paired(&[], 0.2)), (None, None));
        assert_eq!((paired_in_weeks(&DAYS[..12], 0.2), paired_in_weeks(&[(1, 0.5); 90], 0.2)), (None, None));
        for hostile in [f64::NAN, f64::INFINITY, 1e300] {
            let mut values = DIFFERENCES;
            values[3] = hostile;
            assert_eq!(paired_in_weeks(&DAYS.map(|day| (day.0, if day.0 == 9 { hostile } else { day.1 })), 0.2), None);
            assert_eq!(paired(&values, 0.2), None);
        }
        let tiny = paired(&DIFFERENCES.map(|value| value * 1e-200), 0.2).unwrap();
        assert!(tiny.p_value.is_finite() && tiny.low <= tiny.high);
    }
}
