//! Valence and energy over time: rolling means with their bands, single days or weeks as dots, and the gaps.
//!
//! Owns the chart of mood over time. The page can hide its layers by their classes `is-valence`, `is-energy` and `is-points`.

use chrono::NaiveDate;

use crate::report::data::{MoodOverTime, MoodPoint};
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, Canvas};
use crate::report::draw::legend::{self, Sign};
use crate::report::draw::lines::{apart, band, dots, line};
use crate::report::draw::scale::Axis;
use crate::report::draw::time::TimeAxis;
use crate::report::words;

const NAME: &str = "mood-over-time";
const LEFT: f64 = 44.0;
const RIGHT: f64 = 920.0;
const WIDTH: f64 = 1000.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 250.0;

/// A feature's layer: its values, and the classes of its parts.
struct Layer {
    name: &'static str,
    group: &'static str,
    classes: [&'static str; 4],
    value: fn(&MoodPoint) -> Option<f64>,
    rolling: fn(&MoodPoint) -> Option<f64>,
    band: fn(&MoodPoint) -> Option<(f64, f64)>,
}

const LAYERS: [Layer; 2] = [
    Layer {
        name: "valence",
        group: "is-valence",
        classes: ["valence-band", "valence-line", "valence-dots", "valence-ink"],
        value: |point| point.valence,
        rolling: |point| point.valence_28d,
        band: |point| point.valence_band,
    },
    Layer {
        name: "energy",
        group: "is-energy",
        classes: ["energy-band", "energy-line", "energy-dots", "energy-ink"],
        value: |point| point.energy,
        rolling: |point| point.energy_28d,
        band: |point| point.energy_band,
    },
];

/// The chart; none without a single value.
pub(crate) fn draw(mood: &MoodOverTime) -> Option<Drawing> {
    let (first, last) = (mood.points.first()?, mood.points.last()?);
    let values: Vec<f64> = mood.points.iter().flat_map(values_of).collect();
    if values.is_empty() {
        return None;
    }
    let time = TimeAxis { first: first.date, last: last.date, left: LEFT, right: RIGHT };
    let axis = Axis::around(values, 5).within(0.0, 1.0);
    let mut canvas = Canvas::default();
    canvas.define_hatch(NAME);
    for tick in axis.ticks() {
        let y = axis.place(tick, BOTTOM, TOP);
        canvas.line("grid", (LEFT, y), (RIGHT, y));
        canvas.text("muted", (LEFT - 7.0, y + 4.0), 11.0, Anchor::End, &axis.label(tick));
    }
    time.draw(&mut canvas, TOP, BOTTOM);
    let has_gaps = draw_gaps(&mut canvas, &mood.points, time);
    draw_layers(&mut canvas, &mood.points, time, axis);
    draw_marks(&mut canvas, mood, time);
    let dots = if mood.grain == "week" { "single weeks" } else { "single days" };
    let mut signs = vec![
        (Sign::Line("valence-line"), "valence, 28 days"),
        (Sign::Line("energy-line"), "energy, 28 days"),
        // The bands have the colours of their lines; one box stands for both.
        (Sign::Box("valence-band"), "± 1 sd of daily means"),
        (Sign::Dots("valence-dots"), dots),
    ];
    if has_gaps {
        signs.push((Sign::Hatch(NAME), "plays may be missing"));
    }
    legend::signs(&mut canvas, (LEFT, BOTTOM + 32.0), &signs);
    Some(Drawing {
        name: NAME,
        title: format!("Valence and energy, {} to {}", words::day(first.date), words::day(last.date)),
        description: describe(mood),
        width: WIDTH,
        height: BOTTOM + 48.0,
        narrowest: 720,
        runs_on: true,
        body: canvas.finish(),
    })
}

fn values_of(point: &MoodPoint) -> Vec<f64> {
    let single = [point.valence, point.energy, point.valence_28d, point.energy_28d];
    let bands = [point.valence_band, point.energy_band].into_iter().flatten().flat_map(|(low, high)| [low, high]);
    single.into_iter().flatten().chain(bands).filter(|value| value.is_finite()).collect()
}

/// Hatches the stretches in which plays may be missing; tells whether there are any.
fn draw_gaps(canvas: &mut Canvas, points: &[MoodPoint], time: TimeAxis) -> bool {
    let half = spacing(points, time) / 2.0;
    let runs = points.chunk_by(|a, b| a.in_gap == b.in_gap).filter(|run| run.iter().any(|point| point.in_gap));
    let places: Vec<(f64, f64)> =
        runs.filter_map(|run| Some((time.place(run.first()?.date) - half, time.place(run.last()?.date) + half))).collect();
    for (from, to) in &places {
        let (from, to) = (from.max(LEFT), to.min(RIGHT));
        // A single week in ten years is half a unit wide; it still has to be seen.
        canvas.hatched(NAME, Area { x: from, y: TOP, width: (to - from).max(2.0), height: BOTTOM - TOP });
    }
    !places.is_empty()
}

fn draw_layers(canvas: &mut Canvas, points: &[MoodPoint], time: TimeAxis, axis: Axis) {
    let height = |value: f64| axis.place(value, BOTTOM, TOP);
    let places = |value: fn(&MoodPoint) -> Option<f64>| -> Vec<Option<(f64, f64)>> {
        points.iter().map(|point| Some((time.place(point.date), height(value(point).filter(|v| v.is_finite())?)))).collect()
    };
    for layer in &LAYERS {
        let edges: Vec<Option<(f64, f64, f64)>> = points
            .iter()
            .map(|point| (layer.band)(point).map(|(low, high)| (time.place(point.date), height(high), height(low))))
            .collect();
        canvas.open(layer.group);
        canvas.path(layer.classes[0], &band(&edges));
        canvas.open("is-points");
        canvas.path(layer.classes[2], &dots(&places(layer.value)));
        canvas.close();
        canvas.path(layer.classes[1], &line(&places(layer.rolling)));
        canvas.close();
    }
    let ends: Vec<Option<f64>> =
        LAYERS.iter().map(|layer| places(layer.rolling).iter().rev().flatten().next().map(|end| end.1)).collect();
    let moved = apart(&ends.iter().flatten().copied().collect::<Vec<f64>>(), 15.0, BOTTOM);
    let named = LAYERS.iter().zip(&ends).filter(|(_, end)| end.is_some());
    for ((layer, _), y) in named.zip(moved) {
        canvas.open(layer.group);
        canvas.text(layer.classes[3], (RIGHT + 10.0, y + 4.0), 12.0, Anchor::Start, layer.name);
        canvas.close();
    }
}

/// Columns that say what stands at their date.
fn draw_marks(canvas: &mut Canvas, mood: &MoodOverTime, time: TimeAxis) {
    let width = spacing(&mood.points, time);
    canvas.open("hits");
    for point in &mood.points {
        let area = Area { x: time.place(point.date) - width / 2.0, y: TOP, width, height: BOTTOM - TOP };
        canvas.hit(area, &said(point, &date_words(&mood.grain, point.date)));
    }
    canvas.close();
}

fn said(point: &MoodPoint, date: &str) -> String {
    let feature = |layer: &Layer| {
        let (value, rolling) = (words::maybe((layer.value)(point), 3), words::maybe((layer.rolling)(point), 3));
        format!("\n{} {value}, 28 days {rolling}", layer.name)
    };
    let gap = if point.in_gap { "\nplays may be missing" } else { "" };
    let plays = words::counted(u64::from(point.plays), "play");
    format!("{date}\n{plays}{}{}{gap}", feature(&LAYERS[0]), feature(&LAYERS[1]))
}

/// A point's date: a day, or the week that ends with it.
pub(crate) fn date_words(grain: &str, date: NaiveDate) -> String {
    if grain == "week" { format!("Week to {}", words::day(date)) } else { words::weekday_day(date) }
}

/// Width of a point's column.
fn spacing(points: &[MoodPoint], time: TimeAxis) -> f64 {
    (time.right - time.left) / (points.len().saturating_sub(1).max(1) as f64)
}

fn describe(mood: &MoodOverTime) -> String {
    let newest = |layer: &Layer| {
        let value = mood.points.iter().rev().find_map(layer.rolling);
        format!("{} {}", layer.name, words::maybe(value, 2))
    };
    format!(
        "Lines for the mean of 28 days with a band of one standard deviation, dots for single {}s. The newest means: {}, {}.",
        if mood.grain == "week" { "week" } else { "day" },
        newest(&LAYERS[0]),
        newest(&LAYERS[1])
    )
}
