//! Lloyd's iteration: assign rows to the nearest centroid, move centroids to the mean of their rows, until they hardly move.
//!
//! Owns one start of k-means, on one thread, so that its sums have one order. Only rows that change cluster touch the sums: after
//! the first passes these are few. Refuses empty clusters while it runs: one is moved to the row farthest from its own centroid.
//! Bounds that skip rows (Hamerly 2010, kept per group of four rows) were measured and left out: on the catalogue they saved a
//! tenth at eight clusters and nothing at four, because a start takes some fifteen passes, most of them early ones. Its centroids go back to `kmeans`.

use super::assign::{Scratch, nearest_of_all};
use super::blocks::Blocks;

/// A row that no cluster has yet.
const NONE: u32 = u32::MAX;

/// Where one start ended.
pub(crate) struct Ended {
    pub(crate) centroids: Vec<f64>,
    pub(crate) iterations: usize,
}

/// Iterates until the squared movement of all centroids together is at most `movement_max`.
pub(crate) fn iterate(blocks: &Blocks, mut centroids: Vec<f64>, iterations_max: usize, movement_max: f64) -> Ended {
    let clusters = centroids.len() / blocks.columns();
    let mut members = Members::new(blocks, clusters);
    let mut iterations = 0;
    while iterations < iterations_max {
        iterations += 1;
        members.reassign(&centroids);
        if members.counts.contains(&0) {
            members.refill(&centroids);
        }
        let moved = members.means(&centroids);
        let movement: f64 = moved.iter().zip(&centroids).map(|(new, old)| (new - old) * (new - old)).sum();
        centroids = moved;
        if movement <= movement_max {
            break;
        }
    }
    Ended { centroids, iterations }
}

/// Which rows belong to which cluster, with the sums and counts of each.
struct Members<'a> {
    blocks: &'a Blocks,
    labels: Vec<u32>,
    sums: Vec<f64>,
    counts: Vec<usize>,
}

impl<'a> Members<'a> {
    fn new(blocks: &'a Blocks, clusters: usize) -> Self {
        let sums = vec![0.0; clusters * blocks.columns()];
        Self { blocks, labels: vec![NONE; blocks.rows()], sums, counts: vec![0; clusters] }
    }

    /// Moves every row to its nearest centroid.
    fn reassign(&mut self, centroids: &[f64]) {
        let mut scratch = Scratch::new();
        for chunk in self.blocks.chunks() {
            let (labels, _) = scratch.nearest(chunk, centroids, self.blocks.columns());
            for (row, label) in (chunk.start..).zip(labels) {
                if self.labels[row] != *label {
                    self.shift(row, *label);
                }
            }
        }
    }

    /// Takes a row out of its cluster, if it has one, and into another.
    fn shift(&mut self, row: usize, to: u32) {
        let width = self.blocks.columns();
        let from = std::mem::replace(&mut self.labels[row], to);
        for (sum, value) in self.sums[to as usize * width..].iter_mut().zip(self.blocks.row(row)) {
            *sum += value;
        }
        self.counts[to as usize] += 1;
        if from != NONE {
            for (sum, value) in self.sums[from as usize * width..].iter_mut().zip(self.blocks.row(row)) {
                *sum -= value;
            }
            self.counts[from as usize] -= 1;
        }
    }

    /// Gives each empty cluster the row farthest from its own centroid, one row each; never the last row of a cluster.
    fn refill(&mut self, centroids: &[f64]) {
        let squared = nearest_of_all(self.blocks, centroids, 1).squared;
        let mut farthest: Vec<usize> = (0..self.blocks.rows()).collect();
        farthest.sort_by(|a, b| squared[*b].total_cmp(&squared[*a]));
        let mut farthest = farthest.into_iter();
        for empty in 0..self.counts.len() {
            if self.counts[empty] == 0
                && let Some(row) = farthest.find(|row| self.counts[self.labels[*row] as usize] > 1)
            {
                self.shift(row, empty as u32);
            }
        }
    }

    /// The mean of each cluster; a cluster that stayed empty keeps its place.
    fn means(&self, centroids: &[f64]) -> Vec<f64> {
        let width = self.blocks.columns();
        let mut means = centroids.to_vec();
        for (cluster, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let sums = &self.sums[cluster * width..(cluster + 1) * width];
            for (mean, sum) in means[cluster * width..].iter_mut().zip(sums) {
                *mean = sum / *count as f64;
            }
        }
        means
    }
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Matrix;
    use super::*;

    fn line(values: &[f64]) -> Blocks {
        Blocks::new(&Matrix::new(values.len(), 1, values.to_vec()).unwrap())
    }

    #[test]
    fn centroids_end_on_the_means_of_their_rows() {
        let ended = iterate(&line(&[0.0, 2.0, 10.0, 12.0]), vec![0.0, 2.0], 300, 0.0);
        assert_eq!(ended.centroids, [1.0, 11.0]);
    }

    #[test]
    fn an_empty_cluster_takes_the_farthest_row() {
        // No row is nearest to −50; 12 is farthest from the other centroid.
        let ended = iterate(&line(&[0.0, 1.0, 2.0, 12.0]), vec![1.0, -50.0], 300, 0.0);
        assert_eq!(ended.centroids, [1.0, 12.0]);
    }

    #[test]
    fn the_limit_of_iterations_is_kept() {
        let blocks = line(&[0.0, 2.0, 10.0, 12.0]);
        assert_eq!(iterate(&blocks, vec![0.0, 2.0], 1, 0.0).iterations, 1);
        assert_eq!(iterate(&blocks, vec![0.0, 2.0], 0, 0.0).centroids, [0.0, 2.0]);
    }
}
