//! Made-up listeners whose habits are known.
//!
//! Owns the model: plays come in sessions, a value is the sum of what the day, the part of the day, the session and the track add
//! to it, and what a session began with it tends to stay with. Features depend on each other at every level. Days go to `drivers`.

use std::f64::consts::TAU;

use super::super::random::Random;
use super::super::stretches::{Day, Plays};

pub(super) const FEATURES: usize = 12;
const GENRES: usize = 10;
const ARTISTS: usize = 10;
/// Features, shares of genres and artists, and the share of repeated tracks.
pub(super) const SUBJECTS: usize = FEATURES + GENRES + ARTISTS + 1;

/// Days listened to; the first is a Monday, 1970-01-05.
const DAYS: i32 = 180;
pub(super) const FIRST_DAY: i32 = 4;
pub(super) const LAST_DAY: i32 = FIRST_DAY + DAYS - 1;

/// What makes plays resemble each other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Setting {
    /// Autocorrelation of day effects from day to day.
    pub(super) persistence: f64,
    /// Standard deviation of what a session adds to each feature.
    pub(super) session_sd: f64,
    /// Share of plays that stay with the genre, the artist and the mode (repeating or not) of their session.
    pub(super) loyalty: f64,
    /// Standard deviation of what parts of days add, with the same persistence: evenings that differ for some days in a row.
    pub(super) part_sd: f64,
    /// Standard deviation of the daily step of a random walk.
    pub(super) drift: f64,
    /// Share of the usual plays in the last seven days; 0 stands for all of them.
    pub(super) last_week_plays: f64,
}

/// The days of one listener, for each subject.
pub(super) fn listener(setting: &Setting, seed: u64, index: u64) -> Vec<Vec<Day>> {
    let mut random = Random::stream(seed, index);
    let mut subjects = vec![Vec::new(); SUBJECTS];
    let mut moods = Moods::new(&mut random);
    let tastes = Tastes::new();
    for day in 0..DAYS {
        moods.next_day(setting, &mut random);
        let mut sums = [[0.0; SUBJECTS]; 4];
        let mut counts = [0_u64; 4];
        let few = if day + 7 >= DAYS && setting.last_week_plays > 0.0 { setting.last_week_plays } else { 1.0 };
        let mut left = if random.uniform() < 0.07 { 0 } else { poisson(12.0 * few, &mut random) };
        while left > 0 {
            let part = tastes.part(&mut random);
            let session = Session::new(setting, &moods, &tastes, part, &mut random);
            let mut goes_on = true;
            while goes_on && left > 0 {
                session.play(setting, &tastes, &mut sums[part], &mut random);
                counts[part] += 1;
                left -= 1;
                goes_on = random.uniform() < 0.8;
            }
        }
        for (subject, days) in subjects.iter_mut().enumerate() {
            let parts = std::array::from_fn(|part| Plays { count: counts[part], sum: sums[part][subject] });
            days.push(Day { number: FIRST_DAY + day, parts });
        }
    }
    subjects
}

/// What every play has more in the evening, at weekends and in the last seven days.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planted {
    pub(super) evening: f64,
    pub(super) weekend: f64,
    pub(super) last_week: f64,
}

impl Planted {
    /// Adds it to days of one subject.
    pub(super) fn into_days(self, days: &[Day]) -> Vec<Day> {
        let mut days = days.to_vec();
        for day in &mut days {
            let of = |when: bool, value: f64| if when { value } else { 0.0 };
            let whole_day = of((day.number - FIRST_DAY) % 7 >= 5, self.weekend) + of(day.number > LAST_DAY - 7, self.last_week);
            for (part, plays) in day.parts.iter_mut().enumerate() {
                plays.sum += plays.count as f64 * (whole_day + of(part == 3, self.evening));
            }
        }
        days
    }
}

type Features = [f64; FEATURES];

/// Features of variance 1 that share half of it, every second one with the other sign.
fn features(random: &mut Random) -> Features {
    let mut values = [0.0; FEATURES];
    values.chunks_exact_mut(2).for_each(|pair| pair.copy_from_slice(&normals(random)));
    let [shared, _] = normals(random);
    std::array::from_fn(|at| 0.5_f64.sqrt() * (values[at] + if at % 2 == 0 { shared } else { -shared }))
}

