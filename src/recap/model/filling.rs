//! A sentence that has been checked, as text.
//!
//! Owns how words and phrases are set. The text is made anew from words of the vocabulary and from phrases; of what the model wrote
//! no letter is copied.

use super::Phrase;
use super::reading::Sentence;

/// The sentence with its phrases filled in, a capital letter at its beginning and a full stop at its end.
pub fn filled(sentence: &Sentence, phrases: &[Phrase]) -> String {
    let mut text = String::new();
    for (at, glue) in sentence.glue.iter().enumerate() {
        if at > 0 {
            let phrase = sentence.phrases.get(at - 1).and_then(|&place| phrases.get(place));
            push(&mut text, phrase.map_or("", |phrase| &phrase.text));
        }
        for word in glue {
            if [",", ";", ":"].contains(&word.as_str()) { text.push_str(word) } else { push(&mut text, word) }
        }
    }
    // A name may end with a full stop itself.
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

fn push(text: &mut String, part: &str) {
    if text.is_empty() {
        let mut letters = part.chars();
        text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        text.push_str(letters.as_str());
    } else {
        text.push(' ');
        text.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::filled;
    use crate::recap::model::Phrase;
    use crate::recap::model::reading::read;

    #[test]
    fn a_sentence_begins_with_a_capital_letter_and_ends_with_one_full_stop() {
        let phrase = |id: &str, text: &str| Phrase { id: id.to_owned(), text: text.to_owned() };
        let phrases = [phrase("top_artist_1", "blur"), phrase("plays", "412 plays"), phrase("top_track_1", "“song” by fun.")];
        let facts = ["top_artist_1", "plays", "top_track_1"].map(str::to_owned);
        let told = |text| filled(&read(text, &facts, &phrases).unwrap(), &phrases);
        assert_eq!(told("{top_artist_1} led your list."), "Blur led your list.");
        assert_eq!(told("{plays} ,  and {top_track_1}."), "412 plays, and “song” by fun.");
        assert_eq!(told("{top_track_1} led your list."), "“song” by fun. led your list.");
    }
}
