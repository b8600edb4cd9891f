//! What has to be known about a recap, whoever writes its paragraphs.
//!
//! Owns the reservations: plays that may be missing, figures that are least figures, features that say little.

use super::data::Recap;
use super::phrases::SYNTHETIC;
use crate::report::words::{capital, counted, day, share};
use chrono::{Days, NaiveTime, TimeZone};
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

/// Whether plays of the week may not have come in yet.
fn reach(recap: &Recap) -> Option<String> {
    let (zone, until): (Tz, _) = (recap.timezone.parse().ok()?, recap.history.known_until?);
    let over = recap.to.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    let over = zone.from_local_datetime(&over).earliest()?;
    (until < over).then(|| {
        let until = until.with_timezone(&zone);
        format!(
            "The newest plays came in on {} at {}: plays of this week that are newer are not counted.",
            day(until.date_naive()),
            until.format("%H:%M")
        )
    })
}

fn features(recap: &Recap) -> Option<String> {
    let mood = &recap.mood;
    let basis = mood.feature_basis.as_deref()?;
    if basis == SYNTHETIC {
        return Some(
            "All audio features are made up from track ids: moods and recommendations say nothing of the music.".to_owned(),
        );
    }
    let covered = mood.plays_covered as f64 / recap.plays as f64;
    if mood.valence.is_none() {
        return Some(capital(&format!(
            "{} of the plays have audio features that count: too few to tell a mood.",
            share(covered)
        )));
    }
    (covered < 1.0).then(|| format!("The mood rests on the {} of the plays with audio features ({basis}).", share(covered)))
}
