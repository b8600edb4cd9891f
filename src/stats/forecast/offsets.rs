//! What each weekday adds to the level.
//!
//! Owns the estimate and its shrinkage: offsets that chance alone explains become zero. Reads the past of an origin only, half a
//! year of it, since habits change. Offsets go to `smoothing`.

use super::methods::{WEEK, WEEKS_SEARCHED, mean, same_weekday};

/// The values of the last half year, by day number modulo seven.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Weekdays([Weekday; WEEK]);

/// The values of one weekday.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Weekday {
    count: f64,
    mean: f64,
    /// Sum of the squared differences from the mean.
    squares: f64,
}

impl Weekdays {
    /// Reads the next day, the last of `past`. Half a year is a whole number of weeks, so the day that enters and the one that
    /// leaves share their weekday, and the others stay as they are.
    pub(super) fn advance(&mut self, past: &[Option<f64>]) {
        let Some(last) = past.len().checked_sub(1) else { return };
        let values = || same_weekday(past, WEEK - 1).take(WEEKS_SEARCHED).flatten();
        self.0[last % WEEK] = mean(values()).map_or_else(Weekday::default, |mean| Weekday {
            count: values().count() as f64,
            mean,
            squares: values().map(|value| (value - mean) * (value - mean)).sum(),
        });
    }

    /// What each weekday adds, by day number modulo seven; zero for a weekday without values.
    ///
    /// That is the difference between the weekday's mean and the mean of all days, times the share of it that is not chance:
    /// `between / (between + within / count)`, the best linear prediction in a one-way analysis of variance with random effects
    /// whose variances are estimated by their moments (Searle and others, Variance Components, 1992, chapters 3 and 7).
    pub(super) fn offsets(&self) -> [f64; WEEK] {
        let Self(weekdays) = self;
        let count: f64 = weekdays.iter().map(|weekday| weekday.count).sum();
        if count == 0.0 {
            return [0.0; WEEK];
        }
        let centre = weekdays.iter().map(|weekday| weekday.count * weekday.mean).sum::<f64>() / count;
        let (between, within) = variances(weekdays, count, centre);
        weekdays.map(|Weekday { count, mean, .. }| {
            let known = between > 0.0 && count > 0.0;
            if known { count * between / (count * between + within) * (mean - centre) } else { 0.0 }
        })
    }
}

/// The variance between weekdays and the one within them; the first is not above zero where chance explains the differences, or
/// where no weekday has a second value to show how much chance there is.
fn variances(weekdays: &[Weekday; WEEK], count: f64, centre: f64) -> (f64, f64) {
    let groups = weekdays.iter().filter(|weekday| weekday.count > 0.0).count() as f64;
    if groups < 2.0 || count <= groups {
        return (0.0, 0.0);
    }
    let sum = |part: fn(&Weekday, f64) -> f64| weekdays.iter().map(|weekday| part(weekday, centre)).sum::<f64>();
    let explained = sum(|weekday, centre| weekday.count * (weekday.mean - centre) * (weekday.mean - centre)) / (groups - 1.0);
    let within = sum(|weekday, _| weekday.squares) / (count - groups);
    // Values a weekday has, evened out for weekdays with more and fewer of them.
    let usual = (count - sum(|weekday, _| weekday.count * weekday.count) / count) / (groups - 1.0);
    ((explained - within) / usual, within)
}

#[cfg(test)]
mod tests {
    use super::super::simulate::Character;
    use super::*;

    fn after(past: &[Option<f64>]) -> Weekdays {
        let mut weekdays = Weekdays::default();
        (0..past.len()).for_each(|day| weekdays.advance(&past[..=day]));
        weekdays
    }

    #[test]
    fn a_small_case_is_as_computed_by_hand() {
        // Weekdays with means 0 to 6, each with one value 1 below and one 1 above: variance within 14 / 7 = 2; between,
        // (2 · 28 / 6 − 2) / 2 = 11 / 3; share 22 / 3 / (22 / 3 + 2) = 11 / 14.
        let past: Vec<Option<f64>> = (0..14).map(|day| Some(f64::from(day % 7) + if day < 7 { -1.0 } else { 1.0 })).collect();
        for (weekday, offset) in after(&past).offsets().into_iter().enumerate() {
            assert!((offset - 11.0 / 14.0 * (weekday as f64 - 3.0)).abs() < 1e-12, "{offset}");
        }
    }

    #[test]
    fn differences_that_chance_explains_are_no_offsets() {
        // The weekdays' means differ by less than their spread would let them.
        let past: Vec<Option<f64>> = (0..70).map(|day| Some(f64::from(day * 37 % 101))).collect();
        assert_eq!(after(&past).offsets().as_slice(), [0.0; WEEK]);
    }

    #[test]
    fn a_pattern_without_chance_is_taken_as_it_is_and_a_weekday_never_seen_adds_nothing() {
        let past: Vec<Option<f64>> = (0..70).map(|day| (day % 7 != 3).then_some(f64::from(day % 7))).collect();
        // The mean of 0, 1, 2, 4, 5 and 6 is 3.
        assert_eq!(after(&past).offsets().as_slice(), [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn one_value_a_weekday_says_nothing() {
        let past: Vec<Option<f64>> = (0..7).map(|day| Some(f64::from(day))).collect();
        assert_eq!(after(&past).offsets().as_slice(), [0.0; WEEK]);
        assert_eq!(after(&[]).offsets().as_slice(), [0.0; WEEK]);
        assert_eq!(after(&[Some(1.0); 60]).offsets().as_slice(), [0.0; WEEK]);
    }

    #[test]
    fn only_the_last_half_year_counts() {
        let past = Character { days: 600, silent: 0.2, gap: 40, ..Character::drawn(6, 0) }.listener(6, 0).valence;
        let mut blank = past.clone();
        let old = past.len() - WEEKS_SEARCHED * WEEK;
        blank[..old].fill(None);
        assert_eq!(after(&past), after(&blank));
        blank[old] = Some(blank[old].map_or(0.5, |value| value + 0.1));
        assert_ne!(after(&past), after(&blank));
    }
}
