//! One pass of k-means over the leaves: which centroid is nearest to which rows, and what that adds up to.
//!
//! Owns the walk: a branch, or a leaf, for which `judge` leaves one centroid is added up whole, and the rows of all other leaves are
//! compared with the centroids that are left for them. A tie goes to the centroid with the smaller number. Refuses to move
//! anything: `lloyd` moves centroids by the sums, `kmeans` compares inertias.

use super::blocks::{GROUP, Values};
use super::judge::Judge;
use super::leaves::{Four, GROUPS, LANES, Leaves, Quad};
use super::widest::{Wide, with_widest};
use fearless_simd::{Simd, SimdBase, SimdFrom, f64x4};

/// The rows of each cluster, added up.
pub(crate) struct Sums {
    /// One row a cluster, with all columns.
    pub(crate) values: Vec<f64>,
    /// Rows of each cluster.
    pub(crate) counts: Vec<usize>,
}

/// Adds up the rows nearest to each centroid.
pub(crate) fn sums(leaves: &Leaves, centroids: &[f64]) -> Sums {
    let centroids = padded(centroids, leaves.columns());
    let clusters = centroids.len() / leaves.fours();
    let visitor = Adding {
        whole: vec![[0.0; 4]; centroids.len()],
        parts: vec![[[0.0; GROUP]; 4]; centroids.len()],
        whole_counts: vec![0; clusters],
        part_counts: vec![[0.0; GROUP]; clusters],
    };
    with_widest(Pass { leaves, centroids: &centroids, visitor }).added(leaves.columns())
}

/// The sum of the squared distances to the nearest centroids.
pub(crate) fn inertia(leaves: &Leaves, centroids: &[f64]) -> f64 {
    let centroids = padded(centroids, leaves.columns());
    let Measuring { lanes: [a, b, c, d] } =
        with_widest(Pass { leaves, centroids: &centroids, visitor: Measuring { lanes: [0.0; GROUP] } });
    (a + b) + (c + d)
}

/// Centroids in fours of columns, filled up with 0.
fn padded(centroids: &[f64], columns: usize) -> Vec<Four> {
    let mut fours = Vec::with_capacity(centroids.len() / columns * columns.div_ceil(4));
    for centroid in centroids.chunks_exact(columns) {
        for some in centroid.chunks(4) {
            let mut four = [0.0; 4];
            four[..some.len()].copy_from_slice(some);
            fours.push(four);
        }
    }
    fours
}

/// What is done with leaves once it is known whose they are; `centroids` are all of them, in `fours` of columns.
trait Visitor {
    /// All rows of the leaf are nearest to this centroid.
    fn owned<S: Simd>(&mut self, simd: S, fours: usize, leaves: &Leaves, span: Span<'_>, centroids: &[Four], owner: usize);

    /// Each row of the leaf is nearest to one of these, which ascend.
    fn shared<S: Simd>(&mut self, simd: S, fours: usize, leaves: &Leaves, leaf: usize, centroids: &[Four], candidates: &[usize]);
}

struct Pass<'a, V> {
    leaves: &'a Leaves,
    centroids: &'a [Four],
    visitor: V,
}

impl<V: Visitor> Wide for Pass<'_, V> {
    type Output = V;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> V {
        // Up to four columns are the usual case: with a number that the compiler knows, it unrolls the loops over columns.
        match self.leaves.fours() {
            1 => self.visit(simd, 1),
            fours => self.visit(simd, fours),
        }
    }
}

// The loops below count instead of chaining iterators, as those in `blocks` do and for the same reason.
impl<V: Visitor> Pass<'_, V> {
    #[inline(always)]
    fn visit<S: Simd>(mut self, simd: S, fours: usize) -> V {
        let (leaves, centroids) = (self.leaves, self.centroids);
        let clusters = centroids.len() / fours;
        let everyone: Vec<usize> = (0..clusters).collect();
        let (mut of_branches, mut of_leaves) = (Judge::new(leaves.columns(), clusters), Judge::new(leaves.columns(), clusters));
        let mut first = 0;
        while first < leaves.count() {
            let branch = first / LANES;
            if branch.is_multiple_of(LANES) {
                of_branches.weigh(simd, fours, leaves.branches.boxes(branch, fours), centroids, &everyone);
            }
            let candidates = of_branches.left(&everyone, branch % LANES);
            if let [owner] = *candidates {
                let span = Span { first, leaves: LANES, sum: leaves.branches.sum(branch, fours) };
                self.visitor.owned(simd, fours, leaves, span, centroids, owner);
            } else {
                of_leaves.weigh(simd, fours, leaves.single.boxes(first, fours), centroids, candidates);
                let mut leaf = first;
                while leaf < first + LANES && leaf < leaves.count() {
                    let candidates = of_leaves.left(candidates, leaf % LANES);
                    if let [owner] = *candidates {
                        let span = Span { first: leaf, leaves: 1, sum: leaves.single.sum(leaf, fours) };
                        self.visitor.owned(simd, fours, leaves, span, centroids, owner);
                    } else {
                        self.visitor.shared(simd, fours, leaves, leaf, centroids, candidates);
                    }
                    leaf += 1;
                }
            }
            first += LANES;
        }
        self.visitor
    }
}

