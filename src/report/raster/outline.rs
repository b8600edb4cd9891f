//! Texts as outlines: `<text>` elements become `<path>` elements.
//!
//! Owns the embedded font, `DejaVu` Sans 2.37 cut to Latin, Greek, Cyrillic and signs by `scripts/subset_font.py` (its licence is in
//! `font/LICENSE`). Reads what `draw::canvas` writes: one line of text with `x`, `y`, `font-size`, `text-anchor` and a class.
//! No kerning, ligatures or change of direction; a character without a glyph becomes the font's empty box.

use std::fmt::Write;

use maud::Render;
use resvg::usvg::roxmltree::{Document, Node};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

const FONT: &[u8] = include_bytes!("../font/DejaVuSans-subset.ttf");
/// Size where an element has none.
const DEFAULT_SIZE: f32 = 12.0;

/// The same SVG without `<text>` elements.
pub(crate) fn texts(svg: &str) -> Result<String, String> {
    let document = Document::parse(svg).map_err(|error| format!("the SVG cannot be read: {error}"))?;
    let face = Face::parse(FONT, 0).map_err(|error| format!("the embedded font cannot be read: {error}"))?;
    let mut out = String::with_capacity(svg.len());
    let mut copied = 0;
    for node in document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text"))) {
        let range = node.range();
        out.push_str(svg.get(copied..range.start).unwrap_or_default());
        out.push_str(&path(&face, node));
        copied = range.end;
    }
    out.push_str(svg.get(copied..).unwrap_or_default());
    Ok(out)
}

/// The path of one element.
fn path(face: &Face, node: Node) -> String {
    let number = |name: &str| node.attribute(name).and_then(|value| value.parse::<f32>().ok()).filter(|value| value.is_finite());
    let size = number("font-size").unwrap_or(DEFAULT_SIZE);
    let scale = size / f32::from(face.units_per_em());
    let content: String = node.descendants().filter_map(|child| if child.is_text() { child.text() } else { None }).collect();
    let glyphs: Vec<GlyphId> = content.chars().map(|letter| face.glyph_index(letter).unwrap_or(GlyphId(0))).collect();
    let advance = |glyph: &GlyphId| f32::from(face.glyph_hor_advance(*glyph).unwrap_or(0)) * scale;
    let width: f32 = glyphs.iter().map(advance).sum();
    let start = number("x").unwrap_or(0.0)
        - match node.attribute("text-anchor") {
            Some("middle") => width / 2.0,
            Some("end") => width,
            _ => 0.0,
        };
    let mut steps = Steps { d: String::new(), x: start, y: number("y").unwrap_or(0.0), scale };
    for glyph in &glyphs {
        face.outline_glyph(*glyph, &mut steps);
        steps.x += advance(glyph);
    }
    let mut class = String::new();
    node.attribute("class").unwrap_or_default().render_to(&mut class);
    format!("<path class=\"{class}\" d=\"{}\"/>", steps.d)
}

/// Writes outlines, whose y axis points upwards, as steps of a path.
struct Steps {
    d: String,
    x: f32,
    y: f32,
    scale: f32,
}

impl Steps {
    fn step(&mut self, letter: char, points: &[(f32, f32)]) {
        self.d.push(letter);
        for (x, y) in points {
            // Hundredths of a unit: outlines at four times their size still look round.
            let _ = write!(self.d, "{:.2} {:.2} ", self.x + x * self.scale, self.y - y * self.scale);
        }
    }
}

impl OutlineBuilder for Steps {
    fn move_to(&mut self, x: f32, y: f32) {
        self.step('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.step('L', &[(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.step('Q', &[(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.step('C', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.d.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlined(text: &str) -> String {
        texts(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><g>{text}</g></svg>")).unwrap()
    }

    #[test]
    fn what_stands_around_a_text_is_kept() {
        let out = outlined("<rect/><text class=\"ink\" x=\"1\" y=\"2\" font-size=\"10\">i</text><!-- kept -->");
        assert!(out.contains("<rect/><path class=\"ink\" d=\"M"), "{out}");
        assert!(out.ends_with("Z\"/><!-- kept --></g></svg>"), "{out}");
    }

    #[test]
    fn anchors_move_the_text_by_its_width() {
        let first_x = |anchor: &str| -> f32 {
            let out = outlined(&format!("<text x=\"50\" y=\"2\" font-size=\"10\" text-anchor=\"{anchor}\">HH</text>"));
            out.split("d=\"M").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap()
        };
        // An H of DejaVu Sans is 1,540 of 2,048 units wide.
        let width = 2.0 * 10.0 * 1540.0 / 2048.0;
        assert!((first_x("start") - first_x("end") - width).abs() < 0.02);
        assert!((first_x("start") - first_x("middle") - width / 2.0).abs() < 0.02);
    }

    #[test]
    fn escaped_and_empty_texts_are_harmless() {
        assert!(outlined("<text>&lt;&amp;</text>").contains('Z'));
        assert!(outlined("<text/>").contains("d=\"\""));
    }
}
