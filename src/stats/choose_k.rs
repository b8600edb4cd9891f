//! How many clusters: the largest number that is stable and still separates about as well as the best stable one.
//!
//! Owns the rule and reports everything it weighed, so that a reader can disagree with it. Refuses to compare silhouettes across
//! feature sets: all candidates see the same matrix. Its answer goes to `kmeans` with the same options, its table to `gold`.

use std::ops::RangeInclusive;

use super::StatsError;
use super::kmeans::{KMeansModel, KMeansOptions, fit_on};
use super::matrix::Matrix;
use super::parallel::threads_available;
use super::quality::davies_bouldin;
use super::silhouette::silhouette_on;
use super::stability::{BOOTSTRAPS, stability_of};

/// What the choice goes by.
#[derive(Clone, Debug, PartialEq)]
pub struct ChooseOptions {
    /// Numbers of clusters to weigh; 3…8 by default: two are only "high" and "low", more than eight nobody can name.
    pub candidates: RangeInclusive<usize>,
    /// Stability (mean adjusted Rand index) from which a candidate counts; 0.95 by default: on the catalogue, over six
    /// seeds, three to five clusters lie between .959 and .995, and six, which have two equally good solutions, down to .66.
    pub stability_min: f64,
    /// How far below the best stable silhouette a candidate may lie; 0.03 by default: on the catalogue four clusters
    /// lie .020 to .027 below three, depending on the sample, and buy a fourth nameable mood; five lie .037 to .045 below.
    pub silhouette_loss_max: f64,
    /// Rows the silhouette is measured on; 10,000 by default, as the figures in docs are.
    pub silhouette_sample: usize,
    /// Bootstraps the stability rests on; 4 by default.
    pub bootstraps: usize,
    /// Starts, seed, iterations and tolerance of every fit; `clusters` is not read.
    pub fit: KMeansOptions,
}

impl Default for ChooseOptions {
    fn default() -> Self {
        Self {
            candidates: 3..=8,
            stability_min: 0.95,
            silhouette_loss_max: 0.03,
            silhouette_sample: 10_000,
            bootstraps: BOOTSTRAPS,
            fit: KMeansOptions::default(),
        }
    }
}

/// One number of clusters and how it did.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Number of clusters.
    pub clusters: usize,
    /// Sum of squared distances to the centroids.
    pub inertia: f64,
    /// Mean silhouette on the sample.
    pub silhouette: f64,
    /// Davies–Bouldin index.
    pub davies_bouldin: f64,
    /// Mean adjusted Rand index against bootstraps.
    pub stability: f64,
    /// Whether the stability suffices.
    pub stable: bool,
}

/// The chosen number of clusters and what was weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The chosen number.
    pub clusters: usize,
    /// Every candidate the rows could be split into, in ascending order.
    pub weighed: Vec<Candidate>,
}

/// Chooses the largest candidate that is stable and whose silhouette is within the allowed loss of the best stable one; when none
/// is stable, the most stable one. Rows too few or too alike for a candidate drop it; when that drops all, the choice is as many
/// clusters as there are distinct rows and nothing was weighed.
///
/// # Errors
/// The matrix is empty, there are no candidates, or an option is out of range.
pub fn choose(matrix: &Matrix, options: &ChooseOptions) -> Result<Choice, StatsError> {
    choose_on(matrix, options, threads_available())
}

/// Chooses on this many threads.
fn choose_on(matrix: &Matrix, options: &ChooseOptions, threads: usize) -> Result<Choice, StatsError> {
    let mut weighed = Vec::new();
    let mut fallback = None;
    for clusters in options.candidates.clone() {
        let fit_options = KMeansOptions { clusters, ..options.fit.clone() };
        let model = fit_on(matrix, &fit_options, threads)?;
        let found = model.centroids.rows();
        fallback = Some(found);
        if found < clusters {
            // More clusters than distinct rows: every larger candidate would end in the same model.
            break;
        }
        weighed.extend(weigh(matrix, &model, &fit_options, options, threads)?);
    }
    match chosen(&weighed, options).or(fallback) {
        Some(clusters) => Ok(Choice { clusters, weighed }),
        None => Err(StatsError::Setting { name: "candidates" }),
    }
}

