//! Indicators that compare a day with the listener's own past: shift, persistence, rest.
//!
//! Owns their baselines and how much of it has to be there.

use crate::stats::correlation::autocorrelation;
use crate::stats::windows::{mean_and_deviation, median};

/// Days of the last week, and of the baseline, that have to have a mean.
const SHIFT_DAYS_MIN: [usize; 2] = [4, 28];
/// Days of the last week, and of the baseline.
const SHIFT_DAYS: [usize; 2] = [7, 56];
/// Weeks that persistence looks back over, and pairs of neighbouring weeks that it needs.
const PERSISTENCE_WEEKS: usize = 26;
const PERSISTENCE_PAIRS_MIN: usize = 8;
/// Days that the usual pause is the median of, and how many of them have to have one.
const REST_DAYS: usize = 30;
const REST_DAYS_MIN: usize = 10;

/// How far the last week is from the weeks before.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shift {
    /// In standard deviations of daily means.
    pub deviations: Option<f64>,
    /// Days with a mean among the last 7.
    pub days_week: usize,
    /// Days with a mean among the last 56.
    pub days_baseline: usize,
}

/// Each day's shift: the mean of the last 7 daily means less that of the last 56, over the standard deviation of these.
#[must_use]
pub fn shifts(daily: &[Option<f64>]) -> Vec<Shift> {
    let week = mean_and_deviation(daily, SHIFT_DAYS[0], SHIFT_DAYS_MIN[0]);
    let baseline = mean_and_deviation(daily, SHIFT_DAYS[1], SHIFT_DAYS_MIN[1]);
    let present = |at: usize, days: usize| daily[(at + 1).saturating_sub(days)..=at].iter().flatten().count();
    (0..daily.len())
        .map(|at| Shift {
            deviations: match (week[at], baseline[at]) {
                (Some((week, _)), Some((usual, deviation))) if deviation > 0.0 => Some((week - usual) / deviation),
                _ => None,
            },
            days_week: present(at, SHIFT_DAYS[0]),
            days_baseline: present(at, SHIFT_DAYS[1]),
        })
        .collect()
}

/// The correlation of a weekly share with that of the week before, over the 26 weeks that end on a day; and how many weeks of
/// them have a share. `weekly` is the share of the seven days that end on each day.
#[must_use]
pub fn persistence(weekly: &[Option<f64>], at: usize) -> (Option<f64>, usize) {
    let mut weeks: Vec<Option<f64>> =
        (0..PERSISTENCE_WEEKS).map_while(|back| at.checked_sub(7 * back)).map(|day| weekly[day]).collect();
    weeks.reverse();
    let pairs = weeks.windows(2).filter(|pair| pair.iter().all(Option::is_some)).count();
    let correlation = if pairs < PERSISTENCE_PAIRS_MIN { None } else { autocorrelation(&weeks, 1) };
    (correlation, weeks.iter().flatten().count())
}

/// A day's longest pause, the usual one, and how far apart they are, in minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rest {
    /// The longest silence that ended on the day.
    pub longest: Option<f64>,
    /// The median of the 30 days before.
    pub usual: Option<f64>,
    /// The day's less the usual one.
    pub deviation: Option<f64>,
}

/// Each day's pauses beside the usual ones.
#[must_use]
pub fn rests(longest: &[Option<f64>]) -> Vec<Rest> {
    let medians = median(longest, REST_DAYS, REST_DAYS_MIN);
    (0..longest.len())
        .map(|at| {
            // What is usual does not know of today.
            let usual = at.checked_sub(1).and_then(|yesterday| medians[yesterday]);
            let deviation = longest[at].zip(usual).map(|(longest, usual)| longest - usual);
            Rest { longest: longest[at], usual, deviation }
        })
        .collect()
}
