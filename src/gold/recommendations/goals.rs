//! Goals: more of the same, a lift, calm.
//!
//! Owns the way to each. Lift and calm follow the iso principle: they begin at the mood that is there and step towards another.

use super::RECENT_DAYS;
use super::candidates::{Candidate, Candidates, similarity};
use super::choosing::Choosing;
use super::listener::{Liked, Listener};
use crate::stats::neighbours::Near;
use std::collections::HashSet;
use std::fmt::Write as _;

/// One recommended track.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Its place among the candidates.
    pub row: usize,
    /// Scaled distance to what it is near to.
    pub distance: f64,
    /// What it is near to, in natural units.
    pub target: [f64; 4],
    /// The liked track that it is like.
    pub like: Option<String>,
    /// Why, in words.
    pub reason: String,
}

/// One goal's list.
#[derive(Clone, Debug)]
pub struct Goal {
    /// Its name in the table.
    pub name: &'static str,
    /// The list, best or first one first.
    pub chosen: Vec<Chosen>,
}

/// Tracks in the list of more of the same.
const MORE: usize = 30;
/// Liked songs that it starts from.
const SEEDS: usize = 30;
/// Neighbours of each that are looked at.
const LOOKED_AT: usize = 40;
/// A shared genre makes a track as near as this share of its distance: features do not tell a lullaby from a hymn.
const SHARED_GENRE: f64 = 0.6;
/// Steps of a way from one mood to another: about an hour of music.
const STEPS: usize = 16;
/// Tracks of known genres that are enough to choose among; with fewer the whole catalogue is.
const GENRE_TRACKS_MIN: usize = 1000;

/// All goals; empty lists where no liked song has features.
#[must_use]
pub fn all(listener: &Listener, candidates: &Candidates) -> Vec<Goal> {
    let mut goals = vec![Goal { name: "more_of_the_same", chosen: more(listener, candidates) }];
    let genres = listener.genres();
    let genres = candidates.enough_of(&genres, GENRE_TRACKS_MIN);
    if let Some((mood, is_last_week)) = listener.mood() {
        let from = if is_last_week { "your last week’s mood" } else { "your usual mood" };
        let [valence, energy, danceability, acousticness] = mood;
        // Brighter and a little livelier than now, up to what the catalogue's happy songs are like.
        let lifted = [(valence + 0.35).min(0.85).max(valence), (energy + 0.1).min(0.8).max(energy), danceability, acousticness];
        // The calm quadrant: pleasant, of low energy, mostly acoustic.
        let calmed = [valence.max(0.5), energy.min(0.2), danceability, acousticness.max(0.75)];
        for (name, to, what) in [("lift", lifted, "a brighter one"), ("calm", calmed, "a calm one")] {
            let way = Way { from: mood, to, words: format!("from {from} to {what}") };
            goals.push(Goal { name, chosen: walk(listener, candidates, genres, &way) });
        }
    }
    goals
}

fn more(listener: &Listener, candidates: &Candidates) -> Vec<Chosen> {
    let mut choosing = Choosing::new(listener);
    let mut looked: Vec<(usize, &Liked, Near)> = Vec::new();
    for (place, liked) in listener.liked.iter().take(SEEDS).enumerate() {
        let near = candidates.nearest(liked.features, LOOKED_AT, |candidate| choosing.accepts(candidate));
        looked.extend(near.into_iter().map(|near| (place, liked, near)));
    }
    let weighed = |liked: &Liked, near: &Near| {
        let shared = shared_genre(liked, &candidates.tracks[near.row]).is_some();
        if shared { near.distance * SHARED_GENRE } else { near.distance }
    };
    looked.sort_by(|(one_place, one_liked, one), (other_place, other_liked, other)| {
        weighed(one_liked, one)
            .total_cmp(&weighed(other_liked, other))
            .then(one_place.cmp(other_place))
            .then(one.row.cmp(&other.row))
    });
    // In rounds: each liked song brings its best in turn, so that one of them cannot fill the list.
    let rounds = MORE.div_ceil(listener.liked.len().clamp(1, SEEDS));
    let mut brought = vec![0; SEEDS];
    let mut chosen = Vec::new();
    for round in 1..=rounds.max(LOOKED_AT) {
        for (place, liked, near) in &looked {
            let candidate = &candidates.tracks[near.row];
            if chosen.len() == MORE || brought[*place] >= round || !choosing.accepts(candidate) || is_recording(liked, candidate)
            {
                continue;
            }
            brought[*place] += 1;
            choosing.take(candidate);
            chosen.push(Chosen {
                row: near.row,
                distance: near.distance,
                target: liked.features,
                like: Some(liked.track_id.clone()),
                reason: likeness(listener, liked, candidate),
            });
        }
        if chosen.len() == MORE {
            break;
        }
    }
    chosen
}

/// The very same values under another name are most likely the very same recording.
fn is_recording(liked: &Liked, candidate: &Candidate) -> bool {
    liked.features.iter().zip(candidate.features).all(|(one, other)| (one - other).abs() < 1e-9)
}

fn shared_genre<'a>(liked: &Liked, candidate: &'a Candidate) -> Option<&'a str> {
    candidate.genres.iter().find(|genre| liked.genres.contains(genre)).map(String::as_str)
}

fn likeness(listener: &Listener, liked: &Liked, candidate: &Candidate) -> String {
    let [valence, energy, ..] = candidate.features;
    let when = if listener.is_recent { format!(" in the last {RECENT_DAYS} days") } else { String::new() };
    let times = if liked.plays == 1 { "once".to_owned() } else { format!("{} times", liked.plays) };
    let mut reason = format!(
        "like {}, which you played {times}{when}: valence {valence:.2} beside {:.2}, energy {energy:.2} beside {:.2}",
        liked.name, liked.features[0], liked.features[1]
    );
    if let Some(genre) = shared_genre(liked, candidate) {
        let _ = write!(reason, "; both are filed under {genre}");
    }
    if liked.is_synthetic {
        reason.push_str("; but its features are made up, so the likeness means nothing");
    }
    reason
}

/// A way through the moods.
struct Way {
    from: [f64; 4],
    to: [f64; 4],
    words: String,
}

fn walk(listener: &Listener, candidates: &Candidates, genres: Option<&HashSet<String>>, way: &Way) -> Vec<Chosen> {
    let mut choosing = Choosing::new(listener);
    let mut chosen = Vec::new();
    for step in 0..STEPS {
        let part = step as f64 / (STEPS - 1) as f64;
        let target = [0, 1, 2, 3].map(|feature: usize| way.from[feature] + (way.to[feature] - way.from[feature]) * part);
        let is_known =
            |candidate: &Candidate| genres.is_none_or(|genres| candidate.genres.iter().any(|genre| genres.contains(genre)));
        let near = candidates.nearest(target, 1, |candidate| is_known(candidate) && choosing.accepts(candidate));
        let Some(near) = near.into_iter().next() else { break };
        let candidate = &candidates.tracks[near.row];
        choosing.take(candidate);
        let [valence, energy, ..] = candidate.features;
        chosen.push(Chosen {
            row: near.row,
            distance: near.distance,
            target,
            like: None,
            reason: format!(
                "step {} of {STEPS} {}: valence {valence:.2}, energy {energy:.2}, where {:.2} and {:.2} were wanted",
                step + 1,
                way.words,
                target[0],
                target[1]
            ),
        });
    }
    chosen
}

/// Likeness of a track to what it was chosen for, 0–1.
#[must_use]
pub fn likeness_of(chosen: &Chosen) -> f64 {
    similarity(chosen.distance)
}
