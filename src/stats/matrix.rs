//! A row-major matrix of finite numbers, the one shape in which data enters `stats`.
//!
//! Owns the check that every value is a usable number, so that no algorithm has to think about NaN. Refuses NaN, infinities and
//! magnitudes whose squares could overflow. Algorithms read it by row, or copy it into columns for speed.

use super::{StatsError, same_size};

/// Magnitudes above this are refused: squared and summed over 2⁶⁴ rows and columns it still stays below the largest `f64`,
/// 1.8e308, with a wide margin.
const MAGNITUDE_MAX: f64 = 1e120;

/// Rows of equal length, stored one after the other; never holds NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// Takes `rows × columns` values, row after row.
    ///
    /// # Errors
    /// The number of values does not fit the shape, or one is NaN, infinite or larger than 1e120.
    pub fn new(rows: usize, columns: usize, values: Vec<f64>) -> Result<Self, StatsError> {
        same_size("values", rows.saturating_mul(columns), values.len())?;
        match values.iter().position(|value| value.is_nan() || value.abs() > MAGNITUDE_MAX) {
            Some(at) => Err(StatsError::NotFinite { row: at / columns, column: at % columns }),
            None => Ok(Self { rows, columns, values }),
        }
    }

    /// Takes values that an algorithm computed from a checked matrix, such as means of its rows.
    pub(crate) fn from_checked(columns: usize, values: Vec<f64>) -> Self {
        let rows = values.len().checked_div(columns).unwrap_or(0);
        Self { rows, columns, values }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// One row; an index beyond the last row is a mistake of the caller, as with a slice.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Refuses a matrix there is nothing to compute on.
    pub(crate) const fn require_values(&self) -> Result<(), StatsError> {
        if self.values.is_empty() { Err(StatsError::Empty) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_back_as_they_were_given() {
        let matrix = Matrix::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
        assert_eq!((matrix.rows(), matrix.columns()), (2, 3));
        assert_eq!(matrix.row(1), [4.0, 5.0, 6.0]);
    }

    #[test]
    fn nan_and_infinity_are_refused_with_their_place() {
        let nan = Matrix::new(2, 2, vec![0.0, 0.0, 0.0, f64::NAN]);
        assert_eq!(nan, Err(StatsError::NotFinite { row: 1, column: 1 }));
        let infinite = Matrix::new(2, 1, vec![0.0, f64::NEG_INFINITY]);
        assert_eq!(infinite, Err(StatsError::NotFinite { row: 1, column: 0 }));
        assert!(Matrix::new(1, 1, vec![1e121]).is_err());
    }

    #[test]
    fn a_wrong_number_of_values_is_refused() {
        let short = Matrix::new(2, 2, vec![0.0; 3]);
        assert_eq!(short, Err(StatsError::Shape { what: "values", expected: 4, found: 3 }));
    }

    #[test]
    fn an_empty_matrix_can_be_held_but_not_computed_on() {
        let empty = Matrix::new(0, 4, vec![]).unwrap();
        assert_eq!(empty.require_values(), Err(StatsError::Empty));
    }
}
