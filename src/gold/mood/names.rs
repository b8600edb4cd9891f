//! A word for each mood cluster.
//!
//! Owns the vocabulary: prototypes in valence, energy, danceability and acousticness. The first four are the centroids that
//! k-means finds on the 89,741 tracks of the Kaggle catalogue; the others lie between and beyond them, for finer models. Each
//! cluster gets the nearest free word, all of them together as near as possible, so no two clusters share one.

use crate::error::{Explain, Result};
use crate::stats::assignment::minimum_cost_assignment;
use crate::stats::matrix::Matrix;

struct Prototype {
    mood: &'static str,
    /// Valence, energy, danceability, acousticness, each 0–1.
    place: [f64; 4],
}

const fn prototype(mood: &'static str, place: [f64; 4]) -> Prototype {
    Prototype { mood, place }
}

const PROTOTYPES: [Prototype; 12] = [
    prototype("party", [0.702, 0.755, 0.692, 0.153]),
    prototype("intense", [0.293, 0.799, 0.473, 0.072]),
    prototype("mellow-acoustic", [0.537, 0.475, 0.621, 0.650]),
    prototype("sombre", [0.202, 0.235, 0.361, 0.816]),
    prototype("chill", [0.430, 0.540, 0.680, 0.300]),
    prototype("euphoric", [0.850, 0.850, 0.600, 0.100]),
    prototype("dark-groove", [0.250, 0.640, 0.740, 0.120]),
    prototype("sunny-acoustic", [0.780, 0.560, 0.640, 0.600]),
    prototype("wistful", [0.330, 0.380, 0.520, 0.600]),
    prototype("ambient", [0.100, 0.120, 0.220, 0.920]),
    prototype("driving", [0.520, 0.880, 0.540, 0.050]),
    prototype("tender", [0.380, 0.260, 0.500, 0.850]),
];

/// The features in which moods are named, in the order of the prototypes.
pub const NAMED_BY: [&str; 4] = ["valence", "energy", "danceability", "acousticness"];

/// Gives each cluster without a name one that is not `taken`. A value that a cluster lacks does not count against any word.
///
/// # Errors
/// When a centroid is no finite number.
pub fn name(centroids: &[[Option<f64>; 4]], taken: &[String]) -> Result<Vec<String>> {
    let free: Vec<_> = PROTOTYPES.iter().filter(|prototype| !taken.iter().any(|name| name == prototype.mood)).collect();
    let costs =
        centroids.iter().flat_map(|centroid| free.iter().map(move |prototype| distance(centroid, &prototype.place))).collect();
    let costs =
        Matrix::new(centroids.len(), free.len(), costs).explain(|| "a mood's centroid is not a finite number".to_owned())?;
    let chosen = minimum_cost_assignment(&costs);
    // Beyond the vocabulary a number is more honest than a strained word.
    let mut number = 0;
    Ok(chosen
        .into_iter()
        .map(|place| match place.and_then(|place| free.get(place)) {
            Some(prototype) => prototype.mood.to_owned(),
            None => loop {
                number += 1;
                let mood = format!("mood-{number}");
                if !taken.contains(&mood) {
                    break mood;
                }
            },
        })
        .collect())
}

fn distance(centroid: &[Option<f64>; 4], place: &[f64; 4]) -> f64 {
    centroid.iter().zip(place).filter_map(|(own, place)| own.map(|own| (own - place) * (own - place))).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_catalogues_four_clusters_get_their_four_words() {
        let centroids = [[0.70, 0.75, 0.69, 0.15], [0.20, 0.24, 0.36, 0.82], [0.54, 0.48, 0.62, 0.65], [0.29, 0.80, 0.47, 0.07]];
        let names = name(&centroids.map(|centroid| centroid.map(Some)), &[]);
        assert_eq!(names.ok(), Some(["party", "sombre", "mellow-acoustic", "intense"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_taken_word_is_not_given_again_and_words_never_run_out() {
        let same = [[0.7, 0.75, 0.69, 0.15].map(Some); 15];
        let mut names = name(&same, &["party".to_owned()]).unwrap_or_default();
        assert!(!names.contains(&"party".to_owned()));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 15);
    }
}