/// Leaves that follow each other, at most to the last one, and the sum of their rows.
struct Span<'a> {
    first: usize,
    leaves: usize,
    sum: &'a [Four],
}

/// The squared distances of a group to a point.
#[inline(always)]
fn squared<S: Simd>(simd: S, fours: usize, group: &[Quad], point: &[Four]) -> f64x4<S> {
    let mut squared = f64x4::simd_from(simd, 0.0);
    let mut four = 0;
    while four < fours {
        let a = f64x4::simd_from(simd, group[four][0]) - point[four][0];
        let b = f64x4::simd_from(simd, group[four][1]) - point[four][1];
        let c = f64x4::simd_from(simd, group[four][2]) - point[four][2];
        let d = f64x4::simd_from(simd, group[four][3]) - point[four][3];
        squared += (a * a + b * b) + (c * c + d * d);
        four += 1;
    }
    squared
}

/// The nearest of some centroids to each row of a group, and how far it is; none is −1, at an infinite distance.
#[inline(always)]
fn nearest_of<S: Simd>(simd: S, fours: usize, group: &[Quad], centroids: &[Four], candidates: &[usize]) -> (f64x4<S>, f64x4<S>) {
    let mut smallest = f64x4::simd_from(simd, f64::INFINITY);
    let mut label = f64x4::simd_from(simd, -1.0);
    let mut at = 0;
    while at < candidates.len() {
        let squared = squared(simd, fours, group, &centroids[candidates[at] * fours..][..fours]);
        let closer = squared.simd_lt(smallest);
        smallest = simd.select_f64x4(closer, squared, smallest);
        label = simd.select_f64x4(closer, f64x4::simd_from(simd, candidates[at] as f64), label);
        at += 1;
    }
    (label, smallest)
}

/// Adds rows up: leaf by leaf where one centroid has all of it, else in four lanes.
struct Adding {
    whole: Vec<Four>,
    parts: Vec<Quad>,
    whole_counts: Vec<usize>,
    part_counts: Vec<Values>,
}

impl Visitor for Adding {
    #[inline(always)]
    fn owned<S: Simd>(&mut self, _: S, fours: usize, leaves: &Leaves, span: Span<'_>, _: &[Four], owner: usize) {
        self.whole_counts[owner] += leaves.rows_of(span.first, span.leaves);
        let mut four = 0;
        while four < fours {
            let whole = &mut self.whole[owner * fours + four];
            let mut column = 0;
            while column < 4 {
                whole[column] += span.sum[four][column];
                column += 1;
            }
            four += 1;
        }
    }

    #[inline(always)]
    fn shared<S: Simd>(&mut self, simd: S, fours: usize, leaves: &Leaves, leaf: usize, centroids: &[Four], candidates: &[usize]) {
        let (zero, one) = (f64x4::simd_from(simd, 0.0), f64x4::simd_from(simd, 1.0));
        let values = &leaves.values(leaf)[..GROUPS * fours];
        let mut labels = [zero; GROUPS];
        let mut group = 0;
        while group < GROUPS {
            (labels[group], _) = nearest_of(simd, fours, &values[group * fours..][..fours], centroids, candidates);
            group += 1;
        }
        let mut at = 0;
        while at < candidates.len() {
            let cluster = candidates[at];
            let number = f64x4::simd_from(simd, cluster as f64);
            let mut count = f64x4::simd_from(simd, self.part_counts[cluster]);
            let mut group = 0;
            while group < GROUPS {
                count += simd.select_f64x4(labels[group].simd_eq(number), one, zero);
                group += 1;
            }
            self.part_counts[cluster] = *count;
            let mut four = 0;
            while four < fours {
                let sums = &mut self.parts[cluster * fours + four];
                let mut column = 0;
                while column < 4 {
                    let mut sum = f64x4::simd_from(simd, sums[column]);
                    let mut group = 0;
                    while group < GROUPS {
                        let value = f64x4::simd_from(simd, values[group * fours + four][column]);
                        sum += simd.select_f64x4(labels[group].simd_eq(number), value, zero);
                        group += 1;
                    }
                    sums[column] = *sum;
                    column += 1;
                }
                four += 1;
            }
            at += 1;
        }
    }
}

impl Adding {
    fn added(self, columns: usize) -> Sums {
        let sums = self.whole.iter().zip(&self.parts).flat_map(|(whole, parts)| {
            let sum = |column: usize| {
                let [a, b, c, d] = parts[column];
                whole[column] + ((a + b) + (c + d))
            };
            [sum(0), sum(1), sum(2), sum(3)]
        });
        let sums: Vec<f64> = sums.collect();
        let values = sums.chunks_exact(columns.div_ceil(4) * 4).flat_map(|cluster| cluster[..columns].iter().copied()).collect();
        // Whole numbers below 2⁵³, so that nothing is lost.
        let counts = self.whole_counts.iter().zip(&self.part_counts);
        Sums { values, counts: counts.map(|(whole, parts)| whole + parts.iter().sum::<f64>() as usize).collect() }
    }
}

