//! Mondays of many zones.

use super::{Recaps, name};
use crate::schedule::due::{Plan, Times, Work};
use crate::schedule::state::{Last, State};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn recaps(zone: Tz, hour: u32) -> Recaps {
    Recaps { hour, zone }
}

fn ended(time: &str, code: i32, failures: u32) -> Last {
    Last { started_at: Some(at(time)), ended_at: Some(at(time)), code: Some(code), failures }
}

/// Wanted for a long time, and read every hour.
fn state(now: DateTime<Utc>) -> State {
    let full = Last { started_at: Some(now), ended_at: Some(now), code: Some(0), failures: 0 };
    State { recaps_since: Some(at("2020-01-01T00:00:00Z")), full, ..State::default() }
}

fn plan(zone: Tz, hour: u32) -> Plan {
    Plan { full: Times::Every(Duration::hours(1)), poll: None, recaps: Some(recaps(zone, hour)) }
}

#[test]
fn the_hour_is_that_of_the_listener_through_clock_changes() {
    let madrid = recaps(chrono_tz::Europe::Madrid, 8);
    for (week, utc) in [
        ("2026-10-12", "2026-10-19T06:00:00Z"),
        ("2026-10-19", "2026-10-26T07:00:00Z"),
        ("2026-03-16", "2026-03-23T07:00:00Z"),
        ("2026-03-23", "2026-03-30T06:00:00Z"),
    ] {
        assert_eq!(madrid.moment(day(week)), at(utc), "{week}");
        assert_eq!(
            (madrid.week(at(utc)), madrid.week(at(utc) - Duration::seconds(1))),
            (day(week), day(week) - Duration::days(7))
        );
    }
    assert_eq!(madrid.end(day("2026-10-19")), at("2026-10-25T23:00:00Z"));
    let new_york = recaps(chrono_tz::America::New_York, 8);
    assert_eq!(new_york.moment(day("2026-03-02")), at("2026-03-09T12:00:00Z"));
    assert_eq!(new_york.moment(day("2026-10-26")), at("2026-11-02T13:00:00Z"));
    assert_eq!((name(day("2026-11-09")), name(day("2020-12-28"))), ("2026-W46".to_owned(), "2020-W53".to_owned()));
}

#[test]
fn an_hour_that_does_not_come_is_the_next_that_does_and_of_two_it_is_the_first() {
    for (zone, day_of, hour, utc) in [
        // At midnight it is one o'clock.
        (chrono_tz::Africa::Cairo, "2026-04-24", 0, "2026-04-23T22:00:00Z"),
        (chrono_tz::Africa::Cairo, "2026-04-24", 1, "2026-04-23T22:00:00Z"),
        // The hour before midnight came twice, midnight did not.
        (chrono_tz::Africa::Cairo, "2026-10-30", 0, "2026-10-29T22:00:00Z"),
        (chrono_tz::Europe::Madrid, "2026-03-29", 2, "2026-03-29T01:00:00Z"),
        (chrono_tz::Europe::Madrid, "2026-10-25", 2, "2026-10-25T00:00:00Z"),
        (chrono_tz::America::New_York, "2026-11-01", 1, "2026-11-01T05:00:00Z"),
        // Half an hour is skipped.
        (chrono_tz::Australia::Lord_Howe, "2026-10-04", 2, "2026-10-03T15:30:00Z"),
        // A day that was left out.
        (chrono_tz::Pacific::Apia, "2011-12-30", 8, "2011-12-30T10:00:00Z"),
        (chrono_tz::Pacific::Apia, "2026-11-23", 23, "2026-11-23T10:00:00Z"),
    ] {
        assert_eq!(recaps(zone, hour).at(day(day_of), hour), at(utc), "{zone} {day_of} {hour}");
    }
}

#[test]
fn in_years_of_any_zone_each_week_is_due_once() {
    for (zone, hour) in [
        (chrono_tz::Europe::Madrid, 2),
        (chrono_tz::America::New_York, 0),
        (chrono_tz::Pacific::Apia, 23),
        (chrono_tz::Africa::Cairo, 0),
        (chrono_tz::Australia::Lord_Howe, 2),
    ] {
        let (plan, mut told, mut now) = (plan(zone, hour), Vec::new(), at("2010-01-01T00:00:00Z"));
        let mut state = State { recaps_since: Some(now), ..State::default() };
        while now < at("2013-01-01T00:00:00Z") {
            while let Some(work) = plan.due(&state, now) {
                let week = recaps(zone, hour).week(now);
                if work == Work::Recap {
                    state.begin_recap(week, now);
                } else {
                    state.begin(work, now);
                }
                state.end(work, Last { started_at: Some(now), ended_at: Some(now), code: Some(0), failures: 0 });
                told.extend((work == Work::Recap).then_some(week));
            }
            now += Duration::minutes(30);
        }
        let weeks = told.windows(2).all(|two| two[1] - two[0] == Duration::days(7));
        assert!(weeks && (155..=157).contains(&told.len()), "{zone}: {} {told:?}", told.len());
    }
}

