//! The dimensions of time: every day from the first play to the last, and every minute of a day.
//!
//! Owns what a calendar says of them, in English words. Plays only tell how far the days reach.

use crate::engine::{Columns, Scope, no_values};
use crate::error::Result;
use crate::gold::gather::Gather;
use crate::lake::tables::{DIM_DATE, DIM_TIME};
use arrow::array::RecordBatch;
use chrono::{Datelike, NaiveDate, TimeDelta};

/// The model of the first and the last day.
pub const REACH: &str = include_str!("reach.sql");

/// Minutes of a day.
const MINUTES: usize = 1_440;

/// The rows of the days, over a scope that knows `keyed`.
///
/// # Errors
/// When the plays cannot be read.
pub async fn dates(scope: &Scope) -> Result<RecordBatch> {
    let reach = Columns::of(scope.model("reach", REACH, no_values()).await?, "the days of plays").await?;
    let end = |name| reach.day(name).map(|days| days.iter().next().flatten());
    let days = end("first_day")?.zip(end("last_day")?);
    rows_of_days(days.map_or(0..0, |(first, last)| first..last.saturating_add(1)))
}

fn rows_of_days(days: std::ops::Range<i32>) -> Result<RecordBatch> {
    let mut rows = Gather::default();
    for day in days {
        let Some(date) = NaiveDate::default().checked_add_signed(TimeDelta::days(day.into())) else { continue };
        let (year, month, week, weekday) = (date.year(), date.month(), date.iso_week(), date.weekday());
        rows.integer("date_key", number(year * 10_000 + in_i32(month) * 100 + in_i32(date.day())));
        rows.day("date", day);
        rows.integer("year", number(year));
        rows.integer("quarter", number(in_i32(date.quarter())));
        rows.integer("month", number(in_i32(month)));
        rows.text("month_name", Some(&date.format("%B").to_string()));
        rows.integer("iso_year", number(week.year()));
        rows.text("iso_week", Some(&date.format("%G-W%V").to_string()));
        rows.integer("day_of_week", number(in_i32(weekday.number_from_monday())));
        rows.text("day_name", Some(&date.format("%A").to_string()));
        rows.truth("is_weekend", weekday.number_from_monday() >= 6);
    }
    rows.into_batch(&DIM_DATE)
}

/// The rows of all minutes of a day.
///
/// # Errors
/// When they do not fit the table, which would be a mistake of this module.
pub fn minutes() -> Result<RecordBatch> {
    let mut rows = Gather::default();
    for minute in 0..MINUTES {
        let hour = minute / 60;
        rows.integer("time_key", minute);
        rows.integer("hour", hour);
        rows.integer("minute", minute % 60);
        // The parts of silver, six hours each.
        let part = match hour {
            0..6 => "night",
            6..12 => "morning",
            12..18 => "afternoon",
            _ => "evening",
        };
        rows.text("part_of_day", Some(part));
    }
    rows.into_batch(&DIM_TIME)
}

fn number(value: i32) -> Option<usize> {
    usize::try_from(value).ok()
}

fn in_i32(value: u32) -> i32 {
    i32::try_from(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::rows_of_days;
    use arrow::util::pretty::pretty_format_batches;
    use chrono::NaiveDate;

    #[test]
    fn leap_days_and_weeks_over_the_new_year_are_the_calendars() {
        let day = |year, month, day| {
            let date = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
            i32::try_from((date - NaiveDate::default()).num_days()).unwrap_or_default()
        };
        let shown = |day| {
            let rows =
                rows_of_days(day..day + 1).ok().and_then(|rows| pretty_format_batches(&[rows]).ok()).map(|text| text.to_string());
            rows.unwrap_or_default().replace(' ', "")
        };
        let leap = "|20240229|2024-02-29|2024|1|2|February|2024|2024-W09|4|Thursday|false|";
        assert!(shown(day(2024, 2, 29)).contains(leap), "{}", shown(day(2024, 2, 29)));
        let week = "|20210103|2021-01-03|2021|1|1|January|2020|2020-W53|7|Sunday|true|";
        assert!(shown(day(2021, 1, 3)).contains(week), "{}", shown(day(2021, 1, 3)));
        let early = "|20241230|2024-12-30|2024|4|12|December|2025|2025-W01|1|Monday|false|";
        assert!(shown(day(2024, 12, 30)).contains(early), "{}", shown(day(2024, 12, 30)));
    }
}
