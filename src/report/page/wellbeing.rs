//! The section on wellbeing indicators: a card for each, the newest value beside the usual one.
//!
//! Owns the cards. A value that is missing says why in its place.

use maud::{Markup, html};

use super::parts;
use super::tables::{Table, numbers};
use crate::report::charts::wellbeing::{spark, value_words, weeks_ago};
use crate::report::data::{Indicator, Wellbeing};
use crate::report::words;

pub(crate) fn section(wellbeing: &Wellbeing) -> Markup {
    html! {
        section #wellbeing aria-labelledby="wellbeing-title" {
            (parts::section_head("wellbeing", "Descriptive", "Wellbeing indicators", "Is your listening as usual?"))
            @if wellbeing.indicators.is_empty() {
                (parts::nothing_to_show("No indicator", &wellbeing.basis))
            } @else {
                p {
                    "Patterns in listening that studies have looked at. They are no diagnosis, and a change has many harmless reasons."
                    @if let Some(day) = wellbeing.as_of { " Values as of " (words::day(day)) "; “usual” is the median of the last year." }
                }
                div.cards { @for (index, indicator) in wellbeing.indicators.iter().enumerate() { (card(index, indicator)) } }
                (parts::basis(&wellbeing.basis))
            }
        }
    }
}

fn card(index: usize, indicator: &Indicator) -> Markup {
    let id = format!("indicator-{}", index + 1);
    html! {
        article.card aria-labelledby=(id) {
            h3 id=(id) { (words::heading(&indicator.name)) }
            @if let Some(value) = &indicator.value {
                p.value {
                    (words::clean(value))
                    @if let Some(usual) = &indicator.usual { " " span.usual { "usual " (words::clean(usual)) } }
                }
            } @else {
                p.value.missing { "No value" @if let Some(usual) = &indicator.usual { " " span.usual { "usual " (words::clean(usual)) } } }
            }
            @if let Some(drawing) = spark(indicator) {
                figure.chart {
                    (parts::svg(&drawing, &format!("spark-{}", index + 1)))
                    figcaption { (note(indicator)) }
                    (parts::details(&[weeks_table(index, indicator)]))
                }
            } @else {
                (note(indicator))
            }
            p.explained { (words::clean(&indicator.explained)) }
        }
    }
}

/// Why there is no value, or what it rests on.
fn note(indicator: &Indicator) -> Markup {
    let said = if indicator.value.is_some() { "Rests on " } else { "Why not: " };
    html! { p.basis { strong { (said) } (words::clean(&indicator.note)) } }
}

fn weeks_table(index: usize, indicator: &Indicator) -> Table {
    let weeks = indicator.line.len();
    let row = |(week, value): (usize, &Option<f64>)| {
        (weeks_ago(weeks - 1 - week), vec![value.map_or_else(|| words::NONE.to_owned(), value_words)])
    };
    Table {
        name: format!("indicator-{}", index + 1),
        caption: format!("{}, week by week", words::heading(&indicator.name)),
        corner: "Week".to_owned(),
        columns: numbers(["Value"]),
        rows: indicator.line.iter().enumerate().map(row).collect(),
    }
}
