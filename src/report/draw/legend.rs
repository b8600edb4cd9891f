//! Legends below charts.
//!
//! Owns the rows of swatches that say what a class of colour, a line or a sign means. Every sign is named in words beside it.

use super::canvas::{Anchor, Area, CHARACTER, Canvas, number};
use super::heat::{COUNT_CLASSES, Counts, MEAN_CLASSES, Means};

/// Height that a legend of steps takes.
pub(crate) const STEPS_HEIGHT: f64 = 30.0;
/// Size of its letters.
const SIZE: f64 = 10.0;

/// A sign and what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sign {
    /// A filled box of this class.
    Box(&'static str),
    /// A line of this class.
    Line(&'static str),
    /// Dots of this class.
    Dots(&'static str),
    /// The ring around a mood's centre.
    Ring,
    /// The hatching of this name.
    Hatch(&'static str),
}

/// The steps of counts, with what each begins with; returns where it ends.
pub(crate) fn counts(canvas: &mut Canvas, at: (f64, f64), what: &str, steps: Counts) -> f64 {
    row(canvas, at, what, &COUNT_CLASSES, &steps.labels())
}

/// The steps of means, with the value in the middle of each; returns where it ends.
pub(crate) fn means(canvas: &mut Canvas, at: (f64, f64), what: &str, steps: Means) -> f64 {
    row(canvas, at, what, &MEAN_CLASSES, &steps.labels())
}

fn row(canvas: &mut Canvas, (x, y): (f64, f64), what: &str, classes: &[&str], labels: &[String]) -> f64 {
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let width = (longest as f64 * SIZE * CHARACTER + 8.0).max(34.0);
    canvas.text("muted", (x, y + 10.0), SIZE + 1.0, Anchor::Start, what);
    let start = x + what.chars().count() as f64 * (SIZE + 1.0) * CHARACTER + 8.0;
    for (place, (class, label)) in classes.iter().zip(labels).enumerate() {
        let left = start + place as f64 * width;
        canvas.rectangle(class, Area { x: left, y, width: width - 2.0, height: 11.0 }, None);
        canvas.text("muted", (left + (width - 2.0) / 2.0, y + 23.0), SIZE, Anchor::Middle, label);
    }
    start + classes.len() as f64 * width
}

/// Signs with their meaning, one after the other from here; returns where they end.
pub(crate) fn signs(canvas: &mut Canvas, (x, y): (f64, f64), signs: &[(Sign, &str)]) -> f64 {
    let mut left = x;
    for (sign, meaning) in signs {
        let area = Area { x: left, y, width: 20.0, height: 11.0 };
        let middle = y + 5.5;
        match sign {
            Sign::Box(class) => canvas.rectangle(class, area, None),
            Sign::Line(class) => canvas.line(class, (left, middle), (left + 20.0, middle)),
            Sign::Dots(class) => {
                let dots: String = [3.0, 10.0, 17.0].map(|at| format!("M{} {}h.01", number(left + at), number(middle))).concat();
                canvas.path(class, &dots);
            }
            Sign::Ring => {
                canvas.circle("cluster", (left + 10.0, middle), 6.0, None);
                canvas.circle("core", (left + 10.0, middle), 2.5, None);
            }
            Sign::Hatch(name) => {
                canvas.rectangle("frame", area, None);
                canvas.hatched(name, area);
            }
        }
        canvas.text("muted", (left + 26.0, y + 9.5), SIZE + 1.0, Anchor::Start, meaning);
        left += 26.0 + meaning.chars().count() as f64 * (SIZE + 1.0) * CHARACTER + 18.0;
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_label() {
        let mut canvas = Canvas::default();
        let end = counts(&mut canvas, (0.0, 0.0), "plays", Counts { below: 0, step: 20 });
        let body = canvas.finish();
        assert_eq!(body.matches("<path").count(), 8);
        assert!(body.contains(">121+</text>"));
        assert!(end > 8.0 * 34.0);
    }
}
