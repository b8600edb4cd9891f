//! How moods are clustered: how many, by which features, from which seed.
//!
//! Owns the check of the features' names, and what a commit's note says of the choice.

use super::TRACKS;
use crate::error::{Error, Result};
use crate::fingerprint;
use crate::gold::source::Synthetic;
use crate::lake::tables::AUDIO_FEATURES;
use serde_json::{Value, json};

/// More clusters than anyone can tell apart.
pub const CLUSTERS_MAX: usize = 50;

/// Raised when the same tracks would give another model.
const ALGORITHM: &str = "k-means 3";

/// How many clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clusters {
    /// The largest number from 3 to 8 that is stable.
    Auto,
    /// Exactly so many, or fewer when there are fewer different tracks.
    Fixed(usize),
}

/// How moods are clustered.
#[derive(Clone, Debug)]
pub struct MoodOptions {
    pub(super) clusters: Clusters,
    /// Places in `AUDIO_FEATURES`.
    pub(super) features: Vec<usize>,
    pub(super) seed: u64,
    pub(super) include_synthetic: bool,
    pub(super) allow_synthetic: bool,
    pub(super) refit: bool,
}

/// Features that are no measures: their distances mean nothing.
const CATEGORICAL: [&str; 3] = ["key", "mode", "time_signature"];

impl MoodOptions {
    /// Checks the names of the features.
    ///
    /// # Errors
    /// When a name is unknown, categorical or named twice.
    pub fn new(clusters: Clusters, features: &[String], seed: u64, include_synthetic: bool) -> Result<Self> {
        let usable: Vec<_> = AUDIO_FEATURES.iter().filter(|name| !CATEGORICAL.contains(name)).copied().collect();
        let wrong = |what: String| Error::usage(what).hint(format!("choose among: {}", usable.join(", ")));
        let mut places = Vec::new();
        for name in features {
            let place = AUDIO_FEATURES.iter().position(|feature| feature == name);
            match place {
                Some(place) if places.contains(&place) => return Err(wrong(format!("--features names {name} twice"))),
                Some(_) if CATEGORICAL.contains(&name.as_str()) => {
                    return Err(wrong(format!(
                        "--features {name}: its values are categories, distances between them mean nothing"
                    )));
                }
                Some(place) => places.push(place),
                None => return Err(wrong(format!("--features {name}: there is no such audio feature"))),
            }
        }
        Ok(Self { clusters, features: places, seed, include_synthetic, allow_synthetic: true, refit: false })
    }

    /// Tracks with synthetic features get no mood where these are not allowed, even when silver still holds them.
    #[must_use]
    pub const fn allowing_synthetic(mut self, allow_synthetic: bool) -> Self {
        self.allow_synthetic = allow_synthetic;
        self
    }

    /// Whether a model is fitted even where the one before still stands.
    #[must_use]
    pub const fn refitting(mut self, refit: bool) -> Self {
        self.refit = refit;
        self
    }

    /// What synthetic features are for.
    #[must_use]
    pub const fn synthetic(&self) -> Synthetic {
        Synthetic { include: self.include_synthetic, allow: self.allow_synthetic }
    }

    pub(super) fn feature_names(&self) -> Vec<&'static str> {
        self.features.iter().map(|&place| AUDIO_FEATURES[place]).collect()
    }

    pub(super) fn described(&self) -> Value {
        let clusters = match self.clusters {
            Clusters::Auto => json!("auto"),
            Clusters::Fixed(clusters) => json!(clusters),
        };
        json!({
            "k": clusters,
            "features": self.feature_names(),
            "seed": self.seed,
            "include_synthetic": self.include_synthetic,
            "allow_synthetic": self.allow_synthetic,
            "algorithm": ALGORITHM,
            "sql": fingerprint::of(TRACKS),
        })
    }
}
