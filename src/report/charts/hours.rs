//! Weekday and hour: how many plays, and how they sound.
//!
//! Owns three heat maps of the same cells: plays in one hue, mean valence and energy around their middle in two.

use crate::report::data::{HourCell, Hours};
use crate::report::draw::Drawing;
use crate::report::draw::canvas::{Anchor, Area, Canvas};
use crate::report::draw::heat::{COUNT_CLASSES, Counts, MEAN_CLASSES, Means, NO_VALUE};
use crate::report::draw::legend::{self, STEPS_HEIGHT, Sign};
use crate::report::words;

const LEFT: f64 = 40.0;
const TOP: f64 = 8.0;
const WIDTH: f64 = 31.0;
const HEIGHT: f64 = 26.0;

/// What the cells show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Plays,
    Valence,
    Energy,
}

pub(crate) const MEASURES: [Measure; 3] = [Measure::Plays, Measure::Valence, Measure::Energy];

impl Measure {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Plays => "plays",
            Self::Valence => "valence",
            Self::Energy => "energy",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plays => "weekday-hour",
            Self::Valence => "weekday-hour-valence",
            Self::Energy => "weekday-hour-energy",
        }
    }

    /// The mean of a cell; none for plays and where too few plays have features.
    pub(crate) fn mean(self, cell: &HourCell) -> Option<f64> {
        match self {
            Self::Plays => None,
            Self::Valence => cell.valence,
            Self::Energy => cell.energy,
        }
    }
}

/// The heat map; none where no cell has a value.
pub(crate) fn draw(hours: &Hours, measure: Measure) -> Option<Drawing> {
    let cells: Vec<&HourCell> = hours.cells.iter().filter(|cell| is_on_the_clock(cell)).collect();
    let means: Vec<f64> = cells.iter().filter_map(|cell| measure.mean(cell)).collect();
    let is_counted = measure == Measure::Plays;
    if cells.iter().all(|cell| cell.plays == 0) || (!is_counted && means.is_empty()) {
        return None;
    }
    let counts = Counts::of(cells.iter().map(|cell| u64::from(cell.plays)));
    let steps = Means::around(middle(&cells, measure), means);
    let mut canvas = Canvas::default();
    draw_axes(&mut canvas);
    for (weekday, hour) in (1..=7_u32).flat_map(|weekday| (0..24_u32).map(move |hour| (weekday, hour))) {
        let cell = cells.iter().find(|cell| (cell.weekday, cell.hour) == (weekday, hour)).copied();
        let class = match (is_counted, cell.and_then(|cell| measure.mean(cell))) {
            (true, _) => COUNT_CLASSES[counts.class(cell.map_or(0, |cell| u64::from(cell.plays)))],
            (false, Some(mean)) => MEAN_CLASSES[steps.class(mean)],
            (false, None) => NO_VALUE,
        };
        let (x, y) = (LEFT + f64::from(hour) * WIDTH, TOP + f64::from(weekday - 1) * HEIGHT);
        // A cell without value has an outline, of which half a unit lies outside the rectangle on every side.
        let inset = if class == NO_VALUE { 0.5 } else { 0.0 };
        let area = Area { x: x + inset, y: y + inset, width: WIDTH - 2.0 - 2.0 * inset, height: HEIGHT - 2.0 - 2.0 * inset };
        canvas.rectangle(class, area, Some(&said(weekday, hour, cell, measure)));
    }
    let bottom = TOP + 7.0 * HEIGHT + 30.0;
    if is_counted {
        legend::counts(&mut canvas, (LEFT, bottom), "plays, from", counts);
    } else {
        let end = legend::means(&mut canvas, (LEFT, bottom), &format!("mean {}, about", measure.label()), steps);
        legend::signs(&mut canvas, (end + 16.0, bottom), &[(Sign::Box(NO_VALUE), "too few plays")]);
    }
    Some(Drawing {
        name: measure.name(),
        title: if is_counted {
            "Plays by weekday and hour".to_owned()
        } else {
            format!("Mean {} by weekday and hour", measure.label())
        },
        description: describe(&cells, measure),
        width: LEFT + 24.0 * WIDTH,
        height: bottom + STEPS_HEIGHT,
        narrowest: 600,
        runs_on: false,
        body: canvas.finish(),
    })
}

/// A cell that there is a place for.
pub(crate) fn is_on_the_clock(cell: &HourCell) -> bool {
    (1..=7).contains(&cell.weekday) && cell.hour < 24
}

/// The mean over all cells that have one, weighted by their plays.
fn middle(cells: &[&HourCell], measure: Measure) -> f64 {
    let known = || cells.iter().filter_map(|cell| Some((measure.mean(cell)?, f64::from(cell.plays))));
    let plays: f64 = known().map(|(_, plays)| plays).sum();
    if plays > 0.0 { known().map(|(mean, plays)| mean * plays).sum::<f64>() / plays } else { 0.5 }
}

fn draw_axes(canvas: &mut Canvas) {
    for weekday in 1..=7_u32 {
        let y = TOP + f64::from(weekday - 1) * HEIGHT + 16.0;
        canvas.text("muted", (LEFT - 8.0, y), 11.0, Anchor::End, words::weekday(weekday));
    }
    for hour in (0..24_u32).step_by(3) {
        let x = LEFT + (f64::from(hour) + 0.5) * WIDTH - 1.0;
        canvas.text("muted", (x, TOP + 7.0 * HEIGHT + 14.0), 11.0, Anchor::Middle, &format!("{hour}:00"));
    }
}

fn said(weekday: u32, hour: u32, cell: Option<&HourCell>, measure: Measure) -> String {
    let plays = words::counted(cell.map_or(0, |cell| u64::from(cell.plays)), "play");
    let mean = match measure {
        Measure::Plays => String::new(),
        _ => format!("\n{} {}", measure.label(), words::maybe(cell.and_then(|cell| measure.mean(cell)), 3)),
    };
    format!("{} {hour}:00–{}:00\n{plays}{mean}", words::weekday(weekday), hour + 1)
}

fn describe(cells: &[&HourCell], measure: Measure) -> String {
    let place = |cell: &HourCell| format!("{} at {}:00", words::weekday(cell.weekday), cell.hour);
    let seen = "A row for each weekday, a column for each hour of the day.";
    let extremes = if measure == Measure::Plays {
        cells
            .iter()
            .max_by_key(|cell| cell.plays)
            .map(|most| format!(" Most plays: {}, {}.", place(most), words::counted(u64::from(most.plays), "play")))
    } else {
        let by_mean = |a: &(f64, &HourCell), b: &(f64, &HourCell)| a.0.total_cmp(&b.0);
        let known = || cells.iter().filter_map(|cell| Some((measure.mean(cell)?, *cell)));
        known().min_by(by_mean).zip(known().max_by(by_mean)).map(|(low, high)| {
            let (lowest, highest) = (words::decimal(low.0, 2), words::decimal(high.0, 2));
            format!(" Lowest: {lowest} on {}; highest: {highest} on {}.", place(low.1), place(high.1))
        })
    };
    format!("{seen}{}", extremes.unwrap_or_default())
}
