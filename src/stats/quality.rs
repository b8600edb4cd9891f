//! How good a clustering is: inertia, Davies–Bouldin index, silhouette, and agreement with another one.
//!
//! Owns the measures that look at clusters as a whole, and is the one place to import any of them from. Refuses labels that do not
//! fit the rows. Peers for every figure: the functions of the same name in scikit-learn. `choose_k` and `gold` read them.

use super::matrix::Matrix;
use super::{StatsError, same_size};

pub use super::agreement::adjusted_rand_index;
pub use super::silhouette::silhouette;

/// The sum of squared distances from each row to the centroid its label names.
///
/// # Errors
/// Labels do not fit the rows, centroids have other columns, or a label names no centroid.
pub fn inertia(matrix: &Matrix, labels: &[u32], centroids: &Matrix) -> Result<f64, StatsError> {
    same_size("labels", matrix.rows(), labels.len())?;
    same_size("columns", matrix.columns(), centroids.columns())?;
    let clusters = labels.iter().max().map_or(0, |largest| *largest as usize + 1);
    if clusters > centroids.rows() {
        return Err(StatsError::Shape { what: "centroids", expected: clusters, found: centroids.rows() });
    }
    let rows = labels.iter().enumerate();
    Ok(rows.map(|(row, label)| squared_distance(matrix.row(row), centroids.row(*label as usize))).sum())
}

/// The Davies–Bouldin index (1979): how wide clusters are against how far apart, averaged over each one's worst neighbour; smaller
/// is better. Measured around the mean of each cluster's rows.
///
/// # Errors
/// Labels do not fit the rows, or there are fewer than two clusters.
pub fn davies_bouldin(matrix: &Matrix, labels: &[u32]) -> Result<f64, StatsError> {
    same_size("labels", matrix.rows(), labels.len())?;
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|row| labels[*row]);
    let clusters: Vec<Spread> = order.chunk_by(|a, b| labels[*a] == labels[*b]).map(|rows| Spread::of(matrix, rows)).collect();
    if clusters.len() < 2 {
        return Err(StatsError::OneCluster);
    }
    let worst = clusters.iter().enumerate().map(|(one, cluster)| {
        let others = clusters.iter().enumerate().filter(|(other, _)| *other != one);
        others.map(|(_, other)| cluster.overlap(other)).fold(0.0, f64::max)
    });
    Ok(worst.sum::<f64>() / clusters.len() as f64)
}

/// Where a cluster lies and how wide it is.
struct Spread {
    centre: Vec<f64>,
    width: f64,
}

impl Spread {
    /// The mean of some rows and their mean distance from it.
    fn of(matrix: &Matrix, rows: &[usize]) -> Self {
        let count = rows.len() as f64;
        let mut centre = vec![0.0; matrix.columns()];
        for row in rows {
            for (sum, value) in centre.iter_mut().zip(matrix.row(*row)) {
                *sum += value;
            }
        }
        for sum in &mut centre {
            *sum /= count;
        }
        let distances = rows.iter().map(|row| squared_distance(matrix.row(*row), &centre).sqrt());
        Self { width: distances.sum::<f64>() / count, centre }
    }

    /// The widths of two clusters against their distance; two in the same place count as 0, as in scikit-learn.
    fn overlap(&self, other: &Self) -> f64 {
        let apart = squared_distance(&self.centre, &other.centre).sqrt();
        if apart > 0.0 { (self.width + other.width) / apart } else { 0.0 }
    }
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_case_of_davies_bouldin_is_as_computed_by_hand() {
        // Centres 1, 11 and 31, widths 1, 1 and 2: overlaps .2, .15 and .1.
        let matrix = Matrix::new(6, 1, vec![0.0, 2.0, 10.0, 12.0, 29.0, 33.0]).unwrap();
        let found = davies_bouldin(&matrix, &[0, 0, 5, 5, 2, 2]).unwrap();
        assert!((found - (0.2 + 0.2 + 0.15) / 3.0).abs() < 1e-15);
    }

    #[test]
    fn clusters_in_the_same_place_count_as_zero() {
        let matrix = Matrix::new(4, 1, vec![1.0; 4]).unwrap();
        assert_eq!(davies_bouldin(&matrix, &[0, 0, 1, 1]), Ok(0.0));
    }

    #[test]
    fn one_cluster_has_no_davies_bouldin_index() {
        let matrix = Matrix::new(2, 1, vec![1.0, 2.0]).unwrap();
        assert_eq!(davies_bouldin(&matrix, &[0, 0]), Err(StatsError::OneCluster));
        assert!(davies_bouldin(&matrix, &[0]).is_err());
    }

    #[test]
    fn inertia_adds_squared_distances_and_refuses_unknown_labels() {
        let matrix = Matrix::new(3, 1, vec![0.0, 2.0, 5.0]).unwrap();
        let centroids = Matrix::new(2, 1, vec![1.0, 8.0]).unwrap();
        assert_eq!(inertia(&matrix, &[0, 0, 1], &centroids), Ok(11.0));
        assert!(inertia(&matrix, &[0, 0, 2], &centroids).is_err());
        assert_eq!(inertia(&Matrix::new(0, 1, vec![]).unwrap(), &[], &centroids), Ok(0.0));
    }
}
