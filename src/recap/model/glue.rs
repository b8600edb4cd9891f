//! The words that may stand around phrases: a closed vocabulary, kept as pieces of sentences.
//!
//! Owns `vocabulary.txt`: every piece, its role in a sentence and what it may be said of. A bag of words could be put together to a
//! false statement about true phrases ("the second of your list led your week"); a piece claims nothing, or only what is true of every
//! phrase in its scope. In the file `a/b` is a choice, `-` nothing, and `_` joins the words of one choice;
//! what stands behind `~` and not behind `|` is taken where a model comes to it, and not offered: requests would grow too long.

use super::kind::Topic;
use super::scope::Scope;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

/// The file, which the model is given too.
pub const VOCABULARY: &str = include_str!("vocabulary.txt");

/// Every wording of every piece.
pub static GLUE: LazyLock<Glue> = LazyLock::new(|| Glue::read(VOCABULARY));

/// What a piece does in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Before everything else of a clause.
    Aside,
    /// Before a list of phrases: "you heard".
    Lead,
    /// Between two phrases of a list.
    Join,
    /// Behind a list that no lead stands before: "was part of your week".
    Follow,
    /// At the end of a clause.
    Tail,
    /// Between two clauses.
    Link,
}

/// All wordings by role, and all their words.
#[derive(Debug, Default)]
pub struct Glue {
    pieces: HashMap<(Role, String), Vec<Scope>>,
    words: BTreeSet<&'static str>,
}

impl Glue {
    fn read(text: &'static str) -> Self {
        let mut glue = Self::default();
        for (role, scope, _, wording) in text.lines().filter_map(line) {
            for tokens in wordings(wording) {
                glue.words.extend(&tokens);
                glue.pieces.entry((role, tokens.join(" "))).or_default().push(scope);
            }
        }
        glue
    }

    /// What a piece may be said of; nothing where there is no such piece. No words at all are none.
    pub fn scopes(&self, role: Role, tokens: &[String]) -> &[Scope] {
        self.pieces.get(&(role, tokens.join(" "))).map_or(&[], Vec::as_slice)
    }

    /// Whether there is such a piece and it may be said of this list.
    pub fn is_said_of(&self, role: Role, tokens: &[String], list: &[Topic<'_>]) -> bool {
        self.scopes(role, tokens).iter().any(|scope| scope.holds(list))
    }

    #[cfg(test)]
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().copied()
    }

    /// Whether it is a word or a mark of some piece.
    pub fn knows(&self, word: &str) -> bool {
        self.words.contains(word)
    }
}

/// The pieces that are offered for these phrases, as the model is told them: a heading for each role and scope.
pub fn told(topics: &[Topic<'_>]) -> String {
    let mut groups: BTreeMap<(Role, &str), Vec<&str>> = BTreeMap::new();
    for (role, scope, is_offered, wording) in VOCABULARY.lines().filter_map(line) {
        if is_offered && topics.iter().any(|topic| scope.holds(&[*topic])) {
            groups.entry((role, scope.told())).or_default().push(wording);
        }
    }
    let group =
        |((role, whom), wordings): (&(Role, &str), &Vec<&str>)| format!("{role:?}, of {whom}:\n  {}\n", wordings.join("\n  "));
    groups.iter().map(group).collect()
}

/// A line of the file. One that cannot be read is left out; a test holds the file to having none.
fn line(line: &'static str) -> Option<(Role, Scope, bool, &'static str)> {
    let (head, wording) = line.split_once(" | ").or_else(|| line.split_once(" ~ "))?;
    let (role, scope) = head.split_once(' ')?;
    let role = match role {
        "aside" => Role::Aside,
        "lead" => Role::Lead,
        "join" => Role::Join,
        "follow" => Role::Follow,
        "tail" => Role::Tail,
        "link" => Role::Link,
        _ => return None,
    };
    Some((role, Scope::named(scope)?, line.contains(" | "), wording))
}

/// All ways to read a wording.
fn wordings(pattern: &'static str) -> Vec<Vec<&'static str>> {
    let mut found = vec![Vec::new()];
    for slot in pattern.split(' ') {
        let choices = slot.split('/').map(|choice| if choice == "-" { Vec::new() } else { choice.split('_').collect() });
        let choices: Vec<Vec<&str>> = choices.collect();
        found = found.iter().flat_map(|so_far| choices.iter().map(move |choice| [so_far.as_slice(), choice].concat())).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{GLUE, VOCABULARY, line, told, wordings};
    use crate::recap::model::kind::Topic;
    use crate::recap::model::scope::Scope;

    /// Words that claim something by themselves, whatever stands around them.
    const CLAIMS: &str = "not never no none nothing without least less fewer more most only best worst favourite favorite always every \
        all each both neither nor than above below before under against unlike but because though although even still often rarely seldom \
        mostly mainly usually daily one two three four five six seven eight nine ten eleven twelve dozen hundred thousand million half third \
        quarter twice double triple once first second last percent times many much few several lot monday tuesday wednesday thursday friday \
        saturday sunday january february march april june july august september october november december morning noon afternoon evening \
        night midnight yesterday today tomorrow happy sad calm tense bright dark gloomy cheerful angry relaxed energetic quiet loud love \
        loved liked hated enjoyed preferred strange great good bad big small long short high low higher lower rise rose fell grew increased \
        decreased i we he she they my our";
    /// Words that claim something of a sort of phrases: none of them stands in a piece that is said of others.
    const BOUND: &str = "discovered discovery discoveries new found met joined return returned returns back again comeback led lead leads head \
        top list followed then streak streaks runs recommended suggested recommendations suggestions could might try next mood missing care";

    #[test]
    fn every_line_is_read_and_the_file_is_sorted() {
        let lines: Vec<_> = VOCABULARY.lines().collect();
        assert!(lines.is_sorted(), "sort it");
        lines.iter().for_each(|text| assert!(line(text).is_some(), "{text}"));
    }

    #[test]
    fn words_are_plain_and_none_claims_by_itself() {
        for word in &GLUE.words {
            let is_mark = [",", ";", ":"].contains(word);
            assert!(is_mark || (!word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase())), "{word}");
            assert!(!CLAIMS.split_whitespace().any(|claim| claim == *word), "{word}");
        }
        assert!((200..1000).contains(&GLUE.words.len()), "{}", GLUE.words.len());
    }

    #[test]
    fn words_of_a_sort_of_phrases_stand_in_no_piece_that_is_said_of_others() {
        for (_, scope, _, wording) in VOCABULARY.lines().filter_map(line) {
            let words = wordings(wording).concat();
            let is_general = matches!(scope, Scope::Any | Scope::Heard | Scope::Named | Scope::Week);
            let bound = BOUND.split_whitespace().find(|bound| words.contains(bound));
            assert!(!is_general || bound.is_none_or(|word| ["found", "met"].contains(&word)), "{wording}: {bound:?}");
        }
    }

    #[test]
    fn choices_are_read_one_by_one() {
        assert_eq!(wordings("you also/- spent_time"), [vec!["you", "also", "spent", "time"], vec!["you", "spent", "time"]]);
    }

    #[test]
    fn the_model_is_told_only_of_pieces_that_it_can_use() {
        let told = told(&[Topic::of("plays"), Topic::of("top_track_2")]);
        assert!(told.contains("Lead, of what was heard (") && told.contains("your list"), "{told}");
        assert!(!told.contains("returned") && !told.contains("recommended") && !told.contains("followed by"), "{told}");
    }
}
