use super::lanes::LEAF;
use super::*;
use crate::stats::random::Random;
use std::cell::Cell;

/// Points with values in [0, 1); with `steps`, on a coarse grid of so many values a column, where many are equal.
fn points(rows: usize, columns: usize, steps: Option<usize>, seed: u64) -> Matrix {
    let mut random = Random::stream(seed, 0);
    let mut value = || match steps {
        Some(steps) => random.below(steps) as f64 * 0.1,
        None => random.uniform(),
    };
    let values = (0..rows * columns).map(|_| value()).collect();
    Matrix::new(rows, columns, values).unwrap()
}

/// The answer by looking at every row.
fn by_brute_force(points: &Matrix, query: &[f64], count: usize, accept: impl Fn(usize) -> bool) -> Vec<Near> {
    let square = |row: usize, column: usize| match (points.row(row).get(column), query.get(column)) {
        (Some(value), Some(other)) => (value - other) * (value - other),
        _ => 0.0,
    };
    let four = |row, at| (square(row, at) + square(row, at + 1)) + (square(row, at + 2) + square(row, at + 3));
    let distance = |row: usize| (0..query.len()).step_by(4).fold(0.0, |sum, at| sum + four(row, at)).sqrt();
    let accepted = (0..points.rows()).filter(|row| accept(*row));
    let mut all: Vec<Near> = accepted.map(|row| Near { row, distance: distance(row) }).collect();
    all.sort_by(|some, other| some.distance.partial_cmp(&other.distance).unwrap().then(some.row.cmp(&other.row)));
    all.truncate(count);
    all
}

fn rows(nearest: &[Near]) -> Vec<usize> {
    nearest.iter().map(|near| near.row).collect()
}

#[test]
fn a_small_case_is_as_computed_by_hand() {
    // Two right triangles with sides of 3, 4 and 5, and 5, 12 and 13.
    let points = Matrix::new(4, 2, vec![5.0, 12.0, 0.0, 0.0, 3.0, 4.0, -3.0, 4.0]).unwrap();
    let neighbours = Neighbours::new(&points);
    let near = |row, distance| Near { row, distance };
    assert_eq!(neighbours.nearest(&[0.0, 0.0], 3, |_| true), [near(1, 0.0), near(2, 5.0), near(3, 5.0)]);
    assert_eq!(neighbours.nearest(&[0.0, 0.0], 9, |row| row != 2), [near(1, 0.0), near(3, 5.0), near(0, 13.0)]);
    assert_eq!(neighbours.all_nearest(2, 1).of(3), [near(1, 5.0), near(2, 6.0)]);
}

#[test]
fn every_answer_is_that_of_brute_force() {
    for rows in [0, 1, 2, 9, 10, 11, 16, 17, 33, 300] {
        for columns in 1..=13 {
            for steps in [None, Some(3)] {
                let seed = (rows * 100 + columns) as u64;
                let points = points(rows, columns, steps, seed);
                let neighbours = Neighbours::new(&points);
                let all = neighbours.all_nearest(10, 1);
                assert_eq!(all.count(), 10.min(rows.saturating_sub(1)));
                assert_eq!(all.values().len(), rows * all.count());
                for row in 0..rows {
                    assert_eq!(all.of(row), by_brute_force(&points, points.row(row), 10, |other| other != row));
                }
                for query in 0..5 {
                    let query = self::points(1, columns, steps, seed + query);
                    let found = neighbours.nearest(query.values(), 10, |_| true);
                    assert_eq!(found, by_brute_force(&points, query.values(), 10, |_| true));
                }
            }
        }
    }
}

#[test]
fn a_thousand_rows_with_many_equal_ones_are_searched_exactly() {
    for (columns, steps) in [(2, None), (4, None), (4, Some(4)), (4, Some(11)), (9, None), (12, Some(2))] {
        let points = points(1_000, columns, steps, 5);
        let neighbours = Neighbours::new(&points);
        for count in [1, 3, 10, 40] {
            let all = neighbours.all_nearest(count, 2);
            for row in (0..1_000).step_by(7) {
                assert_eq!(all.of(row), by_brute_force(&points, points.row(row), count, |other| other != row));
            }
        }
    }
}

