//! The methods that forecast a daily series, and the three of them that are plain means.
//!
//! Owns the list of methods and what each reads of the past. Each sees the days up to an origin and nothing else: the slice ends
//! there. Refuses to guess: a method without a value to go on gives none. Forecasts go to `backtest` and to the caller.

use super::smoothing::Smoothing;

/// Forecasts reach two weeks ahead, so that every weekday comes twice.
pub const HORIZONS: usize = 14;

/// How many methods there are.
pub(super) const METHODS: usize = Method::ALL.len();

/// A value for each of the coming days, the first for tomorrow; none where the method has nothing to go on.
pub(super) type Ahead = [Option<f64>; HORIZONS];

/// Days in a week, the one season looked at.
pub(super) const WEEK: usize = 7;

/// Weeks the seasonal naive method goes back at most, and weeks of days the mean takes in. What was heard
/// earlier says little about next week.
const WEEKS_RECENT: usize = 8;

/// Weeks in which the mean of a weekday looks for its values: half a year.
pub(super) const WEEKS_SEARCHED: usize = 26;

/// Values the mean of a weekday takes in.
const WEEKDAY_VALUES: usize = 8;

/// A way to forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The last value of the same weekday, at most eight weeks back; the baseline that others have to beat.
    SeasonalNaive,
    /// The mean of the values of the last 56 days, the same for every coming day.
    Mean,
    /// The mean of the last eight values of the same weekday, found within half a year.
    WeekdayMean,
    /// A smoothed level plus what the weekday adds to it.
    Smoothing,
}

impl Method {
    /// Every method, the baseline first and then from the plainest on: the first of equals is chosen.
    pub const ALL: [Self; 4] = [Self::SeasonalNaive, Self::Mean, Self::WeekdayMean, Self::Smoothing];

    /// Where it stands in `ALL`.
    pub(super) const fn place(self) -> usize {
        self as usize
    }

    /// The word stored in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SeasonalNaive => "seasonal_naive",
            Self::Mean => "mean",
            Self::WeekdayMean => "weekday_mean",
            Self::Smoothing => "smoothing",
        }
    }
}

/// What every method says about the days after these; `smoothing` has read just these.
pub(super) fn forecasts(past: &[Option<f64>], smoothing: &Smoothing) -> [Ahead; METHODS] {
    Method::ALL.map(|method| match method {
        Method::SeasonalNaive => by_weekday(|weekday| same_weekday(past, weekday).take(WEEKS_RECENT).flatten().next()),
        Method::Mean => [mean(past.iter().rev().take(WEEKS_RECENT * WEEK).flatten().copied()); HORIZONS],
        Method::WeekdayMean => {
            by_weekday(|weekday| mean(same_weekday(past, weekday).take(WEEKS_SEARCHED).flatten().take(WEEKDAY_VALUES)))
        }
        Method::Smoothing => smoothing.forecast(),
    })
}

/// The days that share their weekday with the day `1 + weekday` days after the past, the latest first.
pub(super) fn same_weekday(past: &[Option<f64>], weekday: usize) -> impl Iterator<Item = Option<f64>> {
    past.iter().rev().skip(WEEK - 1 - weekday % WEEK).step_by(WEEK).copied()
}

/// One value a weekday, laid out over the coming days.
pub(super) fn by_weekday(value: impl Fn(usize) -> Option<f64>) -> Ahead {
    let week: [Option<f64>; WEEK] = std::array::from_fn(value);
    std::array::from_fn(|ahead| week[ahead % WEEK])
}

/// The mean; none of no values.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_usize, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead(past: &[Option<f64>], method: Method) -> Ahead {
        let mut smoothing = Smoothing::new();
        (0..past.len()).for_each(|day| smoothing.advance(&past[..=day]));
        forecasts(past, &smoothing)[method.place()]
    }

    /// Day 0 has the value 0, day 1 the value 1 and so on.
    fn counting(days: usize) -> Vec<Option<f64>> {
        (0..days).map(|day| Some(day as f64)).collect()
    }

    #[test]
    fn the_places_are_those_in_the_list() {
        let places = Method::ALL.map(Method::place);
        assert_eq!(places, [0, 1, 2, 3]);
        assert_eq!(Method::ALL.map(Method::name), ["seasonal_naive", "mean", "weekday_mean", "smoothing"]);
    }

    #[test]
    fn the_baseline_repeats_the_last_week_twice() {
        let values = ahead(&counting(20), Method::SeasonalNaive).map(Option::unwrap);
        assert_eq!(values.as_slice(), [13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0]);
    }

    #[test]
    fn the_baseline_goes_back_whole_weeks_but_not_more_than_eight() {
        let mut past = counting(70);
        past[63] = None;
        past[64..].fill(None);
        past[56] = None;
        // Tomorrow is day 70: 63 and 56 are missing, 49 is not.
        assert_eq!(ahead(&past, Method::SeasonalNaive)[0], Some(49.0));
        for week in 2..10 {
            past[7 * week] = None;
        }
        assert_eq!(past[7], Some(7.0));
        assert_eq!(ahead(&past, Method::SeasonalNaive)[0], None);
        assert_eq!(ahead(&past, Method::SeasonalNaive)[1], Some(57.0));
    }

    #[test]
    fn the_mean_takes_the_values_of_56_days() {
        // Days 44 to 99.
        assert_eq!(ahead(&counting(100), Method::Mean), [Some(71.5); HORIZONS]);
        let mut past = counting(100);
        past[50..100].fill(None);
        // Days 44 to 49.
        assert_eq!(ahead(&past, Method::Mean), [Some(46.5); HORIZONS]);
        past[44..50].fill(None);
        assert_eq!(ahead(&past, Method::Mean), [None; HORIZONS]);
    }

    #[test]
    fn the_mean_of_a_weekday_takes_its_last_eight_values_within_half_a_year() {
        // Tomorrow is day 210; its weekdays are 203, 196 and so on, and half a year of them ends with 28.
        let mut past = counting(210);
        assert_eq!(ahead(&past, Method::WeekdayMean)[0], Some(203.0 - 7.0 * 3.5));
        assert_eq!(ahead(&past, Method::WeekdayMean)[7], ahead(&past, Method::WeekdayMean)[0]);
        for week in 8..30 {
            past[7 * week] = None;
        }
        // Left are 49, 42, 35 and 28; day 21 is too long ago.
        assert_eq!(ahead(&past, Method::WeekdayMean)[0], Some(38.5));
        for week in 4..8 {
            past[7 * week] = None;
        }
        assert_eq!(ahead(&past, Method::WeekdayMean)[0], None);
    }

    #[test]
    fn without_a_past_nothing_is_forecast() {
        for method in Method::ALL {
            assert_eq!(ahead(&[], method), [None; HORIZONS]);
            assert_eq!(ahead(&[None; 30], method), [None; HORIZONS]);
        }
    }
}
