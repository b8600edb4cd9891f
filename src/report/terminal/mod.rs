//! The report for a terminal.
//!
//! Owns the order of its sections. Every line is put together by `screen`, which keeps it within the width; names are cleaned
//! before they get there, so that no name can steer the terminal. Sections without data say why, as the page does.

mod analyses;
mod listening;
mod mood;
pub(crate) mod screen;
pub(crate) mod table;

use super::data::Report;
use super::words;
use screen::{Screen, Style};

/// Columns below which nothing can be laid out.
const NARROWEST: usize = 40;

pub(crate) fn text(report: &Report, width: usize, colour: bool) -> String {
    let mut screen = Screen::new(width.max(NARROWEST), colour);
    head(&mut screen, report);
    listening::hours(&mut screen, &report.hours);
    listening::parts(&mut screen, &report.hours);
    mood::moods(&mut screen, &report.mood_map);
    mood::over_time(&mut screen, &report.mood_over_time);
    analyses::wellbeing(&mut screen, &report.wellbeing);
    listening::top(&mut screen, &report.top);
    analyses::drivers(&mut screen, &report.drivers);
    analyses::forecast(&mut screen, &report.forecast);
    analyses::recommendations(&mut screen, &report.recommendations);
    screen.blank();
    screen.wrapped(Style::Muted, "Listening patterns, no diagnosis. Synthetic features say nothing about a song.", 0);
    screen.finish()
}

fn head(screen: &mut Screen, report: &Report) {
    screen.line(&[(Style::Strong, &format!("Listening report of {}", words::clean(&report.listener)))]);
    let span = report.span.map_or_else(
        || "No plays yet".to_owned(),
        |(first, last)| format!("{} to {}, {}", words::day(first), words::day(last), words::clean(&report.zone)),
    );
    screen.wrapped(Style::Plain, &span, 0);
    if !report.others.is_empty() {
        let others: Vec<String> = report.others.iter().map(|other| words::clean(other)).collect();
        screen.wrapped(Style::Muted, &format!("Other listeners: {}", others.join(", ")), 0);
    }
    for warning in &report.warnings {
        screen.blank();
        screen.wrapped(Style::Warning, &format!("! Warning: {}", words::clean(warning)), 2);
    }
    if !report.headline.is_empty() {
        screen.blank();
    }
    for figure in &report.headline {
        let note = figure.note.as_deref().map(|note| format!(" ({})", words::clean(note))).unwrap_or_default();
        let rest = format!(" {}{note}", words::clean(&figure.label));
        screen.wrapped_after(&words::clean(&figure.value), &rest, 2);
    }
    screen.basis(&report.rests_on);
}
