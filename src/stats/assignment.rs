//! The cheapest one-to-one assignment of rows to columns: the Hungarian method with potentials (Kuhn 1955, Munkres 1957), O(n²m).
//!
//! Owns the matching of new clusters to those of the previous model, so that a mood keeps its number. Refuses to judge a match:
//! whether a pair is near enough to count as the same mood, `gold` decides from the cost. A matrix need not be square.

use super::matrix::Matrix;

/// The column of each row, such that the sum of the costs is smallest; none for the rows left over when there are more rows than
/// columns.
#[must_use]
pub fn minimum_cost_assignment(cost: &Matrix) -> Vec<Option<usize>> {
    if cost.rows() <= cost.columns() {
        let owners = owners(cost.rows(), cost.columns(), |row, column| cost.row(row)[column]);
        return invert(&owners, cost.rows());
    }
    owners(cost.columns(), cost.rows(), |row, column| cost.row(column)[row])
}

/// From the owner of each column to the column of each owner.
fn invert(owners: &[Option<usize>], rows: usize) -> Vec<Option<usize>> {
    let mut columns = vec![None; rows];
    for (column, owner) in owners.iter().enumerate() {
        if let Some(row) = owner {
            columns[*row] = Some(column);
        }
    }
    columns
}

/// The row that owns each column, for at most as many rows as columns: every row owns one.
fn owners(rows: usize, columns: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<Option<usize>> {
    let mut search = Search { of_rows: vec![0.0; rows], of_columns: vec![0.0; columns], owners: vec![None; columns] };
    for row in 0..rows {
        search.place(row, &cost);
    }
    search.owners
}

/// The dual prices of rows and columns (no pair costs less than the sum of its two), and the assignment so far.
struct Search {
    of_rows: Vec<f64>,
    of_columns: Vec<f64>,
    owners: Vec<Option<usize>>,
}

impl Search {
    /// Gives a row a column, along the cheapest path of exchanges with the rows placed before.
    fn place(&mut self, row: usize, cost: &impl Fn(usize, usize) -> f64) {
        let columns = self.owners.len();
        let mut slack = vec![f64::INFINITY; columns];
        let mut reached_from: Vec<Option<usize>> = vec![None; columns];
        let mut reached = vec![false; columns];
        let (mut current, mut last) = (row, None);
        loop {
            let (mut smallest, mut nearest) = (f64::INFINITY, None);
            for column in (0..columns).filter(|column| !reached[*column]) {
                let reduced = cost(current, column) - self.of_rows[current] - self.of_columns[column];
                if reduced < slack[column] {
                    (slack[column], reached_from[column]) = (reduced, last);
                }
                if slack[column] < smallest {
                    (smallest, nearest) = (slack[column], Some(column));
                }
            }
            // Rows never outnumber columns, so one is always in reach; without it the row would simply stay unassigned.
            let Some(column) = nearest else { return };
            self.reprice(row, &reached, &mut slack, smallest);
            reached[column] = true;
            last = Some(column);
            match self.owners[column] {
                Some(owner) => current = owner,
                None => break,
            }
        }
        self.exchange(row, last, &reached_from);
    }

    /// Makes the nearest column free of charge for the rows on the path, keeping all prices possible.
    fn reprice(&mut self, row: usize, reached: &[bool], slack: &mut [f64], by: f64) {
        self.of_rows[row] += by;
        for (column, reached) in reached.iter().enumerate() {
            if *reached {
                self.of_columns[column] -= by;
                if let Some(owner) = self.owners[column] {
                    self.of_rows[owner] += by;
                }
            } else {
                slack[column] -= by;
            }
        }
    }

    /// Hands each column on the path to the owner of the one before; the first goes to the new row.
    fn exchange(&mut self, row: usize, last: Option<usize>, reached_from: &[Option<usize>]) {
        let mut at = last;
        while let Some(column) = at {
            at = reached_from[column];
            self.owners[column] = at.map_or(Some(row), |before| self.owners[before]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    fn assigned(rows: usize, columns: usize, values: &[f64]) -> Vec<Option<usize>> {
        minimum_cost_assignment(&Matrix::new(rows, columns, values.to_vec()).unwrap())
    }

    fn cheapest_by_trying_all(cost: &Matrix, row: usize, taken: &mut Vec<usize>) -> f64 {
        if row == cost.rows() {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for column in 0..cost.columns() {
            if !taken.contains(&column) {
                taken.push(column);
                best = best.min(cost.row(row)[column] + cheapest_by_trying_all(cost, row + 1, taken));
                taken.pop();
            }
        }
        best
    }

    #[test]
    fn the_cheapest_pairs_win_over_the_greedy_ones() {
        let pairs = assigned(3, 3, &[4.0, 1.0, 3.0, 2.0, 0.0, 5.0, 3.0, 2.0, 2.0]);
        assert_eq!(pairs, [Some(1), Some(0), Some(2)]);
    }

    #[test]
    fn more_rows_than_columns_leave_rows_without_one() {
        assert_eq!(assigned(3, 1, &[5.0, 1.0, 3.0]), [None, Some(0), None]);
        assert_eq!(assigned(1, 3, &[5.0, 1.0, 3.0]), [Some(1)]);
        assert_eq!(assigned(0, 3, &[]), []);
        assert_eq!(assigned(2, 0, &[]), [None, None]);
    }

    #[test]
    fn it_is_as_cheap_as_trying_every_assignment() {
        let mut random = Random::stream(5, 0);
        for case in 0..200 {
            let (rows, columns) = (1 + case % 4, 4 + case % 3);
            let values: Vec<f64> = (0..rows * columns).map(|_| random.below(20) as f64 - 5.0).collect();
            let cost = Matrix::new(rows, columns, values).unwrap();
            let pairs = minimum_cost_assignment(&cost);
            let total: f64 = pairs.iter().enumerate().map(|(row, column)| cost.row(row)[column.unwrap()]).sum();
            assert!((total - cheapest_by_trying_all(&cost, 0, &mut Vec::new())).abs() < 1e-9);
        }
    }
}
