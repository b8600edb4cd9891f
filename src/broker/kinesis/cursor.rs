//! Sequence numbers of Kinesis as cursors.
//!
//! Owns how a decimal of up to 71 digits becomes four numbers of 18 digits each. Kinesis' own have 186 bits, which is 56 digits. A
//! leading 1 fills them up to 72 digits, so that no cursor is all zeros, which would mean that there is none.

use crate::broker::Cursor;

/// Digits of a part, as many as an `i64` always has room for.
const DIGITS: usize = 18;
/// Digits of a sequence number: one of all the parts' is the leading 1.
const DIGITS_MAX: usize = 4 * DIGITS - 1;

/// The cursor of a sequence number; none where it is no such decimal.
pub fn pack(sequence: &str) -> Option<Cursor> {
    if sequence.is_empty() || !sequence.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = sequence.trim_start_matches('0');
    if digits.len() > DIGITS_MAX {
        return None;
    }
    let all = format!("1{digits:0>DIGITS_MAX$}");
    let mut cursor = Cursor::default();
    for (place, part) in cursor.iter_mut().enumerate() {
        *part = all.get(place * DIGITS..(place + 1) * DIGITS)?.parse().ok()?;
    }
    Some(cursor)
}

/// The sequence number of a cursor, without leading zeros; none where it is no cursor of a sequence number.
pub fn unpack(cursor: Cursor) -> Option<String> {
    let [first, second, third, last] = cursor;
    let all = format!("{first:0>DIGITS$}{second:0>DIGITS$}{third:0>DIGITS$}{last:0>DIGITS$}");
    let is_whole = all.len() == 4 * DIGITS && all.bytes().all(|byte| byte.is_ascii_digit());
    let digits = all.strip_prefix('1').filter(|_| is_whole)?.trim_start_matches('0');
    Some(if digits.is_empty() { "0".to_owned() } else { digits.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::{DIGITS_MAX, pack, unpack};
    use crate::broker::Cursor;
    use proptest::prelude::*;

    #[test]
    fn the_shortest_and_the_longest_come_back() {
        let long = "9".repeat(DIGITS_MAX);
        for text in ["0", "1", "49590338271490256608559692538361571095921575989136588898", &long] {
            let cursor = pack(text).unwrap();
            assert_ne!(cursor, Cursor::default());
            assert_eq!(unpack(cursor).unwrap(), text);
        }
        assert_eq!(pack("007"), pack("7"));
    }

    #[test]
    fn what_is_no_sequence_number_has_no_cursor_and_the_other_way_round() {
        for text in ["", "-1", "1a", "LATEST", &"9".repeat(DIGITS_MAX + 1)] {
            assert_eq!(pack(text), None, "{text}");
        }
        for cursor in [Cursor::default(), [-1, 0, 0, 0], [i64::MAX, 0, 0, 0], [100_000_000_000_000_000, 0, 0, -1]] {
            assert_eq!(unpack(cursor), None, "{cursor:?}");
        }
    }

    proptest! {
        #[test]
        fn every_sequence_number_comes_back(text in "0|[1-9][0-9]{0,70}") {
            prop_assert_eq!(unpack(pack(&text).unwrap()).unwrap(), text);
        }
    }
}
