//! How many clusters: the largest number that is stable and still separates about as well as the best stable one.
//!
//! Owns the rule and reports everything it weighed, so that a reader can disagree with it. Refuses to compare silhouettes across
//! feature sets: all candidates see the same matrix. Its answer goes to `kmeans` with the same options, its table to `gold`.

use std::ops::RangeInclusive;

use super::StatsError;
use super::blocks::Blocks;
use super::kmeans::{KMeansModel, KMeansOptions, fit_leaves};
use super::leaves::Leaves;
use super::matrix::Matrix;
use super::parallel::threads_available;
use super::quality::davies_bouldin;
use super::silhouette::silhouettes_on;
use super::stability::{BOOTSTRAPS, stability_on};

/// Stability from which a number of clusters is stable: on the catalogue, over six seeds, three to five clusters lie between
/// .959 and .995, and six, which have two equally good solutions, down to .66.
pub const STABILITY_MIN: f64 = 0.95;

/// What the choice goes by.
#[derive(Clone, Debug, PartialEq)]
pub struct ChooseOptions {
    /// Numbers of clusters to weigh; 3…8 by default: two are only "high" and "low", more than eight nobody can name.
    pub candidates: RangeInclusive<usize>,
    /// Stability (mean adjusted Rand index) from which a candidate counts; [`STABILITY_MIN`] by default.
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
            stability_min: STABILITY_MIN,
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
    /// Mean adjusted Rand index against bootstraps; none where the silhouette left the candidate out already.
    pub stability: Option<f64>,
}

/// The chosen number of clusters and what was weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The chosen number.
    pub clusters: usize,
    /// The model of so many clusters.
    pub model: KMeansModel,
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
    matrix.require_values()?;
    let blocks = Blocks::new(matrix);
    let leaves = Leaves::new(&blocks, threads);
    let mut models = Vec::new();
    for clusters in options.candidates.clone() {
        let model = fit_leaves(&blocks, &leaves, &KMeansOptions { clusters, ..options.fit.clone() }, threads)?;
        let found = model.centroids.rows();
        models.push(model);
        if found < clusters {
            // More clusters than distinct rows: every larger candidate would end in the same model.
            break;
        }
    }
    let asked = options.candidates.clone().zip(&models);
    let complete: Vec<&KMeansModel> =
        asked.filter(|(clusters, model)| *clusters > 1 && model.centroids.rows() == *clusters).map(|(_, model)| model).collect();
    let mut weighed = weigh(matrix, &complete, options, threads)?;
    let chosen = chosen(&mut weighed, options, |clusters| {
        let model = complete.iter().find(|model| model.centroids.rows() == clusters);
        let model = model.ok_or(StatsError::Setting { name: "candidates" })?;
        stability_on(matrix, model, &KMeansOptions { clusters, ..options.fit.clone() }, options.bootstraps, threads)
    })?;
    let place = match chosen {
        Some(clusters) => models.iter().position(|model| model.centroids.rows() == clusters),
        None => models.len().checked_sub(1),
    };
    let model = place.map(|place| models.swap_remove(place)).ok_or(StatsError::Setting { name: "candidates" })?;
    Ok(Choice { clusters: model.centroids.rows(), model, weighed })
}

/// Measures the candidates, all but their stability; leaves out those that the sample holds a single cluster of.
fn weigh(
    matrix: &Matrix,
    models: &[&KMeansModel],
    options: &ChooseOptions,
    threads: usize,
) -> Result<Vec<Candidate>, StatsError> {
    let labels: Vec<&[u32]> = models.iter().map(|model| model.labels.as_slice()).collect();
    let silhouettes = silhouettes_on(matrix, &labels, options.silhouette_sample, options.fit.seed, threads)?;
    let measured = models.iter().zip(silhouettes).filter_map(|(model, silhouette)| Some((model, silhouette?)));
    measured
        .map(|(model, silhouette)| {
            Ok(Candidate {
                clusters: model.centroids.rows(),
                inertia: model.inertia,
                silhouette,
                davies_bouldin: davies_bouldin(matrix, &model.labels)?,
                stability: None,
            })
        })
        .collect()
}

