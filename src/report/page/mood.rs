//! The section on mood: the map of valence and energy, the quadrants, and how both went over time.
//!
//! Owns the cognitive part.

use maud::{Markup, html};

use super::parts;
use super::tables::{Table, numbers};
use crate::report::charts::{mood_map, mood_over_time};
use crate::report::data::{MoodMap, MoodOverTime, MoodPoint, Report};
use crate::report::words;

pub(crate) fn section(report: &Report) -> Markup {
    html! {
        section #mood aria-labelledby="mood-title" {
            (parts::section_head("mood", "Cognitive", "Mood", "How does what you play sound, and how did that change?"))
            h3 { "Mood map" }
            (map(&report.mood_map))
            h3 { "Mood over time" }
            (over_time(&report.mood_over_time))
        }
    }
}

fn map(of: &MoodMap) -> Markup {
    let Some(drawing) = mood_map::draw(of) else { return parts::nothing_to_show("The mood map", &of.basis) };
    html! {
        div.beside {
            (parts::figure(&drawing, drawing.name, &html! {}, &parts::basis(&of.basis), &[cells_table(of)]))
            div {
                p {
                    "To the right it sounds more positive, to the top more intense. The lines part the map into four quadrants: at 0.5, "
                    "and at your own median, which shows where you leave what is usual for you."
                }
                @if of.quadrants.is_empty() {
                    (parts::empty("No shares of the quadrants are known."))
                } @else {
                    (quadrants_table(of).render())
                }
                @if of.clusters.is_empty() {
                    (parts::empty("There are no moods yet: too few tracks have features to be clustered."))
                } @else {
                    (moods_table(of).render())
                }
            }
        }
    }
}

fn quadrants_table(of: &MoodMap) -> Table {
    Table {
        name: "quadrants".to_owned(),
        caption: "Share of the plays in each quadrant".to_owned(),
        corner: "Quadrant".to_owned(),
        columns: numbers(["Around 0.5", "Around own median"]),
        rows: of
            .quadrants
            .iter()
            .map(|row| (words::heading(&row.quadrant), vec![words::share(row.share), words::share(row.share_own)]))
            .collect(),
    }
}

fn moods_table(of: &MoodMap) -> Table {
    Table {
        name: "moods".to_owned(),
        caption: "Moods, at their centres".to_owned(),
        corner: "Mood".to_owned(),
        columns: numbers(["Plays", "Share", "Valence", "Energy"]),
        rows: of
            .clusters
            .iter()
            .map(|mood| {
                let cells = vec![
                    words::count(mood.plays),
                    words::share(mood.share),
                    words::decimal(mood.valence, 3),
                    words::decimal(mood.energy, 3),
                ];
                (words::clean(&mood.mood), cells)
            })
            .collect(),
    }
}

/// The map as a matrix: energy from the top down, valence from left to right.
fn cells_table(of: &MoodMap) -> Table {
    let from = |bin: u32| words::decimal(f64::from(bin) / f64::from(of.bins), 2);
    let cell = |valence: u32, energy: u32| {
        let found = of.cells.iter().find(|cell| (cell.valence_bin, cell.energy_bin) == (valence, energy));
        found.map(|cell| words::count(u64::from(cell.plays))).unwrap_or_default()
    };
    Table {
        name: "mood-map".to_owned(),
        caption: "Plays by energy (rows) and valence (columns), each from".to_owned(),
        corner: "Energy".to_owned(),
        columns: numbers((0..of.bins).map(from)),
        rows: (0..of.bins)
            .rev()
            .map(|energy| (from(energy), (0..of.bins).map(|valence| cell(valence, energy)).collect()))
            .collect(),
    }
}

fn over_time(of: &MoodOverTime) -> Markup {
    let Some(drawing) = mood_over_time::draw(of) else { return parts::nothing_to_show("Mood over time", &of.basis) };
    let points = if of.grain == "week" { "Weekly points" } else { "Daily points" };
    let controls = html! {
        fieldset.controls {
            legend { "Show" }
            @for (layer, name) in [("valence", "Valence"), ("energy", "Energy"), ("points", points)] {
                label { input type="checkbox" name={ "layer-" (layer) } checked; (name) }
            }
        }
    };
    parts::figure(&drawing, drawing.name, &controls, &parts::basis(&of.basis), &[points_table(of)])
}

fn points_table(of: &MoodOverTime) -> Table {
    let band = |band: Option<(f64, f64)>| {
        band.map_or_else(
            || words::NONE.to_owned(),
            |(low, high)| format!("{}–{}", words::decimal(low, 3), words::decimal(high, 3)),
        )
    };
    let row = |point: &MoodPoint| {
        let cells = vec![
            words::count(u64::from(point.plays)),
            words::maybe(point.valence, 3),
            words::maybe(point.valence_28d, 3),
            band(point.valence_band),
            words::maybe(point.energy, 3),
            words::maybe(point.energy_28d, 3),
            band(point.energy_band),
        ];
        (format!("{}{}", words::day(point.date), if point.in_gap { "*" } else { "" }), cells)
    };
    Table {
        name: "mood-over-time".to_owned(),
        caption: "Mean valence and energy, with the rolling mean of 28 days and its band (* plays may be missing)".to_owned(),
        corner: if of.grain == "week" { "Week to" } else { "Day" }.to_owned(),
        columns: numbers(["Plays", "Valence", "Valence, 28 days", "Valence band", "Energy", "Energy, 28 days", "Energy band"]),
        rows: of.points.iter().map(row).collect(),
    }
}
