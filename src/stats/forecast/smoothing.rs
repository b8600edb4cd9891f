//! Simple exponential smoothing of the level, on values freed of what their weekday adds.
//!
//! Owns the recursion over days and the choice of its weight. One pass serves every origin: a level is linear in the values, so the
//! weekdays are taken out of it afterwards, with the offsets known at the origin (`offsets`). Days without a value are skipped.
//! Refuses to look ahead: weights are judged by forecasts that were made before the value came. Forecasts go to `methods`.

use std::collections::VecDeque;

use super::methods::{Ahead, HORIZONS, WEEK};
use super::offsets::Weekdays;

/// Weights of the newest value that are tried: memories of 100 values down to two, the usual range of simple smoothing.
pub(super) const ALPHAS: [f64; 8] = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5];

/// Values a level has to rest on before its forecasts count in the choice of the weight: two weeks of them.
const VALUES_MIN: usize = 2 * WEEK;

/// The smoothed levels after some days.
#[derive(Clone, Debug)]
pub(super) struct Smoothing {
    /// Days read; weekdays are told apart by the number of the day modulo seven.
    days: usize,
    /// Days read that had a value.
    values: usize,
    levels: [Level; ALPHAS.len()],
    weekdays: Weekdays,
    /// What was forecast from the latest days, the last one first.
    made: VecDeque<Made>,
}

/// The level of one weight.
#[derive(Clone, Copy, Debug)]
struct Level {
    alpha: f64,
    /// Weighted mean of the values.
    mean: f64,
    /// Share of each weekday in that mean, by day number modulo seven.
    weekdays: [f64; WEEK],
    /// Sum of the absolute errors of all forecasts that can be judged by now.
    error: f64,
}

/// A forecast: the level of each weight, and what weekdays add to it, by day number modulo seven.
#[derive(Clone, Copy, Debug)]
struct Made {
    levels: [f64; ALPHAS.len()],
    offsets: [f64; WEEK],
}

impl Smoothing {
    /// Before the first day.
    pub(super) fn new() -> Self {
        let levels = ALPHAS.map(|alpha| Level { alpha, mean: 0.0, weekdays: [0.0; WEEK], error: 0.0 });
        Self { days: 0, values: 0, levels, weekdays: Weekdays::default(), made: VecDeque::with_capacity(HORIZONS) }
    }

    /// Reads the next day, the last of `past`; `past` holds every day up to it.
    pub(super) fn advance(&mut self, past: &[Option<f64>]) {
        let weekday = self.days % WEEK;
        self.days += 1;
        if let Some(value) = past.last().copied().flatten() {
            self.judge(value, weekday);
            self.values += 1;
            for level in &mut self.levels {
                level.take(value, weekday, self.values);
            }
        }
        self.weekdays.advance(past);
        self.made.truncate(HORIZONS - 1);
        if self.values >= VALUES_MIN {
            let offsets = self.weekdays.offsets();
            self.made.push_front(Made { levels: self.levels.map(|level| level.without(&offsets)), offsets });
        }
    }

    /// The forecast after the days read; none before two weeks of values.
    pub(super) fn forecast(&self) -> Ahead {
        let Some(made) = self.made.front() else { return [None; HORIZONS] };
        // `min_by` keeps the first of equals: the longest memory.
        let errors = self.levels.iter().map(|level| level.error);
        let best = made.levels.iter().zip(errors).min_by(|(_, a), (_, b)| a.total_cmp(b));
        std::array::from_fn(|ahead| best.map(|(level, _)| level + made.offsets[(self.days + ahead) % WEEK]))
    }

    /// Counts the errors of all forecasts made for the day whose value is now known.
    fn judge(&mut self, value: f64, weekday: usize) {
        for made in &self.made {
            let value = value - made.offsets[weekday];
            for (level, forecast) in self.levels.iter_mut().zip(made.levels) {
                level.error += (value - forecast).abs();
            }
        }
    }
}

impl Level {
    /// Takes in a value, the `count`th. The first ones are averaged plainly, since smoothing that begins at one value would carry it
    /// for as long as its memory lasts.
    fn take(&mut self, value: f64, weekday: usize, count: usize) {
        let gain = self.alpha.max(1.0 / count as f64);
        self.mean += gain * (value - self.mean);
        for share in &mut self.weekdays {
            *share -= gain * *share;
        }
        self.weekdays[weekday] += gain;
    }

