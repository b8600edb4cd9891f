//! k-means: the best of several seeded starts.
//!
//! Owns the options, the model and the choice among starts. Threads work on different starts, never on one together, and the
//! smallest inertia wins, the first of equals: the same seed gives the same model on every machine. Refuses an empty matrix and
//! zero clusters. **Fewer distinct rows than clusters give fewer clusters**: every cluster of a model has at least one row. The
//! model goes to `choose_k`, to `quality` and to `gold`.

use super::StatsError;
use super::assign::{Nearest, nearest_of_all};
use super::blocks::{Blocks, CHUNK, sum_in_lanes};
use super::leaves::Leaves;
use super::lloyd::{Ended, iterate};
use super::matrix::Matrix;
use super::parallel::{map_ordered, threads_available};
use super::random::Random;
use super::seeding::seed_centroids;
use super::sweep;

/// What k-means is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeansOptions {
    /// How many clusters; 4 by default, the largest stable number on the catalogue.
    pub clusters: usize,
    /// How many seeded starts; 10 by default, as the peer figures (scikit-learn, `n_init=10`) use.
    pub starts: usize,
    /// Where the random stream begins.
    pub seed: u64,
    /// Passes over the rows a start may take, and the best one altogether; 300 by default, as in scikit-learn.
    pub iterations_max: usize,
    /// A start ends when the squared movement of its centroids is at most this times the mean variance of the columns;
    /// 1e-4 by default, as in scikit-learn. The best start then goes on until nothing moves.
    pub tolerance: f64,
}

impl Default for KMeansOptions {
    fn default() -> Self {
        Self { clusters: 4, starts: 10, seed: 0, iterations_max: 300, tolerance: 1e-4 }
    }
}

/// A fitted model and what it says about the rows it was fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeansModel {
    /// One row a cluster; at most as many as asked for.
    pub centroids: Matrix,
    /// The nearest centroid of each row.
    pub labels: Vec<u32>,
    /// Euclidean distance of each row to its own centroid.
    pub distances: Vec<f64>,
    /// Sum of the squared distances.
    pub inertia: f64,
    /// Passes the winning start took, those after its end included.
    pub iterations: usize,
}

/// Fits k-means.
///
/// # Errors
/// The matrix is empty, or an option is out of range: zero clusters or starts, a negative or NaN tolerance.
pub fn fit(matrix: &Matrix, options: &KMeansOptions) -> Result<KMeansModel, StatsError> {
    fit_on(matrix, options, threads_available())
}

/// Fits k-means on this many threads.
pub(crate) fn fit_on(matrix: &Matrix, options: &KMeansOptions, threads: usize) -> Result<KMeansModel, StatsError> {
    matrix.require_values()?;
    let blocks = Blocks::new(matrix);
    fit_leaves(&blocks, &Leaves::new(&blocks, threads), options, threads)
}

/// Fits k-means on rows, of which there is at least one, that were already copied into blocks and into leaves.
pub(crate) fn fit_leaves(
    blocks: &Blocks,
    leaves: &Leaves,
    options: &KMeansOptions,
    threads: usize,
) -> Result<KMeansModel, StatsError> {
    let best = best_start(blocks, leaves, options, threads)?;
    // To where nothing moves any more: two starts that ended on their way to one solution are one model.
    let passes = options.iterations_max.saturating_sub(best.iterations);
    let mut ended = iterate(blocks, leaves, best.centroids, passes, 0.0);
    ended.iterations += best.iterations;
    let nearest = nearest_of_all(blocks, &ended.centroids, threads);
    let inertia = inertia(&nearest.squared);
    Ok(model(blocks.columns(), &ended, nearest, inertia))
}

