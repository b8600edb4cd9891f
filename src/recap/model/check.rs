//! Whether an answer may be shown.
//!
//! Owns the limits of the whole: paragraphs, sentences, each phrase once, and that gaps in the history are not kept quiet. What a
//! sentence may be is below, in `reading` and `grammar`. Pure functions; what is refused is told without a word of the answer.

use super::Phrase;
use super::answer::{Answer, Said};
use super::filling::filled;
use super::grammar::Form;
use super::kind::{Kind, Topic};
use super::reading::read;

const PARAGRAPHS_MAX: usize = 3;
const SENTENCES_MAX: usize = 4;
/// Phrases in one sentence.
const PHRASES_MAX: usize = 6;

/// The paragraphs of an answer with all phrases filled in, or what is wrong with it.
pub fn told(answer: &Answer, phrases: &[Phrase]) -> Result<Vec<String>, String> {
    if !(1..=PARAGRAPHS_MAX).contains(&answer.paragraphs.len()) {
        return Err(format!("an answer of {} paragraphs", answer.paragraphs.len()));
    }
    let mut used = vec![false; phrases.len()];
    let (mut paragraphs, mut wrong) = (Vec::new(), Vec::new());
    for (at, paragraph) in answer.paragraphs.iter().enumerate() {
        if !(1..=SENTENCES_MAX).contains(&paragraph.sentences.len()) {
            return Err(format!("paragraph {} has {} sentences", at + 1, paragraph.sentences.len()));
        }
        let mut sentences = Vec::new();
        for (place, said) in paragraph.sentences.iter().enumerate() {
            match sentence(said, phrases, &mut used) {
                Ok(text) => sentences.push(text),
                Err(fault) => wrong.push(format!("sentence {} of paragraph {} {fault}", place + 1, at + 1)),
            }
        }
        paragraphs.push(sentences.join(" "));
    }
    if !wrong.is_empty() {
        return Err(wrong.join("; "));
    }
    let is_hidden = |(phrase, used): (&Phrase, &bool)| !used && Topic::of(&phrase.id).kind == Kind::Gap;
    match phrases.iter().zip(&used).find(|both| is_hidden(*both)) {
        Some((phrase, _)) => Err(format!("{{{}}} is not used, and plays that may be missing must be mentioned", phrase.id)),
        None => Ok(paragraphs),
    }
}

fn sentence(said: &Said, phrases: &[Phrase], used: &mut [bool]) -> Result<String, String> {
    let sentence = read(&said.text, &said.facts, phrases)?;
    if sentence.phrases.len() > PHRASES_MAX {
        return Err(format!("has more than {PHRASES_MAX} placeholders"));
    }
    for &at in &sentence.phrases {
        if std::mem::replace(&mut used[at], true) {
            return Err(format!("uses {{{}}} a second time", phrases[at].id));
        }
    }
    let topics: Vec<_> = sentence.phrases.iter().map(|&at| Topic::of(&phrases[at].id)).collect();
    let form = Form { topics: &topics, glue: &sentence.glue };
    if form.is_sentence() { Ok(filled(&sentence, phrases)) } else { Err(form.trouble()) }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
