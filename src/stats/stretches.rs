//! The days of a listener as units for `effects`: parts of the day, weekends and recent weeks.
//!
//! Owns what is compared with what and how many plays that needs, for one subject (a feature, the share of a genre) at a time.
//! Comparing within the same day or week lets the mood of the day and a drift over months fall out. Refuses nothing: too few
//! units are refused by `effects`. Days are counted from 1970-01-01 in local time. The thresholds were weighed on the made-up
//! listeners of `simulated`.

use std::collections::{BTreeMap, BTreeSet};

use super::weeks::Week;

/// A day counts for a part of it with this many plays in the part and as many in the rest. Three found a tenth to a quarter fewer
/// of the planted evenings, and one play says little of a part: single sessions then make skewed differences.
pub const PART_PLAYS_MIN: u64 = 2;

/// An ISO week counts for its weekend with this many plays in the weekend and as many on the other days: one session or two.
pub const WEEKEND_PLAYS_MIN: u64 = 5;

/// Seven days count as a week with this many plays; what fewer plays than usual in the recent week mean, `weeks` allows for.
pub const WEEK_PLAYS_MIN: u64 = 10;

/// A share is tested when this many days a week or more have it and as many have something else ([`days_heard_a_week`]). Rarer
/// ones have skewed differences, and as tests that hardly can find anything they make the correction harder on all others.
pub const DAYS_HEARD_MIN: f64 = 2.0;

/// Plays of one part of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plays {
    /// How many have a value.
    pub count: u64,
    /// The sum of their values; of something that a play has or has not, how many have it.
    pub sum: f64,
}

/// One local day of a listener: plays at night, in the morning, in the afternoon and in the evening.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Day {
    /// Days since 1970-01-01.
    pub number: i32,
    /// Plays in each part of the day.
    pub parts: [Plays; 4],
}

/// For each day with enough plays: the number of its ISO week, and the mean in this part less the mean in the rest of the same
/// day. Parts are counted from 0; there is nothing in a part that does not exist.
#[must_use]
pub fn part_of_day(days: &[Day], part: usize) -> Vec<(i64, f64)> {
    let difference = |day: &Day| {
        let others = day.parts.iter().enumerate().filter(|(other, _)| *other != part);
        let rest = others.fold(Plays::default(), |all, (_, plays)| all.and(*plays));
        let inside = day.parts.get(part)?.mean_of(PART_PLAYS_MIN)?;
        Some((day.week(), inside - rest.mean_of(PART_PLAYS_MIN)?))
    };
    days.iter().filter_map(difference).collect()
}

/// For each ISO week with enough plays, in order: the mean of its Saturday and Sunday less that of the other days.
#[must_use]
pub fn weekend(days: &[Day]) -> Vec<f64> {
    let mut weeks: BTreeMap<i64, (Plays, Plays)> = BTreeMap::new();
    for day in days {
        let (weekend, others) = weeks.entry(day.week()).or_default();
        let side = if day.is_weekend() { weekend } else { others };
        *side = side.and(day.plays());
    }
    let difference =
        |(weekend, others): &(Plays, Plays)| Some(weekend.mean_of(WEEKEND_PLAYS_MIN)? - others.mean_of(WEEKEND_PLAYS_MIN)?);
    weeks.values().filter_map(difference).collect()
}

/// The seven days that end with the day `last`, and those before in steps of seven days, the latest first; weeks before without
/// enough plays are left out. `None` when the recent week has too few.
#[must_use]
pub fn recent_week(days: &[Day], last: i32) -> Option<(Week, Vec<Week>)> {
    let mut weeks: BTreeMap<i64, Plays> = BTreeMap::new();
    for day in days.iter().filter(|day| day.number <= last) {
        let plays = weeks.entry((i64::from(last) - i64::from(day.number)) / 7).or_default();
        *plays = plays.and(day.plays());
    }
    let week = |plays: &Plays| Some(Week { mean: plays.mean_of(WEEK_PLAYS_MIN)?, plays: plays.count });
    let recent = week(weeks.get(&0)?)?;
    Some((recent, weeks.range(1..).filter_map(|(_, plays)| week(plays)).collect()))
}

/// On how many days a week something was heard, or something else was, whichever is less; over the ISO weeks that have plays, and
/// 0 without any. Decides with [`DAYS_HEARD_MIN`] whether a share is tested; it looks at all stretches alike, so it favours none.
#[must_use]
pub fn days_heard_a_week(days: &[Day]) -> f64 {
    let played: Vec<(i64, Plays)> = days.iter().map(|day| (day.week(), day.plays())).filter(|day| day.1.count > 0).collect();
    let weeks = played.iter().map(|day| day.0).collect::<BTreeSet<_>>().len();
    let heard = played.iter().filter(|day| day.1.sum > 0.0).count();
    let other = played.iter().filter(|day| day.1.sum < day.1.count as f64).count();
    if weeks == 0 { 0.0 } else { heard.min(other) as f64 / weeks as f64 }
}

