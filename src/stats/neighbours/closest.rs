//! The closest points met so far on one search.
//!
//! Owns the order of neighbours, by distance and then by row, and the limit beyond which a point need not be looked at. Refuses to
//! let squared distances decide: two squares that differ in the last digit may have the same root, and then the row decides.
//! `search` fills it and hands it out.

use super::Near;
use std::cmp::Ordering;

/// What the square of a root is multiplied by to be no less than any number with that root: such a number exceeds the exact square
/// by a factor of at most 1 + 2⁻⁵² and a little, squaring and multiplying round by 2⁻⁵³ each, and 1e-15 is 4.5 times 2⁻⁵².
const ROUNDING: f64 = 1.0 + 1e-15;

/// At most `count` points.
pub(super) struct Closest {
    count: usize,
    /// The largest squared distance that may be of use.
    limit: f64,
    /// In order once there are `count` of them.
    found: Vec<Near>,
}

impl Near {
    /// Nearer first, of equally near ones the earlier row.
    fn order(&self, other: &Self) -> Ordering {
        self.distance.total_cmp(&other.distance).then(self.row.cmp(&other.row))
    }

    /// Whether this point comes before another one.
    #[inline]
    fn before(&self, other: &Self) -> bool {
        self.distance < other.distance || (self.distance <= other.distance && self.row < other.row)
    }
}

impl Closest {
    /// Room for this many points.
    pub(super) fn new(count: usize) -> Self {
        let mut closest = Self { count, limit: 0.0, found: Vec::new() };
        closest.clear();
        closest
    }

    /// Forgets all points.
    pub(super) fn clear(&mut self) {
        self.found.clear();
        // No distance is below −1: who wants no points looks at none.
        self.limit = if self.count == 0 { -1.0 } else { f64::INFINITY };
    }

    /// Points at a larger squared distance are not among the closest; others may be.
    #[inline]
    pub(super) const fn limit(&self) -> f64 {
        self.limit
    }

    /// Whether a point at this squared distance or a larger one, in this row or a later one, may be among the closest.
    #[inline]
    pub(super) fn may_take(&self, squared: f64, row: usize) -> bool {
        // Where thousands of points are equal, the row is what ends the search; elsewhere the root is hardly ever drawn.
        squared <= self.limit && self.last().is_none_or(|last| row < last.row || squared.sqrt() < last.distance)
    }

    /// Takes a point if it is among the closest.
    #[inline]
    pub(super) fn offer(&mut self, squared: f64, row: usize) {
        let near = Near { row, distance: squared.sqrt() };
        if let Some(last) = self.last() {
            if near.before(last) {
                self.insert(near);
            }
        } else if self.count > 0 {
            self.found.push(near);
            if self.found.len() == self.count {
                self.found.sort_unstable_by(Near::order);
            }
        }
        if let Some(last) = self.last() {
            self.limit = last.distance * last.distance * ROUNDING;
        }
    }

    /// Puts a point in its place and drops the last one.
    #[inline]
    fn insert(&mut self, near: Near) {
        let mut place = self.found.len() - 1;
        while place > 0 && near.before(&self.found[place - 1]) {
            self.found[place] = self.found[place - 1];
            place -= 1;
        }
        self.found[place] = near;
    }

    /// The point that a closer one would push out; none as long as there is room.
    #[inline]
    fn last(&self) -> Option<&Near> {
        if self.found.len() < self.count { None } else { self.found.last() }
    }

    /// The closest points, in order.
    pub(super) fn found(&mut self) -> &[Near] {
        if self.found.len() < self.count {
            self.found.sort_unstable_by(Near::order);
        }
        &self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows kept of some squared distances in rows 0, 1, 2 and so on, offered last row first.
    fn kept(count: usize, squares: &[f64]) -> Vec<usize> {
        let mut closest = Closest::new(count);
        squares.iter().enumerate().rev().for_each(|(row, squared)| closest.offer(*squared, row));
        closest.found().iter().map(|near| near.row).collect()
    }

    #[test]
    fn the_nearest_are_kept_in_order() {
        assert_eq!(kept(3, &[9.0, 1.0, 4.0, 0.0, 16.0]), [3, 1, 2]);
        assert_eq!(kept(9, &[9.0, 1.0, 4.0, 0.0, 16.0]), [3, 1, 2, 0, 4]);
        assert_eq!(kept(0, &[9.0]), [0_usize; 0]);
    }

    #[test]
    fn of_equally_near_points_the_earlier_rows_are_kept() {
        assert_eq!(kept(2, &[1.0, 0.0, 1.0, 1.0]), [1, 0]);
    }

    #[test]
    fn the_row_decides_where_only_the_squares_differ() {
        let above = 1.0_f64.next_up();
        assert_eq!(above.sqrt().to_bits(), 1.0_f64.to_bits());
        assert_eq!(kept(1, &[above, 1.0]), [0]);
        assert_eq!(kept(2, &[above, 1.0, 1.0]), [0, 1]);
    }

    #[test]
    fn the_limit_lets_pass_every_number_with_the_last_root() {
        for square in [0.0, 5e-324, 3e-310, f64::MIN_POSITIVE, 1e-200, 1.0, 1.3, 2.0, 3.99, 4.0, 1e120, 1e308] {
            let mut closest = Closest::new(1);
            closest.offer(square, 0);
            let mut same = square;
            while same.next_up().sqrt().to_bits() == square.sqrt().to_bits() {
                same = same.next_up();
            }
            assert!(same <= closest.limit(), "{square:e}");
            assert!(closest.limit() <= same * (1.0 + 2e-15) || same == 0.0, "{square:e}");
        }
    }

    #[test]
    fn a_part_that_holds_only_later_rows_at_the_last_distance_is_not_taken() {
        let mut closest = Closest::new(1);
        assert!(closest.may_take(1e300, 7));
        closest.offer(4.0, 5);
        assert!(closest.may_take(4.0, 4) && closest.may_take(3.9, 7));
        assert!(!closest.may_take(4.0, 5) && !closest.may_take(4.1, 0));
    }
}
