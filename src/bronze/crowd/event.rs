//! A play event as a stream carries it.
//!
//! Owns its shape: what a watcher tells of a play that is over, with an id and a genre.

use crate::fingerprint;
use crate::watch::{Path, PlayEvent, Status, moment};
use serde_json::{Value, json};

/// A play that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrowdEvent {
    /// Unique: 32 hexadecimal digits.
    pub event_id: String,
    /// Who listened.
    pub user_id: String,
    /// Spotify's track id.
    pub track_id: Option<String>,
    /// Title.
    pub track_name: Option<String>,
    /// First credited artist.
    pub artist_name: Option<String>,
    /// What the catalogue files the track under.
    pub genre: Option<String>,
    /// How long it was listened to; none where the source does not know.
    pub listened_ms: Option<i64>,
    /// Whether that was long enough to count.
    pub is_complete: bool,
    /// When it ended, in microseconds since 1970 UTC.
    pub ended_us: i64,
    /// When it is told, which is later for an event that comes late.
    pub told_us: i64,
}

impl CrowdEvent {
    /// The key of a made-up event.
    #[must_use]
    pub fn id(user_id: &str, track_id: &str, ended_us: i64) -> String {
        fingerprint::key([b"crowd".as_slice(), user_id.as_bytes(), track_id.as_bytes(), &ended_us.to_le_bytes()])
    }

    /// The event as a JSON object. Times are ISO 8601 in UTC, `duration_listened` milliseconds.
    #[must_use]
    pub fn document(&self) -> Value {
        let status = if self.is_complete { Status::Completed } else { Status::Skipped };
        json!({
            "event_id": self.event_id,
            "event_type": PlayEvent::TYPE,
            "user_id": self.user_id,
            "track_id": self.track_id,
            "track_name": self.track_name,
            "artist_name": self.artist_name,
            "genre": self.genre,
            "status": status.name(),
            "duration_listened": self.listened_ms,
            "timestamp": moment(self.ended_us),
            "processing_path": Path::of(self.ended_us, self.told_us).name(),
            "is_simulated": true,
        })
    }
}
