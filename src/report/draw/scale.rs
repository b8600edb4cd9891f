//! Scales: from values to places, with round numbers at the ticks.
//!
//! Owns the choice of an axis and the straight line between a value and its place. Values that are not finite are never seen
//! here: an axis is made of what is, and of 0 to 1 where nothing is.

use crate::report::words::decimal;

/// Most steps of an axis, whatever its values are.
const MOST_STEPS: u32 = 12;

/// A range with round ends and ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    pub low: f64,
    pub high: f64,
    pub step: f64,
}

impl Axis {
    /// The axis around these values in about so many steps; values that are not finite are passed over.
    pub(crate) fn around(values: impl IntoIterator<Item = f64>, steps: u32) -> Self {
        let values = values.into_iter().filter(|value| value.is_finite() && value.abs() < 1e12);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return Self { low: 0.0, high: 1.0, step: 0.5 };
        }
        // A constant still needs a height: a tenth of itself on both sides.
        let room = if high - low < 1e-9 { (low.abs() * 0.1).max(0.05) } else { 0.0 };
        let (low, high) = (low - room, high + room);
        let step = round_step((high - low) / f64::from(steps.max(1)));
        Self { low: (low / step + 1e-9).floor() * step, high: (high / step - 1e-9).ceil() * step, step }
    }

    /// The same axis, not leaving what such values can be.
    pub(crate) fn within(self, low: f64, high: f64) -> Self {
        Self { low: self.low.max(low), high: self.high.min(high), step: self.step }
    }

    /// The ticks from low to high.
    pub(crate) fn ticks(self) -> Vec<f64> {
        let steps = ((self.high - self.low) / self.step).round().clamp(0.0, f64::from(MOST_STEPS)) as u32;
        (0..=steps).map(|tick| self.low + self.step * f64::from(tick)).collect()
    }

    /// A tick's value with as many decimals as the step has.
    pub(crate) fn label(self, value: f64) -> String {
        let places = [1.0, 10.0, 100.0, 1000.0].iter().position(|power| is_whole(self.step * power));
        decimal(value, places.unwrap_or(4))
    }

    /// Where a value stands between `start` (low) and `end` (high); beyond the ends it stands at the end.
    pub(crate) fn place(self, value: f64, start: f64, end: f64) -> f64 {
        let part = (value - self.low) / (self.high - self.low);
        start + (end - start) * if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below this.
pub(crate) fn round_step(rough: f64) -> f64 {
    if !(rough > 1e-9 && rough < 1e15) {
        return if rough >= 1e15 { 1e15 } else { 1e-9 };
    }
    let mut power = 1.0;
    while power * 10.0 <= rough {
        power *= 10.0;
    }
    while power > rough {
        power /= 10.0;
    }
    let times = rough / power;
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| times <= factor + 1e-9).unwrap_or(10.0);
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(axis: Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|tick| axis.label(tick)).collect()
    }

    #[test]
    fn ticks_are_round_numbers_around_the_values() {
        assert_eq!(rounded(Axis::around([0.37, 0.62], 5)), ["0.35", "0.40", "0.45", "0.50", "0.55", "0.60", "0.65"]);
        assert_eq!(rounded(Axis::around([0.0, 87.0], 4)), ["0", "50", "100"]);
        assert_eq!(rounded(Axis::around([-1.4, 0.3], 4)), ["−1.5", "−1.0", "−0.5", "0.0", "0.5"]);
    }

    #[test]
    fn no_values_and_equal_values_still_make_an_axis() {
        assert_eq!(Axis::around([f64::NAN, f64::INFINITY], 4), Axis { low: 0.0, high: 1.0, step: 0.5 });
        let constant = Axis::around([0.5, 0.5], 4);
        assert!(constant.low < 0.5 && constant.high > 0.5);
        assert!((constant.place(0.5, 0.0, 100.0) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_place_never_leaves_its_range() {
        let axis = Axis::around([0.0, 1.0], 5);
        assert!((axis.place(0.25, 200.0, 0.0) - 150.0).abs() < 1e-9);
        assert!((axis.place(-7.0, 0.0, 10.0)).abs() < 1e-9);
        assert!((axis.place(f64::NAN, 3.0, 10.0) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn extreme_values_end_in_few_ticks() {
        for values in [[1e-300, 2e-300], [-1e11, 1e11], [1e300, 1.0], [0.0, 1e-8]] {
            assert!(Axis::around(values, 5).ticks().len() <= 13, "{values:?}");
        }
    }
}
