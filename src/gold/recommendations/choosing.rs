//! What may still be chosen: nothing played, one version of a song, few songs of an artist.
//!
//! Owns these rules; every goal begins with a list of its own.

use super::candidates::Candidate;
use super::listener::Listener;
use std::collections::{HashMap, HashSet};

/// Songs of one artist in one list: a list of one artist is no discovery.
pub const ARTIST_SONGS_MAX: usize = 2;

/// A list in the making.
pub struct Choosing<'a> {
    listener: &'a Listener,
    songs: HashSet<&'a (String, String)>,
    artists: HashMap<&'a str, usize>,
}

impl<'a> Choosing<'a> {
    /// An empty list.
    #[must_use]
    pub fn new(listener: &'a Listener) -> Self {
        Self { listener, songs: HashSet::new(), artists: HashMap::new() }
    }

    /// Whether a track may join the list.
    #[must_use]
    pub fn accepts(&self, candidate: &Candidate) -> bool {
        self.artists.get(artist(candidate)).is_none_or(|&songs| songs < ARTIST_SONGS_MAX)
            && !self.songs.contains(&candidate.song)
            && !self.listener.has_played(&candidate.track_id, &candidate.song)
    }

    /// It joins.
    pub fn take(&mut self, candidate: &'a Candidate) {
        self.songs.insert(&candidate.song);
        *self.artists.entry(artist(candidate)).or_default() += 1;
    }
}

/// The song's key holds the artist in the case that all spellings share.
fn artist(candidate: &Candidate) -> &str {
    &candidate.song.0
}
