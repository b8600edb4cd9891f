//! The mix of the last days, for every calendar day: plays, different tracks and artists, and how even the artists are.
//!
//! Owns the window that slides over the days. Each play enters and leaves it once, and nothing but whole numbers is carried
//! along: how often each track and artist was played, and how many artists have each count. The entropy is computed from the last
//! anew on each day, so no rounding adds up and equal windows give equal bits wherever they lie; there are at most √(2 · plays)
//! different counts. Refuses to fill gaps: a day without plays has a window like any other. Rows go to `gold`.

use std::collections::{BTreeMap, HashMap};

use super::diversity::entropy_of_tally;

/// What was played in the window that ends with a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// How many plays.
    pub plays: u64,
    /// How many different tracks.
    pub distinct_tracks: u64,
    /// How many different artists.
    pub artists: u64,
    /// Normalized entropy over the artists, in 0 to 1; `None` without plays.
    pub entropy: Option<f64>,
}

/// One mix for each of the days 0 to `days` − 1, over the `window` days that end with it; the first `window` − 1 have fewer days
/// to look at.
///
/// A play is its day, the number of its track and that of its artist. Plays may come in any order; those on later days are left
/// out. A window of no days holds nothing.
#[must_use]
pub fn sliding_mix(days: usize, window: usize, plays: &[(usize, u32, u32)]) -> Vec<Mix> {
    let mut plays = plays.to_vec();
    plays.sort_by_key(|play| play.0);
    let (mut entering, mut leaving) = (plays.iter().peekable(), plays.iter().peekable());
    let mut state = Window::default();
    let of_day = |day: usize| {
        while let Some((_, track, artist)) = entering.next_if(|play| play.0 <= day) {
            state.add(*track, *artist);
        }
        // Everything that leaves has entered before, as its day is not after this one.
        while let Some((_, track, artist)) = leaving.next_if(|play| play.0 <= day && day - play.0 >= window) {
            state.remove(*track, *artist);
        }
        state.mix()
    };
    (0..days).map(of_day).collect()
}

/// How often each track and artist is in the window, and how many artists are in it so often.
#[derive(Default)]
struct Window {
    plays: u64,
    tracks: HashMap<u32, u64>,
    artists: HashMap<u32, u64>,
    artists_with: BTreeMap<u64, u64>,
}

impl Window {
    fn add(&mut self, track: u32, artist: u32) {
        self.plays += 1;
        *self.tracks.entry(track).or_insert(0) += 1;
        let count = self.artists.entry(artist).or_insert(0);
        *count += 1;
        let count = *count;
        self.recount(count - 1, count);
    }

    fn remove(&mut self, track: u32, artist: u32) {
        self.plays -= 1;
        decrease(&mut self.tracks, track);
        let count = decrease(&mut self.artists, artist);
        self.recount(count + 1, count);
    }

    /// One artist went from one count to another; an artist who is not in the window is not counted.
    fn recount(&mut self, from: u64, to: u64) {
        if let Some(artists) = self.artists_with.get_mut(&from) {
            *artists -= 1;
            if *artists == 0 {
                self.artists_with.remove(&from);
            }
        }
        if to > 0 {
            *self.artists_with.entry(to).or_insert(0) += 1;
        }
    }

    fn mix(&self) -> Mix {
        Mix {
            plays: self.plays,
            distinct_tracks: self.tracks.len() as u64,
            artists: self.artists.len() as u64,
            entropy: entropy_of_tally(&self.artists_with),
        }
    }
}

