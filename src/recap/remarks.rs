//! What has to be known about a recap, whoever writes its paragraphs.
//!
//! Owns the reservations: plays that may be missing, figures that are least figures, features that say little.

use super::data::Recap;
use super::phrases::SYNTHETIC;
use crate::report::words::{count, counted, day};
use chrono::{Days, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// Sentences.
pub fn of(recap: &Recap) -> Vec<String> {
    let mut remarks = Vec::new();
    if !recap.gap_days.is_empty() {
        let days: Vec<String> = recap.gap_days.iter().map(|date| day(*date)).collect();
        let counts = if recap.plays == 0 { "" } else { " The figures are least figures." };
        remarks.push(format!("Plays may be missing on {}.{counts}", days.join(", ")));
    }
    if let Some(before) = recap.before.as_ref().filter(|before| before.gap_days > 0) {
        remarks.push(format!("In the week before, plays may be missing on {}.", counted(before.gap_days, "day")));
    }
    remarks.extend(beginning(recap));
    remarks.extend(reach(recap));
    if recap.plays == 0 {
        return remarks;
    }
    if recap.plays_timed < recap.plays {
        let unknown = counted(recap.plays - recap.plays_timed, "play");
        remarks.push(format!("Of {unknown} it is not known how long they were heard."));
    }
    remarks.extend(features(recap));
    remarks
}

/// Where the history begins too late to compare weeks.
fn beginning(recap: &Recap) -> Option<String> {
    let first = recap.history.first_day;
    let which = match first {
        _ if first > recap.to => return None,
        _ if first > recap.from => "this week is",
        _ if first > recap.from - TimeDelta::weeks(1) => "the week before is",
        _ => return None,
    };
    Some(format!("The history begins on {}: {which} not known whole.", day(first)))
}

/// Whether plays of the week may not have come in yet. Newer ones, or ones that came in later, say that it is known.
fn reach(recap: &Recap) -> Option<String> {
    let (zone, last): (Tz, _) = (recap.timezone.parse().ok()?, recap.history.last_day);
    let over = recap.to.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    let over = zone.from_local_datetime(&over).earliest()?;
    let came_in = recap.history.known_until.map(|until| until.with_timezone(&zone));
    let is_known = last > recap.to || (last == recap.to && came_in.is_some_and(|at| at >= over));
    // Of a week behind the last play nothing else is told anyway.
    if is_known || last < recap.from {
        return None;
    }
    let came_in = came_in.map(|at| format!(", the newest came in on {} at {}", day(at.date_naive()), at.format("%H:%M")));
    let came_in = came_in.unwrap_or_default();
    Some(format!(
        "The last play that is known is of {}{came_in}: if there were later ones in this week, they are not counted.",
        day(last)
    ))
}

fn features(recap: &Recap) -> Option<String> {
    let mood = &recap.mood;
    let basis = mood.feature_basis.as_deref()?;
    if basis == SYNTHETIC {
        return Some(
            "All audio features are made up from track ids: moods and recommendations say nothing of the music.".to_owned(),
        );
    }
    let covered = format!("{} of the {}", count(mood.plays_covered), counted(recap.plays, "play"));
    if mood.valence.is_none() {
        return Some(format!("With audio features that count there are {covered}: too few to tell a mood."));
    }
    (mood.plays_covered < recap.plays).then(|| format!("The mood rests on {covered}, those with audio features ({basis})."))
}
