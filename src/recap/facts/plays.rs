//! One listener's plays, from the model's columns.

use crate::engine::Columns;
use crate::error::Result;
use arrow::array::{Array, BooleanArray, Date32Array, Int64Array, StringArray};

/// One play.
#[derive(Clone, Copy, Debug, Default)]
pub struct Play<'a> {
    /// The local day, counted from 1970.
    pub date: i32,
    /// The local hour.
    pub hour: Option<usize>,
    /// How long, in milliseconds.
    pub ms_played: Option<i64>,
    /// What it weighs in a mean.
    pub weight: i64,
    /// Valence and energy in millionths, where they count.
    pub mood: Option<(i64, i64)>,
    /// Whether its features are a provider's or the catalogue's.
    pub is_authentic: bool,
    /// The track's id, title, first artist and album.
    pub track_id: Option<&'a str>,
    pub title: Option<&'a str>,
    pub artist: Option<&'a str>,
    pub album: Option<&'a str>,
    /// The genres that it is filed under, with tabs between them.
    pub genres: Option<&'a str>,
}

/// All of them.
pub struct Plays {
    days: Date32Array,
    hours: Int64Array,
    played: Int64Array,
    weights: Int64Array,
    valences: Int64Array,
    energies: Int64Array,
    covered: BooleanArray,
    authentic: BooleanArray,
    names: [StringArray; 5],
}

impl Plays {
    /// The plays of the model's rows.
    pub fn of(rows: &Columns) -> Result<Self> {
        Ok(Self {
            days: rows.day("local_date")?,
            hours: rows.whole("hour_of_day")?,
            played: rows.whole("ms_played")?,
            weights: rows.whole("weight")?,
            valences: rows.whole("valence")?,
            energies: rows.whole("energy")?,
            covered: rows.truth("is_covered")?,
            authentic: rows.truth("is_authentic")?,
            names: [
                rows.text("track_id")?,
                rows.text("track_name")?,
                rows.text("artist_name")?,
                rows.text("album_name")?,
                rows.text("genres")?,
            ],
        })
    }

    /// Each of them.
    pub fn each(&self) -> impl Iterator<Item = Play<'_>> {
        (0..self.days.len()).map(|row| {
            let [track_id, title, artist, album, genres] =
                self.names.each_ref().map(|column| column.is_valid(row).then(|| column.value(row)));
            let is_covered = self.covered.value(row) && self.valences.is_valid(row) && self.energies.is_valid(row);
            Play {
                date: self.days.value(row),
                hour: usize::try_from(self.hours.value(row)).ok().filter(|_| self.hours.is_valid(row)),
                ms_played: self.played.is_valid(row).then(|| self.played.value(row)),
                weight: self.weights.value(row),
                mood: is_covered.then(|| (self.valences.value(row), self.energies.value(row))),
                is_authentic: self.authentic.value(row),
                track_id,
                title,
                artist,
                album,
                genres,
            }
        })
    }
}
