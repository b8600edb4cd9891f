//! A drawing as an SVG document of its own.
//!
//! Owns what the page around a chart says otherwise: the title, what it rests on, a background and literal light colours.
//! `raster` turns the document into pixels.

use maud::Render;

use super::Drawing;
use super::canvas::{Anchor, Area, CHARACTER, Canvas, number};
use super::palette::in_light;
use crate::report::data::Basis;
use crate::report::words;

const MARGIN: f64 = 24.0;
/// Height of the title's line.
const HEAD: f64 = 34.0;
const FOOT_SIZE: f64 = 11.0;
const FOOT_LINE: f64 = 16.0;
/// Narrower charts get a wider sheet, so that title and footnote have room.
const NARROWEST_SHEET: f64 = 360.0;

/// The document, with what the chart rests on below it.
pub(crate) fn document(drawing: &Drawing, basis: &Basis) -> String {
    let width = drawing.width.max(NARROWEST_SHEET) + 2.0 * MARGIN;
    let columns = ((width - 2.0 * MARGIN) / (FOOT_SIZE * CHARACTER)) as usize;
    let foot = wrap(&words::basis_line(basis), columns);
    let foot_top = MARGIN + HEAD + drawing.height + 14.0;
    let height = foot_top + foot.len() as f64 * FOOT_LINE + MARGIN - 6.0;
    let mut canvas = Canvas::default();
    canvas.rectangle("sheet", Area { x: 0.0, y: 0.0, width, height }, None);
    let title = words::shorten(&drawing.title, ((width - 2.0 * MARGIN) / (16.0 * CHARACTER)) as usize);
    canvas.text("ink", (MARGIN, MARGIN + 14.0), 16.0, Anchor::Start, &title);
    canvas.open_at(MARGIN, MARGIN + HEAD);
    canvas.append(&drawing.body);
    canvas.close();
    for (index, line) in foot.iter().enumerate() {
        canvas.text("muted", (MARGIN, foot_top + FOOT_SIZE + index as f64 * FOOT_LINE), FOOT_SIZE, Anchor::Start, line);
    }
    let (width, height) = (number(width), number(height));
    let name = drawing.name;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"t-{name} d-{name}\" font-family=\"'DejaVu Sans', Verdana, sans-serif\">\
         <title id=\"t-{name}\">{}</title><desc id=\"d-{name}\">{}</desc><style>{}</style>{}</svg>\n",
        drawing.title.render().0,
        drawing.description.render().0,
        in_light(include_str!("../chart.css")),
        canvas.finish()
    )
}

/// Words in lines of at most so many characters; a longer word stands on a line alone.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(words::shorten(word, columns)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footnote_is_wrapped_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensibility", 7), ["incomp…"]);
    }
}
