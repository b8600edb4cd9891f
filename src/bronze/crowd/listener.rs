//! What one listener of a crowd does: sittings with pauses of hours between them, favourite genres, tracks that are skipped.
//!
//! Owns the chances. Each listener has a stream of numbers of their own, so that one more in the crowd changes nothing of the
//! others.

use super::{Charts, CrowdEvent, CrowdTrack};
use crate::bronze::synthetic_features::stream::Stream;

/// Tracks of a sitting, in the mean.
const TRACKS_A_SITTING: f64 = 8.0;
/// Between two sittings, in the mean.
const PAUSE_US: f64 = 3.0 * 3600.0 * 1e6;
/// Between two tracks at the most.
const BREATH_US: f64 = 2e6;
/// How often something of a favourite genre is chosen.
const FAVOURITE: f64 = 0.7;
/// How often a track is skipped within its first half a minute, and how often left later.
const SKIPPED: f64 = 0.2;
const LEFT: f64 = 0.1;
/// Listening in milliseconds from which on a play is complete.
pub const COMPLETED_MS: i64 = 30_000;

/// A listener, and what they hear.
pub struct Listener {
    number: usize,
    chance: Stream,
    favourites: [usize; 2],
    left_in_sitting: u32,
    heard: u64,
    track: usize,
    listened_ms: i64,
    ends_us: i64,
}

impl Listener {
    pub fn new(number: usize, seed: u64, genres: usize, start_us: i64) -> Self {
        let mut label = seed.to_le_bytes().to_vec();
        label.extend((number as u64).to_le_bytes());
        let mut chance = Stream::labelled(b"moodlake-crowd/1/listener\0", &label);
        let favourites = [chance.below(genres), chance.below(genres)];
        // They begin one after the other, within the time of a pause.
        let ends_us = start_us + (chance.fraction() * PAUSE_US) as i64;
        Self { number, chance, favourites, left_in_sitting: 0, heard: 0, track: 0, listened_ms: 0, ends_us }
    }

    /// Chooses the next track and hears it. Gives the moment at which it ends.
    pub fn hear(&mut self, charts: &Charts, tracks: &[CrowdTrack]) -> i64 {
        let pause_us = if self.left_in_sitting > 0 {
            self.left_in_sitting -= 1;
            self.chance.fraction() * BREATH_US
        } else {
            let more = self.exponential() * (TRACKS_A_SITTING - 1.0);
            self.left_in_sitting = more as u32;
            // The first sitting begins where the pause before it happens to end.
            if self.heard == 0 { 0.0 } else { self.exponential() * PAUSE_US }
        };
        let favourite = self.chance.chance(FAVOURITE).then(|| self.favourites[self.chance.below(2)]);
        let chart = favourite.and_then(|genre| charts.genres.get(genre)).unwrap_or(&charts.all);
        self.track = chart.at(self.chance.fraction()).unwrap_or_default();
        let length_ms = tracks.get(self.track).map_or(COMPLETED_MS, |track| track.duration_ms);
        let what = self.chance.fraction();
        let share = self.chance.fraction();
        let whole = length_ms as f64;
        self.listened_ms = if what < SKIPPED {
            (share * whole.min(COMPLETED_MS as f64)) as i64
        } else if what < SKIPPED + LEFT {
            (share * whole) as i64
        } else {
            length_ms
        };
        self.heard += 1;
        self.ends_us += pause_us as i64 + self.listened_ms * 1000;
        self.ends_us
    }

    /// The play that is over.
    pub fn told(&self, tracks: &[CrowdTrack]) -> Option<CrowdEvent> {
        let track = tracks.get(self.track)?;
        let user_id = format!("user_{:05}", self.number);
        let event_id = CrowdEvent::id(&user_id, &track.track_id, self.ends_us);
        Some(CrowdEvent {
            event_id,
            user_id,
            track_id: Some(track.track_id.clone()),
            track_name: Some(track.track_name.clone()),
            artist_name: Some(track.artist_name.clone()),
            genre: Some(track.genre.clone()),
            listened_ms: Some(self.listened_ms),
            is_complete: self.listened_ms >= COMPLETED_MS.min(track.duration_ms),
            ended_us: self.ends_us,
            told_us: self.ends_us,
        })
    }

    fn exponential(&mut self) -> f64 {
        // One minus the fraction is never zero, and zero has no logarithm.
        -libm::log(1.0 - self.chance.fraction())
    }
}
