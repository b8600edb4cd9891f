//! Which week: its name by ISO 8601, its Monday and its Sunday.
//!
//! Owns the calendar of recaps. Days are the listener's; where one begins is the business of silver, which tells every play its local
//! day.

use crate::error::{Error, Result};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

/// A week from Monday to Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Week {
    monday: NaiveDate,
}

const DAYS: u64 = 7;

impl Week {
    /// The week that a day is in.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        let since_monday = u64::from(day.weekday().num_days_from_monday());
        // Before the first day of all calendars there is no week.
        Self { monday: day.checked_sub_days(Days::new(since_monday)).unwrap_or(day) }
    }

    /// The last week that is over in a zone.
    #[must_use]
    pub fn last_whole(now: DateTime<Utc>, zone: Tz) -> Self {
        Self::of(now.with_timezone(&zone).date_naive()).before(1)
    }

    /// Reads `2026-W46`.
    ///
    /// # Errors
    /// When it is no week, or none that plays can be of.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::usage(format!("--week {text} is no week"))
                .hint("write the year and the week by ISO 8601, such as 2026-W46; years have 52 or 53 of them")
        };
        let (year, week) = text.split_once("-W").ok_or_else(wrong)?;
        let digits = |text: &str, long: usize| text.len() == long && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(week, 2) {
            return Err(wrong());
        }
        let (year, week): (i32, u32) = (year.parse().map_err(|_| wrong())?, week.parse().map_err(|_| wrong())?);
        // Within these years the twelve weeks before it and its Sunday are days of the calendar, too.
        let monday = NaiveDate::from_isoywd_opt(year, week, Weekday::Mon).filter(|day| (1900..9999).contains(&day.year()));
        monday.map(|monday| Self { monday }).ok_or_else(wrong)
    }

    /// So many weeks earlier.
    #[must_use]
    pub fn before(self, weeks: u64) -> Self {
        Self { monday: self.monday.checked_sub_days(Days::new(DAYS * weeks)).unwrap_or(self.monday) }
    }

    /// Its first day.
    #[must_use]
    pub const fn monday(self) -> NaiveDate {
        self.monday
    }

    /// Its last day.
    #[must_use]
    pub fn sunday(self) -> NaiveDate {
        self.monday.checked_add_days(Days::new(DAYS - 1)).unwrap_or(self.monday)
    }

    /// Its seven days.
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.monday.iter_days().take(DAYS as usize)
    }
}

impl std::fmt::Display for Week {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let week = self.monday.iso_week();
        write!(formatter, "{:04}-W{:02}", week.year(), week.week())
    }
}

#[cfg(test)]
mod tests {
    use super::Week;
    use chrono_tz::{America::Los_Angeles, Pacific::Auckland};

    #[test]
    fn a_week_is_read_as_it_is_written_also_where_its_year_is_not_its_mondays() {
        for (text, monday, sunday) in [
            ("2026-W46", "2026-11-09", "2026-11-15"),
            ("2020-W53", "2020-12-28", "2021-01-03"),
            ("2025-W01", "2024-12-30", "2025-01-05"),
        ] {
            let week = Week::parse(text).unwrap();
            assert_eq!((week.monday().to_string(), week.sunday().to_string()), (monday.to_owned(), sunday.to_owned()));
            assert_eq!(week.to_string(), text);
            assert!(week.days().all(|day| Week::of(day) == week));
        }
    }

    #[test]
    fn what_is_no_week_is_refused() {
        for text in
            ["", "46", "2026-46", "2026-W00", "2026-W54", "2021-W53", "2026-W4", "2026-W+4", "0001-W01", "9999-W52", "2026-W46 "]
        {
            assert!(Week::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_week_is_over_when_it_is_over_where_the_listener_is() {
        let sunday_evening_in_utc = "2026-11-15T20:00:00Z".parse().unwrap();
        assert_eq!(Week::last_whole(sunday_evening_in_utc, Auckland).to_string(), "2026-W46");
        assert_eq!(Week::last_whole(sunday_evening_in_utc, Los_Angeles).to_string(), "2026-W45");
    }
}