impl Plays {
    fn and(self, other: Self) -> Self {
        Self { count: self.count.saturating_add(other.count), sum: self.sum + other.sum }
    }

    /// The mean value, when there are at least so many plays.
    fn mean_of(self, least: u64) -> Option<f64> {
        (self.count > 0 && self.count >= least).then(|| self.sum / self.count as f64)
    }
}

impl Day {
    fn plays(&self) -> Plays {
        self.parts.iter().fold(Plays::default(), |all, part| all.and(*part))
    }

    /// The ISO week, counted on without end; 1970-01-01 was a Thursday.
    fn week(&self) -> i64 {
        (i64::from(self.number) + 3).div_euclid(7)
    }

    fn is_weekend(&self) -> bool {
        (i64::from(self.number) + 3).rem_euclid(7) >= 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plays(count: u64, sum: f64) -> Plays {
        Plays { count, sum }
    }

    /// A day with plays in the afternoon and the evening.
    fn day(number: i32, afternoon: Plays, evening: Plays) -> Day {
        Day { number, parts: [Plays::default(), Plays::default(), afternoon, evening] }
    }

    // Day 4 is Monday, 1970-01-05.

    #[test]
    fn a_part_is_held_against_the_rest_of_its_own_day() {
        let days =
            [day(4, plays(4, 2.0), plays(3, 2.25)), day(10, plays(8, 2.0), plays(4, 3.0)), day(11, plays(3, 1.5), plays(3, 1.5))];
        // Monday: .75 − .5; Sunday of the same week: .75 − .25; the Monday after: none.
        assert_eq!(part_of_day(&days, 3), [(1, 0.25), (1, 0.5), (2, 0.0)]);
        assert_eq!(part_of_day(&days, 2), [(1, -0.25), (1, -0.5), (2, 0.0)]);
    }

    #[test]
    fn days_with_too_few_plays_in_the_part_or_outside_do_not_count() {
        let days =
            [day(4, plays(1, 1.0), plays(9, 1.0)), day(5, plays(9, 2.0), plays(1, 1.0)), day(6, plays(9, 2.0), plays(0, 0.0))];
        assert_eq!((part_of_day(&days, 3), part_of_day(&days, 0), part_of_day(&days, 9)), (vec![], vec![], vec![]));
    }

    #[test]
    fn a_weekend_is_held_against_the_weekdays_of_its_own_week() {
        let monday_to_sunday: Vec<Day> = (4..11).map(|number| day(number, plays(5, f64::from(number)), plays(0, 0.0))).collect();
        // Weekdays (4 + 5 + 6 + 7 + 8) / 25, Saturday and Sunday (9 + 10) / 10.
        assert!((weekend(&monday_to_sunday)[0] - 0.7).abs() < 1e-15);
        assert_eq!(weekend(&monday_to_sunday[..5]), [0.0; 0]);
        assert_eq!(weekend(&[day(-1, plays(5, 5.0), plays(0, 0.0)), day(3, plays(5, 2.5), plays(0, 0.0))]), [-0.5]);
    }

    #[test]
    fn recent_weeks_are_counted_back_from_the_last_day() {
        let days: Vec<Day> = (0..23).map(|number| day(number, plays(2, f64::from(number)), plays(0, 0.0))).collect();
        let (recent, before) = recent_week(&days, 20).unwrap();
        assert_eq!(recent, Week { mean: 8.5, plays: 14 });
        assert_eq!(before, [Week { mean: 5.0, plays: 14 }, Week { mean: 1.5, plays: 14 }]);
        assert_eq!(recent_week(&days, 40), None);
        assert_eq!(recent_week(&days[..18], 20), None);
    }

    #[test]
    fn days_heard_are_those_with_something_and_with_something_else() {
        let days = [
            day(4, plays(5, 0.0), plays(1, 1.0)),
            day(5, plays(5, 5.0), plays(0, 0.0)),
            day(6, plays(3, 1.0), plays(3, 0.0)),
            day(7, plays(3, 0.0), plays(3, 0.0)),
            day(11, plays(3, 0.0), plays(3, 0.0)),
            day(18, plays(0, 0.0), plays(0, 0.0)),
        ];
        // Heard on days 4, 5 and 6 of two weeks with plays; something else on all but day 5.
        assert!((days_heard_a_week(&days) - 1.5).abs() < 1e-15);
        assert!(days_heard_a_week(&[]).abs() < 1e-15);
    }
}
