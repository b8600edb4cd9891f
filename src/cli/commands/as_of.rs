//! `--as-of`: which version of the tables a person means.

use crate::error::{Error, Result};
use crate::lake::snapshot::AsOf;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// The newest where nobody says; a version number, a day (its end), or a time; without a zone it is UTC.
pub fn as_of(text: Option<&str>) -> Result<AsOf> {
    let Some(text) = text else { return Ok(AsOf::Latest) };
    if let Ok(version) = text.parse() {
        return Ok(AsOf::Version(version));
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(AsOf::Time(time.with_timezone(&Utc)));
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            return Ok(AsOf::Time(time.and_utc()));
        }
    }
    if let Some(time) = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(23, 59, 59)) {
        return Ok(AsOf::Time(time.and_utc()));
    }
    Err(Error::usage(format!("--as-of {text} is neither a version nor a time"))
        .hint("give a version number such as 3, or a time such as 2026-03-01T12:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::{AsOf, as_of};

    #[test]
    fn versions_days_and_times_are_told_apart() {
        assert_eq!(as_of(Some("3")).ok(), Some(AsOf::Version(3)));
        let noon = chrono::DateTime::parse_from_rfc3339("2026-03-01T12:00:00Z").map(|time| AsOf::Time(time.to_utc())).ok();
        assert_eq!(as_of(Some("2026-03-01T13:00:00+01:00")).ok(), noon);
        assert_eq!(as_of(Some("2026-03-01 12:00")).ok(), noon);
        assert!(as_of(Some("yesterday")).is_err());
    }
}
