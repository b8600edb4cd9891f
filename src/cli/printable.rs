//! Text from outside on its way to people: nothing in it steers a terminal, turns the direction of writing, or feigns a line.
//!
//! Owns which characters do. They are written as escapes, so that it can still be seen what stood there.

use std::fmt::Write as _;

/// Whether a terminal or a viewer obeys this character instead of showing it: control characters, marks and overrides of
/// direction, the separators that some take for line ends, and the byte order mark. Tabs and line ends are among them.
pub fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// The text with such characters as escapes, `\u{1b}`; its line ends stay.
#[must_use]
pub fn printable(text: &str) -> String {
    escaped(text, |letter| letter != '\n', |letter| letter.escape_unicode().to_string())
}

/// The same in one line: line ends are escapes, too.
#[must_use]
pub fn in_line(text: &str) -> String {
    escaped(text, |_| true, |letter| letter.escape_unicode().to_string())
}

/// A JSON document with such characters as JSON's own escapes, `\u009b`: whoever reads it gets the same texts.
#[must_use]
pub fn json_escaped(document: &str) -> String {
    // Outside of texts JSON holds none of them but line ends; within texts line ends are escapes already.
    escaped(document, |letter| letter != '\n', |letter| format!("\\u{:04x}", u32::from(letter)))
}

/// The text of a CSV cell: tabs and line ends stay, since cells may hold them.
#[must_use]
pub fn in_cell(text: &str) -> String {
    escaped(text, |letter| !matches!(letter, '\n' | '\t'), |letter| letter.escape_unicode().to_string())
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool, escape: impl Fn(char) -> String) -> String {
    if !text.chars().any(|letter| steers(letter) && is_escaped(letter)) {
        return text.to_owned();
    }
    text.chars().fold(String::with_capacity(text.len()), |mut clean, letter| {
        if steers(letter) && is_escaped(letter) {
            // Writing to a String cannot fail.
            let _ = write!(clean, "{}", escape(letter));
        } else {
            clean.push(letter);
        }
        clean
    })
}

#[cfg(test)]
mod tests {
    use super::{in_cell, in_line, json_escaped, printable, steers};

    /// One of each kind, and the ends of each range.
    const STEERING: [char; 23] = [
        '\0', '\t', '\r', '\u{1b}', '\u{7f}', '\u{80}', '\u{85}', '\u{9b}', '\u{9f}', '\u{61c}', '\u{200e}', '\u{200f}',
        '\u{2028}', '\u{2029}', '\u{202a}', '\u{202c}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{206f}',
        '\u{feff}',
    ];

    #[test]
    fn text_from_outside_steers_nothing() {
        assert_eq!(printable("a\u{1b}[31mred\u{7}\u{202e}\n"), "a\\u{1b}[31mred\\u{7}\\u{202e}\n");
        for letter in STEERING {
            let text = format!("a{letter}\nb");
            let escape = letter.escape_unicode();
            assert_eq!(printable(&text), format!("a{escape}\nb"));
            assert_eq!(in_line(&text), format!("a{escape}\\u{{a}}b"));
            let tab = if letter == '\t' { "\t".to_owned() } else { escape.to_string() };
            assert_eq!(in_cell(&text), format!("a{tab}\nb"));
        }
    }

    #[test]
    fn a_json_document_says_the_same_with_escapes() {
        for letter in STEERING.into_iter().filter(|letter| *letter >= '\u{7f}') {
            let document = serde_json::json!({ "name": format!("é{letter}\n\"") });
            let text = json_escaped(&document.to_string());
            assert!(!text.chars().any(steers), "{text:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), document);
        }
    }

    #[test]
    fn what_is_read_stays() {
        // A family of three is emoji held together by joiners; Persian needs the other one.
        for text in ["Sigur Rós", "明日", "👨\u{200d}👩\u{200d}👧", "می\u{200c}خواهم", "e\u{301}", "\u{a0}–’"]
        {
            assert_eq!((printable(text).as_str(), in_line(text).as_str(), json_escaped(text).as_str()), (text, text, text));
        }
    }
}
