//! The local days on which plays may be missing.
//!
//! Owns the way from stretches of time to days of the listener's calendar. On such a day a count is a least count, and no play is
//! not the same as no music.

use super::source::Source;
use crate::context::Context;
use crate::engine::{Columns, no_values};
use crate::error::Result;
use crate::lake::catalog::relation_of;
use crate::lake::tables::HISTORY_GAPS;
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::BTreeSet;

/// The model of gaps that nothing has closed.
pub const GAPS: &str = include_str!("gaps.sql");

/// Days after the first of a gap that are still told one by one; a longer gap is a mistake of some clock.
const DAYS_MAX: i32 = 36_525;

/// Days with a gap, of all listeners.
#[derive(Debug, Default)]
pub struct Gaps {
    days: BTreeSet<(String, i32)>,
}

impl Gaps {
    /// Reads them; silver's zone says where a day begins.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn read(context: &Context, source: &Source) -> Result<Self> {
        let (scope, zone) = (context.engine.scope(), source.zone(context).await?);
        let gaps = source.other(context, &HISTORY_GAPS).await?;
        relation_of(gaps.as_ref(), &scope, "gaps", &HISTORY_GAPS).await?;
        let rows = Columns::of(scope.model("gaps", GAPS, no_values()).await?, "gaps").await?;
        let (listeners, from, to) = (rows.text("user_id")?, rows.whole("from_us")?, rows.whole("to_us")?);
        let mut days = BTreeSet::new();
        for row in 0..rows.len() {
            let (first, last) = (local_day(from.value(row), zone), local_day(to.value(row), zone));
            let last = last.min(first.saturating_add(DAYS_MAX));
            days.extend((first..=last).map(|day| (listeners.value(row).to_owned(), day)));
        }
        Ok(Self { days })
    }

    /// Whether plays of that day may be missing.
    #[must_use]
    pub fn has(&self, listener: &str, day: i32) -> bool {
        self.days.contains(&(listener.to_owned(), day))
    }

    /// All of them, for the note of what is built with them.
    #[must_use]
    pub fn described(&self) -> Value {
        self.days.iter().map(|(listener, day)| serde_json::json!([listener, day])).collect()
    }
}

/// The local calendar day of an instant, counted from 1970.
fn local_day(microseconds: i64, zone: Tz) -> i32 {
    let instant = DateTime::<Utc>::from_timestamp_micros(microseconds).unwrap_or_default();
    // The proleptic Gregorian calendar's day 719,163 is the first of January 1970.
    instant.with_timezone(&zone).date_naive().num_days_from_ce() - 719_163
}

#[cfg(test)]
mod tests {
    use super::local_day;

    #[test]
    fn a_day_begins_at_the_listeners_midnight() {
        let before_midnight = 1_772_319_000_000_000; // 2026-02-28T22:50:00Z
        assert_eq!(local_day(before_midnight, chrono_tz::UTC), 20_512);
        assert_eq!(local_day(before_midnight, chrono_tz::Europe::Helsinki), 20_513);
        assert_eq!(local_day(0, chrono_tz::UTC), 0);
    }
}
