//! Wellbeing, drivers, forecast and recommendations, for a terminal.
//!
//! Owns their words. Of the drivers only those found are listed; how many were compared is always told.

use super::screen::{Screen, Style};
use super::table::table;
use crate::report::charts::drivers::effect_words;
use crate::report::charts::forecast::{interval_words, is_counted};
use crate::report::data::{Drivers, Forecast, Goal, Target, Wellbeing};
use crate::report::words;

/// The newest values beside the usual ones, with the reason where there is none.
pub(crate) fn wellbeing(screen: &mut Screen, wellbeing: &Wellbeing) {
    screen.heading("Wellbeing indicators");
    if wellbeing.indicators.is_empty() {
        return screen.empty("No indicator could be computed.", &wellbeing.basis);
    }
    let value = |value: Option<&String>| value.map_or_else(|| words::NONE.to_owned(), |value| words::clean(value));
    let rows: Vec<Vec<String>> = wellbeing
        .indicators
        .iter()
        .map(|row| vec![words::clean(&row.name), value(row.value.as_ref()), value(row.usual.as_ref())])
        .collect();
    table(screen, &["", "now", "usual"], &rows);
    for missing in wellbeing.indicators.iter().filter(|row| row.value.is_none()) {
        screen.wrapped(Style::Muted, &format!("{}: {}", words::clean(&missing.name), words::clean(&missing.note)), 2);
    }
    if let Some(day) = wellbeing.as_of {
        screen.wrapped(Style::Muted, &format!("As of {}.", words::day(day)), 0);
    }
    screen.basis(&wellbeing.basis);
}

/// What was found, in words.
pub(crate) fn drivers(screen: &mut Screen, drivers: &Drivers) {
    screen.heading("What differs where and when");
    if drivers.rows.is_empty() {
        return screen.empty("Nothing could be compared.", &drivers.basis);
    }
    let found = drivers.rows.iter().filter(|row| row.is_driver).count() as u64;
    let compared = words::counted(drivers.comparisons, "comparison");
    screen.wrapped(Style::Plain, &format!("{compared} made and corrected for, {} found.", words::count(found)), 0);
    for row in drivers.rows.iter().filter(|row| row.is_driver) {
        let said = format!("- {}; effect {}", words::clean(&row.words), effect_words(row));
        screen.wrapped(Style::Plain, &said, 2);
    }
    screen.basis(&drivers.basis);
}

/// Each target's verdict and days.
pub(crate) fn forecast(screen: &mut Screen, forecast: &Forecast) {
    screen.heading("The next two weeks");
    if let Some(why) = &forecast.why_none {
        screen.wrapped(Style::Plain, &format!("There is no forecast: {}", words::clean(why)), 0);
    } else if forecast.targets.is_empty() {
        screen.wrapped(Style::Plain, "There is no forecast.", 0);
    }
    for target in &forecast.targets {
        of_target(screen, target);
    }
    screen.basis(&forecast.basis);
}

fn of_target(screen: &mut Screen, target: &Target) {
    let won = if target.baseline_wins { "baseline" } else { "beats the baseline" };
    let verdict = words::capital(&words::clean(&target.verdict));
    screen.line(&[(Style::Strong, &format!("Daily {}", words::plain(&target.target)))]);
    screen.wrapped(Style::Plain, &format!("[{won}] {verdict} Method shown: {}.", words::plain(&target.method)), 0);
    let places = if is_counted(target) { 1 } else { 3 };
    let interval =
        |interval: Option<(f64, f64)>| interval.map_or_else(|| words::NONE.to_owned(), |edges| interval_words(edges, places));
    let rows: Vec<Vec<String>> = target
        .days
        .iter()
        .map(|day| {
            let date = words::weekday_day(day.date);
            vec![date, words::decimal(day.value, places), interval(day.interval_80), interval(day.interval_95)]
        })
        .collect();
    table(screen, &["day", "forecast", "80 % interval", "95 % interval"], &rows);
    for test in target.backtests.iter().filter(|test| test.is_chosen || test.is_baseline) {
        let (error, method) = (words::maybe(test.mae, if is_counted(target) { 1 } else { 4 }), words::plain(&test.method));
        let said = format!("Error of {method} in {}: {error}", words::counted(test.forecasts, "forecast"));
        screen.wrapped(Style::Muted, &said, 2);
    }
    screen.blank();
}

/// For each goal its tracks with their reasons.
pub(crate) fn recommendations(screen: &mut Screen, goals: &[Goal]) {
    screen.heading("What to play next");
    if goals.is_empty() {
        screen.wrapped(Style::Plain, "There are no recommendations: they need plays with audio features and a catalogue.", 0);
    }
    for (place, goal) in goals.iter().enumerate() {
        if place > 0 {
            screen.blank();
        }
        screen.line(&[(Style::Strong, &words::heading(&goal.goal))]);
        screen.wrapped(Style::Muted, &words::clean(&goal.explained), 0);
        for track in &goal.tracks {
            let name = format!("{:>2}. {}", track.rank, words::clean(&track.track_name));
            let artist = format!(" · {}", words::clean(&track.artist_name));
            screen.line(&[(Style::Strong, &name), (Style::Plain, &artist)]);
            screen.wrapped(Style::Muted, &format!("    {}", words::clean(&track.reason)), 4);
        }
        if goal.tracks.is_empty() {
            screen.wrapped(Style::Plain, "No track fits.", 0);
        }
        screen.basis(&goal.basis);
    }
}
