//! Clusters keep their number and name from one fit to the next.
//!
//! Owns the comparison with the previous model: k-means numbers its clusters by chance, so they are matched by their centroids,
//! all together as near as possible. A cluster that has moved too far is a new one and gets a number never used before.

use crate::error::{Explain, Result};
use crate::stats::assignment::minimum_cost_assignment;
use crate::stats::matrix::Matrix;

/// A cluster of an earlier model.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its number.
    pub cluster_id: i32,
    /// Its name.
    pub mood: String,
    /// Its centroid in the new model's scaled features.
    pub centroid: Vec<f64>,
}

/// A cluster is the old one when it lies nearer to where that was than halfway to its own nearest neighbour: beyond that the old
/// name could as well belong to the neighbour.
const SHIFT_MAX: f64 = 0.5;

/// For each row of `centroids`, the known cluster that it is, if it is one.
///
/// # Errors
/// When a known centroid is no finite number.
pub fn match_known<'a>(centroids: &Matrix, known: &'a [Known]) -> Result<Vec<Option<&'a Known>>> {
    let rows = 0..centroids.rows();
    let costs =
        rows.clone().flat_map(|row| known.iter().map(move |known| distance(centroids.row(row), &known.centroid))).collect();
    let costs =
        Matrix::new(centroids.rows(), known.len(), costs).explain(|| "a stored centroid is not a finite number".to_owned())?;
    let matched = minimum_cost_assignment(&costs);
    Ok(rows
        .zip(matched)
        .map(|(row, place)| {
            let place = place?;
            let near = costs.row(row).get(place).is_some_and(|&shift| shift <= SHIFT_MAX * neighbour(centroids, row));
            near.then(|| known.get(place)).flatten()
        })
        .collect())
}

fn neighbour(centroids: &Matrix, row: usize) -> f64 {
    (0..centroids.rows())
        .filter(|&other| other != row)
        .map(|other| distance(centroids.row(row), centroids.row(other)))
        .fold(f64::INFINITY, f64::min)
}

fn distance(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::{Known, match_known};
    use crate::stats::matrix::Matrix;

    fn known(cluster_id: i32, centroid: [f64; 2]) -> Known {
        Known { cluster_id, mood: format!("mood {cluster_id}"), centroid: centroid.to_vec() }
    }

    #[test]
    fn clusters_in_another_order_keep_their_numbers() -> Result<(), Box<dyn std::error::Error>> {
        let centroids = Matrix::new(2, 2, vec![5.1, 5.0, 0.1, 0.0])?;
        let before = [known(0, [0.0, 0.0]), known(1, [5.0, 5.0])];
        let ids: Vec<_> =
            match_known(&centroids, &before)?.into_iter().map(|known| known.map(|known| known.cluster_id)).collect();
        assert_eq!(ids, [Some(1), Some(0)]);
        Ok(())
    }

    #[test]
    fn a_cluster_that_has_moved_to_its_neighbour_is_a_new_one() -> Result<(), Box<dyn std::error::Error>> {
        let centroids = Matrix::new(2, 2, vec![0.0, 0.0, 4.0, 0.0])?;
        let before = [known(0, [0.0, 0.0]), known(1, [9.0, 0.0])];
        let ids: Vec<_> =
            match_known(&centroids, &before)?.into_iter().map(|known| known.map(|known| known.cluster_id)).collect();
        assert_eq!(ids, [Some(0), None]);
        Ok(())
    }
}
