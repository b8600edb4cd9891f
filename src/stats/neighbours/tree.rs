//! The points of a matrix in a tree of boxes, near ones in the same leaf.
//!
//! Owns the layout: leaves of [`LEAF`] points, all full but the last, and above them nodes in the order of a walk that goes left
//! first, so that neither needs pointers. Refuses to depend on values being different: parts are cut in the middle of their widest
//! column, equal values by row, so that equal points make a tree like any other and earlier rows lie further left. `search`
//! walks it; what it finds does not depend on the shape of the tree.

use super::lanes::{Four, LEAF, Lanes, Pair, Sides, fours, fours_of};
use crate::stats::matrix::Matrix;
use std::ops::Range;

/// Points, nodes and leaves.
pub(super) struct Tree {
    points: usize,
    /// How many fours of columns there are.
    fours: usize,
    /// The points of the leaves, each with all fours; places beyond the last point are NaN, which is near to nothing.
    values: Vec<Lanes<LEAF>>,
    /// The rows of the points of the leaves; places beyond the last point hold [`usize::MAX`].
    rows: Vec<[usize; LEAF]>,
    /// The boxes around the two parts of every node, each with all fours.
    pairs: Vec<Pair>,
    /// The first row in each of the two parts of every node.
    first_rows: Vec<[usize; 2]>,
}

/// Consecutive leaves that are one part of the tree: a single leaf, or a node with two parts.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// Number of the node; without meaning for a single leaf.
    node: usize,
    /// The first of the leaves.
    pub(super) leaf: usize,
    /// How many leaves there are.
    pub(super) leaves: usize,
}

/// What is known of a part once it is built.
struct Built {
    sides: Vec<Sides>,
    first_row: usize,
}

/// A row and its value in the column that is being cut.
type Entry = (f64, usize);

impl Part {
    /// The two parts of a node.
    #[inline]
    pub(super) const fn halves(self) -> [Self; 2] {
        let left = self.leaves.div_ceil(2);
        // As many nodes as leaves but one: this node comes first, then those of the left part, then those of the right.
        [
            Self { node: self.node + 1, leaf: self.leaf, leaves: left },
            Self { node: self.node + left, leaf: self.leaf + left, leaves: self.leaves - left },
        ]
    }
}

impl Tree {
    /// Builds the tree of a matrix, which may be empty.
    pub(super) fn new(matrix: &Matrix) -> Self {
        let points = matrix.rows();
        let (leaves, fours_of_row) = (points.div_ceil(LEAF), fours_of(matrix.columns()));
        let mut tree = Self {
            points,
            fours: fours_of_row,
            values: Vec::with_capacity(leaves * fours_of_row),
            rows: Vec::with_capacity(leaves),
            pairs: Vec::with_capacity(leaves * fours_of_row),
            first_rows: Vec::with_capacity(leaves),
        };
        let mut flat = Vec::with_capacity(points * fours_of_row);
        (0..points).for_each(|row| flat.extend(fours(matrix.row(row))));
        let mut entries: Vec<Entry> = (0..points).map(|row| (0.0, row)).collect();
        if points > 0 {
            tree.build(&flat, &mut entries, leaves);
        }
        tree
    }

    /// Appends the part of the tree with these rows.
    fn build(&mut self, flat: &[Four], entries: &mut [Entry], leaves: usize) -> Built {
        let point = |row: usize| &flat[row * self.fours..][..self.fours];
        let mut sides = vec![Sides::NOTHING; self.fours];
        let mut first_row = usize::MAX;
        for (_, row) in &*entries {
            sides.iter_mut().zip(point(*row)).for_each(|(sides, four)| sides.include(four));
            first_row = first_row.min(*row);
        }
        if leaves == 1 {
            self.append_leaf(flat, entries);
            return Built { sides, first_row };
        }
        let column = widest(&sides);
        for (value, row) in &mut *entries {
            *value = point(*row).get(column / 4).map_or(0.0, |four| four[column % 4]);
        }
        let left = leaves.div_ceil(2);
        entries.select_nth_unstable_by(left * LEAF, |some, other| some.0.total_cmp(&other.0).then(some.1.cmp(&other.1)));
        let (earlier, later) = entries.split_at_mut(left * LEAF);

        let node = self.first_rows.len();
        self.first_rows.push([0; 2]);
        self.pairs.extend(sides.iter().map(|sides| Pair::new(sides, sides)));
        let (earlier, later) = (self.build(flat, earlier, left), self.build(flat, later, leaves - left));
        self.first_rows[node] = [earlier.first_row, later.first_row];
        let both = earlier.sides.iter().zip(&later.sides);
        let pairs = self.pairs[node * self.fours..].iter_mut();
        pairs.zip(both).for_each(|(pair, (left, right))| *pair = Pair::new(left, right));
        Built { sides, first_row }
    }

