//! The report: one page, one terminal view, and every chart as a picture of its own.
//!
//! Owns how the values of [`data::Report`] look (`read` takes them from gold). Refuses the clock and the environment, and computes
//! nothing but places on a canvas: the same report gives the same bytes everywhere. Callers write the strings and bytes to files or
//! stdout.

mod charts;
pub mod data;
pub(crate) mod draw;
mod page;
mod raster;
mod read;
pub(crate) mod terminal;
#[cfg(test)]
mod tests;
pub(crate) mod words;

pub use read::read;

use data::Report;

/// A chart as a file of its own.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Stem of the file's name, such as `weekday-hour`; no two charts of a report share it.
    pub name: &'static str,
    /// What the chart shows, in words.
    pub title: String,
    /// A whole SVG document with light colours, its title, its legend and what it rests on.
    pub svg: String,
}

/// The whole report as one HTML page that loads nothing and needs no network.
pub fn html(report: &Report) -> String {
    page::html(report)
}

/// The report for a terminal of `width` columns (taken as 40 where it is less), with ANSI colours or in plain text.
///
/// No line is wider than `width`, and no name can move the cursor or change the colours.
pub fn text(report: &Report, width: usize, colour: bool) -> String {
    terminal::text(report, width, colour)
}

/// Every chart that has something to show; those without data are left out.
pub fn charts(report: &Report) -> Vec<Chart> {
    charts::all(report)
}

/// A chart as a PNG picture, `scale` pixels for each unit of the SVG.
///
/// Text is drawn in the embedded font (Latin, Greek, Cyrillic); a character that it lacks becomes an empty box.
///
/// # Errors
/// The text is no SVG, or the picture would have no pixel or more than 10,000 on a side; the message says which.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, String> {
    raster::png(svg, scale)
}