/// Measures one candidate; none when there is nothing to compare, as with a single cluster.
fn weigh(
    matrix: &Matrix,
    model: &KMeansModel,
    fit_options: &KMeansOptions,
    options: &ChooseOptions,
    threads: usize,
) -> Result<Option<Candidate>, StatsError> {
    let silhouette = silhouette_on(matrix, &model.labels, options.silhouette_sample, options.fit.seed, threads);
    let silhouette = match silhouette {
        Err(StatsError::OneCluster) => return Ok(None),
        other => other?,
    };
    let stability = stability_of(matrix, model, fit_options, options.bootstraps, threads)?;
    Ok(Some(Candidate {
        clusters: fit_options.clusters,
        inertia: model.inertia,
        silhouette,
        davies_bouldin: davies_bouldin(matrix, &model.labels)?,
        stability,
        stable: stability >= options.stability_min,
    }))
}

/// The rule; none when nothing was weighed.
fn chosen(weighed: &[Candidate], options: &ChooseOptions) -> Option<usize> {
    let stable = || weighed.iter().filter(|candidate| candidate.stable);
    let best = stable().map(|candidate| candidate.silhouette).fold(f64::NEG_INFINITY, f64::max);
    let largest = stable().rfind(|candidate| candidate.silhouette >= best - options.silhouette_loss_max);
    let most_stable = || weighed.iter().max_by(|a, b| a.stability.total_cmp(&b.stability));
    largest.or_else(most_stable).map(|candidate| candidate.clusters)
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    fn heaps(rows: usize, heaps: usize) -> Matrix {
        let mut random = Random::stream(8, 0);
        // Corners of a cube far apart, three bits a heap.
        let corner = |row: usize, bit: usize| ((row % heaps) >> bit & 1) as f64 * 9.0;
        let values = (0..rows * 3).map(|at| corner(at / 3, at % 3) + random.uniform()).collect();
        Matrix::new(rows, 3, values).unwrap()
    }

    fn candidate(clusters: usize, silhouette: f64, stability: f64) -> Candidate {
        let stable = stability >= 0.95;
        Candidate { clusters, inertia: 0.0, silhouette, davies_bouldin: 0.0, stability, stable }
    }

    #[test]
    fn the_rule_chooses_four_from_the_published_figures() {
        let figures = [(3, 0.311, 0.993), (4, 0.287, 0.985), (5, 0.271, 0.983), (6, 0.256, 0.656)];
        let weighed = figures.map(|(clusters, silhouette, stability)| candidate(clusters, silhouette, stability));
        assert_eq!(chosen(&weighed, &ChooseOptions::default()), Some(4));
        let generous = ChooseOptions { silhouette_loss_max: 1.0, ..ChooseOptions::default() };
        assert_eq!(chosen(&weighed, &generous), Some(5));
    }

    #[test]
    fn the_most_stable_wins_when_none_is_stable() {
        let weighed = [candidate(3, 0.5, 0.7), candidate(4, 0.6, 0.8), candidate(5, 0.9, 0.6)];
        assert_eq!(chosen(&weighed, &ChooseOptions::default()), Some(4));
    }

    #[test]
    fn the_number_of_heaps_is_found() {
        let choice = choose(&heaps(1000, 5), &ChooseOptions::default()).unwrap();
        assert_eq!(choice.clusters, 5);
        assert_eq!(choice.weighed.iter().map(|candidate| candidate.clusters).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let matrix = heaps(500, 4);
        let single = choose_on(&matrix, &ChooseOptions::default(), 1).unwrap();
        for threads in [2, 5] {
            assert_eq!(choose_on(&matrix, &ChooseOptions::default(), threads).unwrap(), single);
        }
    }

    #[test]
    fn rows_too_few_or_too_alike_are_as_many_clusters_as_distinct_rows() {
        let matrix = Matrix::new(4, 1, vec![1.0, 2.0, 1.0, 2.0]).unwrap();
        assert_eq!(choose(&matrix, &ChooseOptions::default()), Ok(Choice { clusters: 2, weighed: vec![] }));
        let one = Matrix::new(1, 1, vec![1.0]).unwrap();
        assert_eq!(choose(&one, &ChooseOptions::default()), Ok(Choice { clusters: 1, weighed: vec![] }));
        let only_one = ChooseOptions { candidates: 1..=1, ..ChooseOptions::default() };
        assert_eq!(choose(&matrix, &only_one), Ok(Choice { clusters: 1, weighed: vec![] }));
    }

    #[test]
    fn no_rows_and_no_candidates_are_refused() {
        assert_eq!(choose(&Matrix::new(0, 1, vec![]).unwrap(), &ChooseOptions::default()), Err(StatsError::Empty));
        let none = ChooseOptions { candidates: RangeInclusive::new(4, 3), ..ChooseOptions::default() };
        assert_eq!(choose(&heaps(10, 2), &none), Err(StatsError::Setting { name: "candidates" }));
    }
}
