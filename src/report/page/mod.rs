//! The page: one HTML file that holds its styles, its script and all of its data.
//!
//! Owns the document around the sections and their order. Refuses to load anything: the content security policy allows inline styles
//! and scripts alone. Sections are in the sibling files; charts come from `charts`, tables from `tables`.

mod drivers;
mod forecast;
mod listening;
mod mood;
mod parts;
mod reading;
mod recommendations;
mod tables;
mod top;
mod wellbeing;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::data::{Figure, Report};
use super::draw::palette;
use super::words;

/// Nothing from anywhere, but what stands in the file itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                      form-action 'none'";

/// Ids and names of the sections.
const SECTIONS: [(&str, &str); 8] = [
    ("listening", "When you listen"),
    ("mood", "Mood"),
    ("wellbeing", "Wellbeing"),
    ("top", "Most played"),
    ("drivers", "Drivers"),
    ("forecast", "Forecast"),
    ("recommendations", "Recommendations"),
    ("reading", "How to read this"),
];

/// The whole page.
pub(crate) fn html(report: &Report) -> String {
    let listener = words::clean(&report.listener);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "moodlake " (words::clean(&report.version)) };
                title { "Listening report of " (listener) }
                // Without it browsers ask for a favicon.
                link rel="icon" href="data:,";
                style { (PreEscaped(palette::variables())) (PreEscaped(include_str!("../chart.css"))) (PreEscaped(include_str!("../page.css"))) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                (head(report, &listener))
                main #main tabindex="-1" {
                    (warnings(report))
                    (headline(report))
                    (listening::section(report))
                    (mood::section(report))
                    (wellbeing::section(&report.wellbeing))
                    (top::section(&report.top))
                    (drivers::section(&report.drivers))
                    (forecast::section(&report.forecast))
                    (recommendations::section(&report.recommendations))
                    (reading::section())
                }
                (foot(report))
                div #tip role="tooltip" hidden {}
                div #live .unseen aria-live="polite" {}
                script { (PreEscaped(include_str!("../page.js"))) }
            }
        }
    };
    page.into_string()
}

fn head(report: &Report, listener: &str) -> Markup {
    html! {
        header.top {
            div.bar {
                p.brand { "moodlake" }
                button #theme type="button" hidden { "Theme: auto" }
            }
            h1 { "Listening report of " bdi { (listener) } }
            p.span {
                @match report.span {
                    Some((first, last)) => { (words::day(first)) " to " (words::day(last)) },
                    None => "No plays yet",
                }
                @if !report.zone.is_empty() { ", days and hours in " (words::clean(&report.zone)) }
            }
            @if !report.others.is_empty() {
                p.others {
                    "Other listeners in this lake have reports of their own: "
                    @for (place, other) in report.others.iter().enumerate() {
                        @if place > 0 { ", " }
                        bdi { (words::clean(other)) }
                    }
                    "."
                }
            }
            nav aria-label="Sections" {
                ul { @for (id, name) in SECTIONS { li { a href={ "#" (id) } { (name) } } } }
            }
        }
    }
}

fn warnings(report: &Report) -> Markup {
    html! {
        @for warning in &report.warnings {
            div.warning role="alert" {
                span.sign aria-hidden="true" { "!" }
                p { strong { "Warning: " } (words::clean(warning)) }
            }
        }
    }
}

fn headline(report: &Report) -> Markup {
    html! {
        section aria-labelledby="headline" {
            h2.unseen #headline { "At a glance" }
            @if report.headline.is_empty() {
                (parts::empty("There are no figures yet, since the lake has no plays of this listener."))
            } @else {
                dl.figures { @for figure in &report.headline { (figure_card(figure)) } }
            }
            (parts::basis(&report.rests_on))
        }
    }
}

fn figure_card(figure: &Figure) -> Markup {
    html! {
        div {
            dt { (words::clean(&figure.label)) }
            dd.value { (words::clean(&figure.value)) }
            @if let Some(note) = &figure.note { dd.note { (words::clean(note)) } }
        }
    }
}

fn foot(report: &Report) -> Markup {
    html! {
        footer {
            p {
                "Made by moodlake " (words::clean(&report.version))
                @if !report.made_at.is_empty() { ", " (words::clean(&report.made_at)) }
                ". This file holds all of its data and loads nothing; a link opens only when you follow it."
            }
        }
    }
}
