//! Whether the mean of correlated numbers is above zero by more than chance.
//!
//! Owns the test of Diebold and Mariano (1995) for two forecasts, in the form for short series: the long-run variance of Newey and
//! West (1987), and critical values that know how rough it is (Kiefer and Vogelsang 2005). Goes to `choice`.

use super::methods::HORIZONS;

/// Differences of two forecasts' errors on days closer than this share days that were forecast from both.
const BANDWIDTH: usize = HORIZONS;

/// The critical value for nine chances in ten on one side, as a polynomial in bandwidth / count: Kiefer and Vogelsang (2005),
/// table 1, Bartlett kernel. The constant is that of the normal distribution.
const CRITICAL_VALUE: [f64; 4] = [1.2816, 1.3040, 0.5135, -0.3386];

/// What the mean of these numbers, one a day, is at least with nine chances in ten; none without numbers.
///
/// Nine in ten, not the usual 19 in 20, since the mistakes differ in weight: a method no better than the baseline does no harm in its
/// place, while keeping the baseline costs a fifth of the error where a method is better.
pub(super) fn lower_bound(numbers: &[f64]) -> Option<f64> {
    if numbers.is_empty() {
        return None;
    }
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let bandwidth = BANDWIDTH.min(numbers.len());
    let ratio = bandwidth as f64 / count;
    let critical = CRITICAL_VALUE.iter().rev().fold(0.0, |value, coefficient| value * ratio + coefficient);
    Some(mean - critical * (long_run_variance(numbers, mean, bandwidth) / count).sqrt())
}

/// The variance of the mean times the count, with what neighbours have in common: never negative.
fn long_run_variance(numbers: &[f64], mean: f64, bandwidth: usize) -> f64 {
    let covariance = |lag: usize| {
        let products = numbers.iter().zip(&numbers[lag..]).map(|(before, after)| (before - mean) * (after - mean));
        products.sum::<f64>() / numbers.len() as f64
    };
    let weighted = |lag: usize| (1.0 - lag as f64 / bandwidth as f64) * covariance(lag);
    // Bartlett weights keep the sum from becoming negative, but for rounding.
    (covariance(0) + 2.0 * (1..bandwidth).map(weighted).sum::<f64>()).max(0.0)
}
