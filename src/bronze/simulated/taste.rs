//! What the simulated listener likes: a personal order of the catalogue, favourite artists first.
//!
//! Owns what is on the listener's shelves and from which of them the next song comes. Refuses tracks too short to be a
//! stream. Songs are chosen by `shelf` and go to `listening`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::SimTrack;
use super::habits::Mood;
use super::shelf::Shelf;
use super::strangers;
use crate::bronze::play::{Play, Source, TimeBasis};
use crate::bronze::synthetic_features::stream::Stream;

/// A song that can be played, from wherever it comes.
#[derive(Clone, Debug)]
pub struct Song {
    /// What every play of it has in common.
    pub play: Play,
    /// Length in milliseconds, above zero.
    pub duration_ms: i64,
    /// What it is like, whether or not the lake will ever know.
    pub mood: Mood,
}

/// Everything the listener has, by liking.
#[derive(Debug)]
pub struct Taste {
    catalogue: Shelf,
    strangers: Shelf,
    local: Shelf,
    recent: VecDeque<String>,
    stream: Stream,
}

/// Shares of plays that no catalogue knows: released elsewhere, and files of the listener's own.
const STRANGER_SHARE: f64 = 0.06;
const LOCAL_SHARE: f64 = 0.02;
/// Spotify counts nothing below 30 seconds as a stream; a catalogue's shorter tracks are left aside.
const DURATION_MS_MIN: i64 = 30_000;
/// How many artists are favourites.
const FAVOURITE_ARTISTS: usize = 14;
/// What a favourite artist does to a song's place in the order.
const FAVOURITE_FACTOR: f64 = 0.12;
/// How many of the last songs are remembered.
const RECENT: usize = 12;

impl Taste {
    /// A taste for a catalogue; none when it has no usable track.
    pub fn of(catalogue: &[SimTrack], mut stream: Stream) -> Option<Self> {
        let by_id: BTreeMap<&str, &SimTrack> = catalogue
            .iter()
            .rev()
            .filter(|track| track.duration_ms >= DURATION_MS_MIN && !track.track_id.is_empty())
            .map(|track| (track.track_id.as_str(), track))
            .collect();
        if by_id.is_empty() {
            return None;
        }
        let liked = personal_order(by_id.values().copied().collect(), &mut stream);
        let known: BTreeSet<&str> = by_id.keys().copied().collect();
        let strangers = strangers::songs(&known, &mut stream);
        let local = strangers::local_files(&liked, &mut stream);
        Some(Self {
            catalogue: Shelf::new(liked.into_iter().map(Song::from).collect()),
            strangers: Shelf::new(strangers),
            local: Shelf::new(local),
            recent: VecDeque::with_capacity(RECENT + 1),
            stream,
        })
    }

    /// A song for a mood.
    pub fn choose(&mut self, wanted: Mood) -> Song {
        let place = self.stream.fraction();
        let from = if place < LOCAL_SHARE {
            &self.local
        } else if place < LOCAL_SHARE + STRANGER_SHARE {
            &self.strangers
        } else {
            &self.catalogue
        };
        let song = from.choose(wanted, &self.recent, &mut self.stream);
        self.recent.extend(song.play.track_uri.clone());
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        song
    }
}

impl From<&SimTrack> for Song {
    fn from(track: &SimTrack) -> Self {
        let play = Play {
            track_id: Some(track.track_id.clone()),
            track_uri: Some(format!("spotify:track:{}", track.track_id)),
            track_name: Some(track.track_name.clone()),
            artist_name: Some(track.artist_name.clone()),
            artists: Some(track.artists.clone()),
            album_name: Some(track.album_name.clone()),
            duration_ms: Some(track.duration_ms),
            source: Source::Simulated,
            time_basis: TimeBasis::End,
            ..Play::default()
        };
        Self { play, duration_ms: track.duration_ms, mood: Mood { valence: track.valence, energy: track.energy } }
    }
}

/// The tracks from the dearest down: by chance, but those of favourite artists in front.
fn personal_order<'a>(tracks: Vec<&'a SimTrack>, stream: &mut Stream) -> Vec<&'a SimTrack> {
    let mut artists: BTreeMap<&str, usize> = BTreeMap::new();
    for track in &tracks {
        *artists.entry(track.artist_name.as_str()).or_default() += 1;
    }
    // Of three artists the one with most tracks: there has to be something to like.
    let artists: Vec<(&str, usize)> = artists.into_iter().collect();
    let favourites: BTreeSet<&str> = (0..FAVOURITE_ARTISTS)
        .filter_map(|_| (0..3).filter_map(|_| artists.get(stream.below(artists.len()))).max_by_key(|(_, tracks)| *tracks))
        .map(|(artist, _)| *artist)
        .collect();
    let mut order: Vec<(f64, &SimTrack)> = tracks
        .into_iter()
        .map(|track| {
            let factor = if favourites.contains(track.artist_name.as_str()) { FAVOURITE_FACTOR } else { 1.0 };
            (stream.fraction() * factor, track)
        })
        .collect();
    // Stable, and the tracks came in the order of their ids: equal numbers cannot make two orders.
    order.sort_by(|left, right| left.0.total_cmp(&right.0));
    order.into_iter().map(|(_, track)| track).collect()
}
