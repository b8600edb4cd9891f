//! Drawing: a canvas that writes SVG, scales, the colours of heat maps, the axis of time, and whole documents.
//!
//! Owns everything that charts have in common. Refuses to know any chart's data; `charts` puts the values on it.

pub(crate) mod canvas;
pub(crate) mod heat;
pub(crate) mod legend;
pub(crate) mod lines;
pub(crate) mod palette;
pub(crate) mod scale;
pub(crate) mod standalone;
pub(crate) mod time;

/// A chart before it is put on the page or into a document of its own.
#[derive(Clone, Debug)]
pub(crate) struct Drawing {
    /// Stem of the file's name and of the ids on the page.
    pub name: &'static str,
    /// What it shows, in words.
    pub title: String,
    /// What is seen in it, for those who do not see it.
    pub description: String,
    /// Size in units, of which one is a pixel where nothing scales the chart.
    pub width: f64,
    pub height: f64,
    /// Width in pixels below which the page lets it scroll, so that its text stays legible.
    pub narrowest: u32,
    /// Whether time runs to the right, so that the newest is at the right end.
    pub runs_on: bool,
    /// The elements.
    pub body: String,
}
