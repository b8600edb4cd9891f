//! The rows of k-means in leaves of sixteen near ones, with the boxes and sums that spare looking at rows.
//!
//! Owns the order that makes exact passes cheap: where a box lies wholly on one centroid's side, no row of it has to be looked at,
//! since their sum is known (the filtering of Kanungo et al. 2002). Four leaves that follow each other are a branch, which has a
//! box and a sum as well. Which rows share a leaf, `cuts` says; sums have one order on every machine and any number of threads.
//! Refuses nothing: rows that are all equal make leaves like any others. `sweep` reads them.

use super::blocks::{Blocks, CHUNK, GROUP, Values};
use super::cuts::{Cuts, Entry};
use super::parallel::map_ordered;

/// Rows of a leaf. In instructions of a whole fit of the catalogue at four clusters, 8 takes a fifth more and 32 a tenth less;
/// 16 leaves smaller inputs, such as one listener's tracks, more boxes to decide by.
pub(crate) const LEAF: usize = 16;

/// Groups of a leaf.
pub(crate) const GROUPS: usize = LEAF / GROUP;

/// Leaves of a branch, and branches whose boxes are judged at once: one in each lane.
pub(crate) const LANES: usize = 4;

/// Parts of the leaves that threads fill each for itself; the same whatever the number of threads.
const PARTS: usize = 8;

/// Four columns of one row; columns that a matrix has fewer of are 0.
pub(crate) type Four = [f64; 4];

/// Four columns of the rows of a group, one column after the other.
pub(crate) type Quad = [Values; 4];

/// Four columns of four boxes, one column after the other; NaN where there is no box.
#[derive(Clone, Copy)]
pub(crate) struct Sides {
    pub(crate) low: Quad,
    pub(crate) high: Quad,
    /// Half-way between the two.
    pub(crate) middle: Quad,
}

/// Where there is nothing.
pub(crate) const NOWHERE: Quad = [[f64::NAN; GROUP]; 4];

/// What is known of leaves, or of branches.
#[derive(Default)]
pub(crate) struct Level {
    /// The sum of the rows of each, with all fours of columns.
    sums: Vec<Four>,
    /// The boxes of four at a time, each with all fours of columns.
    boxes: Vec<Sides>,
}

/// A copy of the rows, leaf after leaf.
pub(crate) struct Leaves {
    pub(crate) rows: usize,
    columns: usize,
    /// The groups of every leaf, each with all fours of columns; NaN behind the last row, which is near to nothing.
    pub(crate) values: Vec<Quad>,
    /// The leaves one by one.
    pub(crate) single: Level,
    /// Four leaves at a time.
    pub(crate) branches: Level,
}

impl Leaves {
    /// Copies the rows of blocks, on this many threads.
    pub(crate) fn new(blocks: &Blocks, threads: usize) -> Self {
        let cuts = Cuts::new(blocks);
        let mut entries: Vec<Entry> = (0..blocks.rows() as Entry).collect();
        // The first cuts here, since each part needs them; then each part on a thread.
        let mut parts = vec![&mut entries[..]];
        while parts.len() < PARTS {
            parts = parts.into_iter().flat_map(|part| cuts.halve(part, CHUNK)).collect();
        }
        let parts: Vec<&[Entry]> = parts.into_iter().map(|part| &*part).collect();
        let filled = map_ordered(parts.len(), threads, |part| cuts.fill(parts[part].to_vec()));
        let mut all = Self::none(blocks.columns());
        for part in filled {
            all.rows += part.rows;
            all.values.extend(part.values);
            all.single.extend(part.single);
            all.branches.extend(part.branches);
        }
        all
    }

    /// No leaves yet.
    pub(crate) fn none(columns: usize) -> Self {
        Self { rows: 0, columns, values: Vec::new(), single: Level::default(), branches: Level::default() }
    }

    pub(crate) const fn columns(&self) -> usize {
        self.columns
    }

    /// How many fours of columns there are.
    pub(crate) const fn fours(&self) -> usize {
        self.columns.div_ceil(4)
    }

    /// How many leaves there are.
    pub(crate) const fn count(&self) -> usize {
        self.rows.div_ceil(LEAF)
    }

    /// How many rows some leaves have.
    pub(crate) fn rows_of(&self, first: usize, leaves: usize) -> usize {
        (leaves * LEAF).min(self.rows - first * LEAF)
    }

    /// The groups of a leaf, each with all fours of columns.
    pub(crate) fn values(&self, leaf: usize) -> &[Quad] {
        let size = GROUPS * self.fours();
        &self.values[leaf * size..][..size]
    }
}

impl Level {
    /// So many, none of which has rows yet.
    pub(crate) fn new(count: usize, fours: usize) -> Self {
        let nowhere = Sides { low: NOWHERE, high: NOWHERE, middle: NOWHERE };
        Self { sums: vec![[0.0; 4]; count * fours], boxes: vec![nowhere; count.div_ceil(LANES) * fours] }
    }

    fn extend(&mut self, other: Self) {
        self.sums.extend(other.sums);
        self.boxes.extend(other.boxes);
    }

