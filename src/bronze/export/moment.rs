//! The times of the two exports, and which of them can be true.
//!
//! Owns the reading of both spellings into microseconds UTC. Refuses times that no listener of Spotify can have.

use chrono::{DateTime, NaiveDate};

use super::reason;

/// Spotify was founded in 2006: 2006-01-01T00:00:00Z. An earlier time is a device's wrong clock.
const EARLIEST_US: i64 = 1_136_073_600_000_000;
/// 2101-01-01T00:00:00Z. Only a damaged or wrongly scaled value lies beyond.
const LATEST_US: i64 = 4_133_980_800_000_000;

/// `2021-01-01T00:00:00Z`, also with fractions or another offset.
pub fn of_extended(text: Option<&str>) -> Result<i64, &'static str> {
    let moment = text.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    plausible(moment.map(|moment| moment.timestamp_micros()))
}

/// `2021-01-01 00:00`, the minute in UTC.
pub fn of_account(text: Option<&str>) -> Result<i64, &'static str> {
    plausible(text.and_then(minute))
}

fn plausible(moment_us: Option<i64>) -> Result<i64, &'static str> {
    match moment_us {
        None => Err(reason::INVALID_TIMESTAMP),
        Some(moment) if (EARLIEST_US..LATEST_US).contains(&moment) => Ok(moment),
        Some(_) => Err(reason::IMPLAUSIBLE_TIMESTAMP),
    }
}

// By hand, because chrono reads a format string anew for every row, which costs more than the rest of the row.
fn minute(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 16
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => *byte == b' ',
            13 => *byte == b':',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let date = NaiveDate::from_ymd_opt(text.get(0..4)?.parse().ok()?, number(5..7)?, number(8..10)?)?;
    Some(date.and_hms_opt(number(11..13)?, number(14..16)?, 0)?.and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_second_a_fraction_and_an_offset_are_read() {
        assert_eq!(of_extended(Some("2021-01-01T00:00:00Z")), Ok(1_609_459_200_000_000));
        assert_eq!(of_extended(Some("2021-01-01T00:00:00.25Z")), Ok(1_609_459_200_250_000));
        assert_eq!(of_extended(Some("2021-01-01T02:00:00+02:00")), Ok(1_609_459_200_000_000));
    }

    #[test]
    fn a_minute_is_read_as_utc() {
        assert_eq!(of_account(Some("2021-01-01 00:01")), Ok(1_609_459_260_000_000));
    }

    #[test]
    fn what_is_no_time_is_invalid() {
        for text in [None, Some(""), Some("yesterday"), Some("2021-13-01T00:00:00Z"), Some("2021-01-01"), Some("1609459200")] {
            assert_eq!(of_extended(text), Err(reason::INVALID_TIMESTAMP), "{text:?}");
        }
        for text in
            [None, Some(""), Some("2021-02-30 10:00"), Some("2021-01-01 24:00"), Some("+021-01-01 00:00"), Some("２021-01-01 0")]
        {
            assert_eq!(of_account(text), Err(reason::INVALID_TIMESTAMP), "{text:?}");
        }
    }

    #[test]
    fn times_before_spotify_and_after_the_year_2100_are_implausible() {
        for text in ["1970-01-01T00:00:00Z", "2005-12-31T23:59:59Z", "2101-01-01T00:00:00Z"] {
            assert_eq!(of_extended(Some(text)), Err(reason::IMPLAUSIBLE_TIMESTAMP), "{text}");
        }
        assert!(of_extended(Some("2006-01-01T00:00:00Z")).is_ok());
        assert!(of_extended(Some("2100-12-31T23:59:59Z")).is_ok());
        assert_eq!(of_account(Some("1970-01-01 00:00")), Err(reason::IMPLAUSIBLE_TIMESTAMP));
    }
}
