//! Lines, bands and dots through values that may be missing.
//!
//! Owns the steps of SVG paths. A missing value interrupts a line: nothing is drawn where nothing is known. Values come in as places
//! on the canvas.

use std::fmt::Write;

use super::canvas::number;

/// A line through the places, interrupted where there is none; a place alone between two gaps becomes a dot.
pub(crate) fn line(places: &[Option<(f64, f64)>]) -> String {
    let mut steps = String::new();
    for run in runs(places) {
        for (index, (x, y)) in run.iter().enumerate() {
            let _ = write!(steps, "{}{} {}", if index == 0 { 'M' } else { 'L' }, number(*x), number(*y));
        }
        if run.len() == 1 {
            steps.push_str("h.01");
        }
    }
    steps
}

/// The area between two edges, given as x, upper y and lower y.
pub(crate) fn band(edges: &[Option<(f64, f64, f64)>]) -> String {
    let mut steps = String::new();
    for run in runs(edges) {
        let there = run.iter().map(|(x, upper, _)| (*x, *upper));
        let back = run.iter().rev().map(|(x, _, lower)| (*x, *lower));
        for (index, (x, y)) in there.chain(back).enumerate() {
            let _ = write!(steps, "{}{} {}", if index == 0 { 'M' } else { 'L' }, number(x), number(y));
        }
        steps.push('Z');
    }
    steps
}

/// A dot at every place; the class gives it its size by a round end of the stroke.
pub(crate) fn dots(places: &[Option<(f64, f64)>]) -> String {
    places.iter().flatten().fold(String::new(), |mut path, (x, y)| {
        let _ = write!(path, "M{} {}h.01", number(*x), number(*y));
        path
    })
}

/// The stretches without a gap.
fn runs<T: Copy>(places: &[Option<T>]) -> Vec<Vec<T>> {
    places.split(Option::is_none).filter(|run| !run.is_empty()).map(|run| run.iter().flatten().copied().collect()).collect()
}

/// Moves labels apart that would overlap: heights from top to bottom, at least `apart` between two, none below `bottom` as long as
/// they fit at all. The order in which they are given is kept.
pub(crate) fn apart(heights: &[f64], apart: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by(|a, b| heights[*a].total_cmp(&heights[*b]));
    let mut moved = heights.to_vec();
    let mut above = f64::NEG_INFINITY;
    for index in &order {
        moved[*index] = moved[*index].max(above + apart);
        above = moved[*index];
    }
    let mut below = bottom + apart;
    for index in order.iter().rev() {
        moved[*index] = moved[*index].min(below - apart);
        below = moved[*index];
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_interrupts_the_line() {
        let places = [Some((0.0, 1.0)), Some((1.0, 2.0)), None, Some((3.0, 1.5)), None];
        assert_eq!(line(&places), "M0 1L1 2M3 1.5h.01");
        assert_eq!(line(&[]), "");
        assert_eq!(dots(&places[2..]), "M3 1.5h.01");
    }

    #[test]
    fn a_band_goes_along_the_top_and_back_along_the_bottom() {
        let edges = [Some((0.0, 1.0, 3.0)), Some((1.0, 1.0, 4.0)), None];
        assert_eq!(band(&edges), "M0 1L1 1L1 4L0 3Z");
    }

    #[test]
    fn labels_move_apart_and_stay_above_the_bottom() {
        assert_eq!(apart(&[50.0, 48.0, 10.0], 14.0, 200.0), [62.0, 48.0, 10.0]);
        assert_eq!(apart(&[100.0, 99.0], 14.0, 100.0), [100.0, 86.0]);
    }
}
