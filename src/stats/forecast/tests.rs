//! The forecast as a whole: hostile input, known situations, and coverage over simulated listeners.

use super::super::random::Random;
use super::simulate::{Character, normal};
use super::*;

/// Counts of future values with an interval, and of those within it, at 80 and at 95 %.
#[derive(Debug, Default)]
struct Future {
    pairs: [usize; 2],
    within: [usize; 2],
    /// The coverage that the reported method's backtest told, summed over forecasts that told one.
    told: [(f64, usize); 2],
}

impl Future {
    /// Forecasts the last 14 days of a series from those before them.
    fn add(&mut self, series: &[Option<f64>], bounds: Bounds) {
        let (past, coming) = series.split_at(series.len() - HORIZONS);
        let found = forecast(past, bounds).unwrap().unwrap();
        for (day, actual) in found.days.iter().zip(coming) {
            let Some(actual) = actual else { continue };
            for (level, ends) in [day.low_80.zip(day.high_80), day.low_95.zip(day.high_95)].into_iter().enumerate() {
                let Some((low, high)) = ends else { continue };
                self.pairs[level] += 1;
                self.within[level] += usize::from((low..=high).contains(actual));
            }
        }
        let backtest = &found.backtests[found.method.place()];
        for (told, coverage) in self.told.iter_mut().zip([backtest.coverage_80, backtest.coverage_95]) {
            let Some(share) = coverage.share else { continue };
            *told = (told.0 + share, told.1 + 1);
        }
    }

    fn of(listeners: u64, character: impl Fn(u64) -> Character) -> Self {
        let mut future = Self::default();
        for index in 0..listeners {
            let listener = character(index).listener(21, index);
            future.add(&listener.valence, Bounds::SHARE);
            future.add(&listener.plays, Bounds::COUNT);
        }
        future
    }

    fn shares(&self) -> [f64; 2] {
        std::array::from_fn(|level| self.within[level] as f64 / self.pairs[level] as f64)
    }

    fn told(&self) -> [f64; 2] {
        self.told.map(|(sum, count)| sum / count as f64)
    }
}

/// A value a day, without holes.
fn dense(days: usize, value: impl FnMut(usize) -> f64) -> Vec<Option<f64>> {
    (0..days).map(value).map(Some).collect()
}

fn noise(seed: u64, days: usize) -> Vec<Option<f64>> {
    let mut random = Random::stream(seed, 0);
    dense(days, |_| 0.5 + 0.1 * normal(&mut random))
}

#[test]
fn intervals_cover_the_future_of_simulated_listeners() {
    let future = Future::of(200, |index| Character::drawn(21, index));
    // 200 listeners with two series each count as some 1,600 independent days, as neighbouring days share their luck: standard
    // errors of one and of half a point.
    let [eighty, ninety_five] = future.shares();
    assert!((eighty - 0.80).abs() < 0.03, "{eighty}");
    assert!((ninety_five - 0.95).abs() < 0.02, "{ninety_five}");
    assert!(future.pairs[0] > 5000 && future.pairs[1] > 5000, "{:?}", future.pairs);
    // And the coverage told is that of the future.
    let [eighty, ninety_five] = future.told();
    assert!((eighty - 0.80).abs() < 0.02 && (ninety_five - 0.95).abs() < 0.02, "{eighty} {ninety_five}");
}

#[test]
fn intervals_are_honest_about_moods_that_last_for_weeks() {
    let lasting = |index| Character { correlation: 0.9, effect: 0.08, gap: 0, ..Character::drawn(22, index) };
    let future = Future::of(500, lasting);
    let ([eighty, ninety_five], told) = (future.shares(), future.told());
    assert!((eighty - 0.80).abs() < 0.03 && (ninety_five - 0.95).abs() < 0.02, "{eighty} {ninety_five}");
    assert!((eighty - told[0]).abs() < 0.02 && (ninety_five - told[1]).abs() < 0.02, "{told:?}");
    // Short histories of them cannot be covered as promised, and the coverage told says that.
    let short = Future::of(200, |index| Character { days: 70 + index as usize % 50, ..lasting(index) });
    let ([eighty, ninety_five], told) = (short.shares(), short.told());
    assert!((0.70..0.80).contains(&eighty) && (0.90..0.96).contains(&ninety_five), "{eighty} {ninety_five}");
    assert!((eighty - told[0]).abs() < 0.04 && (ninety_five - told[1]).abs() < 0.03, "{told:?}");
}

