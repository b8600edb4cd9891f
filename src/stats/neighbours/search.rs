//! The walk through the tree to the nearest neighbours of one point.
//!
//! Owns which parts of the tree are looked at and in which order: nearer ones first, and none that cannot hold a closer point
//! than those already found, not even an equally close one in an earlier row. Refuses nothing; `closest` decides what is kept.

use super::Near;
use super::closest::Closest;
use super::lanes::{Four, LEAF, to_boxes, to_points};
use super::tree::{Part, Tree};

/// A search, to be used for one point after the other.
pub(super) struct Search<'a> {
    tree: &'a Tree,
    closest: Closest,
    pending: Vec<Pending>,
}

/// A part of the tree that is still to be looked at.
#[derive(Clone, Copy)]
struct Pending {
    part: Part,
    /// Squared distance of its box.
    squared: f64,
    /// The first row in it.
    first_row: usize,
}

impl<'a> Search<'a> {
    /// A search for this many neighbours.
    pub(super) fn new(tree: &'a Tree, count: usize) -> Self {
        Self { tree, closest: Closest::new(count), pending: Vec::new() }
    }

    /// The nearest rows to a point among those that `accept` takes.
    pub(super) fn nearest(&mut self, query: &[Four], accept: impl Fn(usize) -> bool) -> &[Near] {
        self.closest.clear();
        self.pending.clear();
        self.pending.extend(self.tree.whole().map(|part| Pending { part, squared: 0.0, first_row: 0 }));
        while let Some(mut next) = self.pending.pop() {
            while self.closest.may_take(next.squared, next.first_row) {
                if next.part.leaves == 1 {
                    self.look_into(next.part.leaf, query, &accept);
                    break;
                }
                let (boxes, first_rows) = self.tree.halves_of(next.part);
                let squared = to_boxes(boxes, query);
                let [left, right] = next.part.halves();
                let left = Pending { part: left, squared: squared[0], first_row: first_rows[0] };
                let right = Pending { part: right, squared: squared[1], first_row: first_rows[1] };
                // Of equally near halves the left one first: there are the earlier rows of equal points.
                let farther = if right.squared < left.squared { left } else { right };
                next = if right.squared < left.squared { right } else { left };
                self.pending.push(farther);
            }
        }
        self.closest.found()
    }

    /// Offers the points of a leaf.
    #[inline]
    fn look_into(&mut self, leaf: usize, query: &[Four], accept: impl Fn(usize) -> bool) {
        let (points, rows) = self.tree.leaf(leaf);
        let squared = to_points(points, query);
        let mut lane = 0;
        while lane < LEAF {
            let limit = self.closest.limit();
            let near = |lane: usize| squared[lane] <= limit;
            // Without shortcuts this is one comparison of all four; mostly none of them is near.
            if near(lane) | near(lane + 1) | near(lane + 2) | near(lane + 3) {
                for lane in lane..lane + 4 {
                    if squared[lane] <= self.closest.limit() && accept(rows[lane]) {
                        self.closest.offer(squared[lane], rows[lane]);
                    }
                }
            }
            lane += 4;
        }
    }
}
