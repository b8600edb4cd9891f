//! Each subject in each stretch against the rest, corrected for how many comparisons that are.
//!
//! Owns which comparisons are made. All of a listener's are corrected together, since all are shown together.

use super::subjects::{Listener, PARTS, Subject};
use crate::stats::effects::{Effect, against_weeks, paired, paired_in_weeks, share_against_weeks};
use crate::stats::multiple::holm;
use crate::stats::stretches::{DAYS_HEARD_MIN, Day, Plays, days_heard_a_week, part_of_day, recent_week, weekend};

/// Days of the recent week.
const RECENT_DAYS: i32 = 7;

/// One comparison.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// What is compared.
    pub subject: &'a Subject,
    /// `part_of_day`, `weekend`, `recent_week`.
    pub dimension: &'static str,
    /// `evening`, `weekend`, `last 7 days`, …
    pub stretch: &'static str,
    /// What came out.
    pub effect: Effect,
    /// The p value corrected for all comparisons of the listener.
    pub p_adjusted: f64,
    /// Mean over the plays inside the stretch, and how many.
    pub inside: (f64, u64),
    /// The same of the plays that it is compared with.
    pub outside: (f64, u64),
}

/// All comparisons of a listener that rest on enough weeks.
#[must_use]
pub fn all(listener: &Listener) -> Vec<Comparison<'_>> {
    let mut comparisons: Vec<Comparison<'_>> =
        listener.subjects.iter().filter(|subject| can_differ(subject)).flat_map(|subject| of(subject, listener.last)).collect();
    let adjusted = holm(&comparisons.iter().map(|comparison| comparison.effect.p_value).collect::<Vec<_>>());
    for (comparison, p_adjusted) in comparisons.iter_mut().zip(adjusted) {
        comparison.p_adjusted = p_adjusted;
    }
    comparisons
}

/// A standard deviation below this is rounding: values are added up in millionths.
const SD_MIN: f64 = 1e-5;

/// What never varies cannot differ, and a genre of a day a week would be a finding by its rareness alone.
fn can_differ(subject: &Subject) -> bool {
    subject.usual_sd >= SD_MIN && (subject.kind == "feature" || days_heard_a_week(&subject.days) >= DAYS_HEARD_MIN)
}

fn of(subject: &Subject, last: i32) -> Vec<Comparison<'_>> {
    let mut found = Vec::new();
    let mut add = |dimension, stretch, effect: Option<Effect>, is_inside: &dyn Fn(&Day, usize) -> Option<bool>| {
        let Some(effect) = effect else { return };
        let (inside, outside) = (pooled(subject, is_inside, true), pooled(subject, is_inside, false));
        found.push(Comparison { subject, dimension, stretch, effect, p_adjusted: 1.0, inside, outside });
    };
    for (part, name) in PARTS.into_iter().enumerate() {
        let effect = paired_in_weeks(&part_of_day(&subject.days, part), subject.usual_sd);
        add("part_of_day", name, effect, &|_, of| Some(of == part));
    }
    let effect = paired(&weekend(&subject.days), subject.usual_sd);
    add("weekend", "weekend", effect, &|day, _| Some((i64::from(day.number) + 3).rem_euclid(7) >= 5));
    let effect = recent_week(&subject.days, last).and_then(|(recent, before)| match subject.kind {
        "feature" => against_weeks(recent, &before, subject.usual_sd),
        _ => share_against_weeks(recent, &before, subject.usual_sd),
    });
    let weeks = i32::try_from(crate::stats::weeks::WEEKS_MAX).unwrap_or(i32::MAX);
    let is_recent = |day: &Day, _| (day.number > last - RECENT_DAYS * (weeks + 1)).then_some(day.number > last - RECENT_DAYS);
    add("recent_week", "last 7 days", effect, &is_recent);
    found
}

/// The mean over the plays of one side, and how many there are.
fn pooled(subject: &Subject, is_inside: &dyn Fn(&Day, usize) -> Option<bool>, side: bool) -> (f64, u64) {
    let parts = subject.days.iter().flat_map(|day| day.parts.iter().enumerate().map(move |(part, plays)| (day, part, plays)));
    let of_side = parts.filter(|(day, part, _)| is_inside(day, *part) == Some(side));
    let all = of_side.fold(Plays::default(), |all, (.., plays)| Plays {
        count: all.count.saturating_add(plays.count),
        sum: all.sum + plays.sum,
    });
    (if all.count == 0 { 0.0 } else { all.sum / all.count as f64 }, all.count)
}
