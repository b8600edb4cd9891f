//! How far two clusterings of the same rows agree: the adjusted Rand index (Hubert and Arabie 1985).
//!
//! Owns the count of pairs. It does not care how clusters are numbered, so it compares fits whose numbers differ. Refuses labels of
//! different length. `stability` and `gold` read it.

use super::{StatsError, same_size};

/// 1 for the same clustering, about 0 for chance, as scikit-learn's `adjusted_rand_score`; 1 when there are no rows.
///
/// # Errors
/// The two have different lengths.
pub fn adjusted_rand_index(a: &[u32], b: &[u32]) -> Result<f64, StatsError> {
    same_size("labels", a.len(), b.len())?;
    let both = a.iter().zip(b).map(|(a, b)| (u64::from(*a) << 32) | u64::from(*b));
    let together = squared_counts(both.collect());
    let only_a = squared_counts(a.iter().map(|label| u64::from(*label)).collect()) - together;
    let only_b = squared_counts(b.iter().map(|label| u64::from(*label)).collect()) - together;
    let rows = a.len() as i128;
    // Ordered pairs of different rows: together in both, in one of them, in none. Whole numbers, so that nothing is lost.
    let (in_both, in_none) = (together - rows, rows * rows - only_a - only_b - together);
    if only_a == 0 && only_b == 0 {
        return Ok(1.0);
    }
    let above = 2 * (in_both * in_none - only_a * only_b);
    let below = (in_both + only_a) * (only_a + in_none) + (in_both + only_b) * (only_b + in_none);
    Ok(above as f64 / below as f64)
}

/// The sum, over distinct values, of the square of how often each occurs.
fn squared_counts(mut values: Vec<u64>) -> i128 {
    values.sort_unstable();
    values.chunk_by(|a, b| a == b).map(|run| (run.len() as i128) * (run.len() as i128)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_clusters_under_other_numbers_agree_fully() {
        assert_eq!(adjusted_rand_index(&[0, 0, 1, 1, 2], &[7, 7, 0, 0, 4_000_000_000]), Ok(1.0));
        assert_eq!(adjusted_rand_index(&[], &[]), Ok(1.0));
        assert_eq!(adjusted_rand_index(&[3], &[1]), Ok(1.0));
        assert_eq!(adjusted_rand_index(&[3, 3], &[1, 1]), Ok(1.0));
    }

    #[test]
    fn known_cases_of_scikit_learn_come_out_the_same() {
        let close = |a: &[u32], b: &[u32], expected: f64| (adjusted_rand_index(a, b).unwrap() - expected).abs() < 1e-15;
        assert!(close(&[0, 0, 1, 2], &[0, 0, 1, 1], 4.0 / 7.0));
        assert!(close(&[0, 0, 0, 0], &[0, 1, 2, 3], 0.0));
        assert!(close(&[0, 0, 1, 1], &[0, 1, 0, 1], -0.5));
    }

    #[test]
    fn different_lengths_are_refused() {
        assert!(adjusted_rand_index(&[0], &[0, 1]).is_err());
    }
}
