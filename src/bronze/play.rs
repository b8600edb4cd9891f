//! One play as a source tells it, and the row that could not become one.
//!
//! Owns the row types that parsers hand to `history`. They hold no personal fields: there is no place to put a user name, an
//! address or a user agent. Which listener a play belongs to and when it was ingested is added by `history`.

use crate::spotify::track::Track;

/// A play, before it has a listener, a key and a run.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Play {
    /// When it was heard, microseconds since 1970 UTC; which moment of the play this is, `time_basis` says.
    pub played_at_us: i64,
    /// Spotify's track id; none for local files and for exports without ids.
    pub track_id: Option<String>,
    /// The source's own identifier, `spotify:track:…` or `spotify:local:…`.
    pub track_uri: Option<String>,
    /// Title as the source spells it.
    pub track_name: Option<String>,
    /// First credited artist.
    pub artist_name: Option<String>,
    /// All credited artists, where the source tells them.
    pub artists: Option<Vec<String>>,
    /// Album as the source spells it.
    pub album_name: Option<String>,
    /// Length of the track in milliseconds.
    pub duration_ms: Option<i64>,
    /// How long it was heard in milliseconds; none when unknown.
    pub ms_played: Option<i64>,
    /// International Standard Recording Code.
    pub isrc: Option<String>,
    /// Which kind of source told it.
    pub source: Source,
    /// Which moment of the play `played_at_us` is.
    pub time_basis: TimeBasis,
    /// Playlist, album or artist it was played from.
    pub context_uri: Option<String>,
    /// Whether the listener skipped it; none when unknown.
    pub skipped: Option<bool>,
    /// Spotify's word for why it began.
    pub reason_start: Option<String>,
    /// Spotify's word for why it ended.
    pub reason_end: Option<String>,
    /// Device or operating system.
    pub platform: Option<String>,
}

impl Play {
    /// A play of a track as Spotify describes it.
    #[must_use]
    pub fn of(track: &Track, played_at_us: i64, source: Source, time_basis: TimeBasis, context_uri: Option<&String>) -> Self {
        Self {
            played_at_us,
            track_id: track.id.clone(),
            track_uri: track.uri.clone(),
            track_name: track.name.clone(),
            artist_name: track.artists.first().cloned(),
            artists: (!track.artists.is_empty()).then(|| track.artists.clone()),
            album_name: track.album.clone(),
            duration_ms: track.duration_ms,
            isrc: track.isrc.clone(),
            source,
            time_basis,
            context_uri: context_uri.cloned(),
            ..Self::default()
        }
    }
}

/// The kinds of sources of plays; the names are stored in the `source` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Source {
    /// `Streaming_History_Audio_*.json`, `endsong_*.json`: the extended export, to the second and with ids.
    #[default]
    ExtendedExport,
    /// `StreamingHistory*.json`: the account export, to the minute and without ids.
    AccountExport,
    /// Spotify's list of recent plays: to the millisecond and with ids, without a listened time.
    SpotifyApi,
    /// What was seen of the player while it played: to the second, with ids and a listened time.
    NowPlaying,
    /// The demonstration's listener.
    Simulated,
}

impl Source {
    /// The name stored in the `source` column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExtendedExport => "extended_export",
            Self::AccountExport => "account_export",
            Self::SpotifyApi => "spotify_api",
            Self::NowPlaying => "now_playing",
            Self::Simulated => "simulated",
        }
    }
}

/// Which moment of a play its time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TimeBasis {
    /// The moment it ended.
    #[default]
    End,
    /// The source does not say; silver counts it as the end.
    Unknown,
}

impl TimeBasis {
    /// The name stored in the `time_basis` column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::End => "end",
            Self::Unknown => "unknown",
        }
    }
}

/// An input row that was not kept, with everything needed to look at it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Place of the row in its file, counted from 1; 0 in an answer of the API, where a place means nothing an hour later.
    pub position: u64,
    /// A short fixed word, such as `podcast_episode` or `invalid_timestamp`.
    pub reason: &'static str,
    /// The row as it was, less personal fields.
    pub raw: String,
}
