//! One row of the extended export: to the second, with track ids.
//!
//! Owns the keys of both its generations (21 and 23 of them) and what counts as a track. Refuses episodes, audiobooks and
//! rows that could not have happened. User name, address and user agent have no field here, so they cannot get further.

use serde::Deserialize;

use super::field::{Flag, Millis, Text};
use super::{length, moment, reason};
use crate::bronze::play::{Play, Source, TimeBasis};

/// The keys that are read; all others are skipped. `offline_timestamp` is not among them: it stands in seconds, in
/// milliseconds, as 0 and as null, while `ts` is the end of the play in every row, also of plays heard offline.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Row<'a> {
    #[serde(borrow)]
    ts: Text<'a>,
    ms_played: Millis,
    #[serde(borrow)]
    spotify_track_uri: Text<'a>,
    #[serde(borrow)]
    master_metadata_track_name: Text<'a>,
    #[serde(borrow)]
    master_metadata_album_artist_name: Text<'a>,
    #[serde(borrow)]
    master_metadata_album_album_name: Text<'a>,
    #[serde(borrow)]
    episode_name: Text<'a>,
    #[serde(borrow)]
    spotify_episode_uri: Text<'a>,
    #[serde(borrow)]
    audiobook_title: Text<'a>,
    #[serde(borrow)]
    audiobook_uri: Text<'a>,
    #[serde(borrow)]
    audiobook_chapter_uri: Text<'a>,
    #[serde(borrow)]
    audiobook_chapter_title: Text<'a>,
    skipped: Flag,
    #[serde(borrow)]
    reason_start: Text<'a>,
    #[serde(borrow)]
    reason_end: Text<'a>,
    #[serde(borrow)]
    platform: Text<'a>,
}

impl Row<'_> {
    /// The play, or the reason why there is none.
    pub fn into_play(self) -> Result<Play, &'static str> {
        self.is_track()?;
        let played_at_us = moment::of_extended(self.ts.get())?;
        let ms_played = length::plausible(self.ms_played.0)?;
        let track_id = self.spotify_track_uri.get().map(track_id).transpose()?.flatten().map(str::to_owned);
        let artist_name = self.master_metadata_album_artist_name.into_owned();
        Ok(Play {
            played_at_us,
            track_id,
            track_uri: self.spotify_track_uri.into_owned(),
            track_name: self.master_metadata_track_name.into_owned(),
            artists: artist_name.clone().map(|name| vec![name]),
            artist_name,
            album_name: self.master_metadata_album_album_name.into_owned(),
            ms_played,
            source: Source::ExtendedExport,
            time_basis: TimeBasis::End,
            skipped: self.skipped.0,
            reason_start: self.reason_start.into_owned(),
            reason_end: self.reason_end.into_owned(),
            platform: self.platform.into_owned(),
            ..Play::default()
        })
    }

    fn is_track(&self) -> Result<(), &'static str> {
        if self.spotify_track_uri.is_known() || self.master_metadata_track_name.is_known() {
            return Ok(());
        }
        // A chapter may carry the episode keys as well, so the more telling keys are asked first.
        let audiobook = [&self.audiobook_title, &self.audiobook_uri, &self.audiobook_chapter_uri, &self.audiobook_chapter_title];
        if audiobook.iter().any(|text| text.is_known()) {
            return Err(reason::AUDIOBOOK);
        }
        if self.episode_name.is_known() || self.spotify_episode_uri.is_known() {
            return Err(reason::PODCAST_EPISODE);
        }
        Err(reason::NO_TRACK)
    }
}

/// Spotify's ids are 22 letters and digits, a 128-bit number in base 62.
const TRACK_ID_LENGTH: usize = 22;

fn track_id(uri: &str) -> Result<Option<&str>, &'static str> {
    // A person's own file that the Spotify program played: it has a title but no id.
    if uri.starts_with("spotify:local:") {
        return Ok(None);
    }
    match uri.strip_prefix("spotify:track:") {
        Some(id) if id.len() == TRACK_ID_LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Ok(Some(id)),
        _ => Err(reason::INVALID_TRACK_URI),
    }
}
