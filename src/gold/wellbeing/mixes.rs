//! How much a listener repeats songs, and over how many artists plays spread.
//!
//! Owns which songs and artists a sliding window counts as the same.

use crate::engine::Scope;
use crate::error::Result;
use crate::gold::calendar::Calendar;
use crate::gold::heard;
use crate::gold::items::Items;
use crate::stats::sliding::{Mix, sliding_mix};
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
        let mut mixes = Self::default();
        let (mut songs, mut artists) = (Items::default(), Items::default());
        heard::each(scope, |play| {
            let song = songs.track(play.title, play.artist, play.track_id);
            let Some(song) = song.or_else(|| play.title.map(|title| songs.named(title))) else { return };
            let song = songs.get(song).item;
            // A song without an artist's name is an artist of its own.
            let artist = match play.artist {
                Some(artist) => artists.named(artist),
                None => artists.exactly(songs.key(song)),
            };
            let played = (play.date, song, artists.get(artist).item);
            match mixes.heard.get_mut(play.user_id) {
                Some(own) => own.push(played),
                None => {
                    mixes.heard.insert(play.user_id.to_owned(), vec![played]);
                }
            }
        })
        .await?;
        Ok(mixes)
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
