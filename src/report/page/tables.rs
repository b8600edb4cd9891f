//! Tables: a caption, headings with their scope, and cells that are text already.
//!
//! Owns the markup of every table. Those behind charts show the figures that are drawn; `scripts/check_report.py` reads them back by
//! their `data-table` names.

use maud::{Markup, html};

/// A column's heading, and whether its cells are text rather than numbers.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub name: String,
    pub is_text: bool,
}

/// A table with a heading for each column and each row.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Under which a program finds it.
    pub name: String,
    pub caption: String,
    /// Heading of the rows' headings.
    pub corner: String,
    pub columns: Vec<Column>,
    /// A row's heading and its cells.
    pub rows: Vec<(String, Vec<String>)>,
}

/// Columns of numbers.
pub(crate) fn numbers<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Vec<Column> {
    names.into_iter().map(|name| Column { name: name.as_ref().to_owned(), is_text: false }).collect()
}

/// One column of text.
pub(crate) fn text(name: &str) -> Column {
    Column { name: name.to_owned(), is_text: true }
}

impl Table {
    pub(crate) fn render(&self) -> Markup {
        html! {
            div.scroll tabindex="0" role="group" aria-label=(self.caption) {
                table data-table=(self.name) {
                    caption { span { (self.caption) } }
                    thead {
                        tr {
                            th scope="col" { (self.corner) }
                            @for column in &self.columns { th.text[column.is_text] scope="col" { (column.name) } }
                        }
                    }
                    tbody {
                        @for (heading, cells) in &self.rows {
                            tr {
                                th scope="row" { (isolated(heading)) }
                                @for (cell, column) in cells.iter().zip(&self.columns) {
                                    @if column.is_text && !cell.is_empty() { td.text { (isolated(cell)) } } @else { td { (cell) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A text that may be written from right to left keeps that to itself; plain letters and digits cannot be.
fn isolated(text: &str) -> Markup {
    if text.is_ascii() {
        html! { (text) }
    } else {
        html! { bdi { (text) } }
    }
}
