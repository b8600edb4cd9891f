//! Days in a row with plays.

use crate::recap::data::{Streak, Streaks};
use crate::recap::week::Week;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The run that the week's last day with a play belongs to, and the longest up to its Sunday; `days` are those with plays.
pub fn of(days: &BTreeSet<NaiveDate>, week: Week) -> Streaks {
    let mut streaks = Streaks::default();
    let mut run: Option<Streak> = None;
    for &day in days.range(..=week.sunday()) {
        let next = match run {
            Some(run) if run.to.succ_opt() == Some(day) => Streak { to: day, days: run.days + 1, ..run },
            _ => Streak { from: day, to: day, days: 1 },
        };
        if streaks.longest.is_none_or(|longest| next.days > longest.days) {
            streaks.longest = Some(next);
        }
        run = Some(next);
    }
    streaks.current = run.filter(|run| run.to >= week.monday());
    streaks
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::recap::data::Streak;
    use crate::recap::week::Week;
    use chrono::NaiveDate;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    #[test]
    fn a_run_is_followed_into_the_week_and_not_out_of_it() {
        let week = Week::parse("2026-W46").unwrap(); // 9 to 15 November
        let days = [1, 2, 3, 7, 8, 9, 10, 15, 16, 17].map(day).into_iter().collect();
        let streaks = of(&days, week);
        assert_eq!(streaks.longest, Some(Streak { from: day(7), to: day(10), days: 4 }));
        assert_eq!(streaks.current, Some(Streak { from: day(15), to: day(15), days: 1 }));
        let silent = of(&[1, 2, 20].map(day).into_iter().collect(), week);
        assert_eq!((silent.current, silent.longest.unwrap().days), (None, 2));
        assert_eq!(of(&[20].map(day).into_iter().collect(), week).longest, None);
    }
}
