//! Which tracks are one song.
//!
//! Owns the key of a song: first artist and title, less what only tells versions apart. A live take, a remaster and a radio edit
//! of one song are one song; a title that merely begins like another is not.

/// Words that begin what follows a title and tells versions apart, after ` - `, or in brackets.
const VERSIONS: [&str; 26] = [
    "remaster",
    "remastered",
    "live",
    "acoustic",
    "radio",
    "single",
    "album",
    "extended",
    "original",
    "mono",
    "stereo",
    "demo",
    "edit",
    "version",
    "mix",
    "remix",
    "deluxe",
    "bonus",
    "instrumental",
    "unplugged",
    "sped",
    "slowed",
    "feat",
    "feat.",
    "ft.",
    "with",
];

/// The key of a song.
#[must_use]
pub fn key(artist: &str, title: &str) -> (String, String) {
    (artist.trim().to_lowercase(), bare(&title.trim().to_lowercase()))
}

/// A title in lower case without what tells versions apart; the whole title where nothing else would be left.
fn bare(title: &str) -> String {
    let mut rest = title;
    loop {
        let shorter = without_brackets(rest).or_else(|| without_dash(rest));
        match shorter.map(str::trim_end) {
            Some(shorter) if !shorter.is_empty() => rest = shorter,
            _ => return rest.to_owned(),
        }
    }
}

fn without_brackets(title: &str) -> Option<&str> {
    let (open, close) = if title.ends_with(')') { ('(', ')') } else { ('[', ']') };
    let inside = title.strip_suffix(close)?;
    let (before, inside) = inside.rsplit_once(open)?;
    tells_versions_apart(inside).then_some(before)
}

fn without_dash(title: &str) -> Option<&str> {
    let (before, after) = title.rsplit_once(" - ")?;
    tells_versions_apart(after).then_some(before)
}

/// `2011 Remaster`, `Live at Wembley`, `feat. Someone`: one of the words, first or behind a year, or last.
fn tells_versions_apart(words: &str) -> bool {
    let words: Vec<&str> = words.split_whitespace().collect();
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let first = words.iter().find(|word| !is_year(word));
    [first, words.last()].into_iter().flatten().any(|word| VERSIONS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn versions_of_a_song_have_one_key() {
        let song = key("Oasis", "Wonderwall");
        for title in [
            "Wonderwall - Remastered",
            "Wonderwall - 2014 Remaster",
            "WONDERWALL (Live at Knebworth)",
            "Wonderwall [Demo]",
            "Wonderwall (feat. Someone) - Radio Edit",
            "Wonderwall - Unplugged Version",
        ] {
            assert_eq!(key("oasis ", title), song, "{title}");
        }
    }

    #[test]
    fn another_song_has_another_key() {
        let song = key("Oasis", "Wonderwall");
        for title in ["Wonderwall II", "Wonderwall - A Story", "Wonder", "(Live) Wonderwall", "Wonderwall (Part 2)"] {
            assert_ne!(key("Oasis", title), song, "{title}");
        }
        assert_ne!(key("Blur", "Wonderwall"), song);
    }

    #[test]
    fn a_title_that_is_nothing_but_a_version_stays() {
        assert_eq!(key("Pearl Jam", "(Live)").1, "(live)");
        assert_eq!(key("x", "").1, "");
    }
}
