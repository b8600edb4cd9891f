//! The bundled extract of the catalogue, for what needs music and has no lake to take it from.

use crate::error::{Explain, Result};
use serde::Deserialize;

/// The extract as a CSV file.
pub const SAMPLE: &[u8] = include_bytes!("../../../data/sample/catalog.csv");

/// A row of it, as much as is made use of.
#[derive(Debug, Deserialize)]
pub struct Row {
    pub track_id: String,
    artists: String,
    pub album_name: String,
    pub track_name: String,
    pub popularity: i64,
    pub duration_ms: i64,
    pub valence: f64,
    pub energy: f64,
    pub track_genre: String,
}

impl Row {
    /// All credited artists.
    pub fn artists(&self) -> Vec<String> {
        self.artists.split(';').map(str::to_owned).collect()
    }
}

/// Its rows.
pub fn rows() -> Result<Vec<Row>> {
    let rows = csv::Reader::from_reader(SAMPLE).into_deserialize().collect::<Result<Vec<Row>, _>>();
    rows.explain(|| "the bundled sample cannot be read".to_owned())
}
