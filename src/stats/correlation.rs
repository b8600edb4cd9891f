//! Correlation of a series with its own past.
//!
//! Owns autocorrelation over gaps. Refuses to guess: constant values and too few pairs have no coefficient. Values must be finite.
//! Figures go to `gold`.

use super::describe::mean;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn autocorrelation_skips_pairs_with_a_gap() {
        let series = [Some(1.0), Some(3.0), None, Some(2.0), Some(4.0), Some(1.5), None, None, Some(3.0), Some(2.0)];
        // Pairs (3, 1), (4, 2), (1.5, 4) and (2, 3): numpy's corrcoef, recomputed by check_effects.py.
        assert!((autocorrelation(&series, 1).unwrap() - -0.756_889_262_661_456_5).abs() < 1e-14);
        assert_eq!(autocorrelation(&series, 0), Some(1.0));
        assert_eq!((autocorrelation(&series, 9), autocorrelation(&series, 20), autocorrelation(&[], 1)), (None, None, None));
    }
}
