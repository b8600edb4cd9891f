//! The closest points met so far in one search.
//!
//! Owns the order of neighbours, by distance and then by row, and the limit beyond which a point need not be looked at. Refuses to
//! compare squared distances where it matters: two squares that differ in the last digit may have one square root, and then the
//! row decides. `search` fills it.

use super::Near;

/// Larger than any square whose root is the square root of `x`, divided by `x`: rounding to the root and squaring it are off by
/// at most 2⁻⁵³ each, three times in all, and this is nine times 2⁻⁵³.
const ROUNDING: f64 = 1.0 + 1e-15;

/// At most `count` points, in order.
pub(super) struct Closest {
    count: usize,
    limit: f64,
    found: Vec<Near>,
}

impl Near {
    /// Whether this point comes before another one: nearer, or as near and in an earlier row.
    fn before(self, other: Self) -> bool {
        self.distance < other.distance || (self.distance <= other.distance && self.row < other.row)
    }
}

impl Closest {
    pub(super) fn new(count: usize) -> Self {
        let mut closest = Self { count, limit: 0.0, found: Vec::new() };
        closest.clear();
        closest
    }

    /// Forgets all points.
    pub(super) fn clear(&mut self) {
        self.found.clear();
        // Nothing is below −1: a search for no points looks at none.
        self.limit = if self.count == 0 { -1.0 } else { f64::INFINITY };
    }

    /// A squared distance above this one is of no use; one below may be.
    #[inline]
    pub(super) const fn limit(&self) -> f64 {
        self.limit
    }

    /// Whether points at this squared distance and in this row or later ones may be among the closest.
    #[inline]
    pub(super) fn may_take(&self, squared: f64, row: usize) -> bool {
        squared <= self.limit && self.last().is_none_or(|last| row < last.row || squared.sqrt() < last.distance)
    }

    /// Takes a point if it is among the closest.
    #[inline]
    pub(super) fn offer(&mut self, squared: f64, row: usize) {
        let near = Near { row, distance: squared.sqrt() };
        if let Some(last) = self.last() {
            if !near.before(last) {
                return;
            }
            self.found.pop();
        }
        let mut place = self.found.len();
        self.found.push(near);
        while place > 0 && near.before(self.found[place - 1]) {
            self.found[place] = self.found[place - 1];
            place -= 1;
        }
        self.found[place] = near;
        if let Some(last) = self.last() {
            self.limit = last.distance * last.distance * ROUNDING;
        }
    }

    /// The point that a closer one would push out; none as long as there is room.
    #[inline]
    pub(super) fn last(&self) -> Option<Near> {
        if self.found.len() < self.count { None } else { self.found.last().copied() }
    }

    /// The closest points, in order.
    pub(super) fn found(&self) -> &[Near] {
        &self.found
    }
}
