//! Phrases as they may be told: names come from files and services, and may hold anything.
//!
//! Owns what is removed before a model or a text sees them. What a name says is not its business: a name that gives orders stays
//! what it is, and nothing that it brings about passes the check.

use super::Phrase;

/// Letters of a phrase that are sent.
const SENT_MAX: usize = 200;

/// Phrases in one line each, without characters that are not read.
pub fn clean(phrases: &[Phrase]) -> Vec<Phrase> {
    phrases.iter().map(|phrase| Phrase { id: phrase.id.clone(), text: readable(&phrase.text) }).collect()
}

fn readable(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|&c| !is_format(c)).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is sent of a text.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SENT_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Marks of direction, joiners, tags, private letters, what is no character: nothing that is read.
fn is_format(letter: char) -> bool {
    let code = u32::from(letter);
    matches!(code, 0xAD | 0x600..=0x605 | 0x61C | 0x6DD | 0x70F | 0x890 | 0x891 | 0x8E2 | 0x180E | 0x2028 | 0x2029 | 0xFEFF)
        || matches!(code, 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xFFF0..=0xFFFB)
        || matches!(code, 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0x10_FFFF)
        || code & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::{clean, shortened};
    use crate::recap::model::Phrase;

    #[test]
    fn a_name_loses_what_is_not_read_and_no_letter() {
        let text = "\u{202E}“So\u{200B}ng\u{0}\nТест 歌 é”\u{E0041}";
        let cleaned = clean(&[Phrase { id: "top_track_1".to_owned(), text: text.to_owned() }]);
        assert_eq!(cleaned[0].text, "“Song Тест 歌 é”");
        assert_eq!(shortened(&"é".repeat(500)).chars().count(), 201);
    }
}