    fn append_leaf(&mut self, flat: &[Four], entries: &[Entry]) {
        let mut rows = [usize::MAX; LEAF];
        rows.iter_mut().zip(entries).for_each(|(place, (_, row))| *place = *row);
        self.rows.push(rows);
        for four in 0..self.fours {
            let mut values = [[f64::NAN; LEAF]; 4];
            for (lane, (_, row)) in entries.iter().enumerate() {
                let four = flat[row * self.fours + four];
                values.iter_mut().zip(four).for_each(|(column, value)| column[lane] = value);
            }
            self.values.push(values);
        }
    }

    pub(super) const fn points(&self) -> usize {
        self.points
    }

    pub(super) fn leaves(&self) -> usize {
        self.rows.len()
    }

    /// The whole tree, none when there are no points.
    pub(super) fn whole(&self) -> Option<Part> {
        if self.points == 0 { None } else { Some(Part { node: 0, leaf: 0, leaves: self.leaves() }) }
    }

    /// The rows of consecutive leaves, in their order there.
    pub(super) fn rows_of(&self, leaves: Range<usize>) -> impl Iterator<Item = usize> {
        let points = self.points.min(leaves.end * LEAF) - leaves.start * LEAF;
        self.rows[leaves].iter().flatten().copied().take(points)
    }

    /// A point of a leaf.
    pub(super) fn point(&self, leaf: usize, lane: usize) -> Vec<Four> {
        self.leaf(leaf).0.iter().map(|lanes| lanes.map(|column| column[lane])).collect()
    }

    /// The points of a leaf and their rows.
    #[inline]
    pub(super) fn leaf(&self, leaf: usize) -> (&[Lanes<LEAF>], &[usize; LEAF]) {
        (&self.values[leaf * self.fours..][..self.fours], &self.rows[leaf])
    }

    /// The boxes around the halves of a part and the first row in each.
    #[inline]
    pub(super) fn halves_of(&self, part: Part) -> (&[Pair], [usize; 2]) {
        (&self.pairs[part.node * self.fours..][..self.fours], self.first_rows[part.node])
    }
}

/// The column in which a box is widest, the first of equals.
fn widest(sides: &[Sides]) -> usize {
    let (mut column, mut width) = (0, 0.0);
    let widths = sides.iter().flat_map(|sides| sides.upper.into_iter().zip(sides.lower)).map(|(upper, lower)| upper - lower);
    for (number, found) in widths.enumerate() {
        if found > width {
            (column, width) = (number, found);
        }
    }
    column
}

#[cfg(test)]
mod tests {
    use super::super::lanes::to_boxes;
    use super::*;
    use crate::stats::random::Random;

    #[test]
    fn every_row_is_in_one_leaf_and_all_leaves_but_the_last_are_full() {
        for rows in [0, 1, 16, 17, 32, 33, 1_000] {
            let mut random = Random::stream(rows as u64, 0);
            let values = (0..rows * 2).map(|_| random.below(6) as f64).collect();
            let tree = Tree::new(&Matrix::new(rows, 2, values).unwrap());
            assert_eq!(tree.leaves(), rows.div_ceil(LEAF));
            let mut found: Vec<usize> = tree.rows_of(0..tree.leaves()).collect();
            found.sort_unstable();
            assert_eq!(found, (0..rows).collect::<Vec<_>>());
        }
    }

    #[test]
    fn boxes_and_first_rows_of_all_halves_are_those_of_their_leaves() {
        let mut random = Random::stream(1, 0);
        let matrix = Matrix::new(700, 5, (0..3_500).map(|_| random.uniform()).collect()).unwrap();
        let tree = Tree::new(&matrix);
        let mut parts = vec![tree.whole().unwrap()];
        let mut leaves = vec![];
        while let Some(part) = parts.pop() {
            if part.leaves == 1 {
                leaves.push(part.leaf);
                continue;
            }
            let (boxes, first_rows) = tree.halves_of(part);
            for (side, half) in part.halves().into_iter().enumerate() {
                let rows = || tree.rows_of(half.leaf..half.leaf + half.leaves);
                assert_eq!(rows().min(), Some(first_rows[side]));
                for row in rows() {
                    assert!(to_boxes(boxes, &fours(matrix.row(row)))[side] <= 0.0);
                }
                parts.push(half);
            }
        }
        leaves.sort_unstable();
        assert_eq!(leaves, (0..tree.leaves()).collect::<Vec<_>>());
    }

    #[test]
    fn the_widest_column_is_cut() {
        let sides = |lower, upper| Sides { lower, upper };
        let four = sides([0.0, -1.0, 5.0, 0.0], [2.0, 2.0, 6.0, 3.0]);
        assert_eq!(widest(&[four]), 1);
        assert_eq!(widest(&[four, sides([0.0; 4], [0.0, 0.0, 4.0, 0.0])]), 6);
        assert_eq!(widest(&[sides([1.0; 4], [1.0; 4])]), 0);
    }
}
