//! Which centroid is nearest to each row, and how far it is.
//!
//! Owns the inner loop of k-means and the assignment of rows a model was not fitted on (synthetic tracks, a bootstrap's model over
//! all rows). Refuses centroids of other columns than the rows. A tie goes to the centroid with the smaller number. Labels and
//! distances go to `quality` and to `gold`.

use super::blocks::{Blocks, CHUNK, Chunk, GROUP, squared_any, squared_four};
use super::matrix::Matrix;
use super::parallel::{map_ordered, threads_available};
use super::widest::{Wide, with_widest};
use super::{StatsError, same_size};
use fearless_simd::{Simd, SimdBase, SimdFrom, f64x4};

/// Chunks a thread takes at a time: 16,384 rows, a fraction of a millisecond.
const CHUNKS_A_TASK: usize = 64;

/// The nearest centroid of each row and its Euclidean distance.
///
/// # Errors
/// There are no centroids, or they have other columns than the rows.
pub fn assign(matrix: &Matrix, centroids: &Matrix) -> Result<(Vec<u32>, Vec<f64>), StatsError> {
    centroids.require_values()?;
    same_size("columns", matrix.columns(), centroids.columns())?;
    let nearest = nearest_of_all(&Blocks::new(matrix), centroids.values(), threads_available());
    Ok((nearest.labels, nearest.squared.into_iter().map(f64::sqrt).collect()))
}

/// The nearest centroid of every row and the squared distance to it.
pub(crate) struct Nearest {
    pub(crate) labels: Vec<u32>,
    pub(crate) squared: Vec<f64>,
}

/// Assigns every row; each row stands for itself, so threads cannot show in the result.
pub(crate) fn nearest_of_all(blocks: &Blocks, centroids: &[f64], threads: usize) -> Nearest {
    let chunks = blocks.chunk_count();
    let parts = map_ordered(chunks.div_ceil(CHUNKS_A_TASK), threads, |task| {
        let numbers = task * CHUNKS_A_TASK..chunks.min((task + 1) * CHUNKS_A_TASK);
        let rows = numbers.len() * CHUNK;
        let mut part = Nearest { labels: Vec::with_capacity(rows), squared: Vec::with_capacity(rows) };
        let mut scratch = Scratch::new();
        for number in numbers {
            let (labels, squared) = scratch.nearest(blocks.chunk(number), centroids, blocks.columns());
            part.labels.extend_from_slice(labels);
            part.squared.extend_from_slice(squared);
        }
        part
    });
    let mut all = Nearest { labels: Vec::with_capacity(blocks.rows()), squared: Vec::with_capacity(blocks.rows()) };
    for part in parts {
        all.labels.extend(part.labels);
        all.squared.extend(part.squared);
    }
    all
}

/// The buffers of one chunk.
pub(crate) struct Scratch {
    labels: [u32; CHUNK],
    squared: [f64; CHUNK],
}

impl Scratch {
    pub(crate) const fn new() -> Self {
        Self { labels: [0; CHUNK], squared: [0.0; CHUNK] }
    }

    /// Labels and squared distances of the rows of a chunk.
    pub(crate) fn nearest(&mut self, chunk: Chunk<'_>, centroids: &[f64], columns: usize) -> (&[u32], &[f64]) {
        with_widest(Weighing { chunk, centroids, columns, scratch: self });
        (&self.labels[..chunk.rows], &self.squared[..chunk.rows])
    }
}

/// All rows of a chunk against all centroids.
struct Weighing<'a> {
    chunk: Chunk<'a>,
    centroids: &'a [f64],
    columns: usize,
    scratch: &'a mut Scratch,
}

impl Wide for Weighing<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (labels, _) = self.scratch.labels.as_chunks_mut::<GROUP>();
        let (squared, _) = self.scratch.squared.as_chunks_mut::<GROUP>();
        // With its length known the compiler keeps a centroid in registers; four columns are the usual case.
        if self.columns == 4 {
            let (centroids, _) = self.centroids.as_chunks::<4>();
            for ((label, squared), group) in labels.iter_mut().zip(squared).zip(self.chunk.values.as_chunks::<4>().0) {
                let mut nearest = NearestOfGroup::none(simd);
                for centroid in centroids {
                    nearest.weigh(simd, squared_four(simd, group, centroid));
                }
                (*label, *squared) = nearest.found();
            }
        } else {
            for ((label, squared), group) in labels.iter_mut().zip(squared).zip(self.chunk.values.chunks_exact(self.columns)) {
                let mut nearest = NearestOfGroup::none(simd);
                for centroid in self.centroids.chunks_exact(self.columns) {
                    nearest.weigh(simd, squared_any(simd, group, centroid));
                }
                (*label, *squared) = nearest.found();
            }
        }
    }
}

/// The nearest centroid of each row of a group among those weighed so far.
struct NearestOfGroup<S: Simd> {
    squared: f64x4<S>,
    /// As wide as the distances, so that one comparison selects both.
    labels: f64x4<S>,
    weighed: f64x4<S>,
}

impl<S: Simd> NearestOfGroup<S> {
    #[inline(always)]
    fn none(simd: S) -> Self {
        let zero = f64x4::simd_from(simd, 0.0);
        Self { squared: f64x4::simd_from(simd, f64::INFINITY), labels: zero, weighed: zero }
    }

    /// Compares the next centroid; its number is how many were weighed before it.
    #[inline(always)]
    fn weigh(&mut self, simd: S, squared: f64x4<S>) {
        let closer = squared.simd_lt(self.squared);
        self.squared = simd.select_f64x4(closer, squared, self.squared);
        self.labels = simd.select_f64x4(closer, self.weighed, self.labels);
        self.weighed += 1.0;
    }

    #[inline(always)]
    fn found(&self) -> ([u32; GROUP], [f64; GROUP]) {
        let [a, b, c, d] = *self.labels;
        ([a as u32, b as u32, c as u32, d as u32], *self.squared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_goes_to_its_nearest_centroid_and_a_tie_to_the_first() {
        let matrix = Matrix::new(3, 2, vec![0.0, 0.0, 9.0, 8.0, 3.0, 4.0]).unwrap();
        let centroids = Matrix::new(2, 2, vec![0.0, 0.0, 6.0, 8.0]).unwrap();
        let (labels, distances) = assign(&matrix, &centroids).unwrap();
        assert_eq!(labels, [0, 1, 0]);
        assert_eq!(distances, [0.0, 3.0, 5.0]);
    }

    #[test]
    fn no_rows_give_no_labels_and_no_centroids_an_error() {
        let empty = Matrix::new(0, 2, vec![]).unwrap();
        let one = Matrix::new(1, 2, vec![1.0, 2.0]).unwrap();
        assert_eq!(assign(&empty, &one), Ok((vec![], vec![])));
        assert_eq!(assign(&one, &empty), Err(StatsError::Empty));
        assert!(assign(&one, &Matrix::new(1, 1, vec![1.0]).unwrap()).is_err());
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let values: Vec<f64> = (0..100_000).map(|value| f64::from(value * 7919 % 1000)).collect();
        let blocks = Blocks::new(&Matrix::new(50_000, 2, values).unwrap());
        let centroids = [100.0, 200.0, 800.0, 300.0, 500.0, 900.0];
        let single = nearest_of_all(&blocks, &centroids, 1);
        for threads in [2, 5] {
            let several = nearest_of_all(&blocks, &centroids, threads);
            assert_eq!(several.labels, single.labels);
            assert_eq!(several.squared, single.squared);
        }
    }
}
