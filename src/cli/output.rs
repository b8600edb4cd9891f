//! What reaches a person's terminal.
//!
//! Owns how steps, numbers and columns read. Text from files goes through `printable` first, so that it never steers a terminal. A
//! reader that has gone away (`| head`) ends the output quietly.

use super::printable::{in_line, json_escaped};
use crate::context::{Outcome, Step};
use crate::error::{Explain, Result};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

/// A document for other programs, as text.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json_text(document: &Value) -> Result<String> {
    serde_json::to_string_pretty(document)
        .map(|text| json_escaped(&text) + "\n")
        .explain(|| "the answer cannot be written as JSON".to_owned())
}

/// A document that is JSON already.
#[must_use]
pub fn json_document(json: &str) -> String {
    json_escaped(json) + "\n"
}

/// A document as one line, for programs that read line by line.
#[must_use]
pub fn json_line(document: &Value) -> String {
    json_escaped(&document.to_string()) + "\n"
}

/// Writes to stdout.
///
/// # Errors
/// When stdout cannot be written, unless its reader has gone away.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    is_read(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())).map(drop)
}

/// Whether whoever reads stdout is still there, as a write tells.
///
/// # Errors
/// When stdout cannot be written for another reason.
pub fn is_read(written: std::io::Result<()>) -> Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).explain(|| "stdout cannot be written".to_owned()),
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
        tracing::error!("{}", in_line(&line));
    } else {
        tracing::info!("{}", in_line(&line));
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
    use super::{aligned, thousands};

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
