//! One fit of the mood model: which tracks it rests on, how many clusters, how good it is.
//!
//! Owns the choice of the fitted tracks and the model's identity. Authentic features (measured, or from the catalogue) are what
//! it is fitted on whenever there are enough: synthetic values look clusterable and say nothing of the songs.

use super::options::{Clusters, MoodOptions};
use super::tracks::Tracks;
use crate::error::{Explain, Result};
use crate::fingerprint;
use crate::stats::choose_k::{self, Candidate, ChooseOptions};
use crate::stats::kmeans::{KMeansModel, KMeansOptions, fit};
use crate::stats::matrix::Matrix;
use crate::stats::quality::{davies_bouldin, silhouette};
use crate::stats::scale::Scaler;
use crate::stats::stability::{BOOTSTRAPS, stability};

/// What the tracks that a model was fitted on have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FittedOn {
    /// Measured and catalogue features only.
    Authentic,
    /// Synthetic features too, because they were asked for.
    Everything,
    /// Synthetic features too, because there are not enough others.
    TooFewAuthentic,
}

impl FittedOn {
    /// The word in the `fitted_on` column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authentic => "authentic",
            Self::Everything => "authentic_and_synthetic",
            Self::TooFewAuthentic => "too_few_authentic",
        }
    }
}

/// Tracks with authentic features below which a model cannot rest on them alone: a dozen a cluster for the eight clusters that
/// are weighed.
pub const AUTHENTIC_TRACKS_MIN: usize = 100;

/// Tracks of the sample that the silhouette is computed on; it grows with the square of this number.
const SILHOUETTE_TRACKS: usize = 10_000;

/// A fitted model.
pub struct Model {
    /// The model's id: a fingerprint of its features, seed, scale and centroids.
    pub id: String,
    /// Indices of the fitted tracks.
    pub fitted: Vec<usize>,
    /// What the fitted tracks have in common.
    pub fitted_on: FittedOn,
    /// How features are scaled before they are compared.
    pub scaler: Scaler,
    /// Centroids, labels and distances of the fitted tracks, in scaled features.
    pub clusters: KMeansModel,
    /// Mean silhouette of the fitted tracks, −1 to 1; none with one cluster.
    pub silhouette: Option<f64>,
    /// Davies–Bouldin index, lower is better; none with one cluster.
    pub davies_bouldin: Option<f64>,
    /// Mean adjusted Rand index between this model and models of bootstraps, at most 1.
    pub stability: f64,
    /// What was weighed, when the number of clusters was chosen.
    pub weighed: Option<Vec<Candidate>>,
}

impl Model {
    /// The fitted tracks of a cluster.
    #[must_use]
    pub fn members(&self, cluster: usize) -> Vec<usize> {
        let labels = self.clusters.labels.iter().zip(&self.fitted);
        labels
            .filter(|(label, _)| usize::try_from(**label).is_ok_and(|label| label == cluster))
            .map(|(_, track)| *track)
            .collect()
    }
}

/// Fits a model on the tracks that have all its features, or none when no track has.
///
/// # Errors
/// When a feature is no finite number.
pub fn fit_model(tracks: &Tracks, complete: &[usize], options: &MoodOptions) -> Result<Option<Model>> {
    let (fitted, fitted_on) = choose_tracks(tracks, complete, options);
    if fitted.is_empty() {
        return Ok(None);
    }
    let failed = || "the mood model cannot be fitted".to_owned();
    let matrix = tracks.matrix(&fitted, &options.features)?;
    let scaler = Scaler::fit(&matrix).explain(failed)?;
    let scaled = scaler.transform(&matrix).explain(failed)?;
    let base = KMeansOptions { seed: options.seed, ..KMeansOptions::default() };
    let (model, weighed) = match options.clusters {
        Clusters::Fixed(clusters) => (fit(&scaled, &KMeansOptions { clusters, ..base.clone() }).explain(failed)?, None),
        Clusters::Auto => {
            let choice =
                choose_k::choose(&scaled, &ChooseOptions { fit: base.clone(), ..ChooseOptions::default() }).explain(failed)?;
            (choice.model, Some(choice.weighed))
        }
    };
    let clusters = model.centroids.rows();
    let several = clusters > 1;
    let chosen = weighed.iter().flatten().find(|candidate| candidate.clusters == clusters);
    let known = chosen.and_then(|candidate| Some((candidate, candidate.stability?)));
    let (own_silhouette, own_davies_bouldin, own_stability) = match known {
        Some((candidate, stability)) => (Some(candidate.silhouette), Some(candidate.davies_bouldin), stability),
        None => (
            if several { silhouette(&scaled, &model.labels, SILHOUETTE_TRACKS, options.seed).ok() } else { None },
            if several { davies_bouldin(&scaled, &model.labels).ok() } else { None },
            stability(&scaled, &model, &KMeansOptions { clusters, ..base }, BOOTSTRAPS).explain(failed)?,
        ),
    };
    let id = model_id(options, &scaled, &model);
    Ok(Some(Model {
        id,
        fitted,
        fitted_on,
        scaler,
        clusters: model,
        silhouette: own_silhouette,
        davies_bouldin: own_davies_bouldin,
        stability: own_stability,
        weighed,
    }))
}

/// The tracks that a fit rests on, and what they have in common.
pub fn choose_tracks(tracks: &Tracks, complete: &[usize], options: &MoodOptions) -> (Vec<usize>, FittedOn) {
    if options.include_synthetic {
        return (complete.to_vec(), FittedOn::Everything);
    }
    let is_authentic = |track: &usize| matches!(tracks.source(*track), Some("real" | "kaggle"));
    let authentic: Vec<usize> = complete.iter().copied().filter(is_authentic).collect();
    // A lake without any synthetic feature is authentic however small it is.
    if authentic.len() >= AUTHENTIC_TRACKS_MIN || authentic.len() == complete.len() {
        (authentic, FittedOn::Authentic)
    } else {
        (complete.to_vec(), FittedOn::TooFewAuthentic)
    }
}

fn model_id(options: &MoodOptions, scaled: &Matrix, model: &KMeansModel) -> String {
    let numbers: Vec<u8> = scaled.values().iter().chain(model.centroids.values()).flat_map(|value| value.to_le_bytes()).collect();
    let names = options.feature_names().join(",");
    fingerprint::key([names.as_bytes(), &options.seed.to_le_bytes(), &numbers]).chars().take(16).collect()
}
