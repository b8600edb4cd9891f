//! The model that stands: fitted by an earlier build, and good enough for the tracks of today.
//!
//! Owns when a model is fitted anew, and how it is kept from build to build: in the note of `mood_clusters`, to the last bit, since
//! profiles tell rounded means. New tracks are assigned to its clusters.

use super::model::{Model, choose_tracks};
use super::options::MoodOptions;
use super::rows::Named;
use super::tracks::Tracks;
use crate::error::{Explain, Result};
use crate::stats::assign::assign;
use crate::stats::matrix::Matrix;
use crate::stats::scale::Scaler;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A model that is older is fitted anew.
pub const AGE_DAYS_MAX: i64 = 30;
/// So is one of whose tracks there are more, or fewer, by more than this share.
pub const TRACKS_SHARE_MAX: f64 = 0.05;
/// And one that lies further from the tracks of today than from those that it was fitted on: the mean square of their distances.
pub const DRIFT_MAX: f64 = 0.05;

/// A number as text, which is read back to the same bits.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Exact(f64);

impl Serialize for Exact {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:e}", self.0))
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// A model as a note keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// The model's id.
    pub id: String,
    /// When it was fitted.
    pub fitted_at: DateTime<Utc>,
    fitted_on: String,
    tracks: usize,
    mean_square: Exact,
    means: Vec<Exact>,
    deviations: Vec<Exact>,
    clusters: Vec<Region>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Region {
    cluster_id: i32,
    mood: String,
    centroid: Vec<Exact>,
}

/// How tracks of today lie to a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// How many more of them there are, as a share of those that it was fitted on; less than 0 for fewer.
    pub tracks: f64,
    /// How much further they lie from it, in the mean square, as a share; less than 0 for nearer.
    pub distance: f64,
}

impl Standing {
    /// The model as it is to be kept.
    #[must_use]
    pub fn of(model: &Model, named: &[Named], fitted_at: DateTime<Utc>) -> Self {
        let exact = |values: &[f64]| values.iter().copied().map(Exact).collect();
        let centroids = &model.clusters.centroids;
        let cluster = |(row, named): (usize, &Named)| Region {
            cluster_id: named.cluster_id,
            mood: named.mood.clone(),
            centroid: exact(centroids.row(row)),
        };
        Self {
            id: model.id.clone(),
            fitted_at,
            fitted_on: model.fitted_on.name().to_owned(),
            tracks: model.fitted.len(),
            mean_square: Exact(model.clusters.inertia / model.fitted.len().max(1) as f64),
            means: exact(&model.scaler.means),
            deviations: exact(&model.scaler.deviations),
            clusters: named.iter().enumerate().map(cluster).collect(),
        }
    }

    /// Reads it from a note; none where there is none, or one that this program does not understand.
    #[must_use]
    pub fn read(note: &Value) -> Option<Self> {
        let standing: Self = serde_json::from_value(note["model"].clone()).ok()?;
        let width = standing.means.len();
        let is_whole = !standing.clusters.is_empty()
            && width == standing.deviations.len()
            && standing.clusters.iter().all(|cluster| cluster.centroid.len() == width);
        is_whole.then_some(standing)
    }

    /// How features are scaled before they are compared.
    #[must_use]
    pub fn scaler(&self) -> Scaler {
        let plain = |values: &[Exact]| values.iter().map(|value| value.0).collect();
        Scaler { means: plain(&self.means), deviations: plain(&self.deviations) }
    }

    /// The clusters' centres in scaled features, one row a cluster.
    ///
    /// # Errors
    /// When a number is not finite.
    pub fn centroids(&self) -> Result<Matrix> {
        let values = self.clusters.iter().flat_map(|cluster| cluster.centroid.iter().map(|value| value.0)).collect();
        Matrix::new(self.clusters.len(), self.means.len(), values).explain(|| "the stored mood model is not whole".to_owned())
    }

    /// The clusters' numbers and words.
    #[must_use]
    pub fn named(&self) -> Vec<Named> {
        self.clusters.iter().map(|cluster| Named { cluster_id: cluster.cluster_id, mood: cluster.mood.clone() }).collect()
    }

    /// How the tracks that a fit would rest on lie to the model; none where a fit would rest on others.
    ///
    /// # Errors
    /// When a feature is no finite number.
    pub fn drift(&self, tracks: &Tracks, complete: &[usize], options: &MoodOptions) -> Result<Option<Drift>> {
        let (fitted, fitted_on) = choose_tracks(tracks, complete, options);
        if fitted.is_empty() || fitted_on.name() != self.fitted_on || options.features.len() != self.means.len() {
            return Ok(None);
        }
        let failed = || "tracks cannot be compared with the mood model".to_owned();
        let scaled = self.scaler().transform(&tracks.matrix(&fitted, &options.features)?).explain(failed)?;
        let (_, distances) = assign(&scaled, &self.centroids()?).explain(failed)?;
        let mean_square = distances.iter().map(|distance| distance * distance).sum::<f64>() / fitted.len() as f64;
        let share = |now: f64, then: f64| if then > 0.0 { now / then - 1.0 } else { now };
        Ok(Some(Drift {
            tracks: share(fitted.len() as f64, self.tracks as f64),
            distance: share(mean_square, self.mean_square.0),
        }))
    }

    /// Whether the model still stands.
    #[must_use]
    pub fn is_good(&self, drift: Drift, now: DateTime<Utc>) -> bool {
        drift.tracks.abs() <= TRACKS_SHARE_MAX
            && drift.distance <= DRIFT_MAX
            && now - self.fitted_at <= Duration::days(AGE_DAYS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{Drift, Exact, Standing};
    use chrono::{DateTime, Duration, Utc};
    use serde_json::json;

    fn standing() -> Standing {
        Standing::read(&json!({ "model": {
            "id": "a", "fitted_at": "2026-01-01T00:00:00Z", "fitted_on": "authentic", "tracks": 100, "mean_square": "2e0",
            "means": ["1e-1"], "deviations": ["3e-1"], "clusters": [{ "cluster_id": 3, "mood": "party", "centroid": ["-1.5e0"] }],
        } }))
        .unwrap()
    }

    #[test]
    fn numbers_come_back_to_the_last_bit() {
        for value in [0.1 + 0.2, -1.0 / 3.0, f64::MIN_POSITIVE, 1e300, 0.0] {
            let text = serde_json::to_string(&Exact(value)).unwrap();
            assert_eq!(serde_json::from_str::<Exact>(&text).unwrap().0.to_bits(), value.to_bits(), "{text}");
        }
    }

    #[test]
    fn a_note_that_is_not_whole_is_no_model() {
        assert!(Standing::read(&json!({})).is_none());
        assert!(Standing::read(&json!({ "model": { "id": "a" } })).is_none());
        let mut note = json!({ "model": standing() });
        note["model"]["clusters"][0]["centroid"] = json!([]);
        assert!(Standing::read(&note).is_none());
    }

    #[test]
    fn it_stands_until_it_is_old_or_the_tracks_are_others() {
        let fitted: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let good = |tracks, distance, days| standing().is_good(Drift { tracks, distance }, fitted + Duration::days(days));
        assert!(good(0.05, 0.05, 30) && good(-0.05, -0.5, 0));
        assert!(!good(0.051, 0.0, 0) && !good(-0.051, 0.0, 0) && !good(0.0, 0.051, 0) && !good(0.0, 0.0, 31));
    }
}
