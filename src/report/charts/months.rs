//! Plays a month over all years: a row for each year, a column for each month.
//!
//! Owns the view of long histories; shorter than a year and a month, the calendar shows all of it and this chart is left out.

use crate::report::data::Calendar;
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, Canvas};
use crate::report::draw::heat::{COUNT_CLASSES, Counts};
use crate::report::draw::legend::{self, STEPS_HEIGHT};
use crate::report::words;

const LEFT: f64 = 46.0;
const TOP: f64 = 22.0;
const WIDTH: f64 = 60.0;
const HEIGHT: f64 = 26.0;
/// Months that the calendar of the last 53 weeks can touch.
const SHOWN_BY_CALENDAR: usize = 13;
/// Class from which a number in a cell needs the light ink.
const FIRST_STRONG: usize = 5;

/// The months of every year; none where the calendar of days shows them all.
pub(crate) fn draw(calendar: &Calendar) -> Option<Drawing> {
    if calendar.months.len() <= SHOWN_BY_CALENDAR {
        return None;
    }
    let years = years_of(calendar);
    let steps = Counts::of(calendar.months.iter().map(|month| u64::from(month.plays)));
    let mut canvas = Canvas::default();
    for (column, name) in words::MONTHS.iter().enumerate() {
        canvas.text("muted", (LEFT + (column as f64 + 0.5) * WIDTH, TOP - 8.0), 11.0, Anchor::Middle, name);
    }
    for (row, year) in years.iter().enumerate() {
        let y = TOP + row as f64 * HEIGHT + 16.0;
        canvas.text("muted", (LEFT - 8.0, y), 11.0, Anchor::End, &year.to_string());
    }
    for month in &calendar.months {
        let Some(row) = years.iter().position(|year| *year == month.year) else { continue };
        if !(1..=12).contains(&month.month) {
            continue;
        }
        let (x, y) = (LEFT + f64::from(month.month - 1) * WIDTH, TOP + row as f64 * HEIGHT);
        let class = steps.class(u64::from(month.plays));
        let plays = words::counted(u64::from(month.plays), "play");
        let known = if month.minutes > 0.0 { format!(", {}", words::minutes(month.minutes)) } else { String::new() };
        let said = format!("{} {}\n{plays}{known}", words::month(month.month), month.year);
        let area = Area { x, y, width: WIDTH - 3.0, height: HEIGHT - 3.0 };
        canvas.rectangle(COUNT_CLASSES[class], area, Some(&said));
        let ink = if class < FIRST_STRONG { "on-low" } else { "on-high" };
        let middle = (x + (WIDTH - 3.0) / 2.0, y + 15.5);
        canvas.text(&format!("{ink} still"), middle, 10.5, Anchor::Middle, &words::count(u64::from(month.plays)));
    }
    let bottom = TOP + years.len() as f64 * HEIGHT + 8.0;
    legend::counts(&mut canvas, (LEFT, bottom), "plays a month, from", steps);
    let total: u64 = calendar.months.iter().map(|month| u64::from(month.plays)).sum();
    Some(Drawing {
        name: "calendar-months",
        title: format!("Plays a month, {} to {}", years.first()?, years.last()?),
        description: format!(
            "A cell with its number of plays for each month, years from top to bottom. {} in {}.",
            words::counted(total, "play"),
            words::counted(calendar.months.len() as u64, "month")
        ),
        width: LEFT + 12.0 * WIDTH,
        height: bottom + STEPS_HEIGHT,
        narrowest: 560,
        runs_on: false,
        body: canvas.finish(),
    })
}

/// The years that have months, in order.
pub(crate) fn years_of(calendar: &Calendar) -> Vec<i32> {
    let mut years: Vec<i32> = calendar.months.iter().map(|month| month.year).collect();
    years.sort_unstable();
    years.dedup();
    years
}
