//! Plays added up: how many, how long, in which mood.
//!
//! Owns when there is enough for a mean, and what a mean is: weighted by listening time, summed in whole numbers, so that the order of
//! plays does not matter.

use super::plays::Play;
use crate::gold::circumplex::NEUTRAL;
use crate::recap::data::{Means, Strongest};

/// Covered plays that the mean of a week needs.
pub const COVERED_MIN_WEEK: u64 = 20;
/// And that of a day, or of an hour of the day.
pub const COVERED_MIN_PART: u64 = 5;

const MS_A_MINUTE: f64 = 60_000.0;
const MILLIONTHS: f64 = 1e6;

/// A sum of plays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    /// All of them.
    pub plays: u64,
    /// Those that tell how long they were heard.
    pub timed: u64,
    /// Those with valence and energy that count.
    pub covered: u64,
    authentic: u64,
    ms_played: i64,
    weight: i128,
    valence: i128,
    energy: i128,
}

impl Sum {
    /// So many plays, of which nothing else is known.
    #[cfg(test)]
    pub fn of_untimed(plays: u64) -> Self {
        Self { plays, ..Self::default() }
    }

    /// Adds a play.
    pub fn add(&mut self, play: &Play<'_>) {
        self.plays += 1;
        self.authentic += u64::from(play.is_authentic);
        if let Some(ms) = play.ms_played {
            self.timed += 1;
            self.ms_played = self.ms_played.saturating_add(ms);
        }
        if let Some((valence, energy)) = play.mood {
            let weight = i128::from(play.weight);
            self.covered += 1;
            self.weight += weight;
            self.valence += weight * i128::from(valence);
            self.energy += weight * i128::from(energy);
        }
    }

    /// How long, as far as it is known.
    pub fn minutes(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.ms_played as f64 / MS_A_MINUTE)
    }

    /// Share of the plays with authentic features.
    pub fn authentic_share(&self) -> Option<f64> {
        (self.plays > 0).then(|| self.authentic as f64 / self.plays as f64)
    }

    /// Means, if so many covered plays are there and they are half of all at least.
    pub fn means(&self, covered_min: u64) -> Option<Means> {
        let mean = |sum: i128| sum as f64 / self.weight as f64 / MILLIONTHS;
        let is_enough = self.covered >= covered_min && self.covered * 2 >= self.plays && self.weight > 0;
        is_enough.then(|| Means { valence: mean(self.valence), energy: mean(self.energy) })
    }

    /// How strong its mood is.
    pub fn strength(&self) -> Option<Strongest> {
        let means = self.means(COVERED_MIN_PART)?;
        let (strength, quadrant) = placed(means);
        let (valence, energy, quadrant) = (means.valence, means.energy, quadrant.to_owned());
        Some(Strongest { plays_covered: self.covered, valence, energy, strength, quadrant })
    }
}

/// Distance from the centre of moods, and the quadrant, as of every play in `gold/play_moods`.
pub fn placed(means: Means) -> (f64, &'static str) {
    let (dv, de) = (means.valence - 0.5, means.energy - 0.5);
    let strength = dv.hypot(de);
    let quadrant = match (dv >= 0.0, de >= 0.0) {
        _ if strength < NEUTRAL => "neutral",
        (true, true) => "happy",
        (false, true) => "tense",
        (false, false) => "sad",
        (true, false) => "calm",
    };
    (strength, quadrant)
}

/// The strongest of some, the first of equal ones.
pub fn strongest<K>(of: impl Iterator<Item = (K, Sum)>) -> Option<(K, Strongest)> {
    of.filter_map(|(key, sum)| Some((key, sum.strength()?)))
        .reduce(|best, next| if next.1.strength > best.1.strength { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(mood: Option<(i64, i64)>, weight: i64) -> Play<'static> {
        Play { ms_played: Some(weight), mood, weight, is_authentic: true, ..Play::default() }
    }

    fn sum(plays: &[Play<'static>]) -> Sum {
        let mut sum = Sum::default();
        plays.iter().for_each(|play| sum.add(play));
        sum
    }

    #[test]
    fn a_mean_is_weighted_and_needs_enough_covered_plays() {
        let mut plays = vec![play(Some((200_000, 900_000)), 1); 4];
        assert_eq!(sum(&plays).means(COVERED_MIN_PART), None);
        plays.push(play(Some((700_000, 400_000)), 4));
        let means = sum(&plays).means(COVERED_MIN_PART).unwrap();
        assert!((means.valence - 0.45).abs() < 1e-12 && (means.energy - 0.65).abs() < 1e-12, "{means:?}");
        plays.extend(vec![play(None, 1); 6]);
        assert_eq!(sum(&plays).means(COVERED_MIN_PART), None, "fewer than half are covered");
        assert_eq!(sum(&vec![play(Some((1, 1)), 0); 9]).means(5), None, "nobody listened for any time");
    }

    #[test]
    fn the_farther_from_the_centre_the_stronger_and_the_first_wins() {
        let of = |valence, energy| sum(&vec![play(Some((valence, energy)), 10); 5]);
        let days = [(1, of(500_000, 600_000)), (2, of(200_000, 250_000)), (3, of(200_000, 250_000)), (4, Sum::default())];
        let (day, strongest) = strongest(days.into_iter()).unwrap();
        assert_eq!((day, strongest.quadrant.as_str(), strongest.plays_covered), (2, "sad", 5));
        assert_eq!(placed(Means { valence: 0.6, energy: 0.4 }).1, "neutral");
        assert_eq!(placed(Means { valence: 0.5, energy: 0.1 }).1, "calm");
    }
}
