//! Which centroids can be nearest to any row of a box.
//!
//! Owns the proof that spares looking at rows: of two centroids one is nearer to every point of a box when it is nearer to the
//! corner that suits the other best. Refuses to guess: it has to be nearer by more than rounding can move a distance, so that rows
//! go where a comparison of all distances sends them. `sweep` asks it, four boxes at a time.

use super::blocks::{GROUP, Values};
use super::leaves::{Four, LANES, Quad, Sides};
use fearless_simd::{Simd, SimdBase, SimdFrom, SimdMask, f64x4};

/// Which centroids come into question for four boxes.
pub(crate) struct Judge {
    /// For each centroid that was asked about a bit a box.
    open: Vec<u64>,
    /// Those left for one box.
    left: Vec<usize>,
    /// The centroid nearest to the middle of each box, four columns after four.
    nearest: Vec<Quad>,
    /// How much nearer a corner has to be, as a share of the distances involved.
    margin: f64,
}

impl Judge {
    /// Room for so many.
    pub(crate) fn new(columns: usize, clusters: usize) -> Self {
        // A squared distance of n columns is wrong by at most (n + 2) / 2 of an epsilon of itself; eight times that is enough for
        // two distances from the corner and two from the row, each at most twice as long.
        let margin = (columns as f64 + 2.0) * 4.0 * f64::EPSILON;
        let nearest = vec![[[0.0; GROUP]; 4]; columns.div_ceil(4)];
        Self { open: vec![0; clusters], left: vec![0; clusters], nearest, margin }
    }

    /// The candidates that were left for a box when they were weighed.
    #[inline(always)]
    pub(crate) fn left(&mut self, candidates: &[usize], lane: usize) -> &[usize] {
        let mut found = 0;
        let mut at = 0;
        while at < candidates.len() {
            self.left[found] = candidates[at];
            found += (self.open[at] >> lane & 1) as usize;
            at += 1;
        }
        &self.left[..found]
    }

    /// Weighs candidates, which ascend and of which there is at least one, for four boxes.
    #[inline(always)]
    pub(crate) fn weigh<S: Simd>(&mut self, simd: S, fours: usize, boxes: &[Sides], centroids: &[Four], candidates: &[usize]) {
        self.find_nearest(simd, fours, boxes, centroids, candidates);
        let mut at = 0;
        while at < candidates.len() {
            let centroid = &centroids[candidates[at] * fours..][..fours];
            let mut theirs = f64x4::simd_from(simd, 0.0);
            let (mut own, mut spread) = (theirs, theirs);
            let mut four = 0;
            while four < fours {
                let mut column = 0;
                while column < 4 {
                    let low = f64x4::simd_from(simd, boxes[four].low[column]);
                    let high = f64x4::simd_from(simd, boxes[four].high[column]);
                    let place = f64x4::simd_from(simd, centroid[four][column]);
                    let nearest = f64x4::simd_from(simd, self.nearest[four][column]);
                    let corner = simd.select_f64x4(nearest.simd_lt(place), high, low);
                    let (away, beside, width) = (corner - place, corner - nearest, high - low);
                    theirs += away * away;
                    own += beside * beside;
                    spread += width * width;
                    column += 1;
                }
                four += 1;
            }
            let out = (theirs - own).simd_gt((theirs + own + spread) * self.margin);
            self.open[at] = !out.to_bitmask();
            at += 1;
        }
    }

    /// Finds the candidate nearest to the middle of each box, which the others are compared with.
    #[inline(always)]
    fn find_nearest<S: Simd>(&mut self, simd: S, fours: usize, boxes: &[Sides], centroids: &[Four], candidates: &[usize]) {
        let mut smallest = f64x4::simd_from(simd, f64::INFINITY);
        let mut nearest = f64x4::simd_from(simd, candidates[0] as f64);
        let mut at = 0;
        while at < candidates.len() {
            let centroid = &centroids[candidates[at] * fours..][..fours];
            let mut squared = f64x4::simd_from(simd, 0.0);
            let mut four = 0;
            while four < fours {
                let mut column = 0;
                while column < 4 {
                    let away = f64x4::simd_from(simd, boxes[four].middle[column]) - centroid[four][column];
                    squared += away * away;
                    column += 1;
                }
                four += 1;
            }
            let closer = squared.simd_lt(smallest);
            smallest = simd.select_f64x4(closer, squared, smallest);
            nearest = simd.select_f64x4(closer, f64x4::simd_from(simd, candidates[at] as f64), nearest);
            at += 1;
        }
        let nearest: Values = *nearest;
        let mut four = 0;
        while four < fours {
            let mut lane = 0;
            while lane < LANES {
                let own = &centroids[nearest[lane] as usize * fours + four];
                let mut column = 0;
                while column < 4 {
                    self.nearest[four][column][lane] = own[column];
                    column += 1;
                }
                lane += 1;
            }
            four += 1;
        }
    }
}
