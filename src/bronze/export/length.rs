//! How long a play can have been heard.

use super::reason;

/// A year. Nought and many hours occur in real exports and are kept; beyond a year the value is damaged, and later layers
/// could not subtract it from a time without overflow.
const MS_PLAYED_MAX: i64 = 366 * 24 * 60 * 60 * 1_000;

/// The listened time, unless it cannot be one.
pub fn plausible(ms_played: Option<i64>) -> Result<Option<i64>, &'static str> {
    match ms_played {
        Some(..0) => Err(reason::NEGATIVE_MS_PLAYED),
        Some(ms) if ms > MS_PLAYED_MAX => Err(reason::IMPLAUSIBLE_MS_PLAYED),
        kept => Ok(kept),
    }
}
