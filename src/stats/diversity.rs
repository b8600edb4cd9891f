//! How evenly plays spread over artists: the normalized entropy, 0 for one artist alone and 1 for the same count of each.
//!
//! Owns the definition (Shannon's entropy divided by the logarithm of the number of kinds, Pielou 1966). It says how even the
//! counts are and not how many kinds there are, so it belongs beside their number. Refuses to call no plays at all even or
//! uneven. `sliding` and `gold` read it.

use std::collections::BTreeMap;

/// The normalized entropy of counts, in 0 to 1; counts of 0 do not count, and `None` means that there were no others.
///
/// One kind alone is 0: its entropy is 0 whatever one divides by, and nearly one kind is nearly 0 as well ([99, 1] has 0.08).
#[must_use]
pub fn normalized_entropy(counts: &[u64]) -> Option<f64> {
    let mut kinds_with = BTreeMap::new();
    for count in counts.iter().filter(|count| **count > 0) {
        *kinds_with.entry(*count).or_insert(0) += 1;
    }
    entropy_of_tally(&kinds_with)
}

/// The normalized entropy when so many kinds have each count; counts and numbers of kinds are above 0.
pub(crate) fn entropy_of_tally(kinds_with: &BTreeMap<u64, u64>) -> Option<f64> {
    let kinds: u64 = kinds_with.values().sum();
    let total = kinds_with.iter().map(|(count, kinds)| *count as f64 * *kinds as f64).sum::<f64>();
    match kinds {
        0 => None,
        1 => Some(0.0),
        _ => {
            // Every term is positive, so nothing cancels, and their order follows from the counts alone.
            let terms = kinds_with.iter().map(|(count, kinds)| {
                let share = *count as f64 / total;
                -(*kinds as f64) * share * libm::log(share)
            });
            Some((terms.sum::<f64>() / libm::log(kinds as f64)).min(1.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entropy_of_uneven_counts_is_that_of_scipy() {
        // scipy.stats.entropy(counts) / log(kinds), recomputed by check_effects.py.
        for (counts, expected) in [
            (vec![5, 3, 2], 0.937_230_563_216_129_5),
            (vec![99, 1], 0.080_793_135_895_911_18),
            (vec![7, 7, 1, 1, 1, 40, 0], 0.544_950_985_194_064_7),
        ] {
            let found = normalized_entropy(&counts).unwrap();
            assert!((found - expected).abs() < 1e-14, "{counts:?}: {found}");
        }
    }

    #[test]
    fn equal_counts_are_one_and_one_kind_is_zero() {
        assert!((normalized_entropy(&[4; 49]).unwrap() - 1.0).abs() < 1e-14);
        assert_eq!((normalized_entropy(&[12]), normalized_entropy(&[0, 12])), (Some(0.0), Some(0.0)));
    }

    #[test]
    fn no_plays_have_no_entropy() {
        assert_eq!((normalized_entropy(&[]), normalized_entropy(&[0, 0])), (None, None));
    }

    #[test]
    fn the_largest_counts_do_not_overflow() {
        assert!((normalized_entropy(&[u64::MAX, u64::MAX]).unwrap() - 1.0).abs() < 1e-15);
    }
}
