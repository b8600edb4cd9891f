//! Where k-means begins: greedy k-means++ (Arthur and Vassilvitskii 2007), as scikit-learn does it.
//!
//! Owns the choice of starting centroids. Each next one is drawn with probability proportional to the squared distance from those
//! already chosen; of `2 + ⌊ln k⌋` such draws the one that lowers the total most is kept. Refuses to choose a point twice: when
//! every row lies on a chosen point there are fewer centroids than asked for. They go to `lloyd`.

use super::blocks::{Blocks, CHUNK, squared_distances, sum_in_lanes};
use super::random::Random;
use super::widest::widest;

/// At most `clusters` distinct rows as starting centroids, one after the other.
pub(crate) fn seed_centroids(blocks: &Blocks, clusters: usize, random: &mut Random) -> Vec<f64> {
    let mut last: Vec<f64> = blocks.row(random.below(blocks.rows())).collect();
    let mut centroids = last.clone();
    let mut potential = Potential::new(blocks);
    let draws = 2 + floor_ln(clusters);
    for _ in 1..clusters {
        potential.add(&last);
        if potential.total <= 0.0 {
            break;
        }
        let mut candidates: Vec<Vec<f64>> = (0..draws).map(|_| blocks.row(potential.draw(random)).collect()).collect();
        last = candidates.swap_remove(potential.best_of(&candidates));
        centroids.extend(&last);
    }
    centroids
}

/// ⌊ln n⌋ without the platform's logarithm, which may differ between machines.
fn floor_ln(n: usize) -> usize {
    let mut power = std::f64::consts::E;
    let mut whole = 0;
    while power <= n as f64 {
        power *= std::f64::consts::E;
        whole += 1;
    }
    whole
}

/// Squared distance of every row from the nearest chosen point, and its sums by chunk and over all.
struct Potential<'a> {
    blocks: &'a Blocks,
    nearest: Vec<f64>,
    chunks: Vec<f64>,
    total: f64,
}

impl<'a> Potential<'a> {
    /// Nothing is chosen yet.
    fn new(blocks: &'a Blocks) -> Self {
        Self { blocks, nearest: vec![f64::INFINITY; blocks.rows()], chunks: Vec::new(), total: f64::INFINITY }
    }

    /// Takes a point among the chosen ones.
    fn add(&mut self, point: &[f64]) {
        let mut buffer = [0.0; CHUNK];
        self.chunks.clear();
        for chunk in self.blocks.chunks() {
            let squared = squared_distances(chunk, point, &mut buffer);
            let nearest = &mut self.nearest[chunk.start..][..chunk.rows];
            self.chunks.push(widest(
                #[inline(always)]
                || {
                    let mut row = 0;
                    while row < nearest.len().min(squared.len()) {
                        nearest[row] = if squared[row] < nearest[row] { squared[row] } else { nearest[row] };
                        row += 1;
                    }
                    sum_in_lanes(nearest, nearest, |value, _| value)
                },
            ));
        }
        self.total = self.chunks.iter().sum();
    }

    /// The candidate that leaves the smallest total, the first of equals.
    fn best_of(&self, candidates: &[Vec<f64>]) -> usize {
        let mut buffer = [0.0; CHUNK];
        let mut totals = vec![0.0; candidates.len()];
        for chunk in self.blocks.chunks() {
            let nearest = &self.nearest[chunk.start..][..chunk.rows];
            for (total, candidate) in totals.iter_mut().zip(candidates) {
                let squared = squared_distances(chunk, candidate, &mut buffer);
                *total += widest(
                    #[inline(always)]
                    || sum_in_lanes(squared, nearest, |squared, nearest| if squared < nearest { squared } else { nearest }),
                );
            }
        }
        let smallest = totals.iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
        smallest.map_or(0, |(candidate, _)| candidate)
    }

    /// A row, drawn with probability proportional to its squared distance; never one that lies on a chosen point.
    fn draw(&self, random: &mut Random) -> usize {
        let mut left = random.uniform() * self.total;
        // The rows a rounding error may leave over belong to the last chunk and, in it, to the last row that has any weight.
        let mut start = 0;
        for (chunk, sum) in self.chunks.iter().enumerate().filter(|(_, sum)| **sum > 0.0) {
            start = chunk * CHUNK;
            if left < *sum {
                break;
            }
            left -= sum;
        }
        let mut drawn = start;
        for (row, weight) in self.nearest.iter().enumerate().skip(start).take(CHUNK).filter(|(_, weight)| **weight > 0.0) {
            drawn = row;
            if left < *weight {
                break;
            }
            left -= weight;
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Matrix;
    use super::*;

    #[test]
    fn the_whole_logarithm_is_right_at_its_steps() {
        assert_eq!([1, 2, 3, 7, 8, 20, 21].map(floor_ln), [0, 0, 1, 1, 2, 2, 3]);
    }

    #[test]
    fn every_distinct_point_is_chosen_once_and_then_it_ends() {
        let matrix = Matrix::new(6, 1, vec![5.0, 1.0, 5.0, 9.0, 1.0, 9.0]).unwrap();
        for index in 0..20 {
            let mut chosen = seed_centroids(&Blocks::new(&matrix), 5, &mut Random::stream(1, index));
            chosen.sort_by(f64::total_cmp);
            assert_eq!(chosen, [1.0, 5.0, 9.0]);
        }
    }

    #[test]
    fn rows_on_a_chosen_point_are_never_drawn() {
        let mut values = vec![0.0; 1000];
        values[700] = 1.0;
        let blocks = Blocks::new(&Matrix::new(1000, 1, values).unwrap());
        let mut potential = Potential::new(&blocks);
        potential.add(&[0.0]);
        let mut random = Random::stream(2, 0);
        assert!((0..100).all(|_| potential.draw(&mut random) == 700));
    }
}
