//! The mean silhouette (Rousseeuw 1987): how much nearer a row is to its own cluster than to the next one.
//!
//! Owns the exact measure on a seeded sample of the rows; distances are taken within the sample, as scikit-learn's
//! `silhouette_score(sample_size=…)` does. Refuses fewer than two clusters. Comparable only within one set of features; `choose_k`
//! and `gold` read it.

use super::blocks::{Blocks, CHUNK, squared_distances, sum_in_lanes};
use super::matrix::Matrix;
use super::parallel::{map_ordered, threads_available};
use super::random::sample as sample_rows;
use super::widest::widest;
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
    let found = silhouettes_on(matrix, &[labels], sample, seed, threads)?;
    found.first().copied().flatten().ok_or(StatsError::OneCluster)
}

/// The mean silhouette of each of several clusterings of the same rows: distances, which take the time, are taken once for all.
/// None for one that has a single cluster in the sample.
pub(crate) fn silhouettes_on(
    matrix: &Matrix,
    clusterings: &[&[u32]],
    sample: usize,
    seed: u64,
    threads: usize,
) -> Result<Vec<Option<f64>>, StatsError> {
    for labels in clusterings {
        same_size("labels", matrix.rows(), labels.len())?;
    }
    let mut chosen = sample_rows(matrix.rows(), sample, seed);
    // Cell after cell, a cell being rows that no clustering tells apart; rows of a cell keep the order of the matrix.
    let labels = |row: &usize| clusterings.iter().map(|labels| labels[*row]).collect::<Vec<_>>();
    chosen.sort_by_cached_key(|row| (labels(row), *row));
    let members: Vec<&[usize]> = chosen.chunk_by(|a, b| labels(a) == labels(b)).collect();
    let clusterings: Vec<Clustering> = clusterings.iter().map(|labels| Clustering::of(&members, labels)).collect();
    let cells: Vec<Blocks> = members.iter().map(|rows| Blocks::gather(matrix, rows.iter().copied())).collect();
    let tasks: Vec<(usize, &[usize])> =
        members.iter().enumerate().flat_map(|(own, rows)| rows.chunks(ROWS_A_TASK).map(move |rows| (own, rows))).collect();
    let parts = map_ordered(tasks.len(), threads, |task| {
        let (own, rows) = tasks[task];
        let mut sums = vec![0.0; clusterings.len()];
        for row in rows {
            let distances: Vec<f64> = cells.iter().map(|cell| distance_to(cell, matrix.row(*row))).collect();
            for (sum, clustering) in sums.iter_mut().zip(&clusterings) {
                *sum += clustering.of_row(own, &distances);
            }
        }
        sums
    });
    let mean = |place: usize| parts.iter().map(|sums| sums[place]).sum::<f64>() / chosen.len() as f64;
    let several = clusterings.iter().map(|clustering| clustering.sizes.len() > 1).enumerate();
    Ok(several.map(|(place, several)| several.then(|| mean(place))).collect())
}

/// Which cells make up which cluster.
struct Clustering {
    /// The cluster of each cell.
    clusters: Vec<usize>,
    /// The rows of each cluster.
    sizes: Vec<usize>,
}

impl Clustering {
    fn of(members: &[&[usize]], labels: &[u32]) -> Self {
        let mut names: Vec<u32> = Vec::new();
        let mut clustering = Self { clusters: Vec::with_capacity(members.len()), sizes: Vec::new() };
        for rows in members {
            let label = labels[rows[0]];
            let cluster = names.iter().position(|name| *name == label).unwrap_or_else(|| {
                names.push(label);
                clustering.sizes.push(0);
                names.len() - 1
            });
            clustering.clusters.push(cluster);
            clustering.sizes[cluster] += rows.len();
        }
        clustering
    }

    /// The silhouette of one row: (b − a) / max(a, b), with a its mean distance to its own cluster and b to the nearest other one.
    fn of_row(&self, own_cell: usize, distances: &[f64]) -> f64 {
        let own = self.clusters[own_cell];
        let others_of_own = self.sizes[own] - 1;
        if others_of_own == 0 {
            return 0.0;
        }
        let mut sums = vec![0.0; self.sizes.len()];
        for (cluster, distance) in self.clusters.iter().zip(distances) {
            sums[*cluster] += distance;
        }
        let inside = sums[own] / others_of_own as f64;
        let others = sums.iter().zip(&self.sizes).enumerate().filter(|(cluster, _)| *cluster != own);
        let outside = others.map(|(_, (sum, size))| sum / *size as f64).fold(f64::INFINITY, f64::min);
        let larger = f64::max(inside, outside);
        // Both are 0 only when all rows are the same point: then neither cluster is nearer.
        if larger > 0.0 { (outside - inside) / larger } else { 0.0 }
    }
}

/// The sum of the distances from a point to all rows of a cell.
fn distance_to(cell: &Blocks, point: &[f64]) -> f64 {
    let mut buffer = [0.0; CHUNK];
    let sums = cell.chunks().map(|chunk| {
        let squared = squared_distances(chunk, point, &mut buffer);
        widest(
            #[inline(always)]
            || sum_in_lanes(squared, squared, |squared, _| squared.sqrt()),
        )
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
    fn several_clusterings_are_measured_as_each_alone() {
        let values: Vec<f64> = (0..1200).map(|value| f64::from(value * 7919 % 1000)).collect();
        let matrix = Matrix::new(400, 3, values).unwrap();
        let clusterings: Vec<Vec<u32>> = [2, 3, 5, 7].map(|clusters| (0..400).map(|row| row * row % clusters).collect()).into();
        let named: Vec<&[u32]> = clusterings.iter().map(Vec::as_slice).collect();
        let together = silhouettes_on(&matrix, &named, 300, 1, 2).unwrap();
        for (labels, found) in named.iter().zip(together) {
            assert!((silhouette(&matrix, labels, 300, 1).unwrap() - found.unwrap()).abs() < 1e-12);
        }
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
