//! The section on when one listens: days, months, hours of the week, parts of the day.
//!
//! Owns the descriptive part that needs no audio features, and the view of valence and energy by the clock.

use maud::{Markup, html};

use super::parts;
use super::tables::{Table, numbers};
use crate::report::charts::hours::{self, MEASURES, Measure};
use crate::report::charts::{calendar, months};
use crate::report::data::{Calendar, Hours, PartOfDay, Report};
use crate::report::words;

pub(crate) fn section(report: &Report) -> Markup {
    html! {
        section #listening aria-labelledby="listening-title" {
            (parts::section_head("listening", "Descriptive", "When you listen", "How much, on which days and at which hours?"))
            h3 { "Plays a day" }
            (days(&report.calendar))
            (years(&report.calendar))
            h3 { "The hours of the week" }
            (week(&report.hours))
            h3 { "Parts of the day" }
            (parts_of_day(&report.hours))
        }
    }
}

fn days(calendar: &Calendar) -> Markup {
    let Some(drawing) = calendar::draw(calendar) else { return parts::nothing_to_show("The calendar", &calendar.basis) };
    parts::figure(&drawing, drawing.name, &html! {}, &parts::basis(&calendar.basis), &[calendar_table(calendar)])
}

fn calendar_table(calendar: &Calendar) -> Table {
    let cell = |day: &Option<crate::report::data::CalendarDay>| match day {
        None => String::new(),
        Some(day) => format!("{}{}", words::count(u64::from(day.plays)), if day.in_gap { "*" } else { "" }),
    };
    Table {
        name: "calendar".to_owned(),
        caption: "Plays a day (* plays may be missing)".to_owned(),
        corner: "Week of".to_owned(),
        columns: numbers(words::WEEKDAYS),
        rows: calendar::weeks_of(calendar)
            .iter()
            .map(|(monday, days)| (words::day(*monday), days.iter().map(cell).collect()))
            .collect(),
    }
}

fn years(calendar: &Calendar) -> Markup {
    let Some(drawing) = months::draw(calendar) else { return html! {} };
    let row = |year: i32| {
        let plays =
            |month: u32| calendar.months.iter().find(|at| at.year == year && at.month == month).map(|at| u64::from(at.plays));
        (year.to_string(), (1..=12).map(|month| plays(month).map(words::count).unwrap_or_default()).collect())
    };
    let table = Table {
        name: "calendar-months".to_owned(),
        caption: "Plays a month".to_owned(),
        corner: "Year".to_owned(),
        columns: numbers(words::MONTHS),
        rows: months::years_of(calendar).into_iter().map(row).collect(),
    };
    html! {
        h3 { "Plays a month" }
        (parts::figure(&drawing, drawing.name, &html! {}, &parts::basis(&calendar.basis), &[table]))
    }
}

/// The three heat maps, of which one is shown at a time; without `:has()` in the browser all three are.
fn week(of: &Hours) -> Markup {
    let drawings: Vec<_> = MEASURES.iter().filter_map(|measure| Some((*measure, hours::draw(of, *measure)?))).collect();
    if drawings.is_empty() {
        return parts::nothing_to_show("The week", &of.basis);
    }
    let data: Vec<Table> = drawings.iter().map(|(measure, _)| hours_table(of, *measure)).collect();
    html! {
        figure.chart.choice id="chart-weekday-hour" {
            @if drawings.len() > 1 {
                fieldset.controls {
                    legend { "Show" }
                    @for (measure, _) in &drawings {
                        label { input type="radio" name="hours" value=(measure.label()) checked[*measure == Measure::Plays]; (words::capital(measure.label())) }
                    }
                }
            }
            @for (measure, drawing) in &drawings {
                div class={ "shows-" (measure.label()) } { (parts::svg(drawing, drawing.name)) }
            }
            figcaption { (parts::basis(&of.basis)) }
            (parts::details(&data))
        }
        @if drawings.len() == 1 {
            p.empty { "Valence and energy by the hour are not shown: no hour has enough plays with audio features." }
        }
    }
}

fn hours_table(of: &Hours, measure: Measure) -> Table {
    let cell = |weekday: u32, hour: u32| {
        let cell = of.cells.iter().find(|cell| (cell.weekday, cell.hour) == (weekday, hour));
        match measure {
            Measure::Plays => cell.map_or_else(|| "0".to_owned(), |cell| words::count(u64::from(cell.plays))),
            _ => words::maybe(cell.and_then(|cell| measure.mean(cell)), 3),
        }
    };
    let what = if measure == Measure::Plays { "Plays".to_owned() } else { format!("Mean {}", measure.label()) };
    Table {
        name: format!("hours-{}", measure.label()),
        caption: format!("{what} by weekday and hour"),
        corner: "Weekday".to_owned(),
        columns: numbers((0..24).map(|hour| hour.to_string())),
        rows: (1..=7)
            .map(|weekday| (words::weekday(weekday).to_owned(), (0..24).map(|hour| cell(weekday, hour)).collect()))
            .collect(),
    }
}

/// The table of parts of day, weekdays beside weekends.
fn parts_of_day(of: &Hours) -> Markup {
    if of.parts.is_empty() {
        return parts::nothing_to_show("The table of parts of the day", &of.basis);
    }
    let row = |part: &PartOfDay| {
        let days = if part.is_weekend { "weekend" } else { "weekdays" };
        let cells = vec![
            words::count(u64::from(part.plays)),
            words::maybe(part.valence, 3),
            words::maybe(part.energy, 3),
            words::maybe_share(part.skip_rate),
            words::maybe_share(part.finish_rate),
        ];
        (format!("{}, {days}", words::heading(&part.part)), cells)
    };
    let table = Table {
        name: "parts-of-day".to_owned(),
        caption: "Plays by part of the day, with means and shares".to_owned(),
        corner: "Part of the day".to_owned(),
        columns: numbers(["Plays", "Valence", "Energy", "Skipped", "Finished"]),
        rows: of.parts.iter().map(row).collect(),
    };
    html! { (table.render()) (parts::basis(&of.basis)) }
}
