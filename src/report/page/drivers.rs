//! The section on drivers: what differs where and when, found against not told from chance.
//!
//! Owns the diagnostic part. The number of comparisons stands before the findings, since many comparisons find something by chance.

use maud::{Markup, html};

use super::parts;
use super::tables::{Table, numbers, text};
use crate::report::charts::drivers::{self as plot, MOST_ROWS};
use crate::report::data::{Driver, Drivers};
use crate::report::words;

pub(crate) fn section(drivers: &Drivers) -> Markup {
    html! {
        section #drivers aria-labelledby="drivers-title" {
            (parts::section_head("drivers", "Diagnostic", "What differs where and when", "What sets an evening, a weekend or the last week apart?"))
            @if drivers.rows.is_empty() {
                (parts::nothing_to_show("Nothing", &drivers.basis))
            } @else {
                (findings(drivers))
                (forest(drivers))
            }
        }
    }
}

fn findings(drivers: &Drivers) -> Markup {
    let found: Vec<&Driver> = drivers.rows.iter().filter(|row| row.is_driver).collect();
    html! {
        p {
            strong { (words::counted(drivers.comparisons, "comparison")) }
            " made and corrected for, " strong { (words::count(found.len() as u64)) } " found. "
            "An effect of 0 means as elsewhere; 0.2 is small, 0.8 large. What is found goes together; it need not be the cause."
        }
        @if found.is_empty() {
            (parts::empty("None of the differences can be told from chance."))
        } @else {
            ul.findings {
                @for row in found {
                    li { bdi { (words::capital(&words::clean(&row.words))) } " " span.effect { "effect " (plot::effect_words(row)) } }
                }
            }
        }
    }
}

fn forest(drivers: &Drivers) -> Markup {
    let Some(drawing) = plot::draw(drivers) else {
        return parts::empty("No effect could be computed: the days compared do not differ among themselves.");
    };
    html! {
        h3 { "All comparisons with their intervals" }
        @if drivers.rows.len() > MOST_ROWS { p { "The " (MOST_ROWS) " strongest are drawn; the table has all that are stored here." } }
        (parts::figure(&drawing, drawing.name, &html! {}, &parts::basis(&drivers.basis), &[table(drivers)]))
    }
}

fn table(drivers: &Drivers) -> Table {
    let row = |row: &Driver| {
        let cells = vec![
            words::plain(&row.stretch),
            words::maybe(row.effect, 2),
            words::maybe(row.effect_low, 2),
            words::maybe(row.effect_high, 2),
            natural(row.inside),
            natural(row.outside),
            plot::p_words(row.p_adjusted),
            words::count(row.units),
            if row.is_driver { "found" } else { "not told from chance" }.to_owned(),
        ];
        (words::plain(&row.subject), cells)
    };
    let mut columns = vec![text("Where or when")];
    columns.extend(numbers(["Effect", "95 % from", "to", "Inside", "Elsewhere", "Adjusted p", "Units"]));
    columns.push(text("Verdict"));
    Table {
        name: "drivers".to_owned(),
        caption: "Comparisons, the strongest first".to_owned(),
        corner: "What".to_owned(),
        columns,
        rows: drivers.rows.iter().map(row).collect(),
    }
}

/// A value in its own unit: fewer decimals, the larger it is.
fn natural(value: f64) -> String {
    words::decimal(value, if value.abs() < 10.0 { 3 } else { 1 })
}
