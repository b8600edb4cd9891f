//! Pure numeric functions: k-means and its quality, neighbours, windows, forecasts, effects and their corrections.
//!
//! Owns the algorithms behind the gold layer and the one error they share. Refuses files, clocks, the environment and unseeded
//! randomness: the same input and seed give the same bits on every machine and with any number of threads, so nothing here uses
//! platform mathematics beyond `+ - * /` and the square root (IEEE 754 defines those exactly; `ln` or `exp` it does not): the rest
//! comes from `libm`, which is the same everywhere.
//! Numbers come in as a [`matrix::Matrix`], which cannot hold NaN, or as plain lists; results go to `gold`, which turns them into
//! rows.

mod agreement;
pub mod assign;
pub mod assignment;
mod blocks;
pub mod choose_k;
pub mod correlation;
mod cuts;
pub mod describe;
pub mod diversity;
pub mod effects;
pub mod forecast;
mod judge;
pub mod kmeans;
mod leaves;
mod lloyd;
pub mod matrix;
pub mod multiple;
pub mod neighbours;
mod parallel;
pub mod quality;
mod random;
pub mod scale;
mod seeding;
mod silhouette;
#[cfg(test)]
mod simulated;
pub mod sliding;
pub mod stability;
pub mod stretches;
pub mod student;
mod sweep;
pub mod weeks;
mod widest;
pub mod windows;

use std::error::Error;
use std::fmt;

/// Why a numeric function refused its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsError {
    /// There are no rows, or the rows have no columns.
    Empty,
    /// A value is NaN, infinite or so large that its square would overflow; both are counted from 0.
    NotFinite {
        /// Row of the first such value.
        row: usize,
        /// Column of the first such value.
        column: usize,
    },
    /// Two inputs that belong together differ in size.
    Shape {
        /// What was counted, such as `labels`.
        what: &'static str,
        /// How many there had to be.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// An option has a value that means nothing, such as zero clusters.
    Setting {
        /// Name of the option.
        name: &'static str,
    },
    /// The measure compares clusters, and there are fewer than two.
    OneCluster,
}

impl fmt::Display for StatsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no values to compute on"),
            Self::NotFinite { row, column } => write!(f, "row {row}, column {column} is not a usable number"),
            Self::Shape { what, expected, found } => write!(f, "expected {expected} {what}, found {found}"),
            Self::Setting { name } => write!(f, "the option {name} is out of range"),
            Self::OneCluster => f.write_str("the measure needs at least two clusters"),
        }
    }
}

impl Error for StatsError {}

/// Refuses two inputs of different size.
pub(crate) fn same_size(what: &'static str, expected: usize, found: usize) -> Result<(), StatsError> {
    if expected == found { Ok(()) } else { Err(StatsError::Shape { what, expected, found }) }
}