#[test]
fn of_pure_noise_a_mean_is_forecast() {
    let (mut means, mut skill, mut spread) = (0, 0.0, 0.0);
    for seed in 0..40 {
        let found = forecast(&noise(seed, 400), Bounds::SHARE).unwrap().unwrap();
        assert_eq!(found.choice, Choice::BeatsBaseline);
        means += usize::from([Method::Mean, Method::Smoothing].contains(&found.method));
        skill += found.skill.unwrap().measured / 40.0;
        let values = found.days.map(|day| day.value.unwrap());
        spread += (values.iter().fold(0.0, |a, b| b.max(a)) - values.iter().fold(1.0, |a, b| b.min(a))) / 40.0;
    }
    // The error of the mean of 56 days has the variance 1 + 1 / 56, that of a single day 2: 1 − √(57 / 56 / 2) = .287.
    assert!((skill - 0.287).abs() < 0.02, "{skill}");
    assert!(means >= 36 && spread < 0.03, "{means} {spread}");
}

#[test]
fn a_weekly_pattern_in_noise_is_forecast_better_than_by_the_baseline() {
    let mut random = Random::stream(31, 0);
    let week = [0.3, 0.4, 0.4, 0.5, 0.5, 0.7, 0.6];
    let series = dense(400, |day| week[day % 7] + 0.05 * normal(&mut random));
    let found = forecast(&series, Bounds::SHARE).unwrap().unwrap();
    assert_eq!(found.choice, Choice::BeatsBaseline);
    assert!([Method::WeekdayMean, Method::Smoothing].contains(&found.method));
    assert!(found.skill.unwrap().at_least > 0.2);
    for day in found.days {
        assert!((day.value.unwrap() - week[(399 + day.horizon) % 7]).abs() < 0.04, "{day:?}");
    }
    let mae = |method: Method| found.backtests[method.place()].mae.unwrap();
    assert!(mae(found.method) < mae(Method::SeasonalNaive) && mae(Method::SeasonalNaive) < mae(Method::Mean));
}

#[test]
fn a_week_that_repeats_itself_is_the_baselines() {
    let found = forecast(&dense(200, |day| (day % 7) as f64), Bounds::COUNT).unwrap().unwrap();
    assert_eq!((found.method, found.choice), (Method::SeasonalNaive, Choice::BaselineLowest));
    assert_eq!((found.candidate, found.skill), (Some(Method::SeasonalNaive), None));
    for day in found.days {
        let value = Some(((199 + day.horizon) % 7) as f64);
        let horizon = day.horizon;
        assert_eq!(day, Day { horizon, value, low_80: value, high_80: value, low_95: value, high_95: value });
    }
    assert_eq!(found.backtests[0].mae_by_horizon, [Some(0.0); HORIZONS]);
    assert_eq!(found.backtests[0].coverage_95.share, Some(1.0));
}

#[test]
fn weekdays_that_wander_apart_are_the_baselines() {
    let chosen = (0..40).map(|index| {
        let mut random = Random::stream(41, index);
        let mut week = [0.0; 7];
        let series = dense(200, |day| {
            week[day % 7] += normal(&mut random);
            week[day % 7]
        });
        forecast(&series, Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY }).unwrap().unwrap().choice
    });
    assert!(chosen.filter(|choice| *choice == Choice::BaselineLowest).count() >= 38);
}

#[test]
fn a_method_no_better_than_the_baseline_is_rarely_reported() {
    // Weeks that resemble the one before with .6: there the baseline and the means err alike. One in ten passes by chance.
    let passed = (0..200).filter(|index| {
        let mut random = Random::stream(42, *index);
        let mut week = [0.0; 7];
        let mut series = dense(550, |day| {
            week[day % 7] = 0.6 * week[day % 7] + normal(&mut random);
            week[day % 7]
        });
        let series = series.split_off(350);
        let found = forecast(&series, Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY }).unwrap().unwrap();
        found.choice == Choice::BeatsBaseline
    });
    let passed = passed.count();
    assert!((5..40).contains(&passed), "{passed}");
}

