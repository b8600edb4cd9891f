//! A copy of a matrix in the order that vector instructions want, and the loops over distances that everything is made of.
//!
//! Owns the memory layout: groups of four rows, in each group one column after the other, so that one instruction works on several
//! rows and memory is read forwards. Refuses to reorder sums: each has a fixed number of lanes, so it is the same on every
//! machine. `assign`, `lloyd`, `seeding` and `silhouette` read it.

use super::matrix::Matrix;
use super::widest::{Wide, with_widest};
use fearless_simd::{Simd, SimdFrom, f64x4};

/// Rows of a group. Measured at 4 columns and 4 clusters on SSE2: 2 and 8 take a third to a half longer.
pub(crate) const GROUP: usize = 4;

/// Rows of a chunk, the step in which sums are formed: with four columns and the buffers 14 KiB, half of a first-level cache.
pub(crate) const CHUNK: usize = 256;

/// Accumulators of a sum: enough to hide the latency of an addition (four cycles, two values each).
const LANES: usize = 8;

/// One value of each row of a group.
pub(crate) type Values = [f64; GROUP];

/// The values of a matrix, group after group; the last group is filled up with zeros that no result shows.
pub(crate) struct Blocks {
    rows: usize,
    columns: usize,
    values: Vec<Values>,
}

/// Consecutive rows, at most [`CHUNK`].
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'a> {
    /// Number of the first row.
    pub(crate) start: usize,
    /// How many rows there are.
    pub(crate) rows: usize,
    /// Their groups, one element a column.
    pub(crate) values: &'a [Values],
}

impl Blocks {
    /// Copies a whole matrix.
    pub(crate) fn new(matrix: &Matrix) -> Self {
        Self::gather(matrix, 0..matrix.rows())
    }

    /// Copies some rows of a matrix, possibly repeated.
    pub(crate) fn gather(matrix: &Matrix, chosen: impl ExactSizeIterator<Item = usize>) -> Self {
        let (rows, columns) = (chosen.len(), matrix.columns());
        let mut values = vec![[0.0; GROUP]; rows.div_ceil(GROUP) * columns];
        for (at, row) in chosen.enumerate() {
            let group = &mut values[at / GROUP * columns..][..columns];
            for (place, value) in group.iter_mut().zip(matrix.row(row)) {
                place[at % GROUP] = *value;
            }
        }
        Self { rows, columns, values }
    }

    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) const fn columns(&self) -> usize {
        self.columns
    }

    /// One row, column after column.
    pub(crate) fn row(&self, row: usize) -> impl Iterator<Item = f64> {
        self.values[row / GROUP * self.columns..][..self.columns].iter().map(move |group| group[row % GROUP])
    }

    /// How many chunks there are.
    pub(crate) const fn chunk_count(&self) -> usize {
        self.rows.div_ceil(CHUNK)
    }

    /// The chunk with this number.
    pub(crate) fn chunk(&self, number: usize) -> Chunk<'_> {
        let start = self.rows.min(number * CHUNK);
        let rows = CHUNK.min(self.rows - start);
        let values = &self.values[start / GROUP * self.columns..][..rows.div_ceil(GROUP) * self.columns];
        Chunk { start, rows, values }
    }

    /// All chunks, in order.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = Chunk<'_>> {
        (0..self.chunk_count()).map(|number| self.chunk(number))
    }
}

/// The squared distance of each row of a chunk to a point.
pub(crate) fn squared_distances<'a>(chunk: Chunk<'_>, point: &[f64], buffer: &'a mut [f64; CHUNK]) -> &'a [f64] {
    with_widest(Distances { chunk, point, buffer });
    &buffer[..chunk.rows]
}

struct Distances<'a> {
    chunk: Chunk<'a>,
    point: &'a [f64],
    buffer: &'a mut [f64; CHUNK],
}

