//! Correction of p values for how many there are.
//!
//! Owns the two adjustments. `holm` keeps the probability of any false finding at the level, whatever depends on whatever and
//! however many true ones there are; `benjamini_hochberg` keeps the expected share of false ones among the findings, and so lets
//! more false ones in where there are true ones. Refuses to choose which values belong together: those are all that a listener is
//! shown at once. Peers: statsmodels' `multipletests`.

/// Holm's (1979) adjusted p values, in the order given; one at most the level is a finding.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (place, (p_value, at)) in order.iter().enumerate() {
        largest = largest.max(p_value * (order.len() - place) as f64);
        adjusted[*at] = largest.min(1.0);
    }
    adjusted
}

/// Benjamini's and Hochberg's (1995) adjusted p values, in the order given.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let mut adjusted = vec![1.0; p_values.len()];
    let mut smallest = 1.0_f64;
    for (place, (p_value, at)) in order.iter().enumerate().rev() {
        smallest = smallest.min(p_value * order.len() as f64 / (place + 1) as f64);
        adjusted[*at] = smallest;
    }
    adjusted
}

/// The values with their places, from the smallest to the largest; NaN, which says nothing, is 1.
fn ascending(p_values: &[f64]) -> Vec<(f64, usize)> {
    let usable = |p_value: &f64| if p_value.is_nan() { 1.0 } else { *p_value };
    let mut order: Vec<(f64, usize)> = p_values.iter().map(usable).zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const P_VALUES: [f64; 8] = [0.04, 0.0007, 0.9, 0.012, 0.04, 0.0, 0.011, 1.0];

    fn close(found: &[f64], expected: [f64; 8]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
    }

    // The expected values are those of statsmodels' multipletests, recomputed by check_effects.py.

    #[test]
    fn holm_is_that_of_statsmodels() {
        close(&holm(&P_VALUES), [0.16, 0.0049, 1.0, 0.066, 0.16, 0.0, 0.066, 1.0]);
    }

    #[test]
    fn benjamini_hochberg_is_that_of_statsmodels() {
        close(
            &benjamini_hochberg(&P_VALUES),
            [0.053_333_333_333_333_34, 0.002_8, 1.0, 0.024, 0.053_333_333_333_333_34, 0.0, 0.024, 1.0],
        );
    }

    #[test]
    fn one_value_stays_and_none_stay_none() {
        assert_eq!((holm(&[0.03]), benjamini_hochberg(&[0.03])), (vec![0.03], vec![0.03]));
        assert_eq!((holm(&[]), benjamini_hochberg(&[])), (vec![], vec![]));
    }

    #[test]
    fn a_p_value_of_nan_is_never_a_finding_and_spoils_no_other() {
        assert!((holm(&[f64::NAN, 0.01])[1] - 0.02).abs() < 1e-15);
        assert!(holm(&[f64::NAN, 0.01])[0] >= 1.0 && benjamini_hochberg(&[f64::NAN, 0.01])[0] >= 1.0);
    }
}