/// Where the best of all starts ended.
fn best_start(blocks: &Blocks, leaves: &Leaves, options: &KMeansOptions, threads: usize) -> Result<Ended, StatsError> {
    check(options)?;
    let movement_max = options.tolerance * mean_variance(blocks);
    let starts = map_ordered(options.starts, threads, |start| {
        let mut random = Random::stream(options.seed, start as u64);
        let centroids = seed_centroids(blocks, options.clusters, &mut random);
        let ended = iterate(blocks, leaves, centroids, options.iterations_max, movement_max);
        (sweep::inertia(leaves, &ended.centroids), ended)
    });
    // `min_by` keeps the first of equals, and the starts are in order whatever thread they ran on.
    let best = starts.into_iter().min_by(|(a, _), (b, _)| a.total_cmp(b));
    best.map(|(_, ended)| ended).ok_or(StatsError::Setting { name: "starts" })
}

/// Centroids of the best start on part of the rows, of which there is at least one, on one thread; to go on from.
pub(crate) fn centroids_of(blocks: &Blocks, options: &KMeansOptions) -> Result<Vec<f64>, StatsError> {
    Ok(best_start(blocks, &Leaves::new(blocks, 1), options, 1)?.centroids)
}

/// Goes on from centroids found on part of the rows; the same rule ends it.
pub(crate) fn continue_from(blocks: &Blocks, centroids: Vec<f64>, options: &KMeansOptions) -> Vec<f64> {
    let movement_max = options.tolerance * mean_variance(blocks);
    iterate(blocks, &Leaves::new(blocks, 1), centroids, options.iterations_max, movement_max).centroids
}

fn check(options: &KMeansOptions) -> Result<(), StatsError> {
    let refused = |name| Err(StatsError::Setting { name });
    match options {
        KMeansOptions { clusters: 0, .. } => refused("clusters"),
        KMeansOptions { starts: 0, .. } => refused("starts"),
        KMeansOptions { tolerance, .. } if !(0.0..f64::INFINITY).contains(tolerance) => refused("tolerance"),
        _ => Ok(()),
    }
}

/// Drops the centroids that lost their last row in the last pass, which is rare but possible, and closes the gaps.
fn model(width: usize, ended: &Ended, nearest: Nearest, inertia: f64) -> KMeansModel {
    let mut used = vec![false; ended.centroids.len() / width];
    for label in &nearest.labels {
        used[*label as usize] = true;
    }
    let mut centroids = Vec::with_capacity(ended.centroids.len());
    let mut renumbered = vec![0; used.len()];
    for (cluster, centroid) in ended.centroids.chunks_exact(width).enumerate().filter(|(cluster, _)| used[*cluster]) {
        renumbered[cluster] = (centroids.len() / width) as u32;
        centroids.extend_from_slice(centroid);
    }
    KMeansModel {
        centroids: Matrix::from_checked(width, centroids),
        labels: nearest.labels.iter().map(|label| renumbered[*label as usize]).collect(),
        distances: nearest.squared.into_iter().map(f64::sqrt).collect(),
        inertia,
        iterations: ended.iterations,
    }
}

/// The sum of squared distances, chunk by chunk.
fn inertia(squared: &[f64]) -> f64 {
    squared.chunks(CHUNK).map(|chunk| sum_in_lanes(chunk, chunk, |value, _| value)).sum()
}

/// The mean of the columns' population variances.
fn mean_variance(blocks: &Blocks) -> f64 {
    let count = blocks.rows() as f64;
    let mut means = vec![0.0; blocks.columns()];
    for row in 0..blocks.rows() {
        for (mean, value) in means.iter_mut().zip(blocks.row(row)) {
            *mean += value / count;
        }
    }
    let squared = nearest_of_all(blocks, &means, 1).squared;
    inertia(&squared) / count / blocks.columns() as f64
}

#[cfg(test)]
mod tests {
    use super::super::quality;
    use super::*;

    /// Four round heaps of a thousand rows around the corners of a square, from a fixed stream.
    fn heaps() -> Matrix {
        let mut random = Random::stream(42, 0);
        let mut values = Vec::new();
        for row in 0..4000 {
            let corner = [f64::from(row % 2) * 10.0, f64::from(row / 2 % 2) * 10.0];
            values.extend(corner.map(|at| at + random.uniform() + random.uniform() - 1.0));
        }
        Matrix::new(4000, 2, values).unwrap()
    }

