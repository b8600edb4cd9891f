//! The points of a leaf, boxes around points, and the distances between them.
//!
//! Owns the order in which a squared distance is added up: columns in fours, two pairs in each, so that it has the same bits on
//! every machine, for any number of columns, for points and for boxes. That makes the distance to a box a true lower bound of the
//! computed distances to the points in it: every step rounds monotonically. Columns that the matrix does not have are 0.

/// Points of a leaf.
pub(super) const LEAF: usize = 16;

/// Four columns of one point; a point is a list of them.
pub(super) type Four = [f64; 4];

/// Four columns of the points of a leaf, one column after the other so that one instruction works on several points.
pub(super) type Lanes = [[f64; LEAF]; 4];

/// Four columns of the smallest box around some points.
#[derive(Clone, Copy)]
pub(super) struct Sides {
    pub(super) lower: Four,
    pub(super) upper: Four,
}

/// A point in fours, its last one filled up with zeros.
pub(super) fn fours(point: &[f64]) -> Vec<Four> {
    let (whole, rest) = point.as_chunks::<4>();
    let mut fours = whole.to_vec();
    if !rest.is_empty() {
        let mut last = [0.0; 4];
        last[..rest.len()].copy_from_slice(rest);
        fours.push(last);
    }
    fours
}

impl Sides {
    /// Around nothing: any point makes it larger.
    pub(super) const NOTHING: Self = Self { lower: [f64::INFINITY; 4], upper: [f64::NEG_INFINITY; 4] };

    /// Makes room for a point.
    #[inline]
    pub(super) fn include(&mut self, point: &Four) {
        for column in 0..4 {
            self.lower[column] = smaller(self.lower[column], point[column]);
            self.upper[column] = larger(self.upper[column], point[column]);
        }
    }
}

/// The squared distance between two boxes, no more than that of any two points in them.
#[inline]
pub(super) fn between(some: &[Sides], other: &[Sides]) -> f64 {
    let mut sum = 0.0;
    for (some, other) in some.iter().zip(other) {
        let mut gaps = [0.0; 4];
        for column in 0..4 {
            gaps[column] =
                larger(larger(some.lower[column] - other.upper[column], other.lower[column] - some.upper[column]), 0.0);
        }
        sum += squared(gaps);
    }
    sum
}

/// The squared distances of the points of a leaf to a box.
#[inline]
pub(super) fn to_box(points: &[Lanes], sides: &[Sides]) -> [f64; LEAF] {
    add_up(points, sides, |value, sides, column| larger(larger(sides.lower[column] - value, value - sides.upper[column]), 0.0))
}

/// The squared distances of the points of a leaf to a point.
#[inline]
pub(super) fn to_point(points: &[Lanes], point: &[Four]) -> [f64; LEAF] {
    add_up(points, point, |value, four, column| value - four[column])
}

/// The squares of a gap in every column, added up for every lane.
#[inline(always)]
fn add_up<T>(points: &[Lanes], others: &[T], gap: impl Fn(f64, &T, usize) -> f64) -> [f64; LEAF] {
    let mut sums = [0.0; LEAF];
    let of_lane = |lanes: &Lanes, other: &T, lane: usize| {
        let [a, b, c, d] = lanes;
        squared([gap(a[lane], other, 0), gap(b[lane], other, 1), gap(c[lane], other, 2), gap(d[lane], other, 3)])
    };
    let (Some((lanes, points)), Some((other, others))) = (points.split_first(), others.split_first()) else {
        return sums;
    };
    for lane in 0..LEAF {
        sums[lane] = of_lane(lanes, other, lane);
    }
    for (lanes, other) in points.iter().zip(others) {
        for lane in 0..LEAF {
            sums[lane] += of_lane(lanes, other, lane);
        }
    }
    sums
}

/// The sum of four squares.
#[inline]
fn squared([a, b, c, d]: Four) -> f64 {
    (a * a + b * b) + (c * c + d * d)
}

// `f64::max` looks after NaN, which takes three more instructions; there is none here.

#[inline]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
