//! Listeners made up for tests: weekday pattern, autocorrelated day effects, drift, and noise that depends on the plays of a day.
//!
//! Owns the generator, seeded and of stated parameters, so that a coverage measured on it can be measured again. Series go to
//! tests and measurements only.

use super::super::random::Random;
use super::HORIZONS;

/// What sets one listener apart from another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Character {
    /// Days of history, before the days to forecast.
    pub(super) days: usize,
    /// Standard deviation of what each weekday adds to the valence.
    pub(super) weekday: f64,
    /// Standard deviation of the autocorrelated effect of a day on the valence.
    pub(super) effect: f64,
    /// Correlation of that effect, and of the one on plays, with the day before.
    pub(super) correlation: f64,
    /// Standard deviation of one day's step of the level, a random walk.
    pub(super) drift: f64,
    /// Plays on an ordinary day.
    pub(super) plays: f64,
    /// Share of days without a play besides those a Poisson count leaves empty.
    pub(super) silent: f64,
    /// Days of unknown history in the middle.
    pub(super) gap: usize,
}

/// A listener's days: the history, then the days to forecast.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Listener {
    /// Mean valence of a day, none without plays.
    pub(super) valence: Vec<Option<f64>>,
    /// Plays of a day, none where history is unknown.
    pub(super) plays: Vec<Option<f64>>,
}

/// Spread of the valence of single tracks; 0.26 over the Kaggle catalogue, less within one person's taste.
const TRACK_SPREAD: f64 = 0.2;

impl Character {
    /// The character with this number: histories of 60 to 1,200 days, weekday patterns from none to strong, correlation from none
    /// to 0.9, a third with silent days, a third with a gap.
    pub(super) fn drawn(seed: u64, index: u64) -> Self {
        let mut random = Random::stream(seed, 2 * index);
        let mut between = |low: f64, high: f64| low + (high - low) * random.uniform();
        Self {
            days: between(60.0, 1200.0) as usize,
            weekday: between(0.0, 0.06),
            effect: between(0.01, 0.08),
            correlation: [0.0, 0.3, 0.6, 0.9][between(0.0, 4.0) as usize],
            drift: between(0.0, 0.004),
            plays: between(3.0, 50.0),
            silent: (between(0.0, 0.9) - 0.6).max(0.0),
            gap: (between(0.0, 90.0) - 60.0).max(0.0) as usize,
        }
    }

    /// The days of a listener of this character.
    pub(super) fn listener(&self, seed: u64, index: u64) -> Listener {
        let mut random = Random::stream(seed, 2 * index + 1);
        let week: [f64; 7] = std::array::from_fn(|_| normal(&mut random) * self.weekday);
        let plays_week: [f64; 7] = std::array::from_fn(|_| normal(&mut random) * self.weekday * 5.0);
        let innovation = (1.0 - self.correlation * self.correlation).sqrt();
        let (mut level, mut effect, mut plays_effect) = (0.35 + 0.3 * random.uniform(), 0.0, 0.0);
        let mut listener = Listener { valence: Vec::new(), plays: Vec::new() };
        for day in 0..self.days + HORIZONS {
            level = (level + normal(&mut random) * self.drift).clamp(0.2, 0.8);
            effect = self.correlation * effect + innovation * self.effect * normal(&mut random);
            plays_effect = self.correlation * plays_effect + innovation * self.effect * 6.0 * normal(&mut random);
            let expected = self.plays * libm::exp(plays_week[day % 7] + plays_effect);
            let silent = random.uniform() < self.silent;
            let plays = if silent { 0.0 } else { poisson(&mut random, expected) };
            let noise = normal(&mut random) * TRACK_SPREAD;
            let valence = (plays > 0.0).then(|| (level + week[day % 7] + effect + noise / plays.sqrt()).clamp(0.0, 1.0));
            let unknown = (self.days / 2..self.days / 2 + self.gap).contains(&day);
            listener.valence.push(valence.filter(|_| !unknown));
            listener.plays.push(Some(plays).filter(|_| !unknown));
        }
        listener
    }
}

/// A draw of the standard normal distribution (Box and Muller 1958).
pub(super) fn normal(random: &mut Random) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - random.uniform())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * random.uniform())
}

/// A draw of the Poisson distribution (Knuth), in parts of at most 30 so that the exponential stays large.
fn poisson(random: &mut Random, mean: f64) -> f64 {
    let (mut left, mut count) = (mean.min(1000.0), 0.0);
    while left > 0.0 {
        let limit = libm::exp(-left.min(30.0));
        let mut product = random.uniform();
        while product > limit {
            product *= random.uniform();
            count += 1.0;
        }
        left -= 30.0;
    }
    count
}
