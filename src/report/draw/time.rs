//! The axis of time: days from left to right, and where its ticks and their labels stand.
//!
//! Owns the choice between weeks, months and years. Knows days only, no clock and no zone.

use chrono::{Datelike, NaiveDate};

use super::canvas::{Anchor, Canvas};
use crate::report::words;

/// Width that a label needs, with room to the next.
const LABEL_WIDTH: f64 = 62.0;

/// Days between two edges of the canvas.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeAxis {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub left: f64,
    pub right: f64,
}

impl TimeAxis {
    /// Where a day stands; the only day of an axis stands in the middle.
    pub(crate) fn place(self, date: NaiveDate) -> f64 {
        let days = days_between(self.first, self.last);
        if days <= 0.0 {
            return f64::midpoint(self.left, self.right);
        }
        self.left + (self.right - self.left) * days_between(self.first, date) / days
    }

    /// Ticks that leave room for their labels.
    pub(crate) fn ticks(self) -> Vec<(NaiveDate, String)> {
        let days = days_between(self.first, self.last).max(1.0);
        let room = (days * LABEL_WIDTH / (self.right - self.left).max(1.0)).max(1.0);
        if room <= 28.0 && days <= 130.0 {
            return weeks(self, room);
        }
        months(self, room, [1, 2, 3, 6, 12].into_iter().find(|months| room <= f64::from(*months) * 30.0))
    }

    /// Draws vertical lines and labels, from `top` to `bottom`.
    pub(crate) fn draw(self, canvas: &mut Canvas, top: f64, bottom: f64) {
        for (date, label) in self.ticks() {
            let x = self.place(date);
            canvas.line("grid", (x, top), (x, bottom));
            canvas.text("muted", (x, bottom + 16.0), 11.0, Anchor::Middle, &label);
        }
    }
}

/// Mondays, one in so many weeks.
fn weeks(axis: TimeAxis, room: f64) -> Vec<(NaiveDate, String)> {
    let every = (room / 7.0).ceil().max(1.0) as usize;
    let mondays =
        axis.first.iter_days().take_while(|date| *date <= axis.last).filter(|date| date.weekday().num_days_from_monday() == 0);
    mondays.step_by(every).map(|date| (date, format!("{} {}", date.day(), words::month(date.month())))).collect()
}

/// First days of months, one in so many; of Januaries, one in some years, where not even one a year has room.
fn months(axis: TimeAxis, room: f64, every: Option<u32>) -> Vec<(NaiveDate, String)> {
    let every_years = (room / 365.0).ceil().clamp(1.0, 1e4) as i32;
    let years = (axis.first.year()..=axis.last.year()).flat_map(|year| (1..=12_u32).map(move |month| (year, month)));
    let wanted = years.filter(|(year, month)| match every {
        Some(every) => (month - 1).is_multiple_of(every),
        None => *month == 1 && year.rem_euclid(every_years) == 0,
    });
    let days = wanted.filter_map(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1));
    let seen: Vec<NaiveDate> = days.filter(|date| *date >= axis.first && *date <= axis.last).collect();
    let label = |(place, date): (usize, &NaiveDate)| {
        let label = match every {
            None | Some(12) => date.year().to_string(),
            Some(_) if place == 0 || date.month() == 1 => format!("{} {}", words::month(date.month()), date.year()),
            Some(_) => words::month(date.month()).to_owned(),
        };
        (*date, label)
    };
    seen.iter().enumerate().map(label).collect()
}

/// Days from one day to another.
pub(crate) fn days_between(from: NaiveDate, to: NaiveDate) -> f64 {
    (to - from).num_days() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(first: (i32, u32, u32), last: (i32, u32, u32)) -> TimeAxis {
        let day = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        TimeAxis { first: day(first), last: day(last), left: 0.0, right: 900.0 }
    }

    fn labels(axis: TimeAxis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn short_spans_are_told_in_weeks_and_long_ones_in_months_or_years() {
        assert_eq!(labels(axis((2026, 3, 1), (2026, 3, 21))), ["2 Mar", "9 Mar", "16 Mar"]);
        assert_eq!(labels(axis((2025, 11, 5), (2026, 4, 30))), ["Dec 2025", "Jan 2026", "Feb", "Mar", "Apr"]);
        assert_eq!(labels(axis((2016, 3, 1), (2026, 3, 1))).first().map(String::as_str), Some("2017"));
        assert_eq!(labels(axis((2016, 3, 1), (2026, 3, 1))).len(), 10);
    }

    #[test]
    fn ticks_leave_room_for_their_labels_on_any_span() {
        for days in [0, 1, 6, 20, 60, 129, 131, 400, 900, 2_000, 4_000, 20_000] {
            let first = NaiveDate::from_ymd_opt(2001, 2, 3).unwrap();
            let last = first.checked_add_days(chrono::Days::new(days)).unwrap();
            let axis = TimeAxis { first, last, left: 0.0, right: 500.0 };
            let places: Vec<f64> = axis.ticks().into_iter().map(|(date, _)| axis.place(date)).collect();
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 50.0), "{days} days: {places:?}");
        }
    }
}