    /// The sum of the rows of one.
    #[inline(always)]
    pub(crate) fn sum(&self, one: usize, fours: usize) -> &[Four] {
        &self.sums[one * fours..][..fours]
    }

    /// The boxes of this one and the three after it.
    #[inline(always)]
    pub(crate) fn boxes(&self, first: usize, fours: usize) -> &[Sides] {
        &self.boxes[first / LANES * fours..][..fours]
    }

    /// Writes down a sum and a box.
    pub(crate) fn set(&mut self, (one, four, fours): (usize, usize, usize), sum: Four, low: Four, high: Four) {
        self.sums[one * fours + four] = sum;
        let sides = &mut self.boxes[one / LANES * fours + four];
        for column in 0..4 {
            let lane = one % LANES;
            (sides.low[column][lane], sides.high[column][lane]) = (low[column], high[column]);
            sides.middle[column][lane] = f64::midpoint(low[column], high[column]);
        }
    }
}

/// Makes a box hold a point as well.
#[inline(always)]
pub(crate) fn stretch(low: &mut Four, high: &mut Four, point: Four) {
    for column in 0..4 {
        low[column] = if point[column] < low[column] { point[column] } else { low[column] };
        high[column] = if point[column] > high[column] { point[column] } else { high[column] };
    }
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Matrix;
    use super::super::random::Random;
    use super::*;

    fn cloud(rows: usize, columns: usize) -> Matrix {
        let mut random = Random::stream(4, 0);
        // A fifth of the rows are equal to others.
        let values = (0..rows * columns).map(|_| (random.uniform() * 40.0).floor() / 8.0);
        Matrix::new(rows, columns, values.collect()).unwrap()
    }

    /// Every row of the leaves, in ascending order.
    fn rows_of(leaves: &Leaves) -> Vec<Vec<f64>> {
        let mut rows = Vec::new();
        for leaf in 0..leaves.count() {
            for at in 0..leaves.rows_of(leaf, 1) {
                let group = &leaves.values(leaf)[at / GROUP * leaves.fours()..][..leaves.fours()];
                let row = group.iter().flat_map(|quad| quad.map(|column| column[at % GROUP]));
                rows.push(row.take(leaves.columns()).collect::<Vec<f64>>());
            }
        }
        rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
        rows
    }

    #[test]
    fn every_row_is_in_one_leaf_for_any_number_of_rows_and_columns() {
        for (rows, columns) in [(0, 3), (1, 1), (15, 4), (17, 2), (65, 5), (257, 4), (1000, 9), (5000, 3)] {
            let matrix = cloud(rows, columns);
            let mut expected: Vec<Vec<f64>> = (0..rows).map(|row| matrix.row(row).to_vec()).collect();
            expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
            assert_eq!(rows_of(&Leaves::new(&Blocks::new(&matrix), 1)), expected, "{rows} rows of {columns}");
        }
    }

    #[test]
    fn boxes_hold_their_rows_and_sums_add_them_up() {
        let leaves = Leaves::new(&Blocks::new(&cloud(1003, 5)), 1);
        for leaf in 0..leaves.count() {
            let mut sums = [0.0; 8];
            for at in 0..leaves.rows_of(leaf, 1) {
                for four in 0..2 {
                    let quad = &leaves.values(leaf)[at / GROUP * 2 + four];
                    for level in [(&leaves.single, leaf), (&leaves.branches, leaf / LANES)] {
                        let sides = &level.0.boxes(level.1, 2)[four];
                        for (column, values) in quad.iter().enumerate() {
                            let (value, lane) = (values[at % GROUP], level.1 % LANES);
                            assert!(sides.low[column][lane] <= value && value <= sides.high[column][lane]);
                        }
                    }
                    (0..4).for_each(|column| sums[four * 4 + column] += quad[column][at % GROUP]);
                }
            }
            assert_eq!(leaves.single.sum(leaf, 2).concat(), sums);
        }
    }

    #[test]
    fn near_rows_share_a_leaf() {
        let values: Vec<f64> = (0..4096).map(|row| f64::from(row * 2749 % 4096)).collect();
        let leaves = Leaves::new(&Blocks::new(&Matrix::new(4096, 1, values).unwrap()), 1);
        for leaf in 0..leaves.count() {
            let sides = &leaves.single.boxes(leaf, 1)[0];
            let width = sides.high[0][leaf % LANES] - sides.low[0][leaf % LANES];
            // Sixteen whole numbers in a row.
            assert!((width - 15.0).abs() < 1e-9, "{width}");
        }
    }

    #[test]
    fn the_number_of_threads_does_not_show() {
        let blocks = Blocks::new(&cloud(5000, 4));
        let alone = Leaves::new(&blocks, 1);
        for threads in [2, 5] {
            let several = Leaves::new(&blocks, threads);
            // NaN is not equal to itself: bits are.
            let bits =
                |leaves: &Leaves| leaves.values.as_flattened().as_flattened().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&several), bits(&alone));
            assert_eq!((several.single.sums, several.branches.sums), (alone.single.sums.clone(), alone.branches.sums.clone()));
        }
    }
}
