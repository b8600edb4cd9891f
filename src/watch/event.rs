//! The events that a watcher tells: what the player did, and plays that are over.
//!
//! Owns their shapes, as tables and streams have them. An event's id follows from what it says, so that telling it twice is known.

use crate::fingerprint;
use crate::spotify::track::Track;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The player did something.
    Player(PlayerEvent),
    /// A play is over.
    Play(PlayEvent),
}

/// What the player did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlayerChange {
    /// A track began.
    Started,
    /// It was paused.
    Paused,
    /// It went on.
    Resumed,
    /// Nothing is playing any more.
    Stopped,
}

/// A change of the player.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct PlayerEvent {
    /// What it did.
    pub change: PlayerChange,
    /// When, in microseconds since 1970 UTC.
    pub at_us: i64,
    /// How far into the track.
    pub progress_ms: i64,
    /// Which track.
    pub track: Track,
    /// Playlist, album or artist it is played from.
    pub context_uri: Option<String>,
}

/// Whether a track was listened to long enough to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Long enough.
    Completed,
    /// Not long enough.
    Skipped,
}

/// A play that is over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct PlayEvent {
    /// What was played.
    pub track: Track,
    /// Playlist, album or artist it was played from.
    pub context_uri: Option<String>,
    /// When it began, in microseconds since 1970 UTC.
    pub started_us: i64,
    /// When it ended.
    pub ended_us: i64,
    /// How long it was listened to; at least so long where not all of it was seen.
    pub listened_ms: i64,
    /// Whether all of it was seen.
    pub is_whole: bool,
    /// Whether that was long enough to count.
    pub status: Status,
    /// When it was told.
    pub told_us: i64,
}

/// Which way an event is to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// It is fresh: for what is shown at once.
    Hot,
    /// It was told late, after a time without a network or without this program: for the history alone.
    Cold,
}

/// An event that is told later than this is history.
const FRESH_US: i64 = 5 * 60 * 1_000_000;

impl PlayerChange {
    /// The word in tables and streams.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "track_started",
            Self::Paused => "track_paused",
            Self::Resumed => "track_resumed",
            Self::Stopped => "track_stopped",
        }
    }
}

impl Status {
    /// The word in tables and streams.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::Skipped => "SKIPPED",
        }
    }
}

impl Path {
    /// The way of a play that ended then and was told then, in microseconds.
    #[must_use]
    pub const fn of(ended_us: i64, told_us: i64) -> Self {
        if told_us.saturating_sub(ended_us) <= FRESH_US { Self::Hot } else { Self::Cold }
    }

    /// The word in tables and streams.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::Cold => "cold",
        }
    }
}

impl PlayEvent {
    /// The word in tables and streams.
    pub const TYPE: &'static str = "track_change";

    /// The way it takes.
    #[must_use]
    pub const fn path(&self) -> Path {
        Path::of(self.ended_us, self.told_us)
    }
}

impl Event {
    /// The event's key: who, what, and when.
    #[must_use]
    pub fn id(&self, user_id: &str) -> String {
        let (word, at_us, track) = match self {
            Self::Player(event) => (event.change.name(), event.at_us, &event.track),
            Self::Play(event) => (PlayEvent::TYPE, event.ended_us, &event.track),
        };
        let what = track.uri.as_ref().or(track.name.as_ref()).map_or(&[][..], |text| text.as_bytes());
        fingerprint::key([user_id.as_bytes(), word.as_bytes(), what, &at_us.to_le_bytes()])
    }

    /// When it was told, in microseconds since 1970 UTC.
    #[must_use]
    pub const fn told_us(&self) -> i64 {
        match self {
            Self::Player(event) => event.at_us,
            Self::Play(event) => event.told_us,
        }
    }

    /// The event as streams carry it. Times are ISO 8601 in UTC, `progress_ms` and `duration_listened` milliseconds.
    #[must_use]
    pub fn document(&self, user_id: &str) -> Value {
        match self {
            Self::Player(event) => json!({
                "event_type": event.change.name(),
                "track_name": event.track.name,
                "artist_name": event.track.artists.first(),
                "track_id": event.track.id,
                "progress_ms": event.progress_ms,
                "timestamp": moment(event.at_us),
                "user_id": user_id,
            }),
            Self::Play(event) => json!({
                "event_type": PlayEvent::TYPE,
                "track_name": event.track.name,
                "track_id": event.track.id,
                "status": event.status.name(),
                "duration_listened": event.listened_ms,
                "timestamp": moment(event.ended_us),
                "user_id": user_id,
                "processing_path": event.path().name(),
            }),
        }
    }

    /// The same for a reader who may get it twice and keeps it for good: with its key and its artist, with times to the microsecond, and
    /// of a play whether all of it was seen.
    #[must_use]
    pub fn message(&self, user_id: &str) -> Value {
        let mut document = self.document(user_id);
        let (track, at_us) = match self {
            Self::Player(event) => (&event.track, event.at_us),
            Self::Play(event) => {
                document["is_whole"] = json!(event.is_whole);
                (&event.track, event.ended_us)
            }
        };
        document["timestamp"] = json!(exact(at_us));
        document["event_id"] = json!(self.id(user_id));
        if track.id.is_none() {
            document["track_uri"] = json!(track.uri);
        }
        document["artist_name"] = json!(track.artists.first());
        document
    }
}

/// A time as people read it.
#[must_use]
pub fn moment(us: i64) -> String {
    DateTime::<Utc>::from_timestamp_micros(us).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A time as it is compared.
#[must_use]
pub fn exact(us: i64) -> String {
    DateTime::<Utc>::from_timestamp_micros(us).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Micros, true)
}