/// Takes one off a count, forgets a count of 0 and says how many are left.
fn decrease(counts: &mut HashMap<u32, u64>, of: u32) -> u64 {
    let left = counts.get(&of).map_or(0, |count| count.saturating_sub(1));
    if left == 0 {
        counts.remove(&of);
    } else {
        counts.insert(of, left);
    }
    left
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::diversity::normalized_entropy;
    use super::super::random::Random;
    use super::*;

    /// About three plays a day, of favourites and others, with days off.
    fn listening(days: usize) -> Vec<(usize, u32, u32)> {
        let mut random = Random::stream(11, 0);
        let mut plays: Vec<(usize, u32, u32)> = Vec::new();
        for _ in 0..3 * days {
            let artist = random.below(random.clone().below(40) + 1) as u32;
            plays.push((random.below(days), artist * 100 + random.below(6) as u32, artist));
        }
        plays.retain(|play| play.0 % 60 < 20 || play.0 % 7 != 0);
        plays
    }

    /// The window of one day from scratch.
    fn counted(day: usize, window: usize, plays: &[(usize, u32, u32)]) -> Mix {
        let inside: Vec<_> = plays.iter().filter(|play| play.0 <= day && play.0 + window > day).collect();
        let artists: BTreeSet<u32> = inside.iter().map(|play| play.2).collect();
        let of = |artist: &u32| inside.iter().filter(|play| play.2 == *artist).count() as u64;
        Mix {
            plays: inside.len() as u64,
            distinct_tracks: inside.iter().map(|play| play.1).collect::<BTreeSet<_>>().len() as u64,
            artists: artists.len() as u64,
            entropy: normalized_entropy(&artists.iter().map(of).collect::<Vec<_>>()),
        }
    }

    #[test]
    fn sliding_equals_counting_each_window_from_scratch() {
        let plays = listening(400);
        for window in [1, 2, 28, 1_000] {
            let mixes = sliding_mix(400, window, &plays);
            assert_eq!(mixes.len(), 400);
            for (day, mix) in mixes.iter().enumerate() {
                assert_eq!(*mix, counted(day, window, &plays), "day {day}, window {window}");
            }
        }
    }

    #[test]
    fn the_entropy_of_a_window_equals_its_definition() {
        let plays = listening(200);
        for (day, mix) in sliding_mix(200, 28, &plays).iter().enumerate() {
            let inside: Vec<u32> = plays.iter().filter(|play| play.0 <= day && play.0 + 28 > day).map(|play| play.2).collect();
            let share = |artist: &u32| inside.iter().filter(|other| *other == artist).count() as f64 / inside.len() as f64;
            // One term for each play: −Σ 1/n · ln p.
            let entropy = -inside.iter().map(|artist| libm::log(share(artist))).sum::<f64>() / inside.len() as f64;
            let expected = if mix.artists > 1 { entropy / libm::log(mix.artists as f64) } else { 0.0 };
            assert!((mix.entropy.unwrap_or(0.0) - expected).abs() < 1e-12, "day {day}");
        }
    }

    #[test]
    fn a_window_forgets_what_left_it() {
        let mixes = sliding_mix(5, 2, &[(0, 1, 1), (0, 1, 1), (0, 2, 2), (2, 3, 1)]);
        let seen: Vec<_> = mixes.iter().map(|mix| (mix.plays, mix.distinct_tracks, mix.artists)).collect();
        assert_eq!(seen, [(3, 2, 2), (3, 2, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0)]);
        assert_eq!((mixes[2].entropy, mixes[4].entropy), (Some(0.0), None));
    }

    #[test]
    fn the_order_of_plays_and_plays_after_the_last_day_do_not_show() {
        let plays = listening(100);
        let backwards: Vec<_> = plays.iter().rev().copied().chain([(100, 7, 7), (usize::MAX, 7, 7)]).collect();
        assert_eq!(sliding_mix(100, 28, &backwards), sliding_mix(100, 28, &plays));
    }

    #[test]
    fn no_days_have_no_mixes_and_an_empty_window_holds_nothing() {
        assert_eq!(sliding_mix(0, 28, &[(0, 1, 1)]), []);
        let empty = Mix { plays: 0, distinct_tracks: 0, artists: 0, entropy: None };
        assert_eq!(sliding_mix(2, 0, &[(0, 1, 1)]), [empty.clone(), empty]);
    }
}
