//! Correlation of two lists and of a series with its own past.
//!
//! Owns Pearson's and Spearman's coefficients with their intervals, and autocorrelation over gaps. Refuses to guess: constant
//! values and too few pairs have no coefficient. Intervals hold for pairs that are independent of each other; neighbouring days
//! often are not, and then they are too narrow. Values must be finite. Figures go to `gold`.

use super::describe::mean;

/// A coefficient needs this many pairs for an interval: Fisher's has the standard error 1 / √(n − 3).
pub const PAIRS_MIN: usize = 4;

/// The 97.5 % quantile of the normal distribution.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// A coefficient with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// The coefficient, in −1 to 1.
    pub coefficient: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// How many pairs it rests on.
    pub pairs: usize,
}

/// Pearson's coefficient; `None` under [`PAIRS_MIN`] pairs or when one side is constant.
#[must_use]
pub fn pearson(pairs: &[(f64, f64)]) -> Option<Correlation> {
    let coefficient = product_moment(pairs)?;
    with_interval(coefficient, 1.0, pairs.len())
}

/// Spearman's coefficient, that of the ranks, equal values sharing their mean rank; `None` as for [`pearson`]. Its interval has
/// the standard error of Bonett and Wright (2000), √((1 + r² / 2) / (n − 3)).
#[must_use]
pub fn spearman(pairs: &[(f64, f64)]) -> Option<Correlation> {
    let side = |of: fn(&(f64, f64)) -> f64| ranks(&pairs.iter().map(of).collect::<Vec<_>>());
    let ranked: Vec<_> = side(|pair| pair.0).into_iter().zip(side(|pair| pair.1)).collect();
    let coefficient = product_moment(&ranked)?;
    with_interval(coefficient, 1.0 + coefficient * coefficient / 2.0, pairs.len())
}

/// Pearson's coefficient of the values with those `lag` steps before, over all steps at which both are present; `None` under
/// three such pairs or when either side is constant.
///
/// This is not the estimator of statsmodels' `acf`, which takes one mean and one variance for both sides and divides by n: that
/// shrinks towards 0 in short series and has no answer to gaps.
#[must_use]
pub fn autocorrelation(series: &[Option<f64>], lag: usize) -> Option<f64> {
    let later = series.iter().skip(lag);
    let pairs: Vec<(f64, f64)> = later.zip(series).filter_map(|(now, before)| Some(((*now)?, (*before)?))).collect();
    product_moment(&pairs).filter(|_| pairs.len() > 2)
}

/// Pearson's coefficient; `None` when a side is constant or there are no pairs.
fn product_moment(pairs: &[(f64, f64)]) -> Option<f64> {
    let side = |of: fn(&(f64, f64)) -> f64| mean(&pairs.iter().map(of).collect::<Vec<_>>());
    let (mean_a, mean_b) = (side(|pair| pair.0)?, side(|pair| pair.1)?);
    let sums = pairs
        .iter()
        .map(|(a, b)| (a - mean_a, b - mean_b))
        .fold((0.0, 0.0, 0.0), |at, (a, b)| (at.0 + a * b, at.1 + a * a, at.2 + b * b));
    let coefficient = sums.0 / (sums.1.sqrt() * sums.2.sqrt());
    coefficient.is_finite().then(|| coefficient.clamp(-1.0, 1.0))
}

/// Fisher's interval: the inverse hyperbolic tangent of a coefficient is about normal with the variance `spread` / (n − 3).
fn with_interval(coefficient: f64, spread: f64, pairs: usize) -> Option<Correlation> {
    if pairs < PAIRS_MIN {
        return None;
    }
    let half_width = NORMAL_975 * (spread / (pairs - 3) as f64).sqrt();
    // A coefficient of ±1 is infinite there, and its interval has no width, as in scipy.
    let end = |by: f64| libm::tanh(libm::atanh(coefficient) + by);
    Some(Correlation { coefficient, low: end(-half_width), high: end(half_width), pairs })
}

/// Ranks from 1 up; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    // Not `total_cmp`, in which −0 and 0 differ.
    for equal in order.chunk_by(|a, b| values[*a] >= values[*b]) {
        let shared = before as f64 + (equal.len() + 1) as f64 / 2.0;
        equal.iter().for_each(|at| ranks[*at] = shared);
        before += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made-up pairs with ties; the figures on them are recomputed by `check_effects.py`.
    const PAIRS: [(f64, f64); 8] =
        [(1.0, 2.1), (2.0, 1.9), (2.0, 3.3), (4.0, 3.0), (5.5, 7.2), (6.0, 4.4), (8.0, 4.4), (9.0, 30.0)];

    fn close(found: Correlation, expected: [f64; 3]) {
        for (found, expected) in [found.coefficient, found.low, found.high].into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-13, "{found} is not {expected}");
        }
        assert_eq!(found.pairs, PAIRS.len());
    }

    #[test]
    fn pearson_and_its_interval_are_those_of_scipy() {
        close(pearson(&PAIRS).unwrap(), [0.679_428_583_654_448_5, -0.048_432_714_042_868_62, 0.935_978_480_758_227_9]);
    }

    #[test]
    fn spearman_is_that_of_scipy_with_the_interval_of_bonett_and_wright() {
        close(spearman(&PAIRS).unwrap(), [0.843_373_493_975_903_7, 0.209_063_816_540_215_77, 0.978_168_931_117_933_7]);
    }

    #[test]
    fn a_straight_line_has_an_interval_of_no_width() {
        let line = [0.5, 1.0, 3.0, 4.0].map(|x| (x, -2.0 * x));
        for found in [pearson(&line).unwrap(), spearman(&line).unwrap()] {
            assert!((found.coefficient + 1.0).abs() < 1e-15 && (found.low + 1.0).abs() < 1e-7 && found.high < -0.999);
        }
    }

    #[test]
    fn constant_values_and_few_pairs_have_no_coefficient() {
        assert_eq!(pearson(&[(1.0, 0.1), (2.0, 0.1), (3.0, 0.1), (4.0, 0.1)]), None);
        assert_eq!((pearson(&PAIRS[..3]), spearman(&[]), pearson(&[])), (None, None, None));
    }

    #[test]
    fn autocorrelation_skips_pairs_with_a_gap() {
        let series = [Some(1.0), Some(3.0), None, Some(2.0), Some(4.0), Some(1.5), None, None, Some(3.0), Some(2.0)];
        // Pairs (3, 1), (4, 2), (1.5, 4) and (2, 3): numpy's corrcoef, recomputed by check_effects.py.
        assert!((autocorrelation(&series, 1).unwrap() - -0.756_889_262_661_456_5).abs() < 1e-14);
        assert_eq!(autocorrelation(&series, 0), Some(1.0));
        assert_eq!((autocorrelation(&series, 9), autocorrelation(&series, 20), autocorrelation(&[], 1)), (None, None, None));
    }

    #[test]
    fn equal_values_share_their_mean_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, -0.0, 0.0]), [4.5, 3.0, 4.5, 1.5, 1.5]);
    }
}
