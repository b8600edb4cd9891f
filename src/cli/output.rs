//! What reaches a person's terminal.
//!
//! Owns the rule that text from files never steers a terminal: control characters are written as escapes. A reader that has gone
//! away (`| head`) ends the output quietly.

use crate::context::{Outcome, Step};
use crate::error::{Explain, Result};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

/// The text with control characters written as escapes.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut clean, character| {
        // Bidirectional controls reorder what is shown: they are treated as control characters too.
        let steers = character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if steers && character != '\n' {
            // Writing to a String cannot fail.
            let _ = write!(clean, "{}", character.escape_unicode());
        } else {
            clean.push(character);
        }
        clean
    })
}

/// A document for other programs, as text.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json_text(document: &Value) -> Result<String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n").explain(|| "the answer cannot be written as JSON".to_owned())
}

/// Writes to stdout.
///
/// # Errors
/// When stdout cannot be written, unless its reader has gone away.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.explain(|| "stdout cannot be written".to_owned()),
    }
}

/// Tells on stderr what a step did, in one line.
pub fn tell(step: &Step) {
    let mut line = format!("{:<18} {:<44}", step.step, step.table);
    match step.outcome {
        Outcome::Wrote => {
            let _ = write!(line, " {} rows", thousands(step.rows_written));
        }
        Outcome::Maintained => line.push_str(" maintained"),
        Outcome::UpToDate => line.push_str(" up to date"),
        Outcome::Skipped => line.push_str(" skipped"),
        Outcome::Deferred => line.push_str(" deferred"),
        Outcome::Failed => line.push_str(" FAILED"),
    }
    for (count, word) in [(step.rows_duplicate, "known already"), (step.rows_rejected, "rejected")] {
        if count > 0 {
            let _ = write!(line, ", {} {word}", thousands(count));
        }
    }
    if let Some(version) = step.version {
        let _ = write!(line, ", version {version}");
    }
    let _ = write!(line, ", {:.2} s", step.seconds);
    if let Some(remark) = &step.remark {
        let _ = write!(line, " ({remark})");
    }
    if step.outcome == Outcome::Failed {
        tracing::error!("{}", printable(&line));
    } else {
        tracing::info!("{}", printable(&line));
    }
}

/// A number with thin groups: 1,234,567.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Rows of text with the columns aligned; numbers stand right.
#[must_use]
pub fn aligned(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(header.get(column).map(|name| name.chars().count())).max().unwrap_or_default()
    };
    let numeric = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).all(|cell| cell.chars().all(|c| c.is_ascii_digit() || ",.-+% ".contains(c)))
    };
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (column, cell) in cells.enumerate() {
            let _ = if numeric(column) {
                write!(text, "{cell:>width$}  ", width = width(column))
            } else {
                write!(text, "{cell:<width$}  ", width = width(column))
            };
        }
        format!("{}\n", text.trim_end())
    };
    let mut text = line(&mut header.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{aligned, printable, thousands};

    #[test]
    fn text_from_files_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[31mred\u{7}\u{202e}"), "a\\u{1b}[31mred\\u{7}\\u{202e}");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn columns_are_aligned_and_numbers_stand_right() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["long".to_owned(), "1,000".to_owned()]];
        assert_eq!(aligned(&["name", "rows"], &rows), "name   rows\na         1\nlong  1,000\n");
    }
}
