//! The mean silhouette (Rousseeuw 1987): how much nearer a row is to its own cluster than to the next one.
//!
//! Owns the exact measure on a seeded sample of the rows; distances are taken within the sample, as scikit-learn's
//! `silhouette_score(sample_size=…)` does. Refuses fewer than two clusters. Comparable only within one set of features; `choose_k`
//! and `gold` read it.

use super::blocks::{Blocks, CHUNK, squared_distances, sum_in_lanes};
use super::matrix::Matrix;
use super::parallel::{map_ordered, threads_available};
use super::random::sample as sample_rows;
use super::{StatsError, same_size};

/// Rows a thread takes at a time; also the step in which the mean is added up.
const ROWS_A_TASK: usize = 64;

/// The mean silhouette of at most `sample` rows; a row that is alone in its cluster counts as 0.
///
/// # Errors
/// There are not as many labels as rows, or fewer than two clusters in the sample.
pub fn silhouette(matrix: &Matrix, labels: &[u32], sample: usize, seed: u64) -> Result<f64, StatsError> {
    silhouette_on(matrix, labels, sample, seed, threads_available())
}

/// The mean silhouette on this many threads.
pub(crate) fn silhouette_on(
    matrix: &Matrix,
    labels: &[u32],
    sample: usize,
    seed: u64,
    threads: usize,
) -> Result<f64, StatsError> {
    same_size("labels", matrix.rows(), labels.len())?;
    let mut chosen = sample_rows(matrix.rows(), sample, seed);
    // Cluster after cluster; the sort is stable, so rows of a cluster keep the order of the matrix.
    chosen.sort_by_key(|row| labels[*row]);
    let members: Vec<&[usize]> = chosen.chunk_by(|a, b| labels[*a] == labels[*b]).collect();
    if members.len() < 2 {
        return Err(StatsError::OneCluster);
    }
    let clusters: Vec<Blocks> = members.iter().map(|rows| Blocks::gather(matrix, rows.iter().copied())).collect();
    let tasks: Vec<(usize, &[usize])> =
        members.iter().enumerate().flat_map(|(own, rows)| rows.chunks(ROWS_A_TASK).map(move |rows| (own, rows))).collect();
    let parts = map_ordered(tasks.len(), threads, |task| {
        let (own, rows) = tasks[task];
        rows.iter().map(|row| of_row(&clusters, own, matrix.row(*row))).sum::<f64>()
    });
    Ok(parts.iter().sum::<f64>() / chosen.len() as f64)
}

/// The silhouette of one row: (b − a) / max(a, b), with a its mean distance to its own cluster and b to the nearest other one.
fn of_row(clusters: &[Blocks], own: usize, point: &[f64]) -> f64 {
    let others_of_own = clusters[own].rows() - 1;
    if others_of_own == 0 {
        return 0.0;
    }
    let inside = distance_to(&clusters[own], point) / others_of_own as f64;
    let others = clusters.iter().enumerate().filter(|(cluster, _)| *cluster != own);
    let means = others.map(|(_, cluster)| distance_to(cluster, point) / cluster.rows() as f64);
    let outside = means.fold(f64::INFINITY, f64::min);
    let larger = f64::max(inside, outside);
    // Both are 0 only when all rows are the same point: then neither cluster is nearer.
    if larger > 0.0 { (outside - inside) / larger } else { 0.0 }
}

/// The sum of the distances from a point to all rows of a cluster.
fn distance_to(cluster: &Blocks, point: &[f64]) -> f64 {
    let mut buffer = [0.0; CHUNK];
    let sums = cluster.chunks().map(|chunk| {
        let squared = squared_distances(chunk, point, &mut buffer);
        sum_in_lanes(squared, squared, |squared, _| squared.sqrt())
    });
    sums.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_case_is_as_computed_by_hand() {
        // Rows 0, 1 | 4, 6: a = 1, 1, 2, 2 and b = 5, 4, 3.5, 5.5.
        let matrix = Matrix::new(4, 1, vec![0.0, 4.0, 1.0, 6.0]).unwrap();
        let expected = (4.0 / 5.0 + 3.0 / 4.0 + 1.5 / 3.5 + 3.5 / 5.5) / 4.0;
        let found = silhouette(&matrix, &[1, 0, 1, 0], 100, 0).unwrap();
        assert!((found - expected).abs() < 1e-15);
    }

    #[test]
    fn a_row_alone_in_its_cluster_counts_as_zero() {
        let matrix = Matrix::new(3, 1, vec![0.0, 1.0, 4.0]).unwrap();
        let found = silhouette(&matrix, &[0, 0, 1], 100, 0).unwrap();
        assert!((found - (3.0 / 4.0 + 2.0 / 3.0) / 3.0).abs() < 1e-15);
    }

    #[test]
    fn equal_rows_in_two_clusters_count_as_zero() {
        let matrix = Matrix::new(4, 1, vec![0.1; 4]).unwrap();
        assert_eq!(silhouette(&matrix, &[0, 0, 1, 1], 100, 0), Ok(0.0));
    }

    #[test]
    fn one_cluster_and_missing_labels_are_refused() {
        let matrix = Matrix::new(2, 1, vec![0.0, 1.0]).unwrap();
        assert_eq!(silhouette(&matrix, &[3, 3], 100, 0), Err(StatsError::OneCluster));
        assert!(silhouette(&matrix, &[3], 100, 0).is_err());
        assert_eq!(silhouette(&Matrix::new(0, 1, vec![]).unwrap(), &[], 100, 0), Err(StatsError::OneCluster));
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let values: Vec<f64> = (0..1500).map(|value| f64::from(value * 7919 % 1000)).collect();
        let matrix = Matrix::new(500, 3, values).unwrap();
        let labels: Vec<u32> = (0..500).map(|row| row % 3).collect();
        let single = silhouette_on(&matrix, &labels, 300, 1, 1).unwrap();
        for threads in [2, 5] {
            assert_eq!(silhouette_on(&matrix, &labels, 300, 1, threads).unwrap().to_bits(), single.to_bits());
        }
    }
}