#[test]
fn short_series_are_not_forecast_or_get_the_baseline_without_wide_intervals() {
    assert_eq!(forecast(&[], Bounds::SHARE), Ok(None));
    assert_eq!(forecast(&[None; 500], Bounds::SHARE), Ok(None));
    let series = noise(1, 100);
    assert_eq!(forecast(&series[..55], Bounds::SHARE), Ok(None));
    let mut sparse = vec![None; 200];
    (0..27).for_each(|week| sparse[7 * week] = Some(0.5));
    assert_eq!(forecast(&sparse, Bounds::SHARE), Ok(None));

    let found = forecast(&series[..56], Bounds::SHARE).unwrap().unwrap();
    assert_eq!((found.method, found.choice, found.candidate), (Method::SeasonalNaive, Choice::TooShort, None));
    assert_eq!((found.origins, found.extent), (28, Extent { values: 56, days: 56 }));
    assert!(found.days.iter().all(|day| day.low_80 < day.value && day.value < day.high_80 && day.low_95.is_none()));
    let found = forecast(&series[..84], Bounds::SHARE).unwrap().unwrap();
    assert_ne!(found.choice, Choice::TooShort);
    assert!(found.days.iter().all(|day| day.low_95 <= day.low_80 && day.high_80 <= day.high_95 && day.high_95.is_some()));
}

#[test]
fn days_before_the_first_value_do_not_count() {
    let series = noise(2, 120);
    let mut late = vec![None; 500];
    late.extend(&series);
    assert_eq!(forecast(&late, Bounds::SHARE), forecast(&series, Bounds::SHARE));
    assert_eq!(forecast(&late[..550], Bounds::SHARE), Ok(None));
}

#[test]
fn a_listener_who_stopped_gets_no_values() {
    let mut series = noise(3, 200);
    series.extend([None; 60]);
    let found = forecast(&series, Bounds::SHARE).unwrap().unwrap();
    assert!(found.days.iter().all(|day| day.value.is_none() && day.low_80.is_none() && day.high_95.is_none()));
    assert_eq!(found.extent, Extent { values: 200, days: 260 });
}

#[test]
fn values_that_are_not_numbers_are_refused_with_their_day() {
    for bad in [f64::NAN, f64::INFINITY, -1e121] {
        let mut series = vec![None; 3];
        series.extend(noise(4, 100));
        series[50] = Some(bad);
        assert_eq!(forecast(&series, Bounds::SHARE), Err(StatsError::NotFinite { row: 50, column: 0 }));
    }
}

#[test]
fn odd_values_and_bounds_do_no_harm() {
    let wild = dense(200, |day| if day % 3 == 0 { 1e120 } else { -1e120 / (day + 1) as f64 });
    let everything = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY };
    for series in [wild, dense(200, |_| 0.0), dense(200, |_| -0.0), dense(90, |day| f64::MIN_POSITIVE * day as f64)] {
        for bounds in [everything, Bounds::SHARE, Bounds { low: 1.0, high: 0.0 }, Bounds { low: f64::NAN, high: f64::NAN }] {
            let found = forecast(&series, bounds).unwrap().unwrap();
            for Day { value, low_80, high_80, low_95, high_95, .. } in found.days {
                let ends = [low_95, low_80, value, high_80, high_95].map(Option::unwrap);
                assert!(ends.iter().all(|end| end.is_finite()), "{ends:?}");
                assert!(bounds.low > bounds.high || ends[0] <= ends[1] && ends[3] <= ends[4], "{ends:?}");
            }
        }
    }
}

#[test]
fn the_same_series_gives_the_same_bits_on_every_machine() {
    // Of whole numbers, so that no mathematics of a platform is in the series; recorded once.
    let series = dense(300, |day| ((day * 37 % 101) + 10 * (day % 7) + day / 30) as f64);
    let found = forecast(&series, Bounds::COUNT).unwrap().unwrap();
    let day = found.days[9];
    let recorded = [
        4_634_690_903_676_994_829,
        4_629_489_633_477_651_944,
        4_637_719_170_877_866_621,
        4_627_161_304_589_161_896,
        4_638_248_081_997_890_679,
    ];
    let bits = [day.value, day.low_80, day.high_80, day.low_95, day.high_95].map(|value| value.unwrap().to_bits());
    assert_eq!((found.method, bits), (Method::Smoothing, recorded), "{day:?}");
}