/// Adds up squared distances in four lanes.
struct Measuring {
    lanes: Values,
}

impl Measuring {
    /// Rows behind the last one are infinitely far, or not a number.
    #[inline(always)]
    fn add<S: Simd>(&mut self, simd: S, squared: f64x4<S>) {
        let known = squared.simd_lt(f64x4::simd_from(simd, f64::INFINITY));
        self.lanes = *(f64x4::simd_from(simd, self.lanes) + simd.select_f64x4(known, squared, f64x4::simd_from(simd, 0.0)));
    }
}

impl Visitor for Measuring {
    #[inline(always)]
    fn owned<S: Simd>(&mut self, simd: S, fours: usize, leaves: &Leaves, span: Span<'_>, centroids: &[Four], owner: usize) {
        let mut leaf = span.first;
        while leaf < span.first + span.leaves && leaf < leaves.count() {
            let values = leaves.values(leaf);
            let mut group = 0;
            while group < GROUPS {
                let squared = squared(simd, fours, &values[group * fours..][..fours], &centroids[owner * fours..][..fours]);
                self.add(simd, squared);
                group += 1;
            }
            leaf += 1;
        }
    }

    #[inline(always)]
    fn shared<S: Simd>(&mut self, simd: S, fours: usize, leaves: &Leaves, leaf: usize, centroids: &[Four], candidates: &[usize]) {
        let values = leaves.values(leaf);
        let mut group = 0;
        while group < GROUPS {
            let (_, smallest) = nearest_of(simd, fours, &values[group * fours..][..fours], centroids, candidates);
            self.add(simd, smallest);
            group += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::assign::nearest_of_all;
    use super::super::blocks::Blocks;
    use super::super::matrix::Matrix;
    use super::super::random::Random;
    use super::*;

    /// What a pass finds, and what a comparison of every row with every centroid finds.
    fn both(matrix: &Matrix, centroids: &[f64]) -> (Sums, f64, Sums, f64) {
        let (blocks, columns) = (Blocks::new(matrix), matrix.columns());
        let leaves = Leaves::new(&blocks, 1);
        let nearest = nearest_of_all(&blocks, centroids, 1);
        let mut expected = Sums { values: vec![0.0; centroids.len()], counts: vec![0; centroids.len() / columns] };
        for (row, label) in nearest.labels.iter().enumerate() {
            expected.counts[*label as usize] += 1;
            for (column, value) in matrix.row(row).iter().enumerate() {
                expected.values[*label as usize * columns + column] += value;
            }
        }
        (sums(&leaves, centroids), inertia(&leaves, centroids), expected, nearest.squared.iter().sum())
    }

    #[test]
    fn every_row_goes_where_a_comparison_of_all_distances_sends_it() {
        let mut random = Random::stream(11, 0);
        for (rows, columns, clusters) in
            [(1, 1, 1), (5, 2, 3), (16, 4, 2), (300, 1, 4), (2000, 4, 4), (2000, 3, 8), (3001, 6, 5), (700, 11, 70)]
        {
            for grid in [4.0, 1e9] {
                // On a coarse grid many rows are equally far from two centroids.
                let mut value = || (random.uniform() * grid).floor() / grid;
                let matrix = Matrix::new(rows, columns, (0..rows * columns).map(|_| value()).collect()).unwrap();
                let centroids: Vec<f64> = (0..clusters * columns).map(|_| value()).collect();
                let (found, inertia, expected, expected_inertia) = both(&matrix, &centroids);
                assert_eq!(found.counts, expected.counts, "{rows} rows of {columns}, {clusters} clusters");
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * (1.0 + b.abs());
                assert!(found.values.iter().zip(&expected.values).all(|(a, b)| close(*a, *b)));
                assert!(close(inertia, expected_inertia), "{inertia} {expected_inertia}");
            }
        }
    }

    #[test]
    fn rows_half_way_between_two_centroids_go_to_the_first() {
        let matrix = Matrix::new(64, 1, vec![0.5; 64]).unwrap();
        let (found, inertia, ..) = both(&matrix, &[1.0, 0.0]);
        assert_eq!((found.counts, found.values, inertia), (vec![64, 0], vec![32.0, 0.0], 16.0));
    }

    #[test]
    fn equal_centroids_leave_all_rows_to_the_first() {
        let values: Vec<f64> = (0..200).map(|value| f64::from(value % 7) - 3.0).collect();
        let (found, ..) = both(&Matrix::new(100, 2, values).unwrap(), &[0.1, 0.2, 0.1, 0.2]);
        assert_eq!(found.counts, [100, 0]);
    }

    #[test]
    fn rows_far_from_nought_and_close_together_are_told_apart() {
        // Distances are near the rounding of the values, so corners cannot decide and rows have to be compared.
        let values: Vec<f64> = (0..512).map(|row| 1e15 + f64::from(row % 5)).collect();
        let (found, _, expected, _) = both(&Matrix::new(512, 1, values).unwrap(), &[1e15 + 1.0, 1e15 + 3.0]);
        assert_eq!(found.counts, expected.counts);
    }
}
