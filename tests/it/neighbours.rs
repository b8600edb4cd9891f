//! A measurement, run by `scripts/check_neighbours.py`: the ten nearest neighbours of every point of a file.

use moodlake::stats::matrix::Matrix;
use moodlake::stats::neighbours::Neighbours;
use std::time::Instant;

/// Columns of the file: valence, energy, danceability, acousticness.
const COLUMNS: usize = 4;
const NEIGHBOURS: usize = 10;

#[test]
#[ignore = "a measurement; scripts/check_neighbours.py runs it"]
#[expect(clippy::disallowed_methods, reason = "the script says where the points are, and what is measured is time")]
fn of_every_point_of_a_file() {
    let path = std::env::var("MOODLAKE_POINTS").expect("MOODLAKE_POINTS names a file of little-endian doubles, row after row");
    let bytes = std::fs::read(&path).unwrap();
    let values: Vec<f64> = bytes.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect();
    let points = Matrix::new(values.len() / COLUMNS, COLUMNS, values).unwrap();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let started = Instant::now();
    let neighbours = Neighbours::new(&points).all_nearest(NEIGHBOURS, threads);
    let seconds = started.elapsed().as_secs_f64();
    let mut found = Vec::with_capacity(neighbours.values().len() * 16);
    for near in neighbours.values() {
        found.extend_from_slice(&(near.row as u64).to_le_bytes());
        found.extend_from_slice(&near.distance.to_le_bytes());
    }
    std::fs::write(format!("{path}.neighbours"), found).unwrap();
    println!("seconds {seconds:.4}");
}