impl Wide for Distances<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (places, _) = self.buffer.as_chunks_mut::<GROUP>();
        // With its length known the compiler keeps the point in registers; four columns are the usual case.
        if let Ok(point) = <&[f64; 4]>::try_from(self.point) {
            let (groups, _) = self.chunk.values.as_chunks::<4>();
            for (place, group) in places.iter_mut().zip(groups) {
                *place = *squared_four(simd, group, point);
            }
        } else {
            for (place, group) in places.iter_mut().zip(self.chunk.values.chunks_exact(self.point.len())) {
                *place = *squared_any(simd, group, self.point);
            }
        }
    }
}

/// Squared distances of a group of four columns.
#[inline(always)]
pub(crate) fn squared_four<S: Simd>(simd: S, group: &[Values; 4], point: &[f64; 4]) -> f64x4<S> {
    // Written out: an array's `map` is not inlined, and what is not inlined is not compiled for wider instructions.
    let a = f64x4::simd_from(simd, group[0]) - point[0];
    let b = f64x4::simd_from(simd, group[1]) - point[1];
    let c = f64x4::simd_from(simd, group[2]) - point[2];
    let d = f64x4::simd_from(simd, group[3]) - point[3];
    (a * a + b * b) + (c * c + d * d)
}

/// Squared distances of a group of any number of columns.
#[inline(always)]
pub(crate) fn squared_any<S: Simd>(simd: S, group: &[Values], point: &[f64]) -> f64x4<S> {
    let mut squared = f64x4::simd_from(simd, 0.0);
    for (column, centre) in group.iter().zip(point) {
        let apart = f64x4::simd_from(simd, *column) - *centre;
        squared += apart * apart;
    }
    squared
}

// The loops below count instead of chaining iterators: a chain is only fast when every closure in it is inlined, which a build
// without link-time optimization does not do across its units (measured: four times slower).

/// The sum of some function of pairs of values, in a fixed number of lanes that are added up last.
#[inline(always)]
pub(crate) fn sum_in_lanes(values: &[f64], others: &[f64], of: impl Fn(f64, f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (values, rest) = values.as_chunks::<LANES>();
    let (others, other_rest) = others.as_chunks::<LANES>();
    for (values, others) in values.iter().zip(others) {
        let mut lane = 0;
        while lane < LANES {
            lanes[lane] += of(values[lane], others[lane]);
            lane += 1;
        }
    }
    let mut sum = 0.0;
    for lane in lanes {
        sum += lane;
    }
    for (value, other) in rest.iter().zip(other_rest) {
        sum += of(*value, *other);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squared_distances_are_the_same_for_any_number_of_columns() {
        for columns in 1..10 {
            let values: Vec<f64> = (0..3 * columns).map(|value| value as f64).collect();
            let matrix = Matrix::new(3, columns, values).unwrap();
            let blocks = Blocks::gather(&matrix, [2, 0, 1, 1, 1].into_iter());
            let step = (columns * columns * columns) as f64;
            let mut buffer = [0.0; CHUNK];
            let squared = squared_distances(blocks.chunk(0), matrix.row(0), &mut buffer);
            assert_eq!(squared, [4.0 * step, 0.0, step, step, step]);
            assert_eq!(blocks.row(4).collect::<Vec<_>>(), matrix.row(1));
        }
    }

    #[test]
    fn a_sum_in_lanes_holds_every_value_once() {
        let values: Vec<f64> = (0..21).map(f64::from).collect();
        assert_eq!(Some(sum_in_lanes(&values, &values, |value, _| value)), Some(210.0));
    }

    #[test]
    fn chunks_cover_all_rows_in_order() {
        let blocks = Blocks::new(&Matrix::new(601, 1, vec![0.0; 601]).unwrap());
        let found: Vec<_> = blocks.chunks().map(|chunk| (chunk.start, chunk.rows, chunk.values.len())).collect();
        assert_eq!(found, [(0, 256, 64), (256, 256, 64), (512, 89, 23)]);
        assert_eq!(Blocks::new(&Matrix::new(0, 3, vec![]).unwrap()).chunks().count(), 0);
    }
}
