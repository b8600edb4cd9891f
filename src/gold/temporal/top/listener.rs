//! What one listener heard, counted.

use super::counts::{Kind, Plays};
use super::rows::Rows;
use crate::gold::heard::Play;
use arrow::datatypes::Date32Type;
use chrono::Datelike;

/// A listener.
#[derive(Debug, Default)]
pub struct Listener {
    user_id: String,
    plays: Plays,
    artists: Kind,
    genres: Kind,
    tracks: Kind,
}

impl Listener {
    /// A listener of whom nothing was heard yet.
    #[must_use]
    pub fn new(user_id: &str) -> Self {
        Self { user_id: user_id.to_owned(), ..Self::default() }
    }

    /// The listener's name.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Counts a play; one whose date is beyond the calendar is in no period.
    pub fn hear(&mut self, play: Play<'_>) {
        let Some(date) = Date32Type::to_naive_date_opt(play.date) else { return };
        let month = date.year() * 12 + date.month0().cast_signed();
        self.plays.add(month);
        if let Some(spelling) = self.tracks.items.track(play.title, play.artist, play.track_id) {
            self.tracks.add(spelling, month, play.ms_played);
            self.tracks.named.add(month);
        }
        if let Some(artist) = play.artist {
            let spelling = self.artists.items.named(artist);
            self.artists.add(spelling, month, play.ms_played);
            self.artists.named.add(month);
        }
        // A play counts for every genre that its track is filed under, and is one play with a genre.
        if let Some(genres) = play.genres {
            self.genres.named.add(month);
            for genre in genres.split('\t').filter(|genre| !genre.is_empty()) {
                let spelling = self.genres.items.exactly(genre);
                self.genres.add(spelling, month, play.ms_played);
            }
        }
    }

    /// Adds the listener's ranks to the rows.
    pub fn rank(mut self, rows: &mut Rows) {
        [&mut self.artists, &mut self.genres, &mut self.tracks].into_iter().for_each(Kind::sort);
        rows.listener(&self.user_id, &self.plays, [("artist", &self.artists), ("genre", &self.genres), ("track", &self.tracks)]);
    }
}
