//! Whether the mean of correlated numbers is above zero by more than chance.
//!
//! Owns the test of Diebold and Mariano (1995) for two forecasts, in the form for short series: the long-run variance of Newey and
//! West (1987), and critical values that know how rough it is (Kiefer and Vogelsang 2005). Goes to `choice`.

use super::methods::HORIZONS;

/// Days within which numbers may have something in common: the errors of two origins closer than 14 days share days, and a bandwidth
/// of twice as many leaves their weights in the sum above a half.
const BANDWIDTH: usize = 2 * HORIZONS;

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

#[cfg(test)]
mod tests {
    use super::super::super::random::Random;
    use super::super::simulate::normal;
    use super::*;

    #[test]
    fn bounds_are_those_of_statsmodels() {
        let numbers: Vec<f64> = (0..60).map(|day| f64::from(day * 37 % 101) / 101.0).collect();
        // statsmodels 0.15: OLS on a constant, cov_type="HAC", maxlags 27 and 9, no correction; standard errors
        // 0.0144167608722 and 0.0566472496339.
        assert!((lower_bound(&numbers).unwrap() - 0.461_898_322_355).abs() < 1e-11);
        assert!((lower_bound(&numbers[..10]).unwrap() - 0.292_140_118_871).abs() < 1e-11);
    }

    #[test]
    fn of_numbers_around_zero_one_bound_in_ten_is_above_it_or_two_when_they_are_few_and_alike() {
        // Sums of 14 neighbours have as much in common as forecasts of 14 days can have. Then there is less to go on than the
        // method knows: 14 % of 182 numbers, the most that are judged, and 20 % of 28, the fewest.
        let cases = [(28, 1, 0.08..0.12), (182, 1, 0.08..0.12), (28, 14, 0.17..0.23), (182, 14, 0.11..0.16)];
        for (count, window, allowed) in cases {
            let above = (0..2000).filter(|index| {
                let mut random = Random::stream(9, *index);
                let draws: Vec<f64> = (0..count + window - 1).map(|_| normal(&mut random)).collect();
                let sums: Vec<f64> = draws.windows(window).map(|window| window.iter().sum()).collect();
                lower_bound(&sums).unwrap() > 0.0
            });
            let share = above.count() as f64 / 2000.0;
            assert!(allowed.contains(&share), "{count} numbers, window {window}: {share}");
        }
    }

    #[test]
    fn constant_numbers_are_known_exactly() {
        assert_eq!(lower_bound(&[0.5; 40]), Some(0.5));
        assert_eq!(lower_bound(&[-2.0]), Some(-2.0));
        assert_eq!(lower_bound(&[]), None);
    }
}
