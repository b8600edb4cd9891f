//! When a run is due.
//!
//! Owns the arithmetic, from wall-clock times alone: a machine that slept, a clock that was set, a service that was away for days all
//! come out as "overdue", once, however many times were missed. Cron expressions are read in the listener's zone, through its
//! clock changes.

use super::state::State;
use super::weekly::Recaps;
use crate::error::{Error, Result};
use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};

/// After a first failure a run is tried again this soon; the time doubles with every further failure.
const RETRY: Duration = Duration::minutes(5);
/// It never waits longer than this for a retry.
const RETRY_MAX: Duration = Duration::hours(1);
/// Every expression has a time within so long.
const LONG_AGO: Duration = Duration::days(36_525);

/// What may be due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The whole pipeline.
    Full,
    /// The recent plays alone.
    Poll,
    /// The recap of a week, by mail.
    Recap,
}

impl Work {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Poll => "poll",
            Self::Recap => "recap",
        }
    }
}

/// When full runs are due.
#[derive(Clone, Debug)]
pub enum Times {
    /// So long after the start of the last one.
    Every(Duration),
    /// At the times of an expression, in a zone.
    Cron(Box<Cron>, Tz),
}

/// When which work is due.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Full runs.
    pub full: Times,
    /// Light polls, so long after the plays were last read.
    pub poll: Option<Duration>,
    /// Recaps, where they are wanted.
    pub recaps: Option<Recaps>,
}

/// Reads a cron expression of five fields, or six with seconds first.
///
/// # Errors
/// When it is none.
pub fn cron(expression: &str) -> Result<Cron> {
    CronParser::builder().seconds(Seconds::Optional).build().parse(expression).map_err(|error| {
        Error::usage(format!("--cron '{expression}' is no cron expression"))
            .because(error)
            .hint("five fields, minute hour day month weekday, such as '0 */6 * * *'; or six with the seconds first")
    })
}

impl Plan {
    /// What is due now; a full run covers a poll. A recap comes first, or full runs that take longer than the time between them would
    /// leave none for it; but not before a full run that has the week's last plays, whatever became of that run.
    #[must_use]
    pub fn due(&self, state: &State, now: DateTime<Utc>) -> Option<Work> {
        if let Some(recaps) = self.recaps.filter(|recaps| recaps.next(state, now).is_some_and(|next| next <= now)) {
            return Some(if recaps.is_read(state, now) { Work::Recap } else { Work::Full });
        }
        if self.next_full(state, now) <= now {
            return Some(Work::Full);
        }
        self.next_poll(state, now).filter(|&next| next <= now).map(|_| Work::Poll)
    }

    /// When the next full run is due; `now` or earlier when it is overdue.
    #[must_use]
    pub fn next_full(&self, state: &State, now: DateTime<Utc>) -> DateTime<Utc> {
        // A start in the future is a clock that was set back.
        let Some(started) = state.full.started_at.filter(|&started| started <= now) else { return now };
        // A damaged file may name the first moment of all calendars, which has no local time in the west.
        let started = started.max(now - LONG_AGO);
        let regular = match &self.full {
            Times::Every(every) => started + *every,
            Times::Cron(cron, zone) => cron
                .find_next_occurrence(&started.with_timezone(zone), false)
                .map_or(started + Duration::days(366), |next| next.with_timezone(&Utc)),
        };
        state.full.retry_at().map_or(regular, |retry| retry.min(regular))
    }

    /// When the recent plays are to be read next.
    #[must_use]
    pub fn next_poll(&self, state: &State, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let every = self.poll?;
        let last = if state.poll.started_at > state.full.started_at { &state.poll } else { &state.full };
        let Some(started) = last.started_at.filter(|&started| started <= now) else { return Some(now) };
        let regular = started + every;
        Some(last.retry_at().map_or(regular, |retry| retry.min(regular)))
    }

    /// When the next recap is to be made.
    #[must_use]
    pub fn next_recap(&self, state: &State, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.recaps?.next(state, now)
    }
}

