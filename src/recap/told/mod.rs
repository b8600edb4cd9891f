//! A recap in its formats.
//!
//! Owns the way from figures to a document. `page` says what is shown; `text`, `markdown` and `html` how, `charts` what is drawn. The
//! same recap gives the same bytes everywhere.

mod charts;
mod html;
mod markdown;
mod page;
mod text;

pub use charts::{Chart, of as charts};
pub use html::Picture;
pub use page::Page;

use super::data::Recap;
use super::{Words, phrases, template};

/// What is shown of a recap: with the words of a model where there are some, else with the template's.
pub fn page(recap: &Recap, words: Option<&Words>) -> Page {
    let paragraphs = words.map_or_else(|| template::paragraphs(recap, &phrases::of(recap)), |words| words.paragraphs.clone());
    page::of(recap, paragraphs, words.map(|words| words.by.as_str()))
}

/// For a terminal of so many columns, with ANSI styles or in plain text.
pub fn as_text(page: &Page, width: usize, colour: bool) -> String {
    text::render(page, width, colour)
}

/// As Markdown.
pub fn as_markdown(page: &Page) -> String {
    markdown::render(page)
}

/// As an HTML page with these pictures.
pub fn as_html(page: &Page, pictures: &[Picture]) -> String {
    html::render(page, pictures)
}
