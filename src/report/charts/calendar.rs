//! Plays a day over the last year: a column for each week, a row for each weekday.
//!
//! Owns the calendar. Days without plays are told from days that are not in the span, and days on which plays may be missing are
//! hatched.

use chrono::{Datelike, Days, NaiveDate};

use crate::report::data::{Calendar, CalendarDay};
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, Canvas};
use crate::report::draw::heat::{COUNT_CLASSES, Counts};
use crate::report::draw::legend::{self, STEPS_HEIGHT, Sign};
use crate::report::draw::time::days_between;
use crate::report::words;

const NAME: &str = "calendar";

/// Weeks that a phone shows without scrolling.
const WEEKS_AT_ONCE: usize = 18;
/// From one day to the next, and the square of a day.
const PITCH: f64 = 17.0;
const SQUARE: f64 = 14.0;
const LEFT: f64 = 34.0;
const TOP: f64 = 22.0;
/// Weeks that have room; more would be a mistake of whoever filled the report.
const MOST_WEEKS: usize = 54;

/// The calendar; none without days.
pub(crate) fn draw(calendar: &Calendar) -> Option<Drawing> {
    let (first, last) = (calendar.days.first()?, calendar.days.last()?);
    let weeks = weeks_of(calendar);
    let steps = Counts::of(calendar.days.iter().map(|day| u64::from(day.plays)));
    let mut canvas = Canvas::default();
    canvas.define_hatch(NAME);
    for weekday in 1..=7_u32 {
        let y = TOP + f64::from(weekday - 1) * PITCH + 11.0;
        canvas.text("muted", (LEFT - 8.0, y), 10.0, Anchor::End, words::weekday(weekday));
    }
    month_labels(&mut canvas, &weeks);
    for (column, (_, days)) in weeks.iter().enumerate() {
        days.iter().flatten().for_each(|day| draw_day(&mut canvas, column, day, steps));
    }
    let width = (LEFT + weeks.len() as f64 * PITCH).max(520.0);
    let runs_on = weeks.len() > WEEKS_AT_ONCE;
    let bottom = TOP + 7.0 * PITCH + 12.0;
    let end = legend::counts(&mut canvas, (LEFT, bottom), "plays a day, from", steps);
    let gaps = calendar.days.iter().filter(|day| day.in_gap).count() as u64;
    let mut height = bottom + STEPS_HEIGHT;
    if gaps > 0 {
        let beside = width - end > 210.0;
        let at = if beside { (end + 20.0, bottom) } else { (LEFT, height + 4.0) };
        height += if beside { 0.0 } else { 20.0 };
        legend::signs(&mut canvas, at, &[(Sign::Hatch(NAME), "plays may be missing")]);
    }
    let total: u64 = calendar.days.iter().map(|day| u64::from(day.plays)).sum();
    Some(Drawing {
        name: NAME,
        title: format!("Plays a day, {} to {}", words::day(first.date), words::day(last.date)),
        description: format!(
            "A square for each day, weeks from left to right, Monday to Sunday from top to bottom. {} on {}, of which {} may lack plays.",
            words::counted(total, "play"),
            words::counted(calendar.days.len() as u64, "day"),
            words::count(gaps)
        ),
        width,
        height,
        // A short history fits a phone from its first day; scrolled to the end it would show nothing but the legend's.
        narrowest: if runs_on { 720 } else { 520 },
        runs_on,
        body: canvas.finish(),
    })
}

/// Mondays with their seven days, of which some may be outside the span.
pub(crate) fn weeks_of(calendar: &Calendar) -> Vec<(NaiveDate, [Option<CalendarDay>; 7])> {
    let Some(first) = calendar.days.first().map(|day| monday(day.date)) else { return Vec::new() };
    let mut weeks: Vec<(NaiveDate, [Option<CalendarDay>; 7])> = Vec::new();
    for day in &calendar.days {
        let week = (days_between(first, day.date) / 7.0).floor();
        if week < 0.0 || week >= MOST_WEEKS as f64 {
            continue;
        }
        while weeks.len() <= week as usize {
            weeks.push((first + Days::new(7 * weeks.len() as u64), [None; 7]));
        }
        weeks[week as usize].1[day.date.weekday().num_days_from_monday() as usize] = Some(*day);
    }
    weeks
}

fn monday(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday()))).unwrap_or(date)
}

/// A month's name above the first week that begins in it, where the one before has room.
fn month_labels(canvas: &mut Canvas, weeks: &[(NaiveDate, [Option<CalendarDay>; 7])]) {
    let mut free_from = 0;
    for (column, (monday, _)) in weeks.iter().enumerate() {
        let is_new = column == 0 || weeks[column - 1].0.month() != monday.month();
        if !is_new || column < free_from {
            continue;
        }
        let is_cut = column == 0 && weeks.get(2).is_some_and(|(later, _)| later.month() != monday.month());
        if is_cut {
            continue;
        }
        let label = if column == 0 || monday.month() == 1 {
            format!("{} {}", words::month(monday.month()), monday.year())
        } else {
            words::month(monday.month()).to_owned()
        };
        free_from = column + if label.len() > 3 { 4 } else { 2 };
        canvas.text("muted", (LEFT + column as f64 * PITCH, TOP - 9.0), 10.0, Anchor::Start, &label);
    }
}

fn draw_day(canvas: &mut Canvas, column: usize, day: &CalendarDay, steps: Counts) {
    let area = Area {
        x: LEFT + column as f64 * PITCH,
        y: TOP + f64::from(day.date.weekday().num_days_from_monday()) * PITCH,
        width: SQUARE,
        height: SQUARE,
    };
    let mut said = format!("{}\n{}", words::weekday_day(day.date), words::counted(u64::from(day.plays), "play"));
    if day.minutes > 0.0 {
        said.push_str(", ");
        said.push_str(&words::minutes(day.minutes));
    }
    if day.in_gap {
        said.push_str("\nplays may be missing");
    }
    canvas.rectangle(COUNT_CLASSES[steps.class(u64::from(day.plays))], area, Some(&said));
    if day.in_gap {
        canvas.hatched(NAME, area);
    }
}
