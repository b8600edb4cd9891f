//! The section on the next two weeks: each target's forecast beside how its methods did in the past.
//!
//! Owns the predictive part. The verdict stands above the chart: when the baseline is not beaten, that is said first.

use maud::{Markup, html};

use super::parts;
use super::tables::{Table, numbers};
use crate::report::charts::forecast::{self as chart, interval_words, is_counted};
use crate::report::data::{Backtest, Basis, Forecast, ForecastDay, Target};
use crate::report::words;

pub(crate) fn section(forecast: &Forecast) -> Markup {
    html! {
        section #forecast aria-labelledby="forecast-title" {
            (parts::section_head("forecast", "Predictive", "The next two weeks", "What comes if you listen as before, and how sure is that?"))
            @if let Some(why) = &forecast.why_none {
                (parts::empty(&format!("There is no forecast: {}", words::clean(why))))
            } @else if forecast.targets.is_empty() {
                (parts::nothing_to_show("The forecast", &forecast.basis))
            }
            @for (place, target) in forecast.targets.iter().enumerate() { (of_target(place, target, &forecast.basis)) }
        }
    }
}

fn of_target(place: usize, target: &Target, basis: &Basis) -> Markup {
    let (badge, class) = if target.baseline_wins { ("Baseline", "badge plain") } else { ("Beats the baseline", "badge better") };
    html! {
        h3 { "Daily " (words::plain(&target.target)) }
        p.verdict { span class=(class) { (badge) } " " (words::capital(&words::clean(&target.verdict))) " Method shown: " (words::plain(&target.method)) "." }
        div.beside {
            @match chart::draw(target) {
                Some(drawing) => {
                    // By its place, since two targets may have the same name.
                    @let id = format!("forecast-{}", place + 1);
                    (parts::figure(&drawing, &id, &html! {}, &parts::basis(basis), &[days_table(place, target), history_table(place, target)]))
                },
                None => (parts::nothing_to_show("The forecast", basis)),
            }
            div {
                @if target.backtests.is_empty() {
                    (parts::empty("There was too little history to try the methods on the past."))
                } @else {
                    (backtests_table(place, target).render())
                    p.note {
                        "Each method forecast the past without knowing it. Error: how far off on average (mean absolute error). A good 80 % interval "
                        "holds the truth in 80 % of the cases."
                    }
                }
            }
        }
    }
}

fn places(target: &Target) -> usize {
    if is_counted(target) { 1 } else { 3 }
}

fn history_table(place: usize, target: &Target) -> Table {
    Table {
        name: format!("forecast-{}-history", place + 1),
        caption: format!("History of daily {}", words::plain(&target.target)),
        corner: "Day".to_owned(),
        columns: numbers(["Was"]),
        rows: target
            .history
            .iter()
            .map(|(date, value)| (words::weekday_day(*date), vec![words::maybe(*value, places(target))]))
            .collect(),
    }
}

fn days_table(place: usize, target: &Target) -> Table {
    let interval = |interval: Option<(f64, f64)>| {
        interval.map_or_else(|| words::NONE.to_owned(), |edges| interval_words(edges, places(target)))
    };
    let row = |day: &ForecastDay| {
        let cells = vec![words::decimal(day.value, places(target)), interval(day.interval_80), interval(day.interval_95)];
        (words::weekday_day(day.date), cells)
    };
    Table {
        name: format!("forecast-{}", place + 1),
        caption: format!("Forecast of daily {}", words::plain(&target.target)),
        corner: "Day".to_owned(),
        columns: numbers(["Forecast", "80 % interval", "95 % interval"]),
        rows: target.days.iter().map(row).collect(),
    }
}

fn backtests_table(place: usize, target: &Target) -> Table {
    let row = |test: &Backtest| {
        let role = match (test.is_baseline, test.is_chosen) {
            (true, true) => " (baseline, shown)",
            (true, false) => " (baseline)",
            (false, true) => " (shown)",
            (false, false) => "",
        };
        let cells = vec![
            words::maybe(test.mae, if is_counted(target) { 1 } else { 4 }),
            words::maybe_share(test.coverage_80),
            words::maybe_share(test.coverage_95),
            words::count(test.forecasts),
        ];
        (format!("{}{role}", words::plain(&test.method)), cells)
    };
    Table {
        name: format!("backtest-{}", place + 1),
        caption: "How the methods did in the past".to_owned(),
        corner: "Method".to_owned(),
        columns: numbers(["Error", "In 80 %", "In 95 %", "Forecasts"]),
        rows: target.backtests.iter().map(row).collect(),
    }
}