#[test]
fn it_begins_with_the_next_monday_and_is_made_once_for_the_last_week_after_a_time_away() {
    let zone = chrono_tz::Europe::Madrid;
    let plan = plan(zone, 8);
    let mut state = State { recaps_since: Some(at("2026-11-18T12:00:00Z")), ..state(at("2026-11-18T12:00:00Z")) };
    assert_eq!(plan.due(&state, at("2026-11-18T12:10:00Z")), None);
    assert_eq!(plan.next_recap(&state, at("2026-11-18T12:10:00Z")), Some(at("2026-11-23T07:00:00Z")));
    state.full = ended("2026-11-23T06:30:00Z", 0, 0);
    assert_eq!(plan.due(&state, at("2026-11-23T06:59:59Z")), None);
    assert_eq!(plan.due(&state, at("2026-11-23T07:00:00Z")), Some(Work::Recap));
    (state.recap, state.recap_week) = (ended("2026-11-23T07:00:00Z", 0, 0), Some(day("2026-11-16")));
    assert_eq!(plan.due(&state, at("2026-11-23T07:01:00Z")), None);
    // Away for two months: the plays come first, then the last whole week.
    let back = at("2027-01-20T10:00:00Z");
    assert_eq!(plan.due(&state, back), Some(Work::Full));
    state.begin(Work::Full, back);
    assert_eq!(plan.due(&state, back), Some(Work::Recap), "even if that run should fail");
    assert_eq!(recaps(zone, 8).week(back), day("2027-01-11"));
    (state.recap, state.recap_week) = (ended("2027-01-20T10:00:00Z", 0, 0), Some(day("2027-01-11")));
    state.full = ended("2027-01-20T10:00:00Z", 0, 0);
    assert_eq!(plan.due(&state, back), None);
    assert_eq!(Plan { recaps: None, ..plan }.next_recap(&state, back), None);
}

#[test]
fn sundays_plays_come_first() {
    let plan = plan(chrono_tz::Europe::Madrid, 0);
    let mut state = state(at("2026-11-22T22:59:00Z"));
    let monday = at("2026-11-22T23:00:00Z");
    assert_eq!(plan.due(&state, monday), Some(Work::Full));
    state.full = ended("2026-11-22T23:00:00Z", 1, 1);
    assert_eq!(plan.due(&state, at("2026-11-22T23:00:01Z")), Some(Work::Recap));
}

#[test]
fn a_failed_one_is_tried_again_a_wrong_setting_is_not_and_the_next_week_is_another_matter() {
    let plan = plan(chrono_tz::Europe::Madrid, 8);
    let next = |code, failures, now: &str| {
        let mut state = state(at(now));
        (state.recap, state.recap_week) = (ended("2026-11-23T07:00:00Z", code, failures), Some(day("2026-11-16")));
        plan.next_recap(&state, at(now)).unwrap()
    };
    let monday = at("2026-11-23T07:00:00Z");
    assert_eq!(next(1, 1, "2026-11-23T07:01:00Z") - monday, Duration::minutes(5));
    assert_eq!(next(-1, 2, "2026-11-23T07:01:00Z") - monday, Duration::minutes(10));
    assert_eq!(next(1, 90, "2026-11-23T07:01:00Z") - monday, Duration::hours(1));
    assert_eq!(next(2, 1, "2026-11-23T07:01:00Z") - monday, Duration::days(7));
    assert_eq!(next(2, 1, "2026-11-30T07:01:00Z") - monday, Duration::days(7), "due now");
}

#[test]
fn a_clock_that_was_set_back_tells_no_week_twice_and_stops_nothing() {
    let plan = plan(chrono_tz::Europe::Madrid, 8);
    let told = |week: &str, now: &str| {
        let mut state = state(at(now));
        (state.recap, state.recap_week) = (ended("2026-11-23T07:00:00Z", 0, 0), Some(day(week)));
        plan.next_recap(&state, at(now)).unwrap()
    };
    assert_eq!(told("2026-11-16", "2026-11-23T06:00:00Z"), at("2026-11-30T07:00:00Z"), "by an hour");
    assert_eq!(told("2026-11-16", "2026-11-17T06:00:00Z"), at("2026-11-30T07:00:00Z"), "by days");
    assert_eq!(told("2031-11-17", "2026-11-23T08:00:00Z"), at("2026-11-23T07:00:00Z"), "by years");
    // What failed in the future waits for no future.
    let mut state = state(at("2026-11-23T08:00:00Z"));
    (state.recap, state.recap_week) = (ended("2026-11-29T07:00:00Z", 1, 1), Some(day("2026-11-16")));
    assert_eq!(plan.due(&state, at("2026-11-23T08:00:00Z")), Some(Work::Recap));
}
