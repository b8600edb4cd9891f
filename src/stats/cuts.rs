//! The order of rows in which near ones follow each other, and leaves filled in that order.
//!
//! Owns the cuts, which are those of a k-d tree: in the middle of the widest column, again and again, at whole leaves, branches
//! and chunks as long as there are several of them. Refuses to depend on values being different: of rows in one place the earlier
//! come first, and within a leaf all keep their order. `leaves` puts the parts together.

use super::blocks::{Blocks, CHUNK, GROUP};
use super::leaves::{Four, GROUPS, LANES, LEAF, Leaves, Level, NOWHERE, Quad, stretch};

/// Rows of a branch.
const BRANCH: usize = LEAF * LANES;

/// A row, and above it its place between the ends of the column that is being cut.
pub(crate) type Entry = u64;

/// Bits of the row; no memory holds more rows.
const ROW_BITS: u32 = 40;
const ROW: Entry = (1 << ROW_BITS) - 1;

/// Steps of the place. Which of two rows beside each other comes first matters to nobody, so it need not be exact.
const PLACES: f64 = ((1_u64 << (Entry::BITS - ROW_BITS)) - 1) as f64;

/// The rows one after the other, as cuts read them.
pub(crate) struct Cuts {
    columns: usize,
    rows: Vec<Four>,
}

impl Cuts {
    pub(crate) fn new(blocks: &Blocks) -> Self {
        let columns = blocks.columns();
        let mut rows = vec![[0.0; 4]; blocks.rows() * columns.div_ceil(4)];
        for (row, fours) in rows.chunks_exact_mut(columns.div_ceil(4).max(1)).enumerate() {
            for (column, value) in blocks.row(row).enumerate() {
                fours[column / 4][column % 4] = value;
            }
        }
        Self { columns, rows }
    }

    const fn fours(&self) -> usize {
        self.columns.div_ceil(4)
    }

    /// Cuts in the middle of the widest column, behind a multiple of `unit`.
    pub(crate) fn halve<'a>(&self, entries: &'a mut [Entry], unit: usize) -> [&'a mut [Entry]; 2] {
        let left = entries.len().div_ceil(unit) / 2 * unit;
        if left > 0 {
            self.select(entries, left);
        }
        let (earlier, later) = entries.split_at_mut(left);
        [earlier, later]
    }

    /// Orders entries so that the rows of each leaf follow each other, and the leaves of each branch.
    fn order(&self, entries: &mut [Entry]) {
        if let Some(unit) = [CHUNK, BRANCH, LEAF].into_iter().find(|unit| entries.len() > *unit) {
            self.halve(entries, unit).into_iter().for_each(|half| self.order(half));
        } else {
            entries.iter_mut().for_each(|entry| *entry &= ROW);
            entries.sort_unstable();
        }
    }

    /// Puts so many entries first as lie lowest in the widest column; of those in one place the earlier rows.
    fn select(&self, entries: &mut [Entry], left: usize) {
        let fours = self.fours();
        let (mut widest, mut from, mut width) = (0, 0.0, -1.0);
        for four in 0..fours {
            let (mut low, mut high) = ([f64::INFINITY; 4], [f64::NEG_INFINITY; 4]);
            for entry in &*entries {
                stretch(&mut low, &mut high, self.rows[(entry & ROW) as usize * fours + four]);
            }
            for column in 0..4 {
                if high[column] - low[column] > width {
                    (widest, from, width) = (four * 4 + column, low[column], high[column] - low[column]);
                }
            }
        }
        let scale = PLACES / width;
        for entry in &mut *entries {
            let row = *entry & ROW;
            let value = self.rows[row as usize * fours + widest / 4][widest % 4];
            // A width of 0 makes this NaN, which as a whole number is 0.
            *entry = (((value - from) * scale) as Entry) << ROW_BITS | row;
        }
        entries.select_nth_unstable(left);
    }

    /// The leaves of these entries, the last of which may be in part empty.
    pub(crate) fn fill(&self, mut entries: Vec<Entry>) -> Leaves {
        self.order(&mut entries);
        let (fours, count) = (self.fours(), entries.len().div_ceil(LEAF));
        let mut filled = Leaves::none(self.columns);
        filled.rows = entries.len();
        filled.values = vec![NOWHERE; count * GROUPS * fours];
        filled.single = Level::new(count, fours);
        filled.branches = Level::new(count.div_ceil(LANES), fours);
        for (branch, entries) in entries.chunks(BRANCH).enumerate() {
            for four in 0..fours {
                let (mut low, mut high, mut sum) = ([f64::INFINITY; 4], [f64::NEG_INFINITY; 4], [0.0; 4]);
                for (at, entries) in entries.chunks(LEAF).enumerate() {
                    let leaf = branch * LANES + at;
                    let (own_low, own_high, own_sum) = self.fill_leaf(&mut filled.values, leaf, entries, four);
                    filled.single.set((leaf, four, fours), own_sum, own_low, own_high);
                    stretch(&mut low, &mut high, own_low);
                    stretch(&mut low, &mut high, own_high);
                    (0..4).for_each(|column| sum[column] += own_sum[column]);
                }
                filled.branches.set((branch, four, fours), sum, low, high);
            }
        }
        filled
    }

    /// Four columns of a leaf, with the ends of each and its sum.
    fn fill_leaf(&self, values: &mut [Quad], leaf: usize, entries: &[Entry], four: usize) -> (Four, Four, Four) {
        let fours = self.fours();
        let (mut low, mut high, mut sum) = ([f64::INFINITY; 4], [f64::NEG_INFINITY; 4], [0.0; 4]);
        for (at, entry) in entries.iter().enumerate() {
            let row = self.rows[*entry as usize * fours + four];
            let quad = &mut values[(leaf * GROUPS + at / GROUP) * fours + four];
            for column in 0..4 {
                quad[column][at % GROUP] = row[column];
                sum[column] += row[column];
            }
            stretch(&mut low, &mut high, row);
        }
        (low, high, sum)
    }
}
