//! Scaling to mean 0 and standard deviation 1 per column, and back.
//!
//! Owns the scale of a fitted model: population mean and standard deviation (divided by n, as the published figures use
//! it). Refuses to divide by zero: a constant column scales to 0. Scaled matrices go to `kmeans`, centroids come back.

use super::matrix::Matrix;
use super::{StatsError, same_size};

/// Mean and standard deviation of each column.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaler {
    /// Mean of each column.
    pub means: Vec<f64>,
    /// Population standard deviation of each column; 0 for a constant one.
    pub deviations: Vec<f64>,
}

impl Scaler {
    /// Measures every column.
    ///
    /// # Errors
    /// The matrix is empty.
    pub fn fit(matrix: &Matrix) -> Result<Self, StatsError> {
        matrix.require_values()?;
        let (means, deviations) = (0..matrix.columns()).map(|column| measure(matrix, column)).unzip();
        Ok(Self { means, deviations })
    }

    /// Subtracts the mean and divides by the standard deviation; a constant column becomes 0.
    ///
    /// # Errors
    /// The matrix has other columns than the fitted one, or a value lies too far out to be scaled.
    pub fn transform(&self, matrix: &Matrix) -> Result<Matrix, StatsError> {
        self.map(matrix, |value, mean, deviation| if deviation > 0.0 { (value - mean) / deviation } else { 0.0 })
    }

    /// Undoes [`Scaler::transform`]; a constant column comes back as its mean.
    ///
    /// # Errors
    /// The matrix has other columns than the fitted one, or a value lies too far out to be scaled back.
    pub fn inverse(&self, matrix: &Matrix) -> Result<Matrix, StatsError> {
        self.map(matrix, |value, mean, deviation| value * deviation + mean)
    }

    fn map(&self, matrix: &Matrix, change: impl Fn(f64, f64, f64) -> f64) -> Result<Matrix, StatsError> {
        same_size("columns", self.means.len(), matrix.columns())?;
        same_size("deviations", self.means.len(), self.deviations.len())?;
        let mut values = Vec::with_capacity(matrix.values().len());
        for row in 0..matrix.rows() {
            let scales = self.means.iter().zip(&self.deviations);
            values.extend(matrix.row(row).iter().zip(scales).map(|(value, (mean, deviation))| change(*value, *mean, *deviation)));
        }
        Matrix::new(matrix.rows(), matrix.columns(), values)
    }
}

/// Mean and population standard deviation of one column, in two passes because one pass over squares loses digits.
fn measure(matrix: &Matrix, column: usize) -> (f64, f64) {
    let first = matrix.row(0)[column];
    let of_column = || (0..matrix.rows()).map(|row| matrix.row(row)[column]);
    // The rounded mean of a constant column may differ from its value; its tiny "variance" would blow noise up to ±1.
    if of_column().all(|value| value.total_cmp(&first).is_eq()) {
        return (first, 0.0);
    }
    let count = matrix.rows() as f64;
    let mean = of_column().sum::<f64>() / count;
    let squares: f64 = of_column().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_scaled_by_its_population_deviation() {
        let matrix = Matrix::new(4, 1, vec![2.0, 4.0, 4.0, 6.0]).unwrap();
        let scaler = Scaler::fit(&matrix).unwrap();
        assert_eq!(scaler, Scaler { means: vec![4.0], deviations: vec![2.0_f64.sqrt()] });
        let scaled = scaler.transform(&matrix).unwrap();
        let far = 2.0 / 2.0_f64.sqrt();
        assert_eq!(scaled.values(), [-far, 0.0, 0.0, far]);
    }

    #[test]
    fn a_constant_column_scales_to_zero_and_back_to_its_value() {
        let matrix = Matrix::new(3, 2, vec![0.1, 1.0, 0.1, 2.0, 0.1, 3.0]).unwrap();
        let scaler = Scaler::fit(&matrix).unwrap();
        let scaled = scaler.transform(&matrix).unwrap();
        assert!((0..3).all(|row| scaled.row(row)[0] == 0.0));
        assert_eq!(scaler.inverse(&scaled).unwrap().row(2), [0.1, 2.0 + scaler.deviations[1] * scaled.row(2)[1]]);
    }

    #[test]
    fn scaling_back_returns_the_values() {
        let matrix = Matrix::new(3, 2, vec![0.3, -7.0, 0.9, 12.5, 0.2, 100.0]).unwrap();
        let scaler = Scaler::fit(&matrix).unwrap();
        let back = scaler.inverse(&scaler.transform(&matrix).unwrap()).unwrap();
        for (value, expected) in back.values().iter().zip(matrix.values()) {
            assert!((value - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn an_empty_matrix_and_other_columns_are_refused() {
        assert_eq!(Scaler::fit(&Matrix::new(0, 2, vec![]).unwrap()), Err(StatsError::Empty));
        let scaler = Scaler::fit(&Matrix::new(1, 2, vec![1.0, 2.0]).unwrap()).unwrap();
        assert!(scaler.transform(&Matrix::new(1, 1, vec![1.0]).unwrap()).is_err());
    }
}
