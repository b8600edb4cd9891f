//! One row of the account export: to the minute, without ids.
//!
//! Owns the keys of its music, podcast and audiobook files; which of them a row is, its own keys say, since older exports
//! mix them in one file. Refuses what is no track, and Spotify's placeholder for a track it no longer knows.

use serde::Deserialize;

use super::field::{Millis, Text};
use super::{length, moment, reason};
use crate::bronze::play::{Play, Source, TimeBasis};

/// The keys that are read; all others are skipped.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Row<'a> {
    #[serde(borrow)]
    end_time: Text<'a>,
    #[serde(borrow)]
    artist_name: Text<'a>,
    #[serde(borrow)]
    track_name: Text<'a>,
    ms_played: Millis,
    #[serde(borrow)]
    podcast_name: Text<'a>,
    #[serde(borrow)]
    episode_name: Text<'a>,
    #[serde(borrow)]
    audiobook_name: Text<'a>,
    #[serde(borrow)]
    chapter_name: Text<'a>,
    #[serde(borrow)]
    author_name: Text<'a>,
}

impl Row<'_> {
    /// The play, or the reason why there is none.
    pub fn into_play(self) -> Result<Play, &'static str> {
        self.is_track()?;
        let played_at_us = moment::of_account(self.end_time.get())?;
        let ms_played = length::plausible(self.ms_played.0)?;
        let artist_name = self.artist_name.into_owned();
        Ok(Play {
            played_at_us,
            track_name: self.track_name.into_owned(),
            artists: artist_name.clone().map(|name| vec![name]),
            artist_name,
            ms_played,
            source: Source::AccountExport,
            time_basis: TimeBasis::End,
            ..Play::default()
        })
    }

    fn is_track(&self) -> Result<(), &'static str> {
        let Some(track) = self.track_name.get() else {
            return Err(self.what_instead());
        };
        // Both together are the placeholder; a track that is really called so has an artist.
        if track == "Unknown Track" && self.artist_name.get().is_none_or(|artist| artist == "Unknown Artist") {
            return Err(reason::NO_TRACK);
        }
        Ok(())
    }

    fn what_instead(&self) -> &'static str {
        if self.audiobook_name.is_known() || self.chapter_name.is_known() || self.author_name.is_known() {
            reason::AUDIOBOOK
        } else if self.podcast_name.is_known() || self.episode_name.is_known() {
            reason::PODCAST_EPISODE
        } else {
            reason::NO_TRACK
        }
    }
}
