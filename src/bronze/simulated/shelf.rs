//! A shelf of songs in the order of liking, and the choice of one for a mood.
//!
//! Owns the arithmetic of choosing. Refuses to look at all songs for each choice: a handful is drawn by liking, one of them
//! by mood, so that a choice costs the same in a catalogue of a thousand and of a hundred thousand. The song goes back to
//! `taste`.

use std::collections::VecDeque;

use super::habits::Mood;
use super::taste::Song;
use crate::bronze::synthetic_features::stream::Stream;

/// Songs from the dearest down, and up to which share of all liking each reaches.
#[derive(Debug)]
pub struct Shelf {
    songs: Vec<Song>,
    reach: Vec<f64>,
}

/// Liking falls with the rank r as (r + offset)^-exponent, Zipf's law flattened at the top: nobody plays one song all day.
const RANK_OFFSET: f64 = 14.0;
const RANK_EXPONENT: f64 = 1.15;
/// How many songs come to mind, how narrow a mood is, and how unlikely what was just heard comes again by choice.
const CANDIDATES: usize = 16;
const MOOD_WIDTH: f64 = 0.20;
const RECENT_FACTOR: f64 = 0.02;

impl Shelf {
    /// A shelf of songs in the order of liking; at least one.
    pub fn new(songs: Vec<Song>) -> Self {
        let mut total = 0.0;
        let reach = (0..songs.len()).map(|rank| {
            total += libm::pow(rank as f64 + RANK_OFFSET, -RANK_EXPONENT);
            total
        });
        Self { reach: reach.collect(), songs }
    }

    /// Draws some songs by liking, and of them one by how well it suits; `recent` are identifiers of what was just heard.
    pub fn choose(&self, wanted: Mood, recent: &VecDeque<String>, stream: &mut Stream) -> Song {
        let total = self.reach.last().copied().unwrap_or_default();
        let candidates: [usize; CANDIDATES] = std::array::from_fn(|_| {
            let at = stream.fraction() * total;
            self.reach.partition_point(|&reach| reach <= at).min(self.songs.len() - 1)
        });
        let suits = candidates.map(|at| {
            let song = &self.songs[at];
            let tried = song.play.track_uri.as_ref().is_some_and(|uri| recent.contains(uri));
            let off = song.mood.distance(wanted) / MOOD_WIDTH;
            libm::exp(-0.5 * off * off) * if tried { RECENT_FACTOR } else { 1.0 }
        });
        let mut left = stream.fraction() * suits.iter().sum::<f64>();
        let chosen = suits.iter().position(|suit| {
            left -= suit;
            left < 0.0
        });
        self.songs[candidates[chosen.unwrap_or(0)]].clone()
    }
}
