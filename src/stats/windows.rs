//! Windows that end on each of a row of days: sums, means, standard deviations, medians.
//!
//! Owns windows over days of which some have no value: these are skipped, and what is told says how many days it needs. Each window
//! is computed anew, a few dozen values of a few thousand days: nothing is carried along that could drift. Figures go to `gold`.

use super::describe::{mean, median as middle, sample_sd};

/// A spread below this is rounding: values that are all the same have none.
const SPREAD_MIN: f64 = 1e-12;

/// Sums of the `window` values up to and including each; of fewer at the start.
#[must_use]
pub fn sums(values: &[i128], window: usize) -> Vec<i128> {
    let mut sum = 0;
    (0..values.len())
        .map(|at| {
            sum += values[at];
            if let Some(left) = at.checked_sub(window) {
                sum -= values[left];
            }
            sum
        })
        .collect()
}

/// Mean and sample standard deviation of the values of the `window` days that end on each; none where fewer than `least` days (and
/// than two) have a value. The deviation of equal values is 0.
#[must_use]
pub fn mean_and_deviation(values: &[Option<f64>], window: usize, least: usize) -> Vec<Option<(f64, f64)>> {
    let flat = |deviation: f64| if deviation < SPREAD_MIN { 0.0 } else { deviation };
    over(values, window, least.max(2), |present| Some((mean(present)?, flat(sample_sd(present)?))))
}

/// Median of the values of the `window` days that end on each; none where fewer than `least` days have a value.
#[must_use]
pub fn median(values: &[Option<f64>], window: usize, least: usize) -> Vec<Option<f64>> {
    over(values, window, least.max(1), middle)
}

fn over<T>(values: &[Option<f64>], window: usize, least: usize, of: impl Fn(&[f64]) -> Option<T>) -> Vec<Option<T>> {
    (0..values.len())
        .map(|at| {
            let present: Vec<f64> = values[(at + 1).saturating_sub(window)..=at].iter().copied().flatten().collect();
            if present.len() < least { None } else { of(&present) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{mean_and_deviation, median, sums};

    #[test]
    fn sums_are_of_the_last_values() {
        assert_eq!(sums(&[1, 2, 3, 4, 5], 2), [1, 3, 5, 7, 9]);
        assert_eq!(sums(&[1, 2, 3], 7), [1, 3, 6]);
        assert!(sums(&[], 7).is_empty());
    }

    #[test]
    fn windows_skip_days_without_a_value_and_need_enough_of_the_others() {
        let values = [Some(1.0), None, Some(3.0), Some(8.0), None, None, None, Some(2.0)];
        // pandas: Series.rolling(4, min_periods=2).mean() and .std(); the last window holds 2.0 alone.
        let found = mean_and_deviation(&values, 4, 2);
        let means: Vec<_> = found.iter().map(|window| window.map(|(mean, _)| mean)).collect();
        assert_eq!(means, [None, None, Some(2.0), Some(4.0), Some(5.5), Some(5.5), None, None]);
        let deviations: Vec<_> = found.iter().flatten().map(|(_, deviation)| *deviation).collect();
        for (deviation, expected) in deviations.iter().zip([std::f64::consts::SQRT_2, 13_f64.sqrt(), 12.5_f64.sqrt()]) {
            assert!((deviation - expected).abs() < 1e-12);
        }
        assert_eq!(median(&values, 4, 2)[3], Some(3.0));
        assert_eq!(median(&values, 4, 2)[2], Some(2.0));
        assert_eq!(median(&values, 4, 3)[2], None);
    }

    #[test]
    fn equal_values_have_no_spread() {
        assert!(mean_and_deviation(&[Some(0.1); 40], 7, 4).iter().flatten().all(|(_, deviation)| *deviation == 0.0));
        assert!(mean_and_deviation(&[], 7, 4).is_empty() && median(&[None, None], 7, 1).iter().all(Option::is_none));
    }
}
