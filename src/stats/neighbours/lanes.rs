//! Squared distances of a point to the points of a leaf and to a pair of boxes.
//!
//! Owns the memory layout, several points side by side so that one instruction works on more than one of them, and the order in
//! which squares are added up: columns in fours, two pairs in each. The order is the same for points and boxes and for any number
//! of columns. Every step rounds monotonically, so the distance to a box is never above the computed distance to a point in it,
//! and no search needs a margin. Columns that fill up the last four are 0. `tree` is made of these, `search` asks for distances.

/// Points of a leaf. Measured at 4 columns and 10 neighbours on SSE2: 8, 16 and 32 take the same time.
pub(super) const LEAF: usize = 16;

/// Four columns of one point; a point is a list of them.
pub(super) type Four = [f64; 4];

/// Four columns of several points, one column after the other.
pub(super) type Lanes<const POINTS: usize> = [[f64; POINTS]; 4];

/// Four columns of a box, the smallest around some points.
#[derive(Clone, Copy)]
pub(super) struct Sides {
    pub(super) lower: Four,
    pub(super) upper: Four,
}

/// Four columns of two boxes side by side.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    lower: Lanes<2>,
    upper: Lanes<2>,
}

/// A point in fours, in one even if it has no columns.
pub(super) fn fours(point: &[f64]) -> Vec<Four> {
    let mut fours = vec![[0.0; 4]; fours_of(point.len())];
    fours.as_flattened_mut()[..point.len()].copy_from_slice(point);
    fours
}

/// How many fours this many columns fill.
pub(super) const fn fours_of(columns: usize) -> usize {
    if columns == 0 { 1 } else { columns.div_ceil(4) }
}

impl Sides {
    /// Around nothing: any point makes it larger.
    pub(super) const NOTHING: Self = Self { lower: [f64::INFINITY; 4], upper: [f64::NEG_INFINITY; 4] };

    /// Makes room for a point.
    #[inline]
    pub(super) fn include(&mut self, point: &Four) {
        let mut column = 0;
        while column < 4 {
            self.lower[column] = smaller(self.lower[column], point[column]);
            self.upper[column] = larger(self.upper[column], point[column]);
            column += 1;
        }
    }
}

impl Pair {
    /// Puts two boxes side by side.
    pub(super) fn new(left: &Sides, right: &Sides) -> Self {
        let side_by_side = |left: Four, right: Four| [0, 1, 2, 3].map(|column| [left[column], right[column]]);
        Self { lower: side_by_side(left.lower, right.lower), upper: side_by_side(left.upper, right.upper) }
    }
}

/// The squared distances of a point to the points of a leaf.
#[inline]
pub(super) fn to_points(points: &[Lanes<LEAF>], query: &[Four]) -> [f64; LEAF] {
    add_up(points, query, |points, column, lane, value| points[column][lane] - value)
}

/// The squared distances of a point to two boxes, 0 inside.
#[inline]
pub(super) fn to_boxes(boxes: &[Pair], query: &[Four]) -> [f64; 2] {
    add_up(boxes, query, |boxes, column, lane, value| {
        larger(larger(boxes.lower[column][lane] - value, value - boxes.upper[column][lane]), 0.0)
    })
}

// The loops below count instead of chaining iterators: a chain is only fast when every part of it is inlined, which a build
// without link-time optimization does not do across its units (measured: two fifths more instructions).

/// The squares of the gaps in all columns, added up lane by lane.
#[inline]
fn add_up<T, const LANES: usize>(others: &[T], query: &[Four], gap: impl Fn(&T, usize, usize, f64) -> f64) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    let mut four = 0;
    while four < others.len() && four < query.len() {
        let (other, [a, b, c, d]) = (&others[four], query[four]);
        let mut lane = 0;
        while lane < LANES {
            let (a, b) = (gap(other, 0, lane, a), gap(other, 1, lane, b));
            let (c, d) = (gap(other, 2, lane, c), gap(other, 3, lane, d));
            let squared = (a * a + b * b) + (c * c + d * d);
            // The first sums need no addition, and four columns are the usual case.
            sums[lane] = if four == 0 { squared } else { sums[lane] + squared };
            lane += 1;
        }
        four += 1;
    }
    sums
}

// `f64::max` and `f64::min` look after NaN, which takes three more instructions; no box holds one.

#[inline]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    #[test]
    fn columns_are_added_up_in_fours_two_pairs_in_each() {
        // Added to 2⁵³, a 1 is lost, but not the 2 of a pair of them; 2⁵³ + 2 + 1 is rounded to 2⁵³ + 4.
        let big = f64::from(1 << 26);
        let query = fours(&[big, big, 1.0, 1.0, 1.0]);
        let mut points = vec![[[f64::NAN; LEAF]; 4]; 2];
        points.iter_mut().flatten().for_each(|column| column[0] = 0.0);
        let squared = to_points(&points, &query);
        assert_eq!(squared[0].to_bits(), 9_007_199_254_740_996.0_f64.to_bits());
        assert!(squared[1].is_nan());
    }

    #[test]
    fn a_box_is_never_farther_than_the_points_in_it() {
        let mut random = Random::stream(3, 0);
        let mut value = || (random.uniform() - 0.5) * 10.0;
        let mut boundary_met = false;
        for round in 0..2_000 {
            let columns = round % 12 + 1;
            let inside: Vec<Vec<f64>> = (0..3).map(|_| (0..columns).map(|_| value()).collect()).collect();
            let query = fours(&(0..columns).map(|_| value()).collect::<Vec<_>>());
            let mut sides = vec![Sides::NOTHING; query.len()];
            let mut leaf = vec![[[f64::NAN; LEAF]; 4]; query.len()];
            for (lane, point) in inside.iter().enumerate() {
                for (four, values) in fours(point).iter().enumerate() {
                    sides[four].include(values);
                    (0..4).for_each(|column| leaf[four][column][lane] = values[column]);
                }
            }
            let pairs: Vec<Pair> = sides.iter().map(|sides| Pair::new(sides, sides)).collect();
            let [left, right] = to_boxes(&pairs, &query);
            assert_eq!(left.to_bits(), right.to_bits());
            let points = to_points(&leaf, &query);
            assert!((0..3).all(|lane| left <= points[lane]));
            boundary_met |= left > 0.0 && (0..3).any(|lane| left.to_bits() == points[lane].to_bits());
        }
        assert!(boundary_met);
    }

    #[test]
    fn a_point_in_a_box_has_no_distance_to_it() {
        let mut sides = Sides::NOTHING;
        sides.include(&[0.0, 0.0, 0.0, 0.0]);
        let small = sides;
        sides.include(&[2.0, 2.0, 0.0, 0.0]);
        assert_eq!(to_boxes(&[Pair::new(&small, &sides)], &fours(&[1.0, 2.0])).to_vec(), [5.0, 0.0]);
        assert_eq!(to_boxes(&[Pair::new(&small, &sides)], &fours(&[])).to_vec(), [0.0, 0.0]);
    }
}