    #[test]
    fn heaps_are_found_again() {
        let matrix = heaps();
        let model = fit(&matrix, &KMeansOptions::default()).unwrap();
        let corners: Vec<u32> = (0..4000).map(|row| row % 4).collect();
        assert_eq!(quality::adjusted_rand_index(&model.labels, &corners), Ok(1.0));
        for centroid in 0..4 {
            for value in model.centroids.row(centroid) {
                assert!((value % 10.0).abs() < 0.1 || (value - 10.0).abs() < 0.1, "{value}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_model_belong_together() {
        let matrix = heaps();
        for clusters in 1..8 {
            let model = fit(&matrix, &KMeansOptions { clusters, ..KMeansOptions::default() }).unwrap();
            let measured = quality::inertia(&matrix, &model.labels, &model.centroids).unwrap();
            assert!((model.inertia - measured).abs() < 1e-9 * measured);
            let (labels, distances) = super::super::assign::assign(&matrix, &model.centroids).unwrap();
            assert_eq!((labels, distances), (model.labels, model.distances));
        }
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let matrix = heaps();
        let options = KMeansOptions { clusters: 7, seed: 9, ..KMeansOptions::default() };
        let single = fit_on(&matrix, &options, 1).unwrap();
        for threads in [2, 5] {
            assert_eq!(fit_on(&matrix, &options, threads).unwrap(), single);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_on_every_machine() {
        let model = fit(&heaps(), &KMeansOptions { clusters: 5, seed: 3, ..KMeansOptions::default() }).unwrap();
        // Recorded once; a change here changes every stored model.
        assert_eq!(model.inertia.to_bits(), 4_653_104_042_201_082_152, "{} after {}", model.inertia, model.iterations);
    }

    #[test]
    fn fewer_distinct_rows_than_clusters_give_fewer_clusters() {
        let matrix = Matrix::new(6, 2, vec![1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 1.0, 1.0]).unwrap();
        let model = fit(&matrix, &KMeansOptions { clusters: 5, ..KMeansOptions::default() }).unwrap();
        assert_eq!((model.centroids.rows(), model.inertia), (3, 0.0));
        let one = Matrix::new(1, 2, vec![1.0, 2.0]).unwrap();
        let model = fit(&one, &KMeansOptions::default()).unwrap();
        assert_eq!((model.centroids, model.labels, model.distances), (one, vec![0], vec![0.0]));
    }

    #[test]
    fn constant_columns_and_rows_do_no_harm() {
        let matrix = Matrix::new(5, 3, vec![0.1; 15]).unwrap();
        let model = fit(&matrix, &KMeansOptions::default()).unwrap();
        assert_eq!((model.centroids.rows(), model.inertia), (1, 0.0));
        let matrix = Matrix::new(4, 2, vec![7.0, 0.0, 7.0, 1.0, 7.0, 9.0, 7.0, 10.0]).unwrap();
        let model = fit(&matrix, &KMeansOptions { clusters: 2, ..KMeansOptions::default() }).unwrap();
        assert_eq!((model.centroids.rows(), model.inertia), (2, 1.0));
    }

    #[test]
    fn an_empty_matrix_and_meaningless_options_are_refused() {
        let empty = Matrix::new(0, 2, vec![]).unwrap();
        assert_eq!(fit(&empty, &KMeansOptions::default()), Err(StatsError::Empty));
        let refused = |options| fit(&heaps(), &options).is_err();
        assert!(refused(KMeansOptions { clusters: 0, ..KMeansOptions::default() }));
        assert!(refused(KMeansOptions { starts: 0, ..KMeansOptions::default() }));
        assert!(refused(KMeansOptions { tolerance: f64::NAN, ..KMeansOptions::default() }));
        assert!(refused(KMeansOptions { tolerance: -1.0, ..KMeansOptions::default() }));
    }
}
