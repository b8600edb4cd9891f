//! When the recap of a week is due.
//!
//! Owns the arithmetic: from an hour of Monday on, on the listener's clock, through its clock changes; once a week; after a time away
//! for the last whole week only; and not for weeks that were over before anybody asked for recaps.

use super::state::{Last, State};
use crate::error::Kind;
use chrono::{DateTime, Datelike as _, Days, Duration, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;

/// What is told of a week that is farther ahead was told by a clock that has been set since.
const AHEAD_MAX: Duration = Duration::days(7);
/// Clocks skip quarters of an hour, and never more than a day.
const STEP: Duration = Duration::minutes(15);
const STEPS_MAX: i32 = 200;

/// When recaps are due.
#[derive(Clone, Copy, Debug)]
pub struct Recaps {
    /// From this hour of Monday on.
    pub hour: u32,
    /// On the clock of this zone.
    pub zone: Tz,
}

/// A week as people write it, such as 2026-W46.
#[must_use]
pub fn name(monday: NaiveDate) -> String {
    monday.format("%G-W%V").to_string()
}

impl Recaps {
    /// The last week, by its Monday, whose recap is due by now.
    #[must_use]
    pub fn week(self, now: DateTime<Utc>) -> NaiveDate {
        let today = now.with_timezone(&self.zone).date_naive();
        let monday = before(today, u64::from(today.weekday().num_days_from_monday()));
        let last = before(monday, 7);
        if self.moment(last) <= now { last } else { before(last, 7) }
    }

    /// When the recap of a week is due: on the Monday after it.
    #[must_use]
    pub fn moment(self, week: NaiveDate) -> DateTime<Utc> {
        self.at(after(week), self.hour)
    }

    /// When a week is over.
    #[must_use]
    pub fn end(self, week: NaiveDate) -> DateTime<Utc> {
        self.at(after(week), 0)
    }

    /// An hour of a day: the first, where it comes twice, and the next moment that exists, where it does not come.
    fn at(self, day: NaiveDate, hour: u32) -> DateTime<Utc> {
        let wanted = day.and_hms_opt(hour, 0, 0).unwrap_or_else(|| NaiveDateTime::from(day));
        let found =
            (0..STEPS_MAX).find_map(|steps| self.zone.from_local_datetime(&wanted.checked_add_signed(STEP * steps)?).earliest());
        found.map_or_else(|| wanted.and_utc(), |time| time.with_timezone(&Utc))
    }

    /// When the next recap is to be made; `now` or earlier where one is due. None where nobody asks for recaps.
    #[must_use]
    pub fn next(self, state: &State, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let since = state.recaps_since?;
        let week = self.week(now);
        let (moment, next) = (self.moment(week), self.moment(after(week)));
        if moment < since {
            return Some(next);
        }
        Some(match state.recap_week {
            Some(told) if told == week && state.recap.is_settled() => next,
            // A time in the future is of a clock that was set back.
            Some(told) if told == week => state.recap.retry_at().filter(|_| state.recap.ended_at <= Some(now)).unwrap_or(moment),
            // A clock that was set back by a little comes to that Monday again.
            Some(told) if told > week && told.signed_duration_since(week) <= AHEAD_MAX => {
                self.moment(if state.recap.is_settled() { after(told) } else { told })
            }
            _ => moment,
        })
    }

    /// Whether a full run has begun since the week was over, so that its last plays are in.
    #[must_use]
    pub fn is_read(self, state: &State, now: DateTime<Utc>) -> bool {
        state.full.started_at.is_some_and(|started| started >= self.end(self.week(now)) && started <= now)
    }
}

impl Last {
    /// Whether trying again would change nothing: it is done, or a setting is wrong, which waiting does not cure.
    fn is_settled(&self) -> bool {
        let is_wrong = self.code == Some(Kind::Usage.exit_code().into());
        is_wrong || (self.code.is_some() && self.failures == 0)
    }
}

fn after(week: NaiveDate) -> NaiveDate {
    week.checked_add_days(Days::new(7)).unwrap_or(week)
}

fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

#[cfg(test)]
mod tests;
