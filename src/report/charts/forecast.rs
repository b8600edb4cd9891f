//! A forecast: what was, what is expected, and how sure that is.
//!
//! Owns one target's chart: its history as a line, the forecast as dots on a dotted line, 80 % and 95 % intervals as two bands.

use chrono::NaiveDate;

use crate::report::data::{ForecastDay, Target};
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, Canvas};
use crate::report::draw::legend::{self, Sign};
use crate::report::draw::lines::{band, dots, line};
use crate::report::draw::scale::Axis;
use crate::report::draw::time::TimeAxis;
use crate::report::words;

const LEFT: f64 = 46.0;
const RIGHT: f64 = 632.0;
const WIDTH: f64 = 640.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 200.0;

/// The chart; none without a day forecast.
pub(crate) fn draw(target: &Target) -> Option<Drawing> {
    let last = target.days.last()?;
    let first = target.history.first().map_or(target.days.first()?.date, |(date, _)| *date);
    let time = TimeAxis { first, last: last.date, left: LEFT, right: RIGHT };
    let axis = axis(target);
    let places = if is_counted(target) { 1 } else { 3 };
    let mut canvas = Canvas::default();
    draw_bands(&mut canvas, &target.days, time, axis);
    for tick in axis.ticks() {
        let y = axis.place(tick, BOTTOM, TOP);
        canvas.line("grid", (LEFT, y), (RIGHT, y));
        canvas.text("muted", (LEFT - 7.0, y + 4.0), 11.0, Anchor::End, &axis.label(tick));
    }
    time.draw(&mut canvas, TOP, BOTTOM);
    draw_lines(&mut canvas, target, time, axis);
    draw_marks(&mut canvas, target, time, places);
    legend::signs(
        &mut canvas,
        (LEFT, BOTTOM + 30.0),
        &[
            (Sign::Line(line_class(target)), "history"),
            (Sign::Dots("forecast-dots"), "forecast"),
            (Sign::Box("band-narrow"), "80 % interval"),
            (Sign::Box("band-wide"), "95 % interval"),
        ],
    );
    let name = words::plain(&target.target);
    Some(Drawing {
        name: file_stem(&target.target),
        title: format!("Forecast of daily {name}, {} to {}", words::day(target.days.first()?.date), words::day(last.date)),
        description: format!("{} Method: {}.", words::clean(&target.verdict), words::plain(&target.method)),
        width: WIDTH,
        height: BOTTOM + 46.0,
        narrowest: 560,
        runs_on: true,
        body: canvas.finish(),
    })
}

/// Names of files are known beforehand; a target of another name still gets its chart.
fn file_stem(target: &str) -> &'static str {
    match target {
        "valence" => "forecast-valence",
        "energy" => "forecast-energy",
        "plays" => "forecast-plays",
        _ => "forecast-other",
    }
}

/// Whether the target counts something, rather than being a mean on 0–1.
pub(crate) fn is_counted(target: &Target) -> bool {
    target.target == "plays"
}

fn line_class(target: &Target) -> &'static str {
    match target.target.as_str() {
        "valence" => "valence-line",
        "energy" => "energy-line",
        _ => "plays-line",
    }
}

fn axis(target: &Target) -> Axis {
    let history = target.history.iter().filter_map(|(_, value)| *value);
    let intervals =
        |day: &ForecastDay| [day.interval_80, day.interval_95].into_iter().flatten().flat_map(|(low, high)| [low, high]);
    let forecast = target.days.iter().flat_map(|day| intervals(day).chain([day.value]));
    let values = history.chain(forecast);
    if is_counted(target) { Axis::around(values.chain([0.0]), 5).within(0.0, f64::INFINITY) } else { Axis::around(values, 4) }
}

fn draw_bands(canvas: &mut Canvas, days: &[ForecastDay], time: TimeAxis, axis: Axis) {
    let edges = |interval: fn(&ForecastDay) -> Option<(f64, f64)>| -> Vec<Option<(f64, f64, f64)>> {
        let place = |value: f64| axis.place(value, BOTTOM, TOP);
        days.iter().map(|day| interval(day).map(|(low, high)| (time.place(day.date), place(high), place(low)))).collect()
    };
    canvas.path("band-wide", &band(&edges(|day| day.interval_95)));
    canvas.path("band-narrow", &band(&edges(|day| day.interval_80)));
}

fn draw_lines(canvas: &mut Canvas, target: &Target, time: TimeAxis, axis: Axis) {
    let place = |date: NaiveDate, value: f64| (time.place(date), axis.place(value, BOTTOM, TOP));
    let history: Vec<Option<(f64, f64)>> =
        target.history.iter().map(|(date, value)| Some(place(*date, value.filter(|v| v.is_finite())?))).collect();
    let days: Vec<Option<(f64, f64)>> = target.days.iter().map(|day| Some(place(day.date, day.value))).collect();
    if let (Some((past, _)), Some(coming)) = (target.history.last(), target.days.first()) {
        let x = f64::midpoint(time.place(*past), time.place(coming.date));
        canvas.line("axis", (x, TOP), (x, BOTTOM));
    }
    canvas.path(line_class(target), &line(&history));
    canvas.path("forecast-line", &line(&days));
    canvas.path("forecast-dots", &dots(&days));
}

fn draw_marks(canvas: &mut Canvas, target: &Target, time: TimeAxis, places: usize) {
    let days = (target.history.len() + target.days.len()).saturating_sub(1).max(1) as f64;
    let width = (RIGHT - LEFT) / days;
    canvas.open("hits");
    let mut mark = |date: NaiveDate, said: &str| {
        let area = Area { x: time.place(date) - width / 2.0, y: TOP, width, height: BOTTOM - TOP };
        canvas.hit(area, &format!("{}\n{said}", words::weekday_day(date)));
    };
    for (date, value) in &target.history {
        mark(*date, &value.map_or_else(|| "no value".to_owned(), |value| format!("was {}", words::decimal(value, places))));
    }
    for day in &target.days {
        let interval = |name: &str, interval: Option<(f64, f64)>| {
            interval.map(|interval| format!("\n{name} {}", interval_words(interval, places))).unwrap_or_default()
        };
        let (narrow, wide) = (interval("80 %:", day.interval_80), interval("95 %:", day.interval_95));
        mark(day.date, &format!("forecast {}{narrow}{wide}", words::decimal(day.value, places)));
    }
    canvas.close();
}

/// An interval in words.
pub(crate) fn interval_words((low, high): (f64, f64), places: usize) -> String {
    format!("{} to {}", words::decimal(low, places), words::decimal(high, places))
}
