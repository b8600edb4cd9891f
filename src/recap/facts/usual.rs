//! What a usual week of the listener is.
//!
//! Owns which weeks it is made of: as many as are whole, known and not too long ago.

use super::sums::Sum;
use crate::recap::data::Usual;
use crate::recap::week::Week;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Weeks that are looked back on.
const WEEKS: u64 = 12;
/// Fewer than these say nothing of what is usual.
const WEEKS_MIN: usize = 4;

/// Medians over the weeks before this one that begin after the first play and have no day in a gap.
pub fn of(heard: &BTreeMap<Week, Sum>, week: Week, first_day: NaiveDate, has_gap: impl Fn(Week) -> bool) -> Option<Usual> {
    let weeks = (1..=WEEKS).map(|ago| week.before(ago)).filter(|week| week.monday() >= first_day && !has_gap(*week));
    let sums: Vec<Sum> = weeks.map(|week| heard.get(&week).copied().unwrap_or_default()).collect();
    // A week without plays has no minutes; of one whose plays do not tell it is not known how many.
    let minutes = |sum: &Sum| if sum.plays == 0 { Some(0.0) } else { sum.minutes() };
    (sums.len() >= WEEKS_MIN).then(|| Usual {
        weeks: sums.len() as u64,
        plays: median(sums.iter().map(|sum| sum.plays as f64).collect()),
        minutes: sums.iter().map(minutes).collect::<Option<Vec<_>>>().map(median),
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) { f64::midpoint(values[middle - 1], values[middle]) } else { values[middle] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(plays: &[(u64, u64)]) -> BTreeMap<Week, Sum> {
        let week = Week::parse("2026-W46").unwrap();
        plays.iter().map(|&(ago, plays)| (week.before(ago), Sum::of_untimed(plays))).collect()
    }

    #[test]
    fn silent_weeks_count_and_weeks_in_a_gap_do_not() {
        let week = Week::parse("2026-W46").unwrap();
        let known = heard(&[(1, 9), (2, 50), (4, 10), (5, 30), (13, 1000)]);
        let since = |ago| week.before(ago).monday();
        let usual = of(&known, week, since(5), |_| false).unwrap();
        assert_eq!((usual.weeks, usual.plays, usual.minutes), (5, 10.0, None));
        let usual = of(&known, week, since(5), |of| of == week.before(2)).unwrap();
        assert_eq!((usual.weeks, usual.plays), (4, 9.5));
        assert_eq!(of(&known, week, since(5).succ_opt().unwrap(), |of| of == week.before(2)), None);
        assert_eq!(of(&known, week, since(30), |_| false).unwrap().weeks, 12);
    }
}
