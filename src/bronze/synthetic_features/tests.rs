//! The promises of the generator: golden values, ranges, and the shape of the catalogue.

use std::sync::LazyLock;

use super::{SyntheticFeatures, generate};

/// Continuous values in the order of the tables.
fn continuous(features: &SyntheticFeatures) -> [f64; 9] {
    let f = features;
    [f.danceability, f.energy, f.loudness, f.speechiness, f.acousticness, f.instrumentalness, f.liveness, f.valence, f.tempo]
}

static MADE_UP: LazyLock<Vec<SyntheticFeatures>> =
    LazyLock::new(|| (0..20_000).map(|number| generate(&format!("made-up-{number}"))).collect());

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn pearson(left: &[f64], right: &[f64]) -> f64 {
    let (left_mean, right_mean) = (mean(left), mean(right));
    let product: f64 = left.iter().zip(right).map(|(l, r)| (l - left_mean) * (r - right_mean)).sum();
    let square = |values: &[f64], mean: f64| values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
    product / (square(left, left_mean) * square(right, right_mean)).sqrt()
}

fn columns(features: &[SyntheticFeatures]) -> [Vec<f64>; 9] {
    std::array::from_fn(|at| features.iter().map(|one| continuous(one)[at]).collect())
}

#[test]
fn values_of_an_id_never_change_within_a_version() {
    for (id, expected, classes) in GOLDEN {
        let features = generate(id);
        let found = continuous(&features);
        assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits), "{id:?}: {found:?}");
        assert_eq!([features.key, features.mode, features.time_signature], classes, "{id:?}");
    }
}

#[test]
fn values_stay_in_their_documented_ranges() {
    for features in MADE_UP.iter() {
        let [danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo] =
            continuous(features);
        for unit in [danceability, energy, speechiness, acousticness, instrumentalness, liveness, valence] {
            assert!((0.0..=1.0).contains(&unit), "{features:?}");
        }
        assert!((-60.0..=0.0).contains(&loudness) && (60.0..=180.0).contains(&tempo), "{features:?}");
        assert!((0..=11).contains(&features.key) && (0..=1).contains(&features.mode), "{features:?}");
        assert!((3..=5).contains(&features.time_signature), "{features:?}");
    }
}

#[test]
fn means_are_those_of_the_catalogue() {
    // Measured on the catalogue as the tables were; the allowance is what sampling and straight lines between quantiles
    // cost.
    let catalogue = [0.5632, 0.6354, -8.4757, 0.0876, 0.3280, 0.1726, 0.2166, 0.4703, 121.9959];
    let allowed = [0.01, 0.01, 0.2, 0.005, 0.015, 0.015, 0.01, 0.01, 1.0];
    let columns = columns(&MADE_UP);
    for ((column, expected), allowed) in columns.iter().zip(catalogue).zip(allowed) {
        let found = mean(column);
        assert!((found - expected).abs() < allowed, "{found} is not {expected}");
    }
}

#[test]
fn correlations_are_those_of_the_catalogue() {
    // Pearson correlations of the catalogue, below the diagonal.
    let catalogue: [&[f64]; 9] = [
        &[],
        &[0.135],
        &[0.262, 0.759],
        &[0.106, 0.139, 0.052],
        &[-0.176, -0.735, -0.585, 0.006],
        &[-0.189, -0.178, -0.434, -0.098, 0.095],
        &[-0.127, 0.194, 0.081, 0.228, -0.019, -0.091],
        &[0.488, 0.252, 0.284, 0.031, -0.103, -0.328, 0.016],
        &[-0.039, 0.253, 0.218, -0.004, -0.224, -0.047, 0.003, 0.079],
    ];
    let columns = columns(&MADE_UP);
    for (row, expected) in catalogue.iter().enumerate() {
        for (column, expected) in expected.iter().enumerate() {
            let found = pearson(&columns[row], &columns[column]);
            assert!((found - expected).abs() < 0.03, "features {row} and {column}: {found:.3} is not {expected}");
        }
    }
}

#[test]
fn classes_come_as_often_as_in_the_catalogue() {
    let share = |is: &dyn Fn(&SyntheticFeatures) -> bool| MADE_UP.iter().filter(|one| is(one)).count() as f64 / 20_000.0;
    assert!((share(&|one| one.mode == 1) - 0.637).abs() < 0.012);
    assert!((share(&|one| one.time_signature == 4) - 0.896).abs() < 0.01);
    assert!((share(&|one| one.time_signature == 3) - 0.086).abs() < 0.01);
    assert!((share(&|one| one.key == 0) - 0.115).abs() < 0.01);
    assert!((share(&|one| one.key == 3) - 0.031).abs() < 0.01);
    assert!((share(&|one| one.key == 11) - 0.079).abs() < 0.01);
}

#[test]
fn values_are_rounded_to_the_stated_decimals() {
    for features in MADE_UP.iter().take(1_000) {
        for (value, decimals) in continuous(features).iter().zip([4, 4, 3, 4, 4, 4, 4, 4, 3]) {
            let text = value.to_string();
            let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
            assert!(digits <= decimals && text != "-0", "{text}");
        }
    }
}

/// Computed by an independent implementation of the documented steps: ids, their continuous values in the order of the
/// tables, and key, mode and time signature.
const GOLDEN: [(&str, [f64; 9], [i32; 3]); 4] = [
    ("5SuOikwiRyPMVoIQDJUgSV", [0.3826, 0.7057, -6.133, 0.0551, 0.3388, 0.0, 0.1165, 0.2781, 108.294], [9, 0, 4]),
    ("4qPNDBW1i3p13qLCt0Ki3A", [0.6613, 0.3294, -11.928, 0.0507, 0.9327, 0.0, 0.2624, 0.7122, 101.412], [7, 1, 4]),
    ("7xGfFoTpQ2E7fRF5lN10tr", [0.7489, 0.7939, -7.286, 0.063, 0.0071, 0.0, 0.3127, 0.9072, 116.769], [10, 0, 4]),
    ("", [0.6879, 0.5548, -8.348, 0.028, 0.1163, 0.0009, 0.0958, 0.5696, 91.81], [0, 1, 4]),
];