#[test]
fn queries_far_outside_are_answered_exactly() {
    let points = points(1_000, 4, Some(5), 8);
    let neighbours = Neighbours::new(&points);
    for query in [[50.0, -50.0, 0.2, 0.3], [-1e9, 0.0, 0.0, 0.0], [0.1, 0.1, 0.1, 1e100], [1e300, 0.0, 0.0, 0.0]] {
        assert_eq!(neighbours.nearest(&query, 25, |_| true), by_brute_force(&points, &query, 25, |_| true));
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    let points = points(5_000, 4, Some(9), 2);
    let neighbours = Neighbours::new(&points);
    let single = neighbours.all_nearest(10, 1);
    for threads in [0, 2, 5] {
        assert_eq!(neighbours.all_nearest(10, threads), single);
    }
}

#[test]
fn of_identical_points_the_first_rows_are_nearest_and_found_at_once() {
    let points = Matrix::new(10_000, 4, [0.25, -1.0, 3.5, 0.1].repeat(10_000)).unwrap();
    let neighbours = Neighbours::new(&points);
    let asked = Cell::new(0);
    let count_asked = |_| {
        asked.set(asked.get() + 1);
        true
    };
    for query in [points.row(0), &[7.0, 0.0, 0.0, 0.0]] {
        asked.set(0);
        assert_eq!(rows(&neighbours.nearest(query, 10, count_asked)), (0..10).collect::<Vec<_>>());
        assert!(asked.get() <= 2 * LEAF, "{}", asked.get());
    }
    let all = neighbours.all_nearest(3, 2);
    for row in 0..10_000 {
        let expected = match row {
            0 => [1, 2, 3],
            1 => [0, 2, 3],
            2 => [0, 1, 3],
            _ => [0, 1, 2],
        };
        assert_eq!(rows(all.of(row)), expected);
        assert!(all.of(row).iter().all(|near| near.distance == 0.0));
    }
}

#[test]
fn a_filter_that_rejects_nearly_everything_still_gets_the_nearest() {
    let points = points(2_000, 4, Some(6), 4);
    let neighbours = Neighbours::new(&points);
    let accept = |row: usize| row % 500 == 7;
    for query in (0..2_000).step_by(97) {
        let query = points.row(query);
        let found = neighbours.nearest(query, 3, accept);
        assert_eq!(found, by_brute_force(&points, query, 3, accept));
        assert_eq!(neighbours.nearest(query, 10, accept).len(), 4);
        assert!(neighbours.nearest(query, 10, |_| false).is_empty());
    }
}

#[test]
fn no_row_is_put_to_the_filter_twice() {
    let points = points(500, 3, Some(2), 9);
    let times: Vec<Cell<u32>> = vec![Cell::new(0); 500];
    let count_times = |row: usize| {
        times[row].set(times[row].get() + 1);
        false
    };
    assert!(Neighbours::new(&points).nearest(points.row(3), 10, count_times).is_empty());
    assert!(times.iter().all(|times| times.get() == 1));
}

#[test]
fn more_neighbours_than_rows_are_all_rows() {
    let points = points(12, 4, None, 6);
    let neighbours = Neighbours::new(&points);
    assert_eq!(neighbours.nearest(points.row(0), usize::MAX, |_| true).len(), 12);
    let all = neighbours.all_nearest(usize::MAX, 2);
    assert_eq!(all.count(), 11);
    assert_eq!(all.of(11), by_brute_force(&points, points.row(11), 11, |row| row != 11));
}

#[test]
fn no_neighbours_are_found_where_none_are_asked_for_or_there_are_none() {
    let points = points(12, 4, None, 6);
    let neighbours = Neighbours::new(&points);
    assert!(neighbours.nearest(points.row(0), 0, |_| true).is_empty());
    assert!(neighbours.all_nearest(0, 2).of(11).is_empty());
    for rows in [0, 1] {
        let few = Neighbours::new(&Matrix::new(rows, 2, vec![0.5; 2 * rows]).unwrap());
        assert_eq!(few.nearest(&[0.5, 1.5], 10, |_| true).len(), rows);
        assert!(few.all_nearest(10, 2).values().is_empty());
    }
}

#[test]
fn rows_without_columns_are_all_the_same_point() {
    let neighbours = Neighbours::new(&Matrix::new(40, 0, vec![]).unwrap());
    assert_eq!(rows(&neighbours.nearest(&[], 3, |_| true)), [0, 1, 2]);
    assert_eq!(rows(neighbours.all_nearest(50, 1).of(39)), (0..39).collect::<Vec<_>>());
}

#[test]
fn a_query_that_does_not_fit_has_no_neighbours() {
    let neighbours = Neighbours::new(&points(40, 3, None, 1));
    for query in [&[0.0, 0.0][..], &[0.0; 4], &[0.0, f64::NAN, 0.0], &[f64::INFINITY, 0.0, 0.0]] {
        assert!(neighbours.nearest(query, 3, |_| true).is_empty());
    }
}

#[test]
fn the_row_decides_where_only_the_squares_of_the_distances_differ() {
    // 1 and the next larger number have the same square root, 1.
    let small = 1.5e-8_f64;
    assert_eq!((1.0 + small * small).to_bits(), 1.0_f64.next_up().to_bits());
    let points = Matrix::new(2, 2, vec![1.0, small, 1.0, 0.0]).unwrap();
    let found = Neighbours::new(&points).nearest(&[0.0, 0.0], 1, |_| true);
    assert_eq!(found, [Near { row: 0, distance: 1.0 }]);
}
