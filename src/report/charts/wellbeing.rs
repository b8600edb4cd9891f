//! The indicators' last year as small lines: one for a card on the page, all of them for a document of their own.
//!
//! Owns the small lines. They have no axis but their highest and lowest value; the numbers are in the tables beside them.

use crate::report::data::{Indicator, Wellbeing};
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, Canvas};
use crate::report::draw::lines::line;
use crate::report::draw::scale::Axis;
use crate::report::words;

const WIDTH: f64 = 264.0;
const HEIGHT: f64 = 60.0;
const RIGHT: f64 = 216.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 52.0;
/// In the document of all lines.
const COLUMNS: usize = 2;
const PITCH: (f64, f64) = (340.0, 120.0);

/// One indicator's line; none without two values.
pub(crate) fn spark(indicator: &Indicator) -> Option<Drawing> {
    let known: Vec<f64> = indicator.line.iter().flatten().copied().filter(|value| value.is_finite()).collect();
    if known.len() < 2 {
        return None;
    }
    let (low, high) = known.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    // The line fills its height exactly, so the axis has no round ends; a constant stands in the middle.
    let (low_edge, high_edge) = if high > low { (low, high) } else { (low - 1.0, high + 1.0) };
    let axis = Axis { low: low_edge, high: high_edge, step: 1.0 };
    let weeks = indicator.line.len();
    let step = (RIGHT - 8.0) / (weeks.saturating_sub(1).max(1) as f64);
    let place = |(week, value): (usize, &Option<f64>)| {
        Some((4.0 + week as f64 * step, axis.place(value.filter(|v| v.is_finite())?, BOTTOM, TOP)))
    };
    let places: Vec<Option<(f64, f64)>> = indicator.line.iter().enumerate().map(place).collect();
    let mut canvas = Canvas::default();
    canvas.line("grid", (0.0, TOP), (RIGHT, TOP));
    canvas.line("grid", (0.0, BOTTOM), (RIGHT, BOTTOM));
    if high > low {
        canvas.text("muted", (RIGHT + 6.0, TOP + 4.0), 11.0, Anchor::Start, &value_words(high));
        canvas.text("muted", (RIGHT + 6.0, BOTTOM + 4.0), 11.0, Anchor::Start, &value_words(low));
    } else {
        canvas.text("muted", (RIGHT + 6.0, f64::midpoint(TOP, BOTTOM) + 4.0), 11.0, Anchor::Start, &value_words(low));
    }
    canvas.path("spark", &line(&places));
    if let Some(Some((x, y))) = places.last() {
        canvas.path("newest", &line(&[Some((*x, *y))]));
    }
    canvas.open("hits");
    for (week, value) in indicator.line.iter().enumerate() {
        let x = 4.0 + (week as f64 - 0.5) * step;
        let area = Area { x, y: 0.0, width: step, height: HEIGHT };
        canvas.hit(area, &format!("{}\n{}", weeks_ago(weeks - 1 - week), shown(*value)));
    }
    canvas.close();
    let name = words::clean(&indicator.name);
    Some(Drawing {
        name: "wellbeing",
        title: format!("{}, week by week", words::capital(&name)),
        description: format!(
            "The last {}; lowest {}, highest {}, newest {}.",
            words::counted(weeks as u64, "week"),
            value_words(low),
            value_words(high),
            shown(indicator.line.last().copied().flatten())
        ),
        width: WIDTH,
        height: HEIGHT,
        narrowest: 0,
        runs_on: false,
        body: canvas.finish(),
    })
}

/// All lines side by side; none where no indicator has one.
pub(crate) fn draw(wellbeing: &Wellbeing) -> Option<Drawing> {
    let lines: Vec<(&Indicator, Drawing)> =
        wellbeing.indicators.iter().filter_map(|indicator| Some((indicator, spark(indicator)?))).collect();
    if lines.is_empty() {
        return None;
    }
    let mut canvas = Canvas::default();
    for (index, (indicator, drawing)) in lines.iter().enumerate() {
        let (x, y) = ((index % COLUMNS) as f64 * PITCH.0, (index / COLUMNS) as f64 * PITCH.1);
        canvas.text("ink", (x, y + 12.0), 13.0, Anchor::Start, &words::shorten(&words::heading(&indicator.name), 36));
        let value = indicator.value.as_deref().map_or_else(|| "no value".to_owned(), words::clean);
        let usual = indicator.usual.as_deref().map(|usual| format!("; usual {}", words::clean(usual))).unwrap_or_default();
        canvas.text("muted", (x, y + 29.0), 11.0, Anchor::Start, &words::shorten(&format!("now {value}{usual}"), 44));
        canvas.open_at(x, y + 34.0);
        canvas.append(&drawing.body);
        canvas.close();
    }
    let as_of = wellbeing.as_of.map(|day| format!(", up to {}", words::day(day))).unwrap_or_default();
    Some(Drawing {
        name: "wellbeing",
        title: format!("Wellbeing indicators, week by week{as_of}"),
        description: "A small line for each indicator with its lowest and highest value. Listening patterns, no diagnosis."
            .to_owned(),
        width: PITCH.0 * COLUMNS as f64 - (PITCH.0 - WIDTH),
        height: lines.len().div_ceil(COLUMNS) as f64 * PITCH.1,
        narrowest: 0,
        runs_on: false,
        body: canvas.finish(),
    })
}

/// A value without its unit: fewer decimals, the larger it is.
pub(crate) fn value_words(value: f64) -> String {
    let size = value.abs();
    words::decimal(value, if size < 10.0 { 2 } else { usize::from(size < 100.0) })
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "no value".to_owned(), value_words)
}

/// How long before the newest week.
pub(crate) fn weeks_ago(weeks: usize) -> String {
    match weeks {
        0 => "Newest week".to_owned(),
        1 => "1 week before".to_owned(),
        weeks => format!("{weeks} weeks before"),
    }
}
