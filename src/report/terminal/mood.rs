//! Moods and how they went, for a terminal.
//!
//! Owns the bars of the moods, the quadrants, and one character a week for valence and for energy.

use super::screen::{Screen, Style};
use super::table::{bar, table};
use crate::report::data::{MoodMap, MoodOverTime, MoodPoint};
use crate::report::words;

const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of the features' names.
const NAME: usize = 8;

/// The moods by their share of the plays, and the quadrants.
pub(crate) fn moods(screen: &mut Screen, map: &MoodMap) {
    screen.heading("Moods");
    if map.clusters.is_empty() && map.quadrants.is_empty() {
        return screen.empty("No mood is known: too few plays have audio features.", &map.basis);
    }
    for mood in &map.clusters {
        let name = words::clean(&mood.mood);
        bar(screen, &name, 18.min(screen.width() / 3), mood.share, &format!("{:>5}", words::share(mood.share)), 6);
    }
    if !map.quadrants.is_empty() {
        screen.blank();
        let row = |at: &crate::report::data::Quadrant| {
            vec![words::plain(&at.quadrant), words::share(at.share), words::share(at.share_own)]
        };
        let rows: Vec<Vec<String>> = map.quadrants.iter().map(row).collect();
        table(screen, &["quadrant", "around 0.5", "own median"], &rows);
    }
    screen.basis(&map.basis);
}

/// The rolling means of the newest weeks that have room.
pub(crate) fn over_time(screen: &mut Screen, mood: &MoodOverTime) {
    screen.heading("Mood over time, a character a week");
    let every = if mood.grain == "week" { 1 } else { 7 };
    // The last point of every week, counted back from the newest.
    let weeks: Vec<&MoodPoint> = mood.points.iter().rev().step_by(every).take(screen.width() - NAME).collect();
    let weeks: Vec<&MoodPoint> = weeks.into_iter().rev().collect();
    let known = weeks.iter().any(|point| point.valence_28d.is_some() || point.energy_28d.is_some());
    let (Some(first), Some(last), true) = (weeks.first(), weeks.last(), known) else {
        return screen.empty("No week has enough plays with audio features.", &mood.basis);
    };
    spark(screen, Style::Valence, "valence", &weeks.iter().map(|point| point.valence_28d).collect::<Vec<_>>());
    spark(screen, Style::Energy, "energy", &weeks.iter().map(|point| point.energy_28d).collect::<Vec<_>>());
    let span = format!("{} to {}, means of 28 days; · nothing known", words::day(first.date), words::day(last.date));
    screen.wrapped(Style::Muted, &span, 0);
    screen.basis(&mood.basis);
}

fn spark(screen: &mut Screen, style: Style, name: &str, values: &[Option<f64>]) {
    let known = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let (low, high) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let height = |value: &Option<f64>| match value {
        Some(value) if value.is_finite() && high > low => {
            HEIGHTS[((value - low) / (high - low) * 7.0).round().clamp(0.0, 7.0) as usize]
        }
        Some(value) if value.is_finite() => HEIGHTS[3],
        _ => '·',
    };
    let line: String = values.iter().map(height).collect();
    screen.line(&[(Style::Muted, &format!("{name:<NAME$}")), (style, &line)]);
    if low <= high {
        let range = format!("{}from {} to {}", " ".repeat(NAME), words::decimal(low, 3), words::decimal(high, 3));
        screen.line(&[(Style::Muted, &range)]);
    }
}