/// What a day and its parts add to the features.
struct Moods {
    day: Features,
    parts: [Features; 4],
    walk: Features,
}

impl Moods {
    fn new(random: &mut Random) -> Self {
        Self { day: features(random), parts: std::array::from_fn(|_| features(random)), walk: [0.0; FEATURES] }
    }

    fn next_day(&mut self, setting: &Setting, random: &mut Random) {
        let kept = setting.persistence;
        let parts = self.parts.iter_mut().filter(|_| setting.part_sd > 0.0);
        for mood in std::iter::once(&mut self.day).chain(parts) {
            let new = features(random);
            mood.iter_mut().zip(new).for_each(|(old, new)| *old = kept * *old + (1.0 - kept * kept).sqrt() * new);
        }
        if setting.drift > 0.0 {
            let step = features(random);
            self.walk.iter_mut().zip(step).for_each(|(at, step)| *at += setting.drift * step);
        }
    }
}

/// Running sums of weights: shares of parts of the day, and Zipf's law for 12 genres and 100 artists.
struct Tastes {
    parts: Vec<f64>,
    genres: Vec<f64>,
    artists: Vec<f64>,
}

impl Tastes {
    fn new() -> Self {
        let zipf = |kinds: u32| running((1..=kinds).map(|rank| 1.0 / f64::from(rank)));
        Self { parts: running([0.06, 0.22, 0.30, 0.42].into_iter()), genres: zipf(12), artists: zipf(100) }
    }

    fn part(&self, random: &mut Random) -> usize {
        pick(&self.parts, random)
    }
}

/// What the plays of one session share.
struct Session {
    features: Features,
    genre: usize,
    artist: usize,
    repeats: bool,
}

impl Session {
    fn new(setting: &Setting, moods: &Moods, tastes: &Tastes, part: usize, random: &mut Random) -> Self {
        let own = features(random);
        let of = |at: usize| {
            0.5 + moods.walk[at] + 0.05 * moods.day[at] + setting.part_sd * moods.parts[part][at] + setting.session_sd * own[at]
        };
        Self {
            features: std::array::from_fn(of),
            genre: pick(&tastes.genres, random),
            artist: pick(&tastes.artists, random),
            repeats: random.uniform() < 0.35,
        }
    }

    /// Adds one play to the sums of its part of the day.
    fn play(&self, setting: &Setting, tastes: &Tastes, sums: &mut [f64; SUBJECTS], random: &mut Random) {
        let track = features(random);
        let values = self.features.iter().zip(track).map(|(session, track)| session + 0.2 * track);
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        let mut stays = || random.uniform() < setting.loyalty;
        let loyal = [stays(), stays(), stays()];
        let genre = if loyal[0] { self.genre } else { pick(&tastes.genres, random) };
        let artist = if loyal[1] { self.artist } else { pick(&tastes.artists, random) };
        let repeats = if loyal[2] { self.repeats } else { random.uniform() < 0.35 };
        if genre < GENRES {
            sums[FEATURES + genre] += 1.0;
        }
        if artist < ARTISTS {
            sums[FEATURES + GENRES + artist] += 1.0;
        }
        sums[SUBJECTS - 1] += f64::from(u8::from(repeats));
    }
}

fn running(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let sums = weights.scan(0.0, |sum, weight| {
        *sum += weight;
        Some(*sum)
    });
    sums.collect()
}

/// A place drawn by the weights behind these running sums.
fn pick(running: &[f64], random: &mut Random) -> usize {
    let at = random.uniform() * running[running.len() - 1];
    running.partition_point(|sum| *sum <= at)
}

/// Two independent normal numbers (Box and Muller, 1958).
fn normals(random: &mut Random) -> [f64; 2] {
    let distance = (-2.0 * libm::log(1.0 - random.uniform())).sqrt();
    let (sine, cosine) = libm::sincos(TAU * random.uniform());
    [distance * sine, distance * cosine]
}

/// Knuth's product of uniform numbers.
fn poisson(mean: f64, random: &mut Random) -> usize {
    let (end, mut product, mut count) = (libm::exp(-mean), random.uniform(), 0);
    while product > end {
        product *= random.uniform();
        count += 1;
    }
    count
}
