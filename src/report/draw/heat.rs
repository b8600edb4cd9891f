//! The steps of heat maps: counts in one hue, means around a middle in two.
//!
//! Owns which class of colour (`s0`–`s7`, `d0`–`d8` in `chart.css`) a value gets. Both scales can be told apart with any colour
//! vision: the first by lightness, the second by blue against orange. Legends are drawn by `legend`.

use super::scale::round_step;

/// Class of a cell without a value.
pub(crate) const NO_VALUE: &str = "none";
/// Classes of counts above zero.
pub(crate) const COUNT_CLASSES: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];
/// Classes of means, from far below to far above the middle.
pub(crate) const MEAN_CLASSES: [&str; 9] = ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"];

/// Steps of equal size for counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// The first class holds 1 to `below` + `step`, each next one `step` more, the last everything above.
    pub below: u64,
    pub step: u64,
}

impl Counts {
    /// Steps such that the last class begins near the 95th percentile: one extreme day does not make the others pale. Where nearly
    /// all counts are high, as those of months are, the steps begin near the 5th, or all would have the same class.
    pub(crate) fn of(counts: impl IntoIterator<Item = u64>) -> Self {
        let mut counts: Vec<u64> = counts.into_iter().filter(|count| *count > 0).collect();
        counts.sort_unstable();
        let at =
            |percent: usize| counts.get((counts.len() * percent / 100).min(counts.len().saturating_sub(1))).copied().unwrap_or(0);
        let (low, high) = (at(5), at(95));
        let low = if low > high / 2 { low } else { 0 };
        let step = count_step((high - low) as f64 / 7.0);
        Self { below: low / step * step, step }
    }

    /// The class, 0 (none) to 7.
    pub(crate) fn class(self, count: u64) -> usize {
        if count == 0 { 0 } else { ((count - 1).saturating_sub(self.below) / self.step + 1).min(7) as usize }
    }

    /// What each class begins with: `0`, `1`, `21`, …, `121+`.
    pub(crate) fn labels(self) -> Vec<String> {
        let from = |class: u64| crate::report::words::count(self.below + (class - 1) * self.step + 1);
        let mut labels = vec!["0".to_owned(), "1".to_owned()];
        labels.extend((2..7).map(from));
        labels.push(format!("{}+", from(7)));
        labels
    }
}

/// The smallest whole number not below this that is easy to read as a step. There are more of them than an axis has: with 1, 2 and 5
/// alone, half of the classes could be empty.
fn count_step(rough: f64) -> u64 {
    let mut power = 1.0;
    while power * 10.0 <= rough {
        power *= 10.0;
    }
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].map(|factor| (factor * power).ceil());
    steps.into_iter().find(|step| *step >= rough).unwrap_or(power * 10.0) as u64
}

/// Steps of equal size on both sides of a middle, for means between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Means {
    pub middle: f64,
    pub step: f64,
}

impl Means {
    /// Steps around this middle that reach the value farthest from it.
    pub(crate) fn around(middle: f64, values: impl IntoIterator<Item = f64>) -> Self {
        let farthest = values.into_iter().filter(|value| value.is_finite()).fold(0.0, |far: f64, v| far.max((v - middle).abs()));
        // Differences below a hundredth are nothing that a colour should show.
        Self { middle, step: round_step(farthest / 4.5).max(0.01) }
    }

    /// The class, 0 to 8, with the middle in 4.
    pub(crate) fn class(self, value: f64) -> usize {
        let steps = ((value - self.middle) / self.step).round();
        if steps.is_finite() { (steps.clamp(-4.0, 4.0) + 4.0) as usize } else { 4 }
    }

    /// The value in the middle of each class.
    pub(crate) fn labels(self) -> Vec<String> {
        (0..9).map(|class| crate::report::words::decimal(self.middle + self.step * (f64::from(class) - 4.0), 2)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_fall_into_steps_of_equal_size() {
        let steps = Counts::of((0..=100).chain([9_000]));
        assert_eq!(steps.step, 15);
        assert_eq!([0, 1, 15, 16, 90, 91, 9_000].map(|count| steps.class(count)), [0, 1, 1, 2, 6, 7, 7]);
        assert_eq!(steps.labels(), ["0", "1", "16", "31", "46", "61", "76", "91+"]);
    }

    #[test]
    fn steps_are_whole_and_easy_to_read() {
        assert_eq!([0.0, 0.4, 1.2, 9.0, 13.0, 201.0, 4_444.0].map(count_step), [1, 1, 2, 10, 15, 250, 5_000]);
    }

    #[test]
    fn few_or_no_counts_have_a_step_of_one() {
        assert_eq!(Counts::of([]).step, 1);
        assert_eq!(Counts::of([0, 0, 3]).step, 1);
        assert_eq!(Counts::of([5, u64::MAX]).class(u64::MAX), 7);
    }

    #[test]
    fn counts_that_are_all_high_are_still_told_apart() {
        let steps = Counts::of([425, 1_045, 1_090, 1_150, 1_200, 1_250, 1_300, 1_350, 1_400, 1_410].repeat(3));
        assert_eq!(steps, Counts { below: 0, step: 250 });
        let steps = Counts::of((0..100).map(|month| 1_045 + 4 * month));
        assert_eq!(steps, Counts { below: 1_020, step: 60 });
        assert_eq!([1, 425, 1_080, 1_081, 1_445].map(|count| steps.class(count)), [1, 1, 1, 2, 7]);
        assert_eq!(steps.labels(), ["0", "1", "1,081", "1,141", "1,201", "1,261", "1,321", "1,381+"]);
    }

    #[test]
    fn means_fall_on_both_sides_of_the_middle() {
        let steps = Means::around(0.5, [0.42, 0.55, f64::NAN]);
        assert!((steps.step - 0.02).abs() < 1e-12);
        assert_eq!([0.0, 0.46, 0.5, 0.535, 1.0].map(|value| steps.class(value)), [0, 2, 4, 6, 8]);
        assert_eq!(steps.labels()[4], "0.50");
        assert_eq!(Means::around(0.5, []).step.to_bits(), 0.01_f64.to_bits());
    }
}
