//! Many listeners who never were, as a stream of play events without an end: the same for the same seed on every machine.
//!
//! Owns the order of events in time. `listener` says what one of them does, `chart` which tracks are popular, `late` which events
//! come late, `event` how an event is written. Refuses clocks and system randomness.

mod chart;
mod event;
mod late;
mod listener;

#[cfg(test)]
mod tests;

pub use event::CrowdEvent;
pub use late::Late;

use chart::Chart;
use listener::Listener;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// What listeners have to know of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrowdTrack {
    /// Spotify's track id.
    pub track_id: String,
    /// Title.
    pub track_name: String,
    /// First credited artist.
    pub artist_name: String,
    /// What it is filed under.
    pub genre: String,
    /// Length in milliseconds.
    pub duration_ms: i64,
    /// From 0 to 100.
    pub popularity: i64,
}

/// All listeners, and when each is through with what they hear.
pub struct Crowd {
    tracks: Vec<CrowdTrack>,
    charts: Charts,
    listeners: Vec<Listener>,
    /// The end of each listener's play, the soonest on top.
    ends: BinaryHeap<Reverse<(i64, usize)>>,
}

/// The charts of all music and of each genre.
struct Charts {
    all: Chart,
    genres: Vec<Chart>,
}

impl Crowd {
    /// A crowd of listeners who begin to listen at a moment, in microseconds since 1970 UTC; none where there are no tracks or nobody
    /// to hear them. The order of the tracks does not matter.
    #[must_use]
    pub fn new(mut tracks: Vec<CrowdTrack>, users: usize, start_us: i64, seed: u64) -> Option<Self> {
        tracks.retain(|track| track.duration_ms > 0);
        tracks.sort_by(|one, other| (Reverse(one.popularity), &one.track_id).cmp(&(Reverse(other.popularity), &other.track_id)));
        tracks.dedup_by(|one, other| one.track_id == other.track_id);
        if tracks.is_empty() || users == 0 {
            return None;
        }
        let mut genres: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, track) in tracks.iter().enumerate() {
            genres.entry(&track.genre).or_default().push(place);
        }
        let charts =
            Charts { all: Chart::of((0..tracks.len()).collect()), genres: genres.into_values().map(Chart::of).collect() };
        let mut listeners: Vec<_> = (0..users).map(|number| Listener::new(number, seed, charts.genres.len(), start_us)).collect();
        let ends = listeners.iter_mut().enumerate().map(|(place, listener)| Reverse((listener.hear(&charts, &tracks), place)));
        let ends = ends.collect();
        Some(Self { tracks, charts, listeners, ends })
    }
}

impl Iterator for Crowd {
    type Item = CrowdEvent;

    /// The next play that is over.
    fn next(&mut self) -> Option<CrowdEvent> {
        let Reverse((_, place)) = self.ends.pop()?;
        let listener = self.listeners.get_mut(place)?;
        let event = listener.told(&self.tracks);
        self.ends.push(Reverse((listener.hear(&self.charts, &self.tracks), place)));
        event
    }
}
