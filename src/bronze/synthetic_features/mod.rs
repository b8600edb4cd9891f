//! Audio features made up from a track id, for tracks of which nobody knows any.
//!
//! Owns the values: a function of the track id and `GENERATOR_VERSION` alone, distributed and correlated as in the real
//! catalogue (a Gaussian copula over measured quantiles). Refuses to be informative: a made-up value says nothing about the
//! song, and whoever shows one says so. Values go to `bronze/my_tracks_features_bronze_synthetic`, and from there to silver
//! where nothing better is.

pub mod stream;
mod tables;

use stream::Stream;
use tables::{CHOLESKY, CONTINUOUS, KEY_COUNTS, MODE_COUNTS, PROBABILITIES, QUANTILES, TIME_SIGNATURE_COUNTS};

/// Changes whenever any value would; stored beside every value.
pub const GENERATOR_VERSION: &str = "1";

/// Sets the streams of this generator and version apart from all others.
const LABEL: &[u8] = b"moodlake-synthetic-features/1\0";

/// Decimals as in the catalogue: mostly four or fewer for what lies in 0–1, three for decibels and beats per minute.
const UNIT_STEPS: f64 = 10_000.0;
const WIDE_STEPS: f64 = 1_000.0;

/// The audio features of one track, in Spotify's units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SyntheticFeatures {
    /// 0–1, four decimals.
    pub danceability: f64,
    /// 0–1, four decimals.
    pub energy: f64,
    /// Pitch class, 0 (C) to 11 (B).
    pub key: i32,
    /// Decibels below full scale, −60–0, three decimals.
    pub loudness: f64,
    /// 1 major, 0 minor.
    pub mode: i32,
    /// 0–1, four decimals.
    pub speechiness: f64,
    /// 0–1, four decimals.
    pub acousticness: f64,
    /// 0–1, four decimals.
    pub instrumentalness: f64,
    /// 0–1, four decimals.
    pub liveness: f64,
    /// 0–1, four decimals.
    pub valence: f64,
    /// Beats a minute, 60–180, three decimals.
    pub tempo: f64,
    /// Beats a bar, 3–5.
    pub time_signature: i32,
}

/// The features of a track id: the same on every machine, every run and every architecture.
///
/// Reads 42 words of 32 bits from the stream of the id: nine normal numbers of two fractions each, in the order of the
/// tables, then a fraction each for key, mode and time signature.
#[must_use]
pub fn generate(track_id: &str) -> SyntheticFeatures {
    let mut stream = Stream::labelled(LABEL, track_id.as_bytes());
    let normals: [f64; CONTINUOUS] = std::array::from_fn(|_| stream.normal());
    let value = |feature: usize| {
        let score: f64 = CHOLESKY[feature].iter().zip(&normals).map(|(weight, normal)| weight * normal).sum();
        quantile(&QUANTILES[feature], normal_probability(score))
    };
    let unit = |feature: usize| rounded(value(feature).clamp(0.0, 1.0), UNIT_STEPS);
    SyntheticFeatures {
        danceability: unit(0),
        energy: unit(1),
        key: drawn(&mut stream, &KEY_COUNTS),
        loudness: rounded(value(2).clamp(-60.0, 0.0), WIDE_STEPS),
        mode: drawn(&mut stream, &MODE_COUNTS),
        speechiness: unit(3),
        acousticness: unit(4),
        instrumentalness: unit(5),
        liveness: unit(6),
        valence: unit(7),
        tempo: rounded(value(8).clamp(60.0, 180.0), WIDE_STEPS),
        time_signature: 3 + drawn(&mut stream, &TIME_SIGNATURE_COUNTS),
    }
}

/// The share of a standard normal distribution below a score.
fn normal_probability(score: f64) -> f64 {
    0.5 * libm::erfc(-score * std::f64::consts::FRAC_1_SQRT_2)
}

/// The value below which a share of tracks lies, on straight lines between the measured quantiles.
fn quantile(values: &[f64], probability: f64) -> f64 {
    let last = PROBABILITIES.len() - 2;
    let left = PROBABILITIES.partition_point(|&limit| limit <= probability).saturating_sub(1).min(last);
    let share = (probability - PROBABILITIES[left]) / (PROBABILITIES[left + 1] - PROBABILITIES[left]);
    values[left] + share * (values[left + 1] - values[left])
}

/// The nearest multiple of 1 / `steps`, halves away from zero; adding zero turns −0 into 0, which prints and compares alike
/// everywhere.
fn rounded(value: f64, steps: f64) -> f64 {
    libm::round(value * steps) / steps + 0.0
}

/// A class, drawn as often as it was counted.
fn drawn(stream: &mut Stream, counts: &[u32]) -> i32 {
    let total: u32 = counts.iter().sum();
    let mut left = stream.fraction() * f64::from(total);
    let mut class = 0;
    for &count in &counts[..counts.len() - 1] {
        left -= f64::from(count);
        if left < 0.0 {
            break;
        }
        class += 1;
    }
    class
}

#[cfg(test)]
mod tests;