impl super::state::Last {
    /// When a failed run is tried again.
    pub(super) fn retry_at(&self) -> Option<DateTime<Utc>> {
        let ended = self.ended_at.filter(|_| self.failures > 0)?;
        let doublings = (self.failures - 1).min(10);
        // Of a time at the end of all calendars, as a damaged file may name it, only the regular run is left.
        ended.checked_add_signed((RETRY * (1 << doublings)).min(RETRY_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::{Plan, Times, Work, cron};
    use crate::schedule::state::{Last, State};
    use chrono::{DateTime, Duration, Utc};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn plan() -> Plan {
        Plan { full: Times::Every(Duration::hours(6)), poll: Some(Duration::hours(1)), recaps: None }
    }

    fn ran(started: &str, code: i32, failures: u32) -> Last {
        Last { started_at: Some(at(started)), ended_at: Some(at(started)), code: Some(code), failures }
    }

    #[test]
    fn what_never_ran_is_due_at_once_and_what_was_missed_is_due_once() {
        let mut state = State::default();
        assert_eq!(plan().due(&state, at("2026-11-01T00:00:00Z")), Some(Work::Full));
        state.full = ran("2026-11-01T00:00:00Z", 0, 0);
        assert_eq!(plan().due(&state, at("2026-11-01T00:59:59Z")), None);
        assert_eq!(plan().due(&state, at("2026-11-01T01:00:00Z")), Some(Work::Poll));
        state.poll = ran("2026-11-01T01:00:00Z", 0, 0);
        assert_eq!(plan().due(&state, at("2026-11-01T01:30:00Z")), None);
        // The machine slept for a week.
        assert_eq!(plan().due(&state, at("2026-11-08T07:00:00Z")), Some(Work::Full));
        state.full = ran("2026-11-08T07:00:00Z", 0, 0);
        assert_eq!(plan().due(&state, at("2026-11-08T07:00:01Z")), None);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_the_service() {
        let state = State { full: ran("2027-01-01T00:00:00Z", 0, 0), ..State::default() };
        assert_eq!(plan().due(&state, at("2026-11-01T00:00:00Z")), Some(Work::Full));
    }

    #[test]
    fn a_failed_run_is_tried_again_sooner_and_less_and_less_often() {
        let mut state = State { full: ran("2026-11-01T00:00:00Z", 1, 1), ..State::default() };
        let next = |state: &State| plan().next_full(state, at("2026-11-01T00:01:00Z")) - at("2026-11-01T00:00:00Z");
        assert_eq!(next(&state), Duration::minutes(5));
        state.full.failures = 3;
        assert_eq!(next(&state), Duration::minutes(20));
        state.full.failures = 1000;
        assert_eq!(next(&state), Duration::hours(1));
        let every_minute = Plan { full: Times::Every(Duration::minutes(1)), poll: None, recaps: None };
        assert_eq!(every_minute.next_full(&state, at("2026-11-01T00:00:30Z")), at("2026-11-01T00:01:00Z"));
    }

    #[test]
    fn no_poll_means_none() {
        let plan = Plan { poll: None, ..plan() };
        let state = State { full: ran("2026-11-01T00:00:00Z", 0, 0), ..State::default() };
        assert_eq!(plan.due(&state, at("2026-11-01T05:59:00Z")), None);
        assert_eq!(plan.due(&state, at("2026-11-01T06:00:00Z")), Some(Work::Full));
    }

    #[test]
    fn a_cron_expression_keeps_the_listeners_hour_when_the_clocks_change() {
        let zone = chrono_tz::Europe::Madrid;
        let plan = Plan { full: Times::Cron(Box::new(cron("0 7 * * *").unwrap()), zone), poll: None, recaps: None };
        let next = |started: &str| {
            let state = State { full: ran(started, 0, 0), ..State::default() };
            plan.next_full(&state, at(started)).to_rfc3339()
        };
        assert_eq!(next("2026-10-24T05:00:00Z"), "2026-10-25T06:00:00+00:00", "07:00 of winter time is 06:00 UTC");
        assert_eq!(next("2026-03-28T06:00:00Z"), "2026-03-29T05:00:00+00:00", "07:00 of summer time is 05:00 UTC");
        assert_eq!(next("2026-06-01T12:34:56Z"), "2026-06-02T05:00:00+00:00");
    }

    #[test]
    fn five_and_six_fields_are_read_and_others_are_explained() {
        assert!(cron("0 */6 * * *").is_ok() && cron("30 0 */6 * * *").is_ok());
        for wrong in ["", "every day", "61 * * * *", "* * *"] {
            assert_eq!(cron(wrong).unwrap_err().kind(), crate::error::Kind::Usage, "{wrong}");
        }
    }
}
