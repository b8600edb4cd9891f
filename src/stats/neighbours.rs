//! The exact nearest neighbours of a point, or of every point, among the rows of a matrix.
//!
//! Owns what can be asked and how it is answered: by Euclidean distance and then by row, also at the cut-off, so that there is one
//! right answer in which equal points have their place. Refuses approximation. The points lie in a `tree`, `search` finds its way
//! through it, `lanes` measures distances and `closest` keeps the best; rows and distances go to the caller.

mod closest;
mod lanes;
mod search;
#[cfg(test)]
mod tests;
mod tree;

use super::matrix::Matrix;
use super::parallel::map_ordered;
use lanes::fours;
use search::Search;
use tree::Tree;

/// Leaves whose points are looked up at a time: about a hundred tasks for a hundred thousand points, so that no thread waits long
/// for the last one.
const LEAVES_A_TASK: usize = 64;

/// The rows of a matrix, arranged for the search of nearest neighbours.
pub struct Neighbours {
    columns: usize,
    tree: Tree,
}

/// A row and how far away it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Number of the row in the matrix.
    pub row: usize,
    /// Euclidean distance, in the unit of the columns.
    pub distance: f64,
}

/// The nearest other rows of every row of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestOfAll {
    count: usize,
    values: Vec<Near>,
}

impl Neighbours {
    /// Arranges the rows of a matrix, which may be empty.
    #[must_use]
    pub fn new(points: &Matrix) -> Self {
        Self { columns: points.columns(), tree: Tree::new(points) }
    }

    /// The `count` nearest rows to a point among those that `accept` takes, by distance and then by row; fewer when it does not
    /// take as many. Rows are put to `accept` in no particular order, and only when they are near enough to matter. A query of
    /// another length than the rows, or with a value that is not finite, has no neighbours.
    #[must_use]
    pub fn nearest(&self, query: &[f64], count: usize, accept: impl Fn(usize) -> bool) -> Vec<Near> {
        if query.len() != self.columns || !query.iter().all(|value| value.is_finite()) {
            return Vec::new();
        }
        let mut search = Search::new(&self.tree, count.min(self.tree.points()));
        search.nearest(&fours(query), accept).to_vec()
    }

    /// The `count` nearest other rows of every row; all other rows when there are no more. A row is not its own neighbour, other
    /// rows with the same values are. The number of threads never shows in the result.
    #[must_use]
    pub fn all_nearest(&self, count: usize, threads: usize) -> NearestOfAll {
        let count = count.min(self.tree.points().saturating_sub(1));
        if count == 0 {
            return NearestOfAll { count, values: Vec::new() };
        }
        // Points of a leaf have much the same neighbours: asked for one after the other, they find them in the cache.
        let tasks = self.tree.leaves().div_ceil(LEAVES_A_TASK);
        let parts = map_ordered(tasks, threads, |task| {
            let first = task * LEAVES_A_TASK;
            let leaves = first..self.tree.leaves().min(first + LEAVES_A_TASK);
            let mut found = Vec::with_capacity(self.tree.rows_of(leaves.clone()).count() * count);
            let mut search = Search::new(&self.tree, count);
            for leaf in leaves {
                for (lane, own) in self.tree.rows_of(leaf..leaf + 1).enumerate() {
                    let point = self.tree.point(leaf, lane);
                    found.extend_from_slice(search.nearest(&point, |row| row != own));
                }
            }
            found
        });
        let mut values = vec![Near { row: 0, distance: 0.0 }; self.tree.points() * count];
        let found = parts.iter().flat_map(|part| part.chunks_exact(count));
        for (row, nearest) in self.tree.rows_of(0..self.tree.leaves()).zip(found) {
            values[row * count..][..count].copy_from_slice(nearest);
        }
        NearestOfAll { count, values }
    }
}

impl NearestOfAll {
    /// How many neighbours each row has: as many as were asked for, or all other rows.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The neighbours of one row, by distance and then by row; an index beyond the last row is a mistake of the caller, as with a
    /// slice.
    #[must_use]
    pub fn of(&self, row: usize) -> &[Near] {
        &self.values[row * self.count..][..self.count]
    }

    /// The neighbours of all rows, row after row, [`NearestOfAll::count`] each.
    #[must_use]
    pub fn values(&self) -> &[Near] {
        &self.values
    }
}
