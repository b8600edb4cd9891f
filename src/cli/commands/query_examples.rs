//! Saved questions: `query --example NAME`.
//!
//! Owns the list. Each is one SQL file that says in its header what it answers; it can be copied and changed.

use crate::error::{Error, Result};
use std::fmt::Write as _;

const EXAMPLES: [(&str, &str); 8] = [
    ("mood-by-hour", include_str!("../examples/mood-by-hour.sql")),
    ("mood-through-the-day", include_str!("../examples/mood-through-the-day.sql")),
    ("listening-and-mood", include_str!("../examples/listening-and-mood.sql")),
    ("characteristics-of-moods", include_str!("../examples/characteristics-of-moods.sql")),
    ("positive-and-negative", include_str!("../examples/positive-and-negative.sql")),
    ("findings", include_str!("../examples/findings.sql")),
    ("provenance", include_str!("../examples/provenance.sql")),
    ("months", include_str!("../examples/months.sql")),
];

/// The question that a file answers.
fn question(sql: &str) -> &str {
    sql.lines().next().unwrap_or_default().trim_start_matches("-- purpose: ")
}

/// All names with their questions, one a line.
pub fn list() -> String {
    let mut text = String::new();
    for (name, sql) in EXAMPLES {
        let _ = writeln!(text, "{name:<26} {}", question(sql));
    }
    text
}

/// The SQL of an example.
///
/// # Errors
/// When there is none of that name.
pub fn named(name: &str) -> Result<&'static str> {
    EXAMPLES.iter().find(|(known, _)| *known == name).map(|(_, sql)| *sql).ok_or_else(|| {
        let names: Vec<_> = EXAMPLES.iter().map(|(name, _)| *name).collect();
        Error::usage(format!("--example {name}: there is no such example"))
            .hint(format!("the examples are: {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLES, list, named, question};

    #[test]
    fn every_example_begins_with_its_question() {
        for (name, sql) in EXAMPLES {
            assert!(sql.starts_with("-- purpose: ") && question(sql).ends_with('?'), "{name}");
            assert_eq!(named(name).unwrap(), sql);
        }
        assert_eq!(list().lines().count(), EXAMPLES.len());
        assert!(named("nonsense").is_err());
    }
}
