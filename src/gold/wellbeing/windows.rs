//! A day, a week and four weeks of listening as indicators.
//!
//! Owns the formulas and the least support of each. What rests on too little is null, not a guess.

use crate::gold::calendar::Day;
use crate::stats::windows::sums;

/// Share of the plays that have to have features, for anything that is said of their mood.
pub const COVERAGE_MIN: f64 = 0.5;

/// Days up to and including one day, and what an indicator over them needs.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// How many days.
    pub days: usize,
    /// Plays that an indicator has to rest on.
    pub plays_min: i64,
}

/// One day: five plays are a quarter of an hour.
pub const DAY: Span = Span { days: 1, plays_min: 5 };
/// A week.
pub const WEEK: Span = Span { days: 7, plays_min: 20 };
/// Four weeks.
pub const FOUR_WEEKS: Span = Span { days: 28, plays_min: 60 };

/// The mood of the plays in a window, weighted by listening time where it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mood {
    /// Mean and standard deviation (of the weighted plays as a population), 0–1.
    pub valence: Option<(f64, f64)>,
    /// The same of energy.
    pub energy: Option<(f64, f64)>,
    /// Share of the covered plays with low valence and low energy, 0–1.
    pub sad_share: Option<f64>,
}

/// The sums of one window.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// Plays.
    pub plays: i64,
    /// Plays whose features count.
    pub covered: i64,
    /// Plays with authentic features.
    pub authentic: i64,
    /// Days with a play.
    pub days: i64,
    /// Days on which plays may be missing.
    pub gap_days: i64,
    weight: i64,
    valence: [i128; 2],
    energy: [i128; 2],
    sad: i64,
    late: i64,
    sessions: i64,
    session_us: i64,
    /// Calendar days in the window; fewer at the start.
    calendar_days: usize,
}

/// The windows that end on each day.
#[must_use]
pub fn over(days: &[Day], span: Span) -> Vec<Sums> {
    let whole = |of: &dyn Fn(&Day) -> i64| -> Vec<i64> {
        // The sum of whole numbers that a day's table held is a whole number of its type again.
        large(days, span, &|day| i128::from(of(day))).into_iter().map(|sum| i64::try_from(sum).unwrap_or(i64::MAX)).collect()
    };
    let (plays, covered, authentic) = (whole(&|day| day.plays), whole(&|day| day.covered), whole(&|day| day.authentic));
    let (heard, gaps) = (whole(&|day| i64::from(day.plays > 0)), whole(&|day| i64::from(day.in_gap)));
    let (weight, sad, late) = (whole(&|day| day.weight), whole(&|day| day.sad), whole(&|day| day.late));
    let (sessions, session_us) = (whole(&|day| day.sessions), whole(&|day| day.session_us));
    let valence = [0, 1].map(|power: usize| large(days, span, &|day| day.valence[power]));
    let energy = [0, 1].map(|power: usize| large(days, span, &|day| day.energy[power]));
    (0..days.len())
        .map(|at| Sums {
            plays: plays[at],
            covered: covered[at],
            authentic: authentic[at],
            days: heard[at],
            gap_days: gaps[at],
            weight: weight[at],
            valence: [valence[0][at], valence[1][at]],
            energy: [energy[0][at], energy[1][at]],
            sad: sad[at],
            late: late[at],
            sessions: sessions[at],
            session_us: session_us[at],
            calendar_days: span.days.min(at + 1),
        })
        .collect()
}

fn large(days: &[Day], span: Span, of: &dyn Fn(&Day) -> i128) -> Vec<i128> {
    sums(&days.iter().map(of).collect::<Vec<_>>(), span.days)
}

impl Sums {
    /// Share of the plays with authentic features, 0–1; none without plays.
    #[must_use]
    pub fn authentic_share(&self) -> Option<f64> {
        share(self.authentic, self.plays)
    }

    /// The mood, where enough plays have features.
    #[must_use]
    pub fn mood(&self, span: Span) -> Mood {
        let is_covered = self.covered >= span.plays_min
            && share(self.covered, self.plays).is_some_and(|coverage| coverage >= COVERAGE_MIN)
            && self.weight > 0;
        if !is_covered {
            return Mood::default();
        }
        Mood {
            valence: Some(moments(self.valence, self.weight)),
            energy: Some(moments(self.energy, self.weight)),
            sad_share: share(self.sad, self.covered),
        }
    }

