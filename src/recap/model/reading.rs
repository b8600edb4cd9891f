//! A sentence of a model as phrases and the words around them.
//!
//! Owns what is a word at all: letters that the vocabulary knows, commas, semicolons, colons. Figures, quotation marks, brackets,
//! markup, addresses, letters of other scripts are none. A phrase that the model has filled in by itself, letter by letter, is the
//! same as its placeholder. What is refused is told without a word of it: it may hold a name.

use super::Phrase;
use super::glue::GLUE;

/// Letters of a sentence, phrases that are filled in included.
const LETTERS_MAX: usize = 2000;
/// Words and marks between two phrases: longer stretches are no sentence, and trying to read them as one would take long.
const STRETCH_MAX: usize = 40;

/// A sentence: so many phrases, by their place among all, and the words before, between and behind them.
#[derive(Debug, PartialEq, Eq)]
pub struct Sentence {
    pub phrases: Vec<usize>,
    pub glue: Vec<Vec<String>>,
}

enum Part<'a> {
    Text(&'a str),
    Phrase(usize),
}

/// Reads a sentence that claims to hold these facts; what is wrong with it otherwise, as the end of "sentence 1 …".
pub fn read(text: &str, facts: &[String], phrases: &[Phrase]) -> Result<Sentence, String> {
    if text.chars().count() > LETTERS_MAX {
        return Err("is too long".to_owned());
    }
    let text = text.trim().strip_suffix('.').ok_or("does not end with a full stop")?;
    let parts = placeholders(literals(text, facts, phrases), facts, phrases)?;
    if let Some(Part::Text(text)) = parts.first()
        && text.trim_start().chars().next().is_some_and(|first| !first.is_uppercase())
    {
        return Err("does not begin with a capital letter or a placeholder".to_owned());
    }
    let mut sentence = Sentence { phrases: Vec::new(), glue: vec![Vec::new()] };
    for part in parts {
        match part {
            Part::Text(text) => {
                let words = words(text)?;
                if let Some(glue) = sentence.glue.last_mut() {
                    glue.extend(words);
                    if glue.len() > STRETCH_MAX {
                        return Err("has too many words between its placeholders".to_owned());
                    }
                }
            }
            Part::Phrase(at) => {
                sentence.phrases.push(at);
                sentence.glue.push(Vec::new());
            }
        }
    }
    Ok(sentence)
}

/// Finds what the model has filled in by itself, the longest first.
fn literals<'a>(text: &'a str, facts: &[String], phrases: &[Phrase]) -> Vec<Part<'a>> {
    let is_listed = |phrase: &Phrase| facts.contains(&phrase.id) && !text.contains(&format!("{{{}}}", phrase.id));
    let mut wanted: Vec<_> =
        phrases.iter().enumerate().filter(|(_, phrase)| is_listed(phrase) && !phrase.text.is_empty()).collect();
    wanted.sort_by_key(|(_, phrase)| std::cmp::Reverse(phrase.text.len()));
    let mut parts = vec![Part::Text(text)];
    for (at, phrase) in wanted {
        let split = |part| match part {
            Part::Text(text) => occurrence(text, &phrase.text)
                .map_or_else(|| vec![part], |(before, after)| vec![Part::Text(before), Part::Phrase(at), Part::Text(after)]),
            Part::Phrase(_) => vec![part],
        };
        parts = parts.into_iter().flat_map(split).collect();
    }
    parts.retain(|part| !matches!(part, Part::Text("")));
    parts
}

/// What stands before and behind a text that is not part of a longer word or number.
fn occurrence<'a>(text: &'a str, wanted: &str) -> Option<(&'a str, &'a str)> {
    text.match_indices(wanted).map(|(at, _)| (&text[..at], &text[at + wanted.len()..])).find(|(before, after)| {
        !before.ends_with(|c: char| c.is_alphanumeric()) && !after.starts_with(|c: char| c.is_alphanumeric())
    })
}

/// Finds `{id}`.
fn placeholders<'a>(parts: Vec<Part<'a>>, facts: &[String], phrases: &[Phrase]) -> Result<Vec<Part<'a>>, String> {
    let mut found = Vec::new();
    for part in parts {
        let Part::Text(mut rest) = part else {
            found.push(part);
            continue;
        };
        while let Some((before, after)) = rest.split_once('{') {
            let (id, behind) = after.split_once('}').ok_or("has a brace that is not closed")?;
            let at = phrases.iter().position(|phrase| phrase.id == id).ok_or("has a placeholder that does not exist")?;
            if !facts.iter().any(|fact| fact == id) {
                return Err(format!("uses {{{id}}}, which is not among its facts"));
            }
            if !before.is_empty() {
                found.push(Part::Text(before));
            }
            found.push(Part::Phrase(at));
            rest = behind;
        }
        if !rest.is_empty() {
            found.push(Part::Text(rest));
        }
    }
    Ok(found)
}

/// Words and marks, in lower case.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = vec![String::new()];
    for letter in text.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' => words.last_mut().into_iter().for_each(|word| word.push(letter.to_ascii_lowercase())),
            ' ' => words.push(String::new()),
            ',' | ';' | ':' => words.extend([letter.to_string(), String::new()]),
            '.' | '!' | '?' => return Err("is more than one sentence, or none that states something".to_owned()),
            _ if letter.is_numeric() => return Err("has a figure outside of its placeholders".to_owned()),
            _ => return Err(format!("has a character that is not allowed (U+{:04X})", u32::from(letter))),
        }
    }
    words.retain(|word| !word.is_empty());
    match words.iter().position(|word| !GLUE.knows(word)) {
        Some(at) => {
            Err(format!("has a word outside of the vocabulary (word {} of one of its stretches between placeholders)", at + 1))
        }
        None => Ok(words),
    }
}
