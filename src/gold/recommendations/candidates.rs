//! The catalogue as points: what can be recommended, and how near it lies to anything.
//!
//! Owns the space of likeness: four features, each scaled by the catalogue's own mean and standard deviation.

use super::song;
use crate::engine::Columns;
use crate::error::{Explain, Result};
use crate::stats::matrix::Matrix;
use crate::stats::neighbours::{Near, Neighbours};
use crate::stats::scale::Scaler;
use arrow::array::{Array, Float64Array};
use std::collections::HashSet;

/// The features that likeness is measured in.
pub const FEATURES: [&str; 4] = ["valence", "energy", "danceability", "acousticness"];

/// A track that can be recommended.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Spotify's id.
    pub track_id: String,
    /// Title.
    pub track_name: String,
    /// First artist.
    pub artist_name: String,
    /// The genres that it is filed under.
    pub genres: Vec<String>,
    /// 0–100; none where unknown.
    pub popularity: Option<i64>,
    /// Valence, energy, danceability, acousticness, 0–1.
    pub features: [f64; 4],
    /// Which song it is a version of.
    pub song: (String, String),
}

/// All of them.
pub struct Candidates {
    /// In the order of their ids.
    pub tracks: Vec<Candidate>,
    space: Option<(Scaler, Neighbours)>,
}

impl Candidates {
    /// Takes the model's rows.
    ///
    /// # Errors
    /// When a feature is no finite number.
    pub fn new(rows: &Columns) -> Result<Self> {
        let failed = || "the catalogue's features cannot be compared".to_owned();
        let (ids, names, artists) = (rows.text("track_id")?, rows.text("track_name")?, rows.text("artist_name")?);
        let (genres, popularity) = (rows.text("genres")?, rows.whole("popularity")?);
        let features: Vec<Float64Array> = FEATURES.iter().map(|name| rows.double(name)).collect::<Result<_>>()?;
        let tracks: Vec<Candidate> = (0..rows.len())
            .map(|row| Candidate {
                track_id: ids.value(row).to_owned(),
                track_name: names.value(row).to_owned(),
                artist_name: artists.value(row).to_owned(),
                genres: genres.value(row).split('\t').filter(|genre| !genre.is_empty()).map(str::to_owned).collect(),
                popularity: popularity.is_valid(row).then(|| popularity.value(row)),
                features: [0, 1, 2, 3].map(|feature: usize| features[feature].value(row)),
                song: song::key(artists.value(row), names.value(row)),
            })
            .collect();
        let values: Vec<f64> = tracks.iter().flat_map(|track| track.features).collect();
        let matrix = Matrix::new(tracks.len(), FEATURES.len(), values).explain(failed)?;
        let space = if tracks.is_empty() {
            None
        } else {
            let scaler = Scaler::fit(&matrix).explain(failed)?;
            let points = scaler.transform(&matrix).explain(failed)?;
            Some((scaler, Neighbours::new(&points)))
        };
        Ok(Self { tracks, space })
    }

    /// The nearest candidates to a place in natural units, the nearest first; equally near ones in the order of their ids.
    #[must_use]
    pub fn nearest(&self, features: [f64; 4], count: usize, accept: impl Fn(&Candidate) -> bool) -> Vec<Near> {
        let Some((scaler, neighbours)) = &self.space else { return Vec::new() };
        let scaled = Matrix::new(1, FEATURES.len(), features.to_vec()).and_then(|place| scaler.transform(&place));
        scaled.map_or_else(|_| Vec::new(), |place| neighbours.nearest(place.row(0), count, |row| accept(&self.tracks[row])))
    }

    /// The genres of enough candidates to choose among, of those given; none when there are too few.
    #[must_use]
    pub fn enough_of<'a>(&self, genres: &'a HashSet<String>, least: usize) -> Option<&'a HashSet<String>> {
        let of_them = self.tracks.iter().filter(|track| track.genres.iter().any(|genre| genres.contains(genre)));
        (of_them.take(least).count() == least).then_some(genres)
    }
}

/// Likeness from a distance in scaled features: 1 for the same values, 0.5 at one standard deviation.
#[must_use]
pub fn similarity(distance: f64) -> f64 {
    1.0 / (1.0 + distance)
}
