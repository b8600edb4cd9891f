//! When the simulated listener listens and in which mood: habits of local days, not of UTC.
//!
//! Owns the sittings of a day and the mood wanted at an hour. The figures are no measurements: they are chosen to give a
//! plausible student or office worker, some 35 plays a day, whom the five analyses can tell something about. Sittings go to
//! `listening`.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;

use crate::bronze::synthetic_features::stream::Stream;

/// A stretch of listening that is planned in local time.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// Local start.
    pub start: NaiveDateTime,
    /// How long, seconds.
    pub length_s: i64,
    /// Device, in Spotify's words.
    pub platform: &'static str,
}

/// What is wanted of a song, or what a song is like: valence and energy, 0–1.
#[derive(Clone, Copy, Debug)]
pub struct Mood {
    /// Cheerfulness.
    pub valence: f64,
    /// Energy.
    pub energy: f64,
}

impl Mood {
    /// How far apart two moods are.
    pub fn distance(self, other: Self) -> f64 {
        libm::sqrt(libm::pow(self.valence - other.valence, 2.0) + libm::pow(self.energy - other.energy, 2.0))
    }
}

/// How far a day is from the usual mood; a good week and a low one come and go.
#[derive(Clone, Copy, Debug, Default)]
pub struct DayMood {
    valence: f64,
    energy: f64,
}

/// A habit: how likely on a day, when (minutes after midnight, mean and deviation), how long (minutes) and on what.
type Habit = (f64, f64, f64, f64, &'static str);

const WEEKDAY: [Habit; 6] = [
    (0.04, 40.0, 25.0, 25.0, "android"),
    (0.90, 475.0, 20.0, 26.0, "android"),
    (0.50, 800.0, 95.0, 32.0, "osx"),
    (0.88, 1_070.0, 25.0, 28.0, "android"),
    (0.70, 1_215.0, 50.0, 42.0, "web_player"),
    (0.25, 1_365.0, 30.0, 29.0, "android"),
];

/// Later, and more.
const WEEKEND: [Habit; 5] = [
    (0.10, 50.0, 30.0, 32.0, "android"),
    (0.88, 660.0, 50.0, 48.0, "web_player"),
    (0.78, 920.0, 85.0, 52.0, "android"),
    (0.82, 1_200.0, 65.0, 60.0, "web_player"),
    (0.42, 1_385.0, 30.0, 37.0, "android"),
];

/// Share of days without any music.
const SILENT_DAYS: f64 = 0.03;
/// The shortest sitting: one song.
const SITTING_MINUTES_MIN: f64 = 6.0;

/// The sittings of a local day in the order of their starts. Reads the same count of numbers whatever happens on that day.
pub fn sittings(day: NaiveDate, stream: &mut Stream) -> Vec<Sitting> {
    let habits: &[Habit] = if is_weekend(day) { &WEEKEND } else { &WEEKDAY };
    let silent = stream.chance(SILENT_DAYS);
    let mut sittings = Vec::with_capacity(habits.len());
    for &(probability, start, deviation, length, platform) in habits {
        let happens = stream.chance(probability);
        let start_minutes = (start + deviation * stream.normal()).clamp(2.0, 1_430.0);
        let length_minutes = (length * (1.0 + 0.3 * stream.normal())).max(SITTING_MINUTES_MIN);
        if happens && !silent {
            let start = day.and_time(NaiveTime::MIN) + TimeDelta::seconds((start_minutes * 60.0) as i64);
            sittings.push(Sitting { start, length_s: (length_minutes * 60.0) as i64, platform });
        }
    }
    sittings.sort_by_key(|sitting| sitting.start);
    sittings
}

impl DayMood {
    /// The mood of the next day: most of this one's, and something of its own.
    pub fn next(self, stream: &mut Stream) -> Self {
        Self { valence: 0.8 * self.valence + 0.04 * stream.normal(), energy: 0.8 * self.energy + 0.03 * stream.normal() }
    }

    /// The mood wanted at a local time: calm and low late in the evening, lively on the way and at weekends.
    pub fn at(self, local: NaiveDateTime) -> Mood {
        let (valence, energy) = match local.hour() {
            0..=4 => (0.26, 0.28),
            5..=9 => (0.54, 0.68),
            10..=15 => (0.52, 0.60),
            16..=19 => (0.55, 0.70),
            20..=21 => (0.46, 0.54),
            _ => (0.30, 0.34),
        };
        let (brighter, livelier) = if is_weekend(local.date()) { (0.06, 0.12) } else { (0.0, 0.0) };
        Mood { valence: valence + brighter + self.valence, energy: energy + livelier + self.energy }
    }
}

/// The instant of a local time: the earlier of two where the clock is set back, none where it is set forward over that
/// time.
pub fn instant(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    zone.from_local_datetime(&local).earliest().map(|time| time.to_utc())
}

/// The first instant of a local day; some zones set the clock forward at midnight, and some have left out a day.
pub fn day_start(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=96)
        .find_map(|quarter| instant(zone, midnight.checked_add_signed(TimeDelta::minutes(15 * quarter))?))
        .unwrap_or_else(|| midnight.and_utc())
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use chrono_tz::{Africa::Cairo, Europe::Berlin, Pacific::Apia};

    use super::{day_start, instant};

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn the_hour_that_the_clock_leaves_out_has_no_instant() {
        let change = day(2026, 3, 29);
        assert!(instant(Berlin, change.and_hms_opt(2, 30, 0).unwrap()).is_none());
        assert_eq!(instant(Berlin, change.and_hms_opt(3, 0, 0).unwrap()).unwrap().to_rfc3339(), "2026-03-29T01:00:00+00:00");
    }

    #[test]
    fn the_hour_that_comes_twice_is_the_earlier_one() {
        let twice = instant(Berlin, day(2026, 10, 25).and_hms_opt(2, 30, 0).unwrap()).unwrap();
        assert_eq!(twice.to_rfc3339(), "2026-10-25T00:30:00+00:00");
    }

    #[test]
    fn a_day_begins_even_where_its_midnight_or_the_day_itself_is_missing() {
        assert_eq!(day_start(Berlin, day(2026, 1, 5)).to_rfc3339(), "2026-01-04T23:00:00+00:00");
        assert_eq!(day_start(Cairo, day(2026, 4, 24)).to_rfc3339(), "2026-04-23T22:00:00+00:00");
        assert_eq!(day_start(Apia, day(2011, 12, 30)), day_start(Apia, day(2011, 12, 31)));
    }
}