    /// Share of the plays between midnight and five, 0–1.
    #[must_use]
    pub fn late_share(&self, span: Span) -> Option<f64> {
        share(self.late, self.plays).filter(|_| self.plays >= span.plays_min)
    }

    /// Sittings a calendar day.
    #[must_use]
    pub fn sessions_per_day(&self) -> f64 {
        self.sessions as f64 / self.calendar_days.max(1) as f64
    }

    /// The mean length of a sitting in minutes.
    #[must_use]
    pub fn session_minutes(&self) -> Option<f64> {
        (self.sessions > 0).then(|| self.session_us as f64 / self.sessions as f64 / 60e6)
    }

    /// Sittings that began within it.
    #[must_use]
    pub const fn sessions(&self) -> i64 {
        self.sessions
    }
}

/// Part of a whole, 0–1; none of nothing.
#[must_use]
pub fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Weighted mean and standard deviation from exact sums of millionths and their squares.
fn moments([sum, squares]: [i128; 2], weight: i64) -> (f64, f64) {
    let weight = i128::from(weight);
    // n Σx² − (Σx)² is exact in whole numbers: no digits cancel, as they would between rounded means. A window's sums stay far
    // below 10^19, so that their squares fit into 38 digits.
    let spread = weight.saturating_mul(squares).saturating_sub(sum.saturating_mul(sum)).max(0);
    let weight = weight as f64;
    (sum as f64 / weight / 1e6, (spread as f64).sqrt() / weight / 1e6)
}

#[cfg(test)]
mod tests {
    use super::{DAY, Mood, WEEK, moments, over};
    use crate::gold::calendar::Day;

    /// Plays of one minute each.
    fn day(valences: &[i128], others: i64) -> Day {
        let covered = i64::try_from(valences.len()).unwrap();
        let sum: i128 = valences.iter().sum();
        let squares: i128 = valences.iter().map(|valence| valence * valence).sum();
        Day {
            plays: covered + others,
            covered,
            weight: covered * 60_000,
            valence: [sum * 60_000, squares * 60_000],
            energy: [sum * 60_000, squares * 60_000],
            ..Day::default()
        }
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_plays() {
        // numpy.average and the root of the weighted mean square deviation of (0.2, 0.4, 0.9) with weights (1, 1, 2).
        let sum = 200_000 + 400_000 + 2 * 900_000;
        let squares = 200_000_i128.pow(2) + 400_000_i128.pow(2) + 2 * 900_000_i128.pow(2);
        let (mean, deviation) = moments([sum, squares], 4);
        assert!((mean - 0.6).abs() < 1e-15 && (deviation - 0.308_220_700_148_448_8).abs() < 1e-15, "{mean} {deviation}");
    }

    #[test]
    fn a_mood_that_rests_on_too_few_plays_or_on_less_than_half_of_them_is_none() {
        let enough = over(&[day(&[500_000; 5], 5)], DAY)[0];
        assert!(enough.mood(DAY).valence.is_some());
        assert_eq!(over(&[day(&[500_000; 4], 0)], DAY)[0].mood(DAY), Mood::default());
        assert_eq!(over(&[day(&[500_000; 5], 6)], DAY)[0].mood(DAY), Mood::default());
        assert_eq!(over(&[day(&[500_000; 19], 0)], WEEK)[0].mood(WEEK), Mood::default());
    }

    #[test]
    fn a_window_ends_with_its_day_and_is_shorter_at_the_start() {
        let days: Vec<Day> = (1..=9).map(|plays| Day { plays, sessions: 1, ..Day::default() }).collect();
        let weeks = over(&days, WEEK);
        assert_eq!(weeks.iter().map(|week| week.plays).collect::<Vec<_>>(), [1, 3, 6, 10, 15, 21, 28, 35, 42]);
        assert!(weeks.iter().all(|week| (week.sessions_per_day() - 1.0).abs() < f64::EPSILON));
    }
}
