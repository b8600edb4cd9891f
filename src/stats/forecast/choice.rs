//! The choice of a method: made on the older half of the backtest, judged on the newer half.
//!
//! Owns the rule and what it says of itself. The halves meet on one day: chosen is what had the lowest error on pairs whose day had
//! come by then, judged is what was forecast from that day on, so that the judgement is what the choice would have earned. Refuses
//! to tell the error a method was chosen for as its skill. The choice goes to `report`.

use super::backtest::{Origin, Scores, scores};
use super::certainty::lower_bound;
use super::methods::{Method, WEEK};

/// Days with a scored pair that each half needs: four of each weekday. Fewer tell the methods apart by chance only.
const DAYS_MIN: usize = 4 * WEEK;

/// Why a method is the one reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It had the lowest error on the older half, and on the newer half an error below the baseline's by more than chance.
    BeatsBaseline,
    /// It is the baseline: no other method had a lower error on the older half.
    BaselineLowest,
    /// It is the baseline: on the newer half, the method with the lowest error on the older half was not better than it, or not by
    /// more than chance.
    NotConfirmed,
    /// It is the baseline: in one of the halves fewer than 28 days could be scored.
    TooShort,
}

impl Choice {
    /// The word stored in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeatsBaseline => "beats_baseline",
            Self::BaselineLowest => "baseline_lowest",
            Self::NotConfirmed => "not_confirmed",
            Self::TooShort => "too_short",
        }
    }
}

/// By what share the error of a method is below the baseline's where it was judged: 1 − MAE / MAE of the baseline, negative when it
/// is above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skill {
    /// The share measured.
    pub measured: f64,
    /// What it is at least, with nine chances in ten.
    pub at_least: f64,
}

/// What was chosen, and how it did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chosen {
    pub(super) choice: Choice,
    /// The method with the lowest error on the older half; none when the series is too short.
    pub(super) candidate: Option<Method>,
    /// The candidate's; none for the baseline itself, and when the baseline made no error.
    pub(super) skill: Option<Skill>,
    /// Errors on the older half.
    pub(super) older: Scores,
    /// Errors on the newer half.
    pub(super) newer: Scores,
}

impl Chosen {
    /// The method to report.
    pub(super) fn method(&self) -> Method {
        match (self.choice, self.candidate) {
            (Choice::BeatsBaseline, Some(candidate)) => candidate,
            _ => Method::SeasonalNaive,
        }
    }
}

/// Applies the rule to the origins of a backtest.
pub(super) fn choose(origins: &[Origin]) -> Chosen {
    let (_, judging) = origins.split_at(origins.len() / 2);
    let meeting = judging.first().map_or(0, |origin| origin.day);
    let by_then = |day: usize, horizon: usize| day + horizon <= meeting;
    let (older, newer) = (scores(origins, by_then), scores(judging, |_, _| true));
    let candidate = match older.errors {
        Some(errors) if days(origins, by_then).min(days(judging, |_, _| true)) >= DAYS_MIN => lowest(errors),
        _ => None,
    };
    let skill = candidate.filter(|candidate| *candidate != Method::SeasonalNaive).and_then(|candidate| skill(judging, candidate));
    let choice = match (candidate, skill) {
        (None, _) => Choice::TooShort,
        (Some(Method::SeasonalNaive), _) => Choice::BaselineLowest,
        (_, Some(skill)) if skill.at_least > 0.0 => Choice::BeatsBaseline,
        _ => Choice::NotConfirmed,
    };
    Chosen { choice, candidate, skill, older, newer }
}

/// The method with the lowest error, the first of equals: in a tie with the baseline, the baseline.
fn lowest(errors: [f64; Method::ALL.len()]) -> Option<Method> {
    let methods = Method::ALL.into_iter().zip(errors);
    methods.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(method, _)| method)
}

/// The skill of a method over all scored pairs of these origins; none when there are no pairs or the baseline made no error.
fn skill(origins: &[Origin], method: Method) -> Option<Skill> {
    let Scores { pairs, errors } = scores(origins, |_, _| true);
    let baseline = errors.map(|errors| errors[Method::SeasonalNaive.place()]).filter(|error| *error > 0.0)?;
    // What the baseline errs more than the method, in sum over the horizons of each origin.
    let gains = origins.iter().filter(|origin| origin.errors.iter().any(Option::is_some)).map(|origin| {
        let errors = origin.errors.iter().flatten();
        errors.map(|errors| errors[Method::SeasonalNaive.place()].abs() - errors[method.place()].abs()).sum()
    });
    let gains: Vec<f64> = gains.collect();
    // From sums over horizons to shares of the baseline's mean error.
    let unit = pairs as f64 / gains.len() as f64 * baseline;
    let mean = gains.iter().sum::<f64>() / gains.len() as f64;
    Some(Skill { measured: mean / unit, at_least: lower_bound(&gains)? / unit })
}

/// How many days have a scored pair among those asked for.
fn days(origins: &[Origin], asked: impl Fn(usize, usize) -> bool) -> usize {
    let pairs =
        origins.iter().flat_map(|origin| (1..).zip(&origin.errors).map(move |(horizon, errors)| (origin.day, horizon, errors)));
    let scored = pairs.filter(|(day, horizon, errors)| errors.is_some() && asked(*day, *horizon));
    let mut days: Vec<usize> = scored.map(|(day, horizon, _)| day + horizon).collect();
    days.sort_unstable();
    days.dedup();
    days.len()
}

