//! How much a listener repeats songs, and over how many artists plays spread.
//!
//! Owns the numbering of songs and artists, which a sliding window counts.

use super::HEARD;
use crate::engine::Columns;
use crate::engine::Scope;
use crate::error::Result;
use crate::gold::calendar::Calendar;
use crate::gold::source::nothing;
use crate::stats::sliding::{Mix, sliding_mix};
use arrow::array::Array;
use std::collections::HashMap;

/// What every listener heard, by day.
#[derive(Debug, Default)]
pub struct Mixes {
    /// Day, song and artist of each play, by listener.
    heard: HashMap<String, Vec<(i32, u32, u32)>>,
}

impl Mixes {
    /// Reads what was heard from the relation `plays`.
    ///
    /// # Errors
    /// When the plays cannot be read.
    pub async fn read(scope: &Scope) -> Result<Self> {
        let rows = Columns::of(scope.model("heard", HEARD, nothing()).await?, "what was heard").await?;
        let (listeners, dates) = (rows.text("user_id")?, rows.day("local_date")?);
        let (songs, artists, plays) = (rows.text("song")?, rows.text("artist")?, rows.whole("plays")?);
        let mut heard: HashMap<String, Vec<(i32, u32, u32)>> = HashMap::new();
        let (mut song_numbers, mut artist_numbers) = (HashMap::new(), HashMap::new());
        for row in 0..rows.len() {
            let song = number(&mut song_numbers, songs.value(row));
            // A song without an artist's name is an artist of its own.
            let artist = if artists.is_valid(row) { artists.value(row) } else { songs.value(row) };
            let artist = number(&mut artist_numbers, artist);
            let own = heard.entry(listeners.value(row).to_owned()).or_default();
            own.extend((0..plays.value(row)).map(|_| (dates.value(row), song, artist)));
        }
        Ok(Self { heard })
    }

    /// The mix of the days that end on each day of a calendar.
    #[must_use]
    pub fn of(&self, calendar: &Calendar, window: usize) -> Vec<Mix> {
        let plays: Vec<(usize, u32, u32)> = self
            .heard
            .get(&calendar.user_id)
            .into_iter()
            .flatten()
            .filter_map(|&(date, song, artist)| Some((usize::try_from(date - calendar.first).ok()?, song, artist)))
            .filter(|(day, ..)| *day < calendar.days.len())
            .collect();
        sliding_mix(calendar.days.len(), window, &plays)
    }
}

fn number<'a>(numbers: &mut HashMap<&'a str, u32>, name: &'a str) -> u32 {
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    *numbers.entry(name).or_insert(next)
}