    /// The level that smoothing would have given had these offsets been taken from every value.
    fn without(&self, offsets: &[f64; WEEK]) -> f64 {
        self.mean - offsets.iter().zip(self.weekdays).map(|(offset, share)| offset * share).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::offsets::Weekdays;
    use super::super::simulate::Character;
    use super::*;

    fn after(past: &[Option<f64>]) -> Smoothing {
        let mut smoothing = Smoothing::new();
        (0..past.len()).for_each(|day| smoothing.advance(&past[..=day]));
        smoothing
    }

    /// A listener with a weekly pattern, a drifting level, silent days and a gap.
    fn listener() -> Vec<Option<f64>> {
        let character = Character { days: 300, weekday: 0.08, silent: 0.1, gap: 30, ..Character::drawn(5, 0) };
        character.listener(5, 0).valence
    }

    #[test]
    fn levels_are_those_of_statsmodels() {
        let past: Vec<Option<f64>> = (0..60).map(|day| Some(f64::from(day * 37 % 101) / 101.0)).collect();
        let levels = after(&past).levels.map(|level| level.mean);
        // statsmodels 0.15 SimpleExpSmoothing, begun at the mean of the first 1 / alpha values; the plain mean where there are fewer.
        let known = [
            0.490_264_026_402_640,
            0.490_413_965_144_908,
            0.495_043_279_241_834,
            0.500_004_560_879_547,
            0.503_841_051_049_073,
            0.508_469_590_077_122,
            0.518_058_671_205_257,
            0.533_797_347_447_084,
        ];
        for (level, known) in levels.iter().zip(known) {
            assert!((level - known).abs() < 1e-12, "{level} {known}");
        }
    }

    #[test]
    fn weekdays_can_be_taken_out_of_a_level_afterwards() {
        let past = listener();
        let offsets = [0.1, -0.2, 0.05, 0.0, 0.03, -0.01, 0.3];
        let free: Vec<Option<f64>> =
            past.iter().enumerate().map(|(day, value)| value.map(|value| value - offsets[day % 7])).collect();
        for (level, expected) in after(&past).levels.iter().zip(after(&free).levels) {
            assert!((level.without(&offsets) - expected.mean).abs() < 1e-12);
        }
    }

    #[test]
    fn weights_are_judged_by_the_forecasts_made_at_the_time() {
        let past = listener();
        let mut errors = [0.0; ALPHAS.len()];
        for (day, value) in past.iter().enumerate() {
            let Some(value) = value else { continue };
            for origin in day.saturating_sub(HORIZONS)..day {
                let seen = &past[..=origin];
                if seen.iter().flatten().count() < VALUES_MIN {
                    continue;
                }
                let mut weekdays = Weekdays::default();
                (0..seen.len()).for_each(|day| weekdays.advance(&seen[..=day]));
                let offsets = weekdays.offsets();
                for (error, level) in errors.iter_mut().zip(after(seen).levels) {
                    *error += (value - level.without(&offsets) - offsets[day % 7]).abs();
                }
            }
        }
        for (level, expected) in after(&past).levels.iter().zip(errors) {
            assert!((level.error - expected).abs() < 1e-9 * expected, "{} {expected}", level.error);
        }
    }

    #[test]
    fn a_level_that_jumps_is_followed_and_one_that_stays_is_averaged() {
        let jumps: Vec<Option<f64>> = (0..400).map(|day| Some(f64::from(day / 40 % 2))).collect();
        let noise = Character { weekday: 0.0, effect: 0.0, drift: 0.0, silent: 0.0, gap: 0, days: 400, ..Character::drawn(5, 1) };
        let chosen = |smoothing: &Smoothing| {
            let lowest = smoothing.levels.iter().min_by(|a, b| a.error.total_cmp(&b.error));
            lowest.unwrap().alpha
        };
        assert!(chosen(&after(&jumps)) >= 0.3);
        assert!(chosen(&after(&noise.listener(5, 1).valence)) <= 0.02);
    }

    #[test]
    fn a_day_without_a_value_changes_no_level() {
        let past = listener();
        let one = after(&past[..200]);
        let mut longer = past[..200].to_vec();
        longer.extend([None; 5]);
        let other = after(&longer);
        for (one, other) in one.levels.iter().zip(other.levels) {
            assert_eq!((one.mean, one.error), (other.mean, other.error));
        }
    }

    #[test]
    fn two_weeks_of_values_are_needed() {
        let past = [Some(0.5); 14];
        assert_eq!(after(&past[..13]).forecast(), [None; HORIZONS]);
        assert_eq!(after(&past).forecast(), [Some(0.5); HORIZONS]);
    }
}
