//! Lloyd's iteration: assign rows to the nearest centroid, move centroids to the mean of their rows, until they hardly move.
//!
//! Owns one start of k-means, on one thread. A pass over the leaves gives exact sums without looking at most rows (`sweep`).
//! Refuses empty clusters while it runs: one is moved to the row farthest from its own centroid. Its centroids go back to
//! `kmeans`.

use super::assign::{Nearest, nearest_of_all};
use super::blocks::Blocks;
use super::leaves::Leaves;
use super::sweep::{Sums, sums};

/// Where one start ended.
pub(crate) struct Ended {
    pub(crate) centroids: Vec<f64>,
    pub(crate) iterations: usize,
}

/// Iterates until the squared movement of all centroids together is at most `movement_max`. The leaves hold the rows of the
/// blocks.
pub(crate) fn iterate(
    blocks: &Blocks,
    leaves: &Leaves,
    mut centroids: Vec<f64>,
    iterations_max: usize,
    movement_max: f64,
) -> Ended {
    let mut iterations = 0;
    while iterations < iterations_max {
        iterations += 1;
        let mut sums = sums(leaves, &centroids);
        if sums.counts.contains(&0) {
            refill(blocks, &mut sums, &centroids);
        }
        let moved = means(&sums, &centroids);
        let movement: f64 = moved.iter().zip(&centroids).map(|(new, old)| (new - old) * (new - old)).sum();
        centroids = moved;
        if movement <= movement_max {
            break;
        }
    }
    Ended { centroids, iterations }
}

/// Gives each empty cluster the row farthest from its own centroid, one row each; never the last row of a cluster.
fn refill(blocks: &Blocks, sums: &mut Sums, centroids: &[f64]) {
    let width = blocks.columns();
    let Nearest { labels, squared } = nearest_of_all(blocks, centroids, 1);
    let mut farthest: Vec<usize> = (0..blocks.rows()).collect();
    farthest.sort_by(|a, b| squared[*b].total_cmp(&squared[*a]));
    let mut farthest = farthest.into_iter();
    for empty in 0..sums.counts.len() {
        if sums.counts[empty] == 0
            && let Some(row) = farthest.find(|row| sums.counts[labels[*row] as usize] > 1)
        {
            let from = labels[row] as usize;
            for (column, value) in blocks.row(row).enumerate() {
                sums.values[from * width + column] -= value;
                sums.values[empty * width + column] = value;
            }
            sums.counts[from] -= 1;
            sums.counts[empty] = 1;
        }
    }
}

/// The mean of each cluster; a cluster that stayed empty keeps its place.
fn means(sums: &Sums, centroids: &[f64]) -> Vec<f64> {
    let width = centroids.len() / sums.counts.len();
    let mut means = centroids.to_vec();
    for (cluster, count) in sums.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let sums = &sums.values[cluster * width..(cluster + 1) * width];
        for (mean, sum) in means[cluster * width..].iter_mut().zip(sums) {
            *mean = sum / *count as f64;
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Matrix;
    use super::*;

    fn line(values: &[f64]) -> Blocks {
        Blocks::new(&Matrix::new(values.len(), 1, values.to_vec()).unwrap())
    }

    fn iterated(blocks: &Blocks, centroids: &[f64], iterations_max: usize) -> Ended {
        iterate(blocks, &Leaves::new(blocks, 1), centroids.to_vec(), iterations_max, 0.0)
    }

    #[test]
    fn centroids_end_on_the_means_of_their_rows() {
        let ended = iterated(&line(&[0.0, 2.0, 10.0, 12.0]), &[0.0, 2.0], 300);
        assert_eq!(ended.centroids, [1.0, 11.0]);
    }

    #[test]
    fn an_empty_cluster_takes_the_farthest_row() {
        // No row is nearest to −50; 12 is farthest from the other centroid.
        let ended = iterated(&line(&[0.0, 1.0, 2.0, 12.0]), &[1.0, -50.0], 300);
        assert_eq!(ended.centroids, [1.0, 12.0]);
    }

    #[test]
    fn the_limit_of_iterations_is_kept() {
        let blocks = line(&[0.0, 2.0, 10.0, 12.0]);
        assert_eq!(iterated(&blocks, &[0.0, 2.0], 1).iterations, 1);
        assert_eq!(iterated(&blocks, &[0.0, 2.0], 0).centroids, [0.0, 2.0]);
    }
}
