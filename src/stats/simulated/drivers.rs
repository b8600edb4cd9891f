//! All tests of one made-up listener, as `gold` makes them, and counts of what they find.
//!
//! Owns the comparison with what is true. Effects come from `effects`, by way of `stretches`.

use super::super::effects::{Effect, against_weeks, paired, paired_in_weeks, share_against_weeks};
use super::super::multiple::{benjamini_hochberg, holm};
use super::super::stretches::{DAYS_HEARD_MIN, Day, days_heard_a_week, part_of_day, recent_week, weekend};
use super::listener::{FEATURES, LAST_DAY, Planted, Setting, listener};

pub(super) const STRETCHES: [&str; 6] = ["night", "morning", "afternoon", "evening", "weekend", "recent week"];
/// Places of the stretches that have something planted.
const PLANTED: [usize; 3] = [3, 4, 5];
pub(super) const TAILS: [f64; 4] = [0.05, 0.01, 0.001, 0.000_25];

/// The effect of one stretch on one subject.
struct Driver {
    stretch: usize,
    subject: usize,
    effect: Effect,
}

/// Findings at an adjusted p value of at most 5 %: uncorrected, by Benjamini and Hochberg, and by Holm.
pub(super) type Ways = [u32; 3];

/// Counts over listeners.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) listeners: u32,
    /// Tests of listeners without any effect, by stretch, and those with p at most .05, .01, .001 and .00025.
    pub(super) tests: [u32; 6],
    pub(super) tails: [[u32; 4]; 6],
    /// Listeners without any effect who have a finding, and listeners with what was planted who have a false one.
    pub(super) any_of_none: Ways,
    pub(super) any_false: Ways,
    /// Of evening, weekend and recent week: intervals that hold what was planted, and findings.
    pub(super) covered: [u32; 3],
    pub(super) found: [Ways; 3],
}

/// Tests that many listeners, as they are and with something planted into their first feature.
pub(super) fn count(setting: &Setting, planted: Planted, seed: u64, listeners: u32) -> Counts {
    let mut counts = Counts { listeners, ..Counts::default() };
    for index in 0..listeners {
        let subjects = listener(setting, seed, u64::from(index));
        let mut drivers: Vec<Driver> =
            subjects.iter().enumerate().flat_map(|(subject, days)| drivers_of(subject, days)).collect();
        counts.add_without_effect(&drivers);
        drivers.retain(|driver| driver.subject != 0);
        drivers.extend(drivers_of(0, &planted.into_days(&subjects[0])));
        counts.add_planted(&drivers, [planted.evening, planted.weekend, planted.last_week]);
    }
    counts
}

fn drivers_of(subject: usize, days: &[Day]) -> Vec<Driver> {
    let is_share = subject >= FEATURES;
    if is_share && days_heard_a_week(days) < DAYS_HEARD_MIN {
        return Vec::new();
    }
    let against = if is_share { share_against_weeks } else { against_weeks };
    let effect = |stretch| match stretch {
        4 => paired(&weekend(days), 0.2),
        5 => recent_week(days, LAST_DAY).and_then(|(recent, before)| against(recent, &before, 0.2)),
        part => paired_in_weeks(&part_of_day(days, part), 0.2),
    };
    let driver = |stretch| Some(Driver { stretch, subject, effect: effect(stretch)? });
    (0..STRETCHES.len()).filter_map(driver).collect()
}

/// Whether each driver is a finding, in each of the three ways.
fn findings(drivers: &[Driver]) -> [Vec<bool>; 3] {
    let raw: Vec<f64> = drivers.iter().map(|driver| driver.effect.p_value).collect();
    let (by_share, by_any) = (benjamini_hochberg(&raw), holm(&raw));
    [raw, by_share, by_any].map(|values| values.iter().map(|value| *value <= 0.05).collect())
}

impl Counts {
    fn add_without_effect(&mut self, drivers: &[Driver]) {
        for driver in drivers {
            self.tests[driver.stretch] += 1;
            for (count, level) in self.tails[driver.stretch].iter_mut().zip(TAILS) {
                *count += u32::from(driver.effect.p_value <= level);
            }
        }
        for (count, found) in self.any_of_none.iter_mut().zip(findings(drivers)) {
            *count += u32::from(found.contains(&true));
        }
    }

    fn add_planted(&mut self, drivers: &[Driver], truths: [f64; 3]) {
        for (way, found) in findings(drivers).iter().enumerate() {
            // An evening that differs makes every other part of the day differ from its rest: none of the first feature is false.
            let is_false = |(driver, found): (&Driver, &bool)| driver.subject != 0 && *found;
            self.any_false[way] += u32::from(drivers.iter().zip(found).any(is_false));
            for (place, stretch) in PLANTED.iter().enumerate() {
                let is_true = |(driver, found): (&Driver, &bool)| driver.subject == 0 && driver.stretch == *stretch && *found;
                self.found[place][way] += u32::from(drivers.iter().zip(found).any(is_true));
            }
        }
        for driver in drivers.iter().filter(|driver| driver.subject == 0) {
            if let Some(place) = PLANTED.iter().position(|stretch| *stretch == driver.stretch) {
                let effect = driver.effect;
                self.covered[place] += u32::from((effect.low..=effect.high).contains(&truths[place]));
            }
        }
    }
}
