//! The charts of a recap: its days, and the hours of the day.

use crate::recap::data::Recap;
use crate::report::data::Basis;
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, Canvas};
use crate::report::draw::scale::Axis;
use crate::report::draw::standalone::document;
use crate::report::words::{count, counted, minutes, weekday};
use chrono::Datelike;

const WIDTH: f64 = 560.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 16.0;
const HEIGHT: f64 = 150.0;
const SIZE: f64 = 12.0;
/// What a bar leaves free of its place.
const BETWEEN: f64 = 0.28;

/// A chart as a picture is made of it.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it is called in a mail and as a file.
    pub name: &'static str,
    /// What is seen in it.
    pub description: String,
    /// A whole SVG document.
    pub svg: String,
}

/// A bar, with what stands below it and above it.
struct Bar {
    value: f64,
    below: String,
    above: String,
    is_doubtful: bool,
}

/// The charts that there is data for.
pub fn of(recap: &Recap) -> Vec<Chart> {
    if recap.plays == 0 {
        return Vec::new();
    }
    let basis =
        |note: Option<String>| Basis { plays: recap.plays, gap_days: recap.gap_days.len() as u32, note, ..Basis::default() };
    let days: Vec<Bar> = recap
        .days
        .iter()
        .map(|day| Bar {
            value: day.plays as f64,
            below: weekday(day.date.weekday().number_from_monday()).to_owned(),
            above: if day.plays > 0 { count(day.plays) } else { String::new() },
            is_doubtful: day.in_gap,
        })
        .collect();
    let told: Vec<String> = recap
        .days
        .iter()
        .map(|day| {
            let time = day.minutes.map(|heard| format!(", {}", minutes(heard))).unwrap_or_default();
            format!(
                "{} {}{time}{}",
                weekday(day.date.weekday().number_from_monday()),
                counted(day.plays, "play"),
                if day.in_gap { " (plays may be missing)" } else { "" }
            )
        })
        .collect();
    let hours: Vec<Bar> = recap
        .hours
        .iter()
        .map(|hour| Bar {
            value: hour.plays as f64,
            below: if hour.hour % 3 == 0 { hour.hour.to_string() } else { String::new() },
            above: String::new(),
            is_doubtful: false,
        })
        .collect();
    let busiest = recap.hours.iter().max_by_key(|hour| (hour.plays, std::cmp::Reverse(hour.hour)));
    let busiest =
        busiest.map(|hour| format!("Most plays from {} o’clock: {}.", hour.hour, count(hour.plays))).unwrap_or_default();
    let hatched = (!recap.gap_days.is_empty()).then(|| "hatched days are those.".to_owned());
    vec![
        draw("week-days", "Plays by day", &format!("Plays by day: {}.", told.join("; ")), &days, &basis(hatched)),
        draw("week-hours", "Plays by hour of the day", &format!("Plays by hour of the day. {busiest}"), &hours, &basis(None)),
    ]
}

fn draw(name: &'static str, title: &str, description: &str, bars: &[Bar], basis: &Basis) -> Chart {
    let axis = Axis::around(bars.iter().map(|bar| bar.value).chain([0.0, 1.0]), 4);
    let (bottom, step) = (TOP + HEIGHT, (WIDTH - LEFT) / bars.len() as f64);
    let mut canvas = Canvas::default();
    canvas.define_hatch(name);
    for tick in axis.ticks() {
        let y = axis.place(tick, bottom, TOP);
        canvas.line("grid", (LEFT, y), (WIDTH, y));
        canvas.text("muted", (LEFT - 8.0, y + 4.0), SIZE, Anchor::End, &axis.label(tick));
    }
    for (place, bar) in bars.iter().enumerate() {
        let (left, wide) = (LEFT + (place as f64 + BETWEEN / 2.0) * step, step * (1.0 - BETWEEN));
        let top = axis.place(bar.value, bottom, TOP);
        let middle = left + wide / 2.0;
        if bar.value > 0.0 {
            canvas.rectangle("bar", Area { x: left, y: top, width: wide, height: bottom - top }, None);
        }
        if bar.is_doubtful {
            canvas.hatched(name, Area { x: left, y: TOP, width: wide, height: HEIGHT });
        }
        canvas.text("ink", (middle, top - 4.0), SIZE, Anchor::Middle, &bar.above);
        canvas.text("muted", (middle, bottom + 18.0), SIZE, Anchor::Middle, &bar.below);
    }
    canvas.line("axis", (LEFT, bottom), (WIDTH, bottom));
    let drawing = Drawing {
        name,
        title: title.to_owned(),
        description: description.to_owned(),
        width: WIDTH,
        height: bottom + 26.0,
        narrowest: 300,
        runs_on: true,
        body: canvas.finish(),
    };
    Chart { name, description: description.to_owned(), svg: document(&drawing, basis) }
}
