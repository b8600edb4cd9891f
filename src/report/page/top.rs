//! The section on what was played most: genres, artists and tracks side by side.
//!
//! Owns the three lists. Names are shown whole in the tables, cut to the width of the chart above.

use maud::{Markup, html};

use super::parts;
use super::tables::{Table, numbers, text};
use crate::report::charts::bars::{self, Kind};
use crate::report::data::{Bar, Basis, Top};
use crate::report::words;

pub(crate) fn section(top: &Top) -> Markup {
    html! {
        section #top aria-labelledby="top-title" {
            (parts::section_head("top", "Descriptive", "Most played", "Which genres, artists and tracks?"))
            div.columns { @for (kind, list, basis) in bars::of(top) { div { h3 { (words::capital(kind.label())) } (list_of(kind, list, basis)) } } }
        }
    }
}

fn list_of(kind: Kind, list: &[Bar], basis: &Basis) -> Markup {
    let Some(drawing) = bars::draw(kind, list) else {
        return parts::nothing_to_show(&format!("The list of {}", kind.label()), basis);
    };
    parts::figure(&drawing, drawing.name, &html! {}, &parts::basis(basis), &[table(kind, list)])
}

fn table(kind: Kind, list: &[Bar]) -> Table {
    let with_artist = kind == Kind::Tracks;
    let row = |bar: &Bar| {
        let artist = with_artist.then(|| bar.detail.as_deref().map(words::clean).unwrap_or_default());
        let listened = bar.minutes.map_or_else(|| words::NONE.to_owned(), words::minutes);
        (words::clean(&bar.name), artist.into_iter().chain([words::count(bar.plays), listened]).collect())
    };
    let columns = with_artist.then(|| text("Artist")).into_iter().chain(numbers(["Plays", "Listened"])).collect();
    Table {
        name: format!("top-{}", kind.label()),
        caption: format!("Most played {}", kind.label()),
        corner: words::capital(kind.label().trim_end_matches('s')),
        columns,
        rows: list.iter().map(row).collect(),
    }
}
