//! Numbers, days, names and what a chart rests on, in words.
//!
//! Owns how a value reads, so that the page, the pictures and the terminal say the same. Names of tracks, artists and listeners
//! are hostile: every one of them goes through [`clean`] before anything else touches it. What is not a number reads as a dash.

use chrono::{Datelike, NaiveDate};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::data::Basis;

/// Stands where there is no value.
pub(crate) const NONE: &str = "–";
/// Characters of a name that are shown; a longer one ends in an ellipsis.
const LONGEST_NAME: usize = 300;
/// Characters without a width that may follow one another: enough for accents and emoji, too few to bury the lines around.
const MARKS_IN_A_ROW: usize = 3;

pub(crate) const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
pub(crate) const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A count with commas: `41,411`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 play`, `2 plays`.
pub(crate) fn counted(value: u64, noun: &str) -> String {
    if value == 1 { format!("1 {noun}") } else { format!("{} {noun}s", count(value)) }
}

/// A number with so many decimals, commas and a real minus sign.
pub(crate) fn decimal(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let text = format!("{:.places$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), count);
    let is_zero = text.chars().all(|digit| matches!(digit, '0' | '.'));
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    rest.map_or_else(|| format!("{sign}{whole}"), |rest| format!("{sign}{whole}.{rest}"))
}

/// As [`decimal`], with a plus sign before what is above zero.
pub(crate) fn signed(value: f64, places: usize) -> String {
    let text = decimal(value, places);
    let is_zero = text.chars().all(|digit| matches!(digit, '0' | '.'));
    if value > 0.0 && !is_zero { format!("+{text}") } else { text }
}

/// A number that may be missing.
pub(crate) fn maybe(value: Option<f64>, places: usize) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| decimal(value, places))
}

/// A share of 0–1 in percent: `97 %`, one decimal below 10.
pub(crate) fn share(value: f64) -> String {
    let percent = value * 100.0;
    let places = usize::from(percent.abs() < 9.95 && percent != 0.0);
    let text = decimal(percent, places);
    if text == NONE { text } else { format!("{text}\u{a0}%") }
}

/// A share that may be missing.
pub(crate) fn maybe_share(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), share)
}

/// Minutes as hours and minutes: `2 h 31 min`.
pub(crate) fn minutes(value: f64) -> String {
    if !value.is_finite() || value < 0.0 {
        return NONE.to_owned();
    }
    let whole = value.round() as u64;
    match (whole / 60, whole % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{} h", count(hours)),
        (hours, minutes) => format!("{} h {minutes} min", count(hours)),
    }
}

/// A day: `14 Mar 2026`.
pub(crate) fn day(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), month(date.month()), date.year())
}

/// A day with its weekday: `Sat 14 Mar 2026`.
pub(crate) fn weekday_day(date: NaiveDate) -> String {
    format!("{} {}", weekday(date.weekday().number_from_monday()), day(date))
}

/// Short name of a month, 1–12.
pub(crate) fn month(month: u32) -> &'static str {
    MONTHS.get(month.wrapping_sub(1) as usize).copied().unwrap_or(NONE)
}

/// Short name of a weekday, 1 (Monday) to 7.
pub(crate) fn weekday(weekday: u32) -> &'static str {
    WEEKDAYS.get(weekday.wrapping_sub(1) as usize).copied().unwrap_or(NONE)
}

/// An identifier as words: `seasonal_naive` becomes `seasonal naive`.
pub(crate) fn plain(identifier: &str) -> String {
    clean(&identifier.replace('_', " "))
}

/// As [`plain`], beginning with a capital.
pub(crate) fn heading(identifier: &str) -> String {
    capital(&plain(identifier))
}

/// The same text, beginning with a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A name as it may be shown: without control characters, marks that turn the direction of writing, and characters that no XML
/// document may hold; white space as single spaces; at most [`LONGEST_NAME`] characters. One with nothing left reads `(no name)`.
pub(crate) fn clean(name: &str) -> String {
    let mut out = String::new();
    let (mut kept, mut marks) = (0, 0);
    for letter in name.chars() {
        let letter = if letter.is_whitespace() || letter == '\u{2800}' { ' ' } else { letter };
        if is_unfit(letter) || (letter == ' ' && (out.is_empty() || out.ends_with(' '))) {
            continue;
        }
        marks = if letter.width() == Some(0) { marks + 1 } else { 0 };
        if marks > MARKS_IN_A_ROW {
            continue;
        }
        if kept == LONGEST_NAME {
            out.push('…');
            break;
        }
        out.push(letter);
        kept += 1;
    }
    let trimmed = out.trim_end();
    if trimmed.width() == 0 { "(no name)".to_owned() } else { trimmed.to_owned() }
}

/// Control and formatting characters, marks of direction, noncharacters: nothing that is read.
fn is_unfit(letter: char) -> bool {
    let code = u32::from(letter);
    letter.is_control()
        || matches!(code, 0xAD | 0x61C | 0x180E | 0x200B | 0x200E | 0x200F | 0x202A..=0x202E | 0x2060..=0x206F)
        || matches!(code, 0xFDD0..=0xFDEF | 0xFEFF | 0xFFF0..=0xFFFB | 0xE0000..=0xE0FFF)
        || code & 0xFFFE == 0xFFFE
}

/// The text in at most so many columns, cut with an ellipsis.
pub(crate) fn shorten(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    if columns == 0 {
        return String::new();
    }
    let mut out = String::new();
    let mut used = 0;
    for letter in text.chars() {
        let wide = letter.width().unwrap_or(0);
        if used + wide + 1 > columns {
            break;
        }
        out.push(letter);
        used += wide;
    }
    format!("{}…", out.trim_end())
}

/// What a chart rests on, as the end of a sentence that begins with `Rests on`, and what else there is to know.
pub(crate) fn basis(basis: &Basis) -> String {
    let mut said = vec![counted(basis.plays, "play")];
    if let Some(covered) = basis.covered {
        let of_all = if basis.plays == 0 { None } else { Some(covered as f64 / basis.plays as f64) };
        let of_all = of_all.map_or_else(String::new, |of_all| format!(" ({})", share(of_all)));
        said.push(format!("{} of them with the data needed{of_all}", count(covered)));
    }
    if let Some(authentic) = basis.authentic_share {
        said.push(format!("{} with authentic features", share(authentic)));
    }
    said.push(match basis.gap_days {
        0 => "no days with plays known to be missing".to_owned(),
        1 => "1 day on which plays may be missing".to_owned(),
        days => format!("{} days on which plays may be missing", count(u64::from(days))),
    });
    let note = basis.note.as_deref().map(|note| format!(" {}", capital(&clean(note)))).unwrap_or_default();
    format!("{}.{note}", said.join("; "))
}

/// The same as a sentence of its own.
pub(crate) fn basis_line(of: &Basis) -> String {
    format!("Rests on {}", basis(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_with_commas_and_a_real_minus() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(decimal(-0.625, 2), "−0.62");
        assert_eq!(decimal(-0.001, 2), "0.00");
        assert_eq!(decimal(12_345.6, 0), "12,346");
        assert_eq!(decimal(f64::NAN, 2), NONE);
        assert_eq!(signed(0.5, 1), "+0.5");
        assert_eq!(signed(0.001, 1), "0.0");
    }

    #[test]
    fn shares_have_a_decimal_only_where_it_matters() {
        assert_eq!(share(0.974), "97\u{a0}%");
        assert_eq!(share(0.066), "6.6\u{a0}%");
        assert_eq!(share(0.0), "0\u{a0}%");
        assert_eq!(share(0.0996), "10\u{a0}%");
    }

    #[test]
    fn a_name_loses_what_could_steer_a_terminal_or_break_a_document() {
        assert_eq!(clean("\u{1b}[31mred\u{7}\u{9b}2J"), "[31mred2J");
        assert_eq!(clean("a\u{202e}b\u{200f}c\u{feff}"), "abc");
        assert_eq!(clean(" two\n\tlines \u{2028}"), "two lines");
        assert_eq!(clean("x\u{ffff}y"), "xy");
        assert_eq!(clean("\u{0}\u{200e}"), "(no name)");
        assert_eq!(clean(&"é".repeat(400)).chars().count(), LONGEST_NAME + 1);
        assert_eq!(clean(&format!("z{}", "\u{301}".repeat(50))).chars().count(), 1 + MARKS_IN_A_ROW);
        assert_eq!(clean("</script>\"'&"), "</script>\"'&");
    }

    #[test]
    fn a_shortened_text_fits_its_columns_also_when_its_letters_are_wide() {
        assert_eq!(shorten("short", 5), "short");
        assert_eq!(shorten("short", 0), "");
        assert_eq!(shorten("longer text", 7), "longer…");
        assert!(shorten("日本語の歌の名前", 7).width() <= 7);
    }

    #[test]
    fn a_basis_names_everything_that_is_known() {
        let full =
            Basis { plays: 200, covered: Some(150), authentic_share: Some(0.5), gap_days: 1, note: Some("Few.".to_owned()) };
        assert_eq!(
            basis_line(&full).replace('\u{a0}', " "),
            "Rests on 200 plays; 150 of them with the data needed (75 %); 50 % with authentic features; \
             1 day on which plays may be missing. Few."
        );
        assert_eq!(basis_line(&Basis::default()), "Rests on 0 plays; no days with plays known to be missing.");
    }
}
