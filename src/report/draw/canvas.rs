//! The canvas: SVG elements as text.
//!
//! Owns the writing of elements and of their numbers. Text and attribute values are escaped by maud. Colours are left to
//! the classes of `chart.css`; sizes and anchors of text are attributes, since `raster` reads them back when it draws outlines.

use std::fmt::Write;

use maud::Render;

/// Width of a character by its font's size; an estimate between narrow and wide fonts, for cutting and wrapping.
pub(crate) const CHARACTER: f64 = 0.6;

/// A rectangle's place, in units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Where a text stands beside its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Elements in the order in which they are drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Canvas {
    body: String,
}

impl Canvas {
    /// A rectangle; one with something to say is a mark that a pointer and the arrow keys find. It is written as a path, which
    /// takes a third less text than a `rect` does: a page has thousands.
    pub(crate) fn rectangle(&mut self, class: &str, area: Area, said: Option<&str>) {
        let _ = write!(self.body, "<path class=\"{class}\" d=\"{}\"", edges(area));
        self.say(said);
    }

    /// A mark that is not seen, for what has no area of its own to point at. Stands within a group of the class `hits`.
    pub(crate) fn hit(&mut self, area: Area, said: &str) {
        let _ = write!(self.body, "<path d=\"{}\"", edges(area));
        self.say(Some(said));
    }

    /// A circle, which may say something as a rectangle may.
    pub(crate) fn circle(&mut self, class: &str, centre: (f64, f64), radius: f64, said: Option<&str>) {
        let (x, y, radius) = (number(centre.0), number(centre.1), number(radius));
        let _ = write!(self.body, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"");
        self.say(said);
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        let _ = write!(self.body, "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>");
    }

    /// A path; nothing is written for an empty one.
    pub(crate) fn path(&mut self, class: &str, steps: &str) {
        if !steps.is_empty() {
            let _ = write!(self.body, "<path class=\"{class}\" d=\"{steps}\"/>");
        }
    }

    /// A line of text with its baseline at `at`.
    pub(crate) fn text(&mut self, class: &str, at: (f64, f64), size: f64, anchor: Anchor, text: &str) {
        let (x, y, size) = (number(at.0), number(at.1), number(size));
        let _ = write!(self.body, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\"");
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => self.body.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.body.push_str(" text-anchor=\"end\""),
        }
        self.body.push('>');
        text.render_to(&mut self.body);
        self.body.push_str("</text>");
    }

    /// Begins a group, which [`Self::close`] ends.
    pub(crate) fn open(&mut self, class: &str) {
        let _ = write!(self.body, "<g class=\"{class}\">");
    }

    /// Begins a group that is moved by so much.
    pub(crate) fn open_at(&mut self, x: f64, y: f64) {
        let _ = write!(self.body, "<g transform=\"translate({} {})\">", number(x), number(y));
    }

    pub(crate) fn close(&mut self) {
        self.body.push_str("</g>");
    }

    /// Hatching of this name, for [`Self::hatched`]: what is missing is told by a pattern, not by a colour alone.
    pub(crate) fn define_hatch(&mut self, name: &str) {
        let _ = write!(
            self.body,
            "<defs><pattern id=\"hatch-{name}\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
             <path class=\"hatch\" d=\"M-1 6L6 -1M-1 1L1 -1M4 6L6 4\"/></pattern></defs>"
        );
    }

    /// A rectangle filled with the hatching of this name.
    pub(crate) fn hatched(&mut self, name: &str, area: Area) {
        let (x, y, width, height) = (number(area.x), number(area.y), number(area.width), number(area.height));
        let _ = write!(
            self.body,
            "<rect class=\"over\" fill=\"url(#hatch-{name})\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        );
    }

    /// Elements that another canvas holds.
    pub(crate) fn append(&mut self, other: &str) {
        self.body.push_str(other);
    }

    pub(crate) fn finish(self) -> String {
        self.body
    }

    fn say(&mut self, said: Option<&str>) {
        if let Some(said) = said {
            self.body.push_str(" data-v=\"");
            said.render_to(&mut self.body);
            self.body.push('"');
        }
        self.body.push_str("/>");
    }
}

/// The edges of a rectangle.
fn edges(area: Area) -> String {
    let (x, y, width, height) = (number(area.x), number(area.y), number(area.width.max(0.0)), number(area.height.max(0.0)));
    format!("M{x} {y}h{width}v{height}h-{width}z")
}

/// A coordinate with at most one decimal; what is not finite stands at 0.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_always_finite() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(-0.04), "0");
        assert_eq!(number(12.345), "12.3");
        assert_eq!(number(f64::NAN), "0");
        assert_eq!(number(f64::NEG_INFINITY), "0");
    }

    #[test]
    fn text_and_marks_are_escaped() {
        let mut canvas = Canvas::default();
        let area = Area { x: 0.0, y: 0.0, width: 1.0, height: -1.0 };
        canvas.rectangle("s1", area, Some("\"><script>"));
        canvas.text("ink", (0.0, 0.0), 11.0, Anchor::Middle, "<b>&");
        let body = canvas.finish();
        assert!(body.starts_with("<path class=\"s1\" d=\"M0 0h1v0h-1z\" data-v=\"&quot;&gt;&lt;script&gt;\"/>"), "{body}");
        assert!(body.ends_with("text-anchor=\"middle\">&lt;b&gt;&amp;</text>"), "{body}");
    }
}