#[cfg(test)]
mod tests {
    use super::super::super::random::Random;
    use super::super::methods::HORIZONS;
    use super::*;

    /// A backtest in which the size of each method's errors depends on the day of the origin; signs and a tenth of the size are
    /// random.
    fn backtest(origins: usize, size: impl Fn(usize, usize) -> [f64; 4]) -> Vec<Origin> {
        let mut random = Random::stream(11, 0);
        let mut origin = |day: usize| {
            let errors = |ahead: usize| {
                let factor = (0.9 + 0.2 * random.uniform()) * if random.uniform() < 0.5 { -1.0 } else { 1.0 };
                (day + ahead + 1 < 28 + origins).then(|| size(day, ahead + 1).map(|size| size * factor))
            };
            Origin { day, errors: array(errors) }
        };
        (27..27 + origins).map(&mut origin).collect()
    }

    fn array(errors: impl FnMut(usize) -> Option<[f64; 4]>) -> [Option<[f64; 4]>; HORIZONS] {
        std::array::from_fn(errors)
    }

    #[test]
    fn a_method_that_stays_better_is_reported_with_its_skill_of_the_newer_half() {
        // The mean is twice as good until the middle, day 127, and then a fifth better.
        let origins = backtest(200, |day, _| if day < 127 { [1.0, 0.5, 0.9, 0.9] } else { [1.0, 0.8, 0.7, 0.7] });
        let chosen = choose(&origins);
        assert_eq!((chosen.choice, chosen.candidate, chosen.method()), (Choice::BeatsBaseline, Some(Method::Mean), Method::Mean));
        let Skill { measured, at_least } = chosen.skill.unwrap();
        assert!((measured - 0.2).abs() < 1e-12 && (0.15..measured).contains(&at_least), "{measured} {at_least}");
        // In each half 1 + 2 + … + 13 pairs are missing: those across the middle, which are in neither, and those beyond the end.
        assert_eq!((chosen.older.pairs, chosen.newer.pairs), (100 * 14 - 91, 100 * 14 - 91));
    }

    #[test]
    fn a_method_that_was_better_once_is_not_confirmed() {
        let origins = backtest(200, |day, _| if day < 127 { [1.0, 0.5, 0.9, 0.9] } else { [1.0, 1.1, 0.7, 0.7] });
        let chosen = choose(&origins);
        assert_eq!((chosen.choice, chosen.candidate), (Choice::NotConfirmed, Some(Method::Mean)));
        assert_eq!(chosen.method(), Method::SeasonalNaive);
        assert!((chosen.skill.unwrap().measured + 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_method_that_is_better_by_chance_is_not_confirmed() {
        // Much better in two weeks of four, and nearly as much worse in the others.
        let size = |day: usize, _: usize| if (day / 14).is_multiple_of(2) { [1.0, 0.5, 2.0, 2.0] } else { [1.0, 1.4, 2.0, 2.0] };
        let chosen = choose(&backtest(196, size));
        let Skill { measured, at_least } = chosen.skill.unwrap();
        assert!(measured > 0.0 && at_least < 0.0, "{measured} {at_least}");
        assert_eq!((chosen.choice, chosen.candidate), (Choice::NotConfirmed, Some(Method::Mean)));
    }

    #[test]
    fn in_a_tie_the_baseline_is_reported() {
        let chosen = choose(&backtest(200, |_, _| [1.0, 1.0, 1.0, 1.5]));
        assert_eq!((chosen.choice, chosen.method(), chosen.skill), (Choice::BaselineLowest, Method::SeasonalNaive, None));
        let chosen = choose(&backtest(200, |_, _| [0.0; 4]));
        assert_eq!((chosen.choice, chosen.method(), chosen.skill), (Choice::BaselineLowest, Method::SeasonalNaive, None));
    }

    #[test]
    fn each_half_needs_28_days() {
        // 56 origins: 28 days come after the first up to the middle, and 28 after that.
        let enough = choose(&backtest(56, |_, _| [1.0, 0.5, 0.9, 0.9]));
        assert_eq!((enough.choice, enough.candidate), (Choice::BeatsBaseline, Some(Method::Mean)));
        let short = choose(&backtest(55, |_, _| [1.0, 0.5, 0.9, 0.9]));
        assert_eq!((short.choice, short.candidate, short.method()), (Choice::TooShort, None, Method::SeasonalNaive));
        assert_eq!(choose(&[]).choice, Choice::TooShort);
        // Days without a value do not count.
        let mut holes = backtest(200, |_, _| [1.0, 0.5, 0.9, 0.9]);
        for origin in &mut holes {
            let day = origin.day;
            for (horizon, errors) in (1..).zip(&mut origin.errors) {
                *errors = errors.filter(|_| (day + horizon) % 4 == 0);
            }
        }
        assert_eq!(choose(&holes).choice, Choice::TooShort);
    }

    #[test]
    fn words_differ() {
        let choices = [Choice::BeatsBaseline, Choice::BaselineLowest, Choice::NotConfirmed, Choice::TooShort];
        assert_eq!(choices.map(Choice::name), ["beats_baseline", "baseline_lowest", "not_confirmed", "too_short"]);
    }
}