/// The rule; none when nothing was weighed. Stability, which takes by far the longest, is measured where the rule asks for it.
fn chosen(
    weighed: &mut [Candidate],
    options: &ChooseOptions,
    stability: impl Fn(usize) -> Result<f64, StatsError>,
) -> Result<Option<usize>, StatsError> {
    let is_stable = |weighed: &mut [Candidate], place: usize| {
        let measured = weighed[place].stability.map_or_else(|| stability(weighed[place].clusters), Ok)?;
        weighed[place].stability = Some(measured);
        Ok::<_, StatsError>(measured >= options.stability_min)
    };
    let mut by_silhouette: Vec<usize> = (0..weighed.len()).collect();
    by_silhouette.sort_by(|a, b| weighed[*b].silhouette.total_cmp(&weighed[*a].silhouette));
    for best in by_silhouette {
        if !is_stable(weighed, best)? {
            continue;
        }
        let least = weighed[best].silhouette - options.silhouette_loss_max;
        for place in (0..weighed.len()).rev() {
            if weighed[place].silhouette >= least && is_stable(weighed, place)? {
                return Ok(Some(weighed[place].clusters));
            }
        }
    }
    let most_stable = weighed.iter().max_by(|a, b| a.stability.unwrap_or_default().total_cmp(&b.stability.unwrap_or_default()));
    Ok(most_stable.map(|candidate| candidate.clusters))
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

    /// What the rule chooses among candidates of these clusters, silhouettes and stabilities, and whose stability it asked for.
    fn choice<const N: usize>(figures: [(usize, f64, f64); N], options: &ChooseOptions) -> (Option<usize>, Vec<usize>) {
        let candidate =
            |(clusters, silhouette, _)| Candidate { clusters, inertia: 0.0, silhouette, davies_bouldin: 0.0, stability: None };
        let mut weighed = figures.map(candidate);
        let known = |clusters| figures.iter().find(|figure| figure.0 == clusters).map_or(f64::NAN, |figure| figure.2);
        let chosen = chosen(&mut weighed, options, |clusters| Ok(known(clusters))).unwrap();
        (chosen, weighed.iter().filter(|candidate| candidate.stability.is_some()).map(|candidate| candidate.clusters).collect())
    }

    #[test]
    fn the_rule_chooses_four_from_the_published_figures() {
        let figures = [(3, 0.311, 0.993), (4, 0.287, 0.985), (5, 0.271, 0.983), (6, 0.256, 0.656)];
        assert_eq!(choice(figures, &ChooseOptions::default()), (Some(4), vec![3, 4]));
        let generous = ChooseOptions { silhouette_loss_max: 1.0, ..ChooseOptions::default() };
        assert_eq!(choice(figures, &generous), (Some(5), vec![3, 5, 6]));
    }

    #[test]
    fn silhouettes_of_unstable_candidates_do_not_count() {
        let figures = [(3, 0.9, 0.5), (4, 0.6, 0.96), (5, 0.58, 0.8), (6, 0.575, 0.99), (7, 0.5, 1.0)];
        assert_eq!(choice(figures, &ChooseOptions::default()), (Some(6), vec![3, 4, 6]));
    }

    #[test]
    fn the_most_stable_wins_when_none_is_stable() {
        let figures = [(3, 0.5, 0.7), (4, 0.6, 0.8), (5, 0.9, 0.6)];
        assert_eq!(choice(figures, &ChooseOptions::default()), (Some(4), vec![3, 4, 5]));
        assert_eq!(choice([], &ChooseOptions::default()), (None, vec![]));
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
        let chosen = |matrix: &Matrix, options: &ChooseOptions| {
            let Choice { clusters, model, weighed } = choose(matrix, options).unwrap();
            (clusters, model.centroids.rows(), weighed)
        };
        assert_eq!(chosen(&matrix, &ChooseOptions::default()), (2, 2, vec![]));
        let one = Matrix::new(1, 1, vec![1.0]).unwrap();
        assert_eq!(chosen(&one, &ChooseOptions::default()), (1, 1, vec![]));
        let only_one = ChooseOptions { candidates: 1..=1, ..ChooseOptions::default() };
        assert_eq!(chosen(&matrix, &only_one), (1, 1, vec![]));
    }

    #[test]
    fn no_rows_and_no_candidates_are_refused() {
        assert_eq!(choose(&Matrix::new(0, 1, vec![]).unwrap(), &ChooseOptions::default()), Err(StatsError::Empty));
        let none = ChooseOptions { candidates: RangeInclusive::new(4, 3), ..ChooseOptions::default() };
        assert_eq!(choose(&heaps(10, 2), &none), Err(StatsError::Setting { name: "candidates" }));
    }
}
