//! How a status reads.
//!
//! Owns the tables of text. Names are another's words: they are shown without what would move a cursor.

use crate::cli::output::{aligned, thousands};
use crate::cli::printable::in_line;
use serde_json::Value;
use std::fmt::Write as _;

/// What the Delta logs tell.
pub fn tables(address: &str, tables: &[Value]) -> String {
    let keys = ["table", "rows", "version", "files", "bytes", "newest", "written_at"];
    format!("lake {}\n\n{}", in_line(address), aligned(&keys, &cells(tables, &keys)))
}

/// What rows had to be read for.
pub fn rest(document: &Value) -> String {
    let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
    let mut text = String::new();
    let coverage = list("feature_coverage");
    if !coverage.is_empty() {
        let keys = ["feature_source", "plays", "percent"];
        let _ = write!(text, "\nwhere the features of the plays are from\n{}", aligned(&keys, &cells(&coverage, &keys)));
    }
    let last_run = list("last_run");
    if let Some(first) = last_run.first() {
        let _ =
            writeln!(text, "\nlast run {} ({}, {})", cell(first, "run_id"), cell(first, "command"), cell(first, "started_at"));
        let keys = ["step", "table_name", "outcome", "rows_written", "seconds"];
        text.push_str(&aligned(&keys, &cells(&last_run, &keys)));
    }
    let gaps = list("open_gaps");
    if !gaps.is_empty() {
        let keys = ["user_id", "from_at", "to_at"];
        let _ = write!(text, "\nplays may be missing\n{}", aligned(&keys, &cells(&gaps, &keys)));
    }
    let authorization = &document["authorization"];
    if authorization["authorized"] == true {
        let _ = writeln!(
            text,
            "\nSpotify authorization of {}: given {}, {} days left",
            cell(authorization, "user_id"),
            cell(authorization, "authorized_at"),
            authorization["days_left"]
        );
    } else if authorization["login_needed"].is_object() {
        let _ = writeln!(
            text,
            "\nSpotify authorization: ended {}, log in with `moodlake auth login`",
            cell(&authorization["login_needed"], "since")
        );
    }
    if authorization["not_before"].is_string() {
        let _ = writeln!(text, "Spotify asks to wait until {}", cell(authorization, "not_before"));
    }
    text
}

fn cells(rows: &[Value], keys: &[&str]) -> Vec<Vec<String>> {
    rows.iter().map(|row| keys.iter().map(|key| cell(row, key)).collect()).collect()
}

fn cell(row: &Value, key: &str) -> String {
    match &row[key] {
        Value::Null => String::new(),
        // Listeners and the folders of other tables are called what somebody called them.
        Value::String(text) => in_line(text),
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), thousands),
        other => other.to_string(),
    }
}
