//! A listener who never was: plays for the demonstration, the same for the same arguments on every machine.
//!
//! Owns what such a listener does: `habits` says when and in which mood, `taste` and `shelf` what is chosen, `strangers`
//! invents what the catalogue does not hold, `listening` turns a sitting into plays. Refuses clocks and system randomness.
//! The plays are of the source `simulated`, carry no person and go to `history`, like those of an export.

mod habits;
mod listening;
mod shelf;
mod strangers;
mod taste;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use crate::bronze::play::Play;
use crate::bronze::synthetic_features::stream::Stream;
use habits::{DayMood, day_start, sittings};
use listening::Listener;
use taste::Taste;

/// What the listener has to know of a track of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct SimTrack {
    /// Spotify's track id.
    pub track_id: String,
    /// Title.
    pub track_name: String,
    /// First credited artist.
    pub artist_name: String,
    /// All credited artists.
    pub artists: Vec<String>,
    /// Album.
    pub album_name: String,
    /// Length in milliseconds.
    pub duration_ms: i64,
    /// Cheerfulness, 0–1.
    pub valence: f64,
    /// Energy, 0–1.
    pub energy: f64,
}

/// The plays of `days` local days from `first_day` on, in the order of time, none overlapping another.
///
/// The order of the catalogue does not matter, and of several rows of a track id the first counts. Every play begins and
/// ends within the period. A catalogue without a single usable track gives no plays.
#[must_use]
pub fn plays(catalogue: &[SimTrack], zone: Tz, first_day: NaiveDate, days: u32, seed: u64) -> Vec<Play> {
    let seeded = |label: &[u8]| Stream::labelled(label, &seed.to_le_bytes());
    let Some(taste) = Taste::of(catalogue, seeded(b"moodlake-simulated/1/taste\0")) else {
        return Vec::new();
    };
    let Some(end) = first_day.checked_add_days(Days::new(u64::from(days))) else {
        return Vec::new();
    };
    let mut habits = seeded(b"moodlake-simulated/1/habits\0");
    let mut mood = DayMood::default();
    let listening = seeded(b"moodlake-simulated/1/listening\0");
    let mut listener = Listener::new(taste, zone, day_start(zone, first_day), day_start(zone, end), listening);
    for day in first_day.iter_days().take_while(|day| *day < end) {
        mood = mood.next(&mut habits);
        for sitting in sittings(day, &mut habits) {
            listener.sit(&sitting, mood);
        }
    }
    listener.into_plays()
}

#[cfg(test)]
mod tests;
