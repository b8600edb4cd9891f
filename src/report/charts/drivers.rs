//! Drivers as a forest plot: each comparison's effect with its interval around zero.
//!
//! Owns the plot. What was found is filled and in colour, what is not told from chance is hollow and grey.

use crate::report::data::{Driver, Drivers};
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, CHARACTER, Canvas};
use crate::report::draw::legend::{self, Sign};
use crate::report::draw::scale::Axis;
use crate::report::words;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 590.0;
const TOP: f64 = 8.0;
const ROW: f64 = 24.0;
const SIZE: f64 = 11.5;
/// Rows of the plot; the table has all of them.
pub(crate) const MOST_ROWS: usize = 40;

/// The plot; none where no row has an effect.
pub(crate) fn draw(drivers: &Drivers) -> Option<Drawing> {
    let rows: Vec<&Driver> = drivers.rows.iter().filter(|row| row.effect.is_some_and(f64::is_finite)).take(MOST_ROWS).collect();
    if rows.is_empty() {
        return None;
    }
    let edges = rows.iter().flat_map(|row| [row.effect, row.effect_low, row.effect_high]).flatten();
    let axis = Axis::around(edges.chain([0.0]), 6);
    let bottom = TOP + rows.len() as f64 * ROW + 4.0;
    let mut canvas = Canvas::default();
    for tick in axis.ticks() {
        let x = axis.place(tick, LEFT, RIGHT);
        canvas.line("grid", (x, TOP), (x, bottom));
        canvas.text("muted", (x, bottom + 15.0), 11.0, Anchor::Middle, &axis.label(tick));
    }
    let zero = axis.place(0.0, LEFT, RIGHT);
    canvas.line("zero", (zero, TOP), (zero, bottom));
    for (index, row) in rows.iter().enumerate() {
        draw_row(&mut canvas, row, axis, TOP + index as f64 * ROW);
    }
    canvas.open("hits");
    for (index, row) in rows.iter().enumerate() {
        canvas.hit(Area { x: 0.0, y: TOP + index as f64 * ROW, width: WIDTH, height: ROW }, &said(row));
    }
    canvas.close();
    canvas.text(
        "muted",
        (f64::midpoint(LEFT, RIGHT), bottom + 33.0),
        11.0,
        Anchor::Middle,
        "← lower than elsewhere · effect · higher →",
    );
    let signs = [(Sign::Line("found-line"), "found (square)"), (Sign::Line("faint-line"), "not told from chance (circle)")];
    legend::signs(&mut canvas, (0.0, bottom + 46.0), &signs);
    let found = rows.iter().filter(|row| row.is_driver).count() as u64;
    Some(Drawing {
        name: "drivers",
        title: "What differs where and when".to_owned(),
        description: format!(
            "{} as effects with 95 % intervals around zero, the strongest first; {} found.",
            words::counted(rows.len() as u64, "comparison"),
            words::count(found)
        ),
        width: WIDTH,
        height: bottom + 60.0,
        narrowest: 640,
        runs_on: false,
        body: canvas.finish(),
    })
}

fn draw_row(canvas: &mut Canvas, row: &Driver, axis: Axis, top: f64) {
    let Some(effect) = row.effect else { return };
    let y = top + ROW / 2.0;
    let (ink, line, dot) =
        if row.is_driver { ("ink still", "found-line", "found") } else { ("muted still", "faint-line", "faint") };
    let label = words::shorten(&label(row), ((LEFT - 16.0) / (SIZE * CHARACTER)) as usize);
    canvas.text(ink, (LEFT - 14.0, y + 4.0), SIZE, Anchor::End, &label);
    if let Some((low, high)) = row.effect_low.zip(row.effect_high) {
        canvas.line(line, (axis.place(low, LEFT, RIGHT), y), (axis.place(high, LEFT, RIGHT), y));
    }
    let x = axis.place(effect, LEFT, RIGHT);
    if row.is_driver {
        canvas.rectangle(dot, Area { x: x - 5.0, y: y - 5.0, width: 10.0, height: 10.0 }, None);
    } else {
        canvas.circle(dot, (x, y), 4.0, None);
    }
    canvas.text(ink, (WIDTH, y + 4.0), SIZE, Anchor::End, &effect_words(row));
}

fn said(row: &Driver) -> String {
    format!(
        "{}\neffect {}\nadjusted p {}, {} units compared{}",
        words::clean(&row.words),
        effect_words(row),
        p_words(row.p_adjusted),
        words::count(row.units),
        if row.is_driver { "\nfound" } else { "\nnot told from chance" }
    )
}

/// What is compared where: `valence, evening`.
pub(crate) fn label(row: &Driver) -> String {
    format!("{}, {}", words::plain(&row.subject), words::plain(&row.stretch))
}

/// The effect with its interval: `−0.62 (−0.91 to −0.33)`.
pub(crate) fn effect_words(row: &Driver) -> String {
    let effect = row.effect.map_or_else(|| words::NONE.to_owned(), |effect| words::signed(effect, 2));
    let interval = row.effect_low.zip(row.effect_high);
    let interval = interval.map(|(low, high)| format!(" ({} to {})", words::signed(low, 2), words::signed(high, 2)));
    format!("{effect}{}", interval.unwrap_or_default())
}

/// A p value, never as zero.
pub(crate) fn p_words(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { words::decimal(p, 3) }
}
