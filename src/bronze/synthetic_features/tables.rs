//! What the made-up features imitate: quantiles, dependence and frequencies of the real catalogue.
//!
//! Owns figures only. Measured on the Kaggle catalogue, the first row of each of its 89,741 distinct track ids less the 157
//! whose tempo is 0 (unknown), so on 89,584 tracks; loudness and tempo were first clamped to their documented ranges. A
//! change of any figure changes every synthetic value, hence is a new `GENERATOR_VERSION`. Read by `synthetic_features`.

/// How many features are continuous: danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness,
/// valence and tempo, in this order in every table here.
pub const CONTINUOUS: usize = 9;

/// The probabilities of the columns of `QUANTILES`: every twentieth, and closer at the ends, where loudness has its long
/// tail.
pub const PROBABILITIES: [f64; 27] = [
    0.0, 0.001, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
    0.95, 0.975, 0.99, 0.999, 1.0,
];

/// Quantiles of each continuous feature (linear between order statistics), to be joined by straight lines.
#[rustfmt::skip]
pub const QUANTILES: [[f64; 27]; CONTINUOUS] = [
    // danceability
    [
        0.0513, 0.065, 0.133, 0.179, 0.24, 0.32, 0.375, 0.417, 0.45, 0.481, 0.506, 0.53, 0.554, 0.576, 0.599,
        0.622, 0.645, 0.668, 0.692, 0.718, 0.747, 0.782, 0.825, 0.864, 0.904, 0.961, 0.985,
    ],
    // energy
    [
        0.0, 0.0026, 0.0299, 0.0736, 0.145, 0.254, 0.334, 0.403, 0.458, 0.508, 0.554, 0.597, 0.639, 0.677,
        0.713, 0.747, 0.785, 0.82, 0.853, 0.884, 0.914, 0.942, 0.97, 0.984, 0.993, 0.999, 1.0,
    ],
    // loudness
    [
        -46.591, -36.886, -28.381, -23.212, -18.759, -14.633, -12.649, -11.344, -10.307, -9.471, -8.795, -8.195,
        -7.661, -7.177, -6.724, -6.296, -5.895, -5.501, -5.104, -4.683, -4.239, -3.72, -2.999, -2.391, -1.628,
        -0.153, 0.0,
    ],
    // speechiness
    [
        0.0221, 0.0238, 0.0257, 0.027, 0.0284, 0.0304, 0.0323, 0.0341, 0.036, 0.038, 0.0403, 0.0428, 0.0457,
        0.049, 0.0529, 0.0581, 0.0648, 0.0737, 0.086, 0.104, 0.132, 0.183, 0.284, 0.379, 0.622, 0.952, 0.965,
    ],
    // acousticness
    [
        0.0, 0.0, 0.0, 0.0, 0.0001, 0.0008, 0.003, 0.008, 0.0171, 0.0325, 0.057, 0.0905, 0.133, 0.188, 0.257,
        0.338, 0.432, 0.529, 0.624, 0.718, 0.799, 0.88, 0.956, 0.983, 0.992, 0.9954, 0.996,
    ],
    // instrumentalness
    [
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0001, 0.0002, 0.0008, 0.0035, 0.0176,
        0.0939, 0.37, 0.716, 0.853, 0.911, 0.936, 0.957, 0.989, 1.0,
    ],
    // liveness
    [
        0.0092, 0.0232, 0.0407, 0.0509, 0.0608, 0.0745, 0.0841, 0.0915, 0.0982, 0.104, 0.109, 0.114, 0.122,
        0.132, 0.147, 0.167, 0.196, 0.233, 0.278, 0.321, 0.359, 0.444, 0.693, 0.855, 0.949, 0.984, 1.0,
    ],
    // valence
    [
        0.0, 0.0, 0.0343, 0.039, 0.0659, 0.119, 0.167, 0.208, 0.25, 0.295, 0.335, 0.373, 0.415, 0.458, 0.501,
        0.543, 0.588, 0.636, 0.683, 0.73, 0.785, 0.844, 0.912, 0.95, 0.965, 0.978, 0.995,
    ],
    // tempo
    [
        60.0, 60.0, 66.425, 72.993, 77.117, 83.506, 90.02, 94.952, 99.516, 103.936, 109.0, 114.012, 119.303,
        122.021, 125.008, 128.009, 131.638, 136.018, 140.087, 146.862, 154.777, 165.995, 174.996, 180.0, 180.0,
        180.0, 180.0,
    ],
];

/// Lower-triangular factor L of the correlation matrix of the normal scores, so that L·z is correlated as R when z is not.
///
/// R is not the correlation of the catalogue itself: bending normal scores into the quantiles above weakens correlation,
/// most of all for skewed features (energy and loudness need .817 to come out at .759). So for each pair the one normal
/// correlation was solved for at which the bent scores have the catalogue's Pearson correlation: both quantile functions
/// were expanded in 40 normalized Hermite polynomials a, b (trapezoids on −8…8, step 0.002), and Σ aₖ bₖ rᵏ over the two
/// standard deviations is the correlation that r leads to, bisected over r. The matrix of these r, rounded to four
/// decimals, is positive definite; this is its Cholesky factor.
#[rustfmt::skip]
pub const CHOLESKY: [[f64; CONTINUOUS]; CONTINUOUS] = [
    [1.0000, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.1389, 0.9903, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.2856, 0.7850, 0.5497, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.1483, 0.1840, -0.1935, 0.9522, 0.0, 0.0, 0.0, 0.0, 0.0],
    [-0.1920, -0.7548, -0.0245, 0.1799, 0.6003, 0.0, 0.0, 0.0, 0.0],
    [-0.2466, -0.2018, -0.5819, -0.2477, -0.0596, 0.7036, 0.0, 0.0, 0.0],
    [-0.1476, 0.2607, -0.1028, 0.2855, 0.1501, -0.1582, 0.8779, 0.0, 0.0],
    [0.4997, 0.1959, 0.0408, -0.0625, 0.2370, -0.3674, -0.0339, 0.7170, 0.0],
    [-0.0394, 0.2707, 0.0738, -0.0372, -0.0685, 0.0177, -0.0471, 0.0888, 0.9504],
];

/// Tracks by key, C to B.
pub const KEY_COUNTS: [u32; 12] = [10_336, 8_547, 9_308, 2_763, 7_129, 7_302, 6_132, 10_543, 5_558, 8_988, 5_858, 7_120];

/// Tracks by mode: minor, major.
pub const MODE_COUNTS: [u32; 2] = [32_530, 57_054];

/// Tracks by time signature 3, 4 and 5; the catalogue's 0 (unknown, 5 tracks) and 1 (846) are outside the documented range.
pub const TIME_SIGNATURE_COUNTS: [u32; 3] = [7_604, 79_544, 1_585];
