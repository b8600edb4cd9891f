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
    /// whose variances are estimated by their moments (Searle, Casella and `McCulloch` 1992, chapters 3 and 7).
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
