//! Parts that sections share: a chart with its basis and its data, a heading, a reason for emptiness.
//!
//! Owns how a chart stands on the page: never without what it rests on, and never without a table of what it draws.

use maud::{Markup, PreEscaped, Render, html};

use super::tables::Table;
use crate::report::data::Basis;
use crate::report::draw::Drawing;
use crate::report::draw::canvas::number;
use crate::report::words;

/// How far a chart may grow beyond its own size.
const GROWTH: f64 = 1.3;

/// The heading of a section, with the question that it answers.
pub(crate) fn section_head(id: &str, kind: &str, title: &str, question: &str) -> Markup {
    html! {
        p.kind { (kind) }
        h2 id={ (id) "-title" } { (title) }
        p.question { (question) }
    }
}

/// What a chart rests on.
pub(crate) fn basis(basis: &Basis) -> Markup {
    html! { p.basis { strong { "Rests on " } (words::basis(basis)) } }
}

/// Why nothing is shown.
pub(crate) fn empty(why: &str) -> Markup {
    html! { p.empty { (why) } }
}

/// Why nothing is shown, from what is known about the plays.
pub(crate) fn nothing_to_show(what: &str, basis: &Basis) -> Markup {
    let why = match (basis.plays, basis.covered) {
        (0, _) => "there are no plays".to_owned(),
        (_, Some(0)) => "none of the plays has the features needed".to_owned(),
        _ => "there are not enough plays for it".to_owned(),
    };
    let note = basis.note.as_deref().map(|note| format!(" {}", words::clean(note))).unwrap_or_default();
    empty(&format!("{what} is not shown: {why}.{note}"))
}

/// A chart under a heading, with controls above it, what it rests on and its data below it.
pub(crate) fn figure(drawing: &Drawing, id: &str, controls: &Markup, on: &Markup, data: &[Table]) -> Markup {
    html! {
        figure.chart id={ "chart-" (id) } {
            (controls)
            (svg(drawing, id))
            figcaption { (on) }
            (details(data))
        }
    }
}

/// The chart alone, inside its own scrolling box; `id` makes its title's and description's ids.
pub(crate) fn svg(drawing: &Drawing, id: &str) -> Markup {
    let (width, height) = (number(drawing.width), number(drawing.height));
    let widest = number(drawing.width * GROWTH);
    let narrowest = drawing.narrowest;
    let open = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" tabindex=\"0\" \
         aria-labelledby=\"t-{id} d-{id}\" style=\"max-width:{widest}px;min-width:{narrowest}px\">\
         <title id=\"t-{id}\">{}</title><desc id=\"d-{id}\">{}</desc>",
        drawing.title.render().0,
        drawing.description.render().0
    );
    html! { div.scroll.late[drawing.runs_on] { (PreEscaped(open)) (PreEscaped(&drawing.body)) (PreEscaped("</svg>")) } }
}

/// The data behind a chart.
pub(crate) fn details(data: &[Table]) -> Markup {
    html! {
        details {
            summary { "Data as a table" }
            @for table in data { (table.render()) }
        }
    }
}
