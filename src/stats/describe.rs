//! Means, spreads and quantiles of a list of values.
//!
//! Owns the definitions, so that every table means the same by them: a standard deviation is that of a sample (divided by n − 1),
//! a quantile is interpolated linearly as numpy does by default. Refuses to answer without values: then it is `None`, never 0 or
//! NaN. Values must be finite. Figures go to `effects`, `correlation` and `gold`.

/// The mean; `None` without values. Equal values have exactly their value as the mean, not one that rounding moved.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let (first, others) = values.split_first()?;
    // Offsets from the first value: equal values leave nothing to round, and large ones close together keep their digits.
    Some(first + others.iter().map(|value| value - first).sum::<f64>() / values.len() as f64)
}

/// The standard deviation of a sample, divided by n − 1; `None` under two values.
#[must_use]
pub fn sample_sd(values: &[f64]) -> Option<f64> {
    moments(values).map(|(_, variance)| variance.sqrt())
}

/// Mean and sample variance; `None` under two values.
pub(crate) fn moments(values: &[f64]) -> Option<(f64, f64)> {
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    Some((mean, squares / (values.len() - 1) as f64))
}

/// The value in the middle, or halfway between the two in the middle; `None` without values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which this share (0 to 1) of the values lies, interpolated linearly between neighbours (numpy's default);
/// `None` without values or with another share.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = sorted.len().checked_sub(1)? as f64 * share;
    let (below, part) = (at as usize, at.fract());
    let (low, high) = (*sorted.get(below)?, *sorted.get(below + 1).unwrap_or(sorted.get(below)?));
    // From the nearer end, as numpy does, so that two equal neighbours give exactly their value.
    Some(if part < 0.5 { low + (high - low) * part } else { high - (high - low) * (1.0 - part) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seven made-up valences; the figures on them are numpy's and are recomputed by `check_effects.py`.
    const VALUES: [f64; 7] = [0.31, 0.72, 0.15, 0.9, 0.44, 0.44, 0.08];

    fn close(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() - expected).abs() < 1e-14, "{found:?} is not {expected}");
    }

    #[test]
    fn mean_and_deviation_are_those_of_numpy() {
        close(mean(&VALUES), 0.434_285_714_285_714_3);
        close(sample_sd(&VALUES), 0.294_497_150_119_608_8);
    }

    #[test]
    fn quantiles_are_those_of_numpy() {
        for (share, expected) in [(0.0, 0.08), (0.1, 0.122), (0.25, 0.23), (0.5, 0.44), (0.9, 0.792), (1.0, 0.9)] {
            close(quantile(&VALUES, share), expected);
        }
        close(median(&[1.0, 2.0, 4.0, 9.0]), 3.0);
        assert_eq!((quantile(&VALUES, 1.1), quantile(&VALUES, f64::NAN), median(&[])), (None, None, None));
    }

    #[test]
    fn equal_values_have_no_spread_at_all() {
        assert_eq!((mean(&[0.1; 3]), sample_sd(&[0.1; 3])), (Some(0.1), Some(0.0)));
    }

    #[test]
    fn too_few_values_have_no_figure() {
        assert_eq!((mean(&[]), sample_sd(&[1.0])), (None, None));
    }
}
