//! The built-in words: short paragraphs of a week, from its phrases.
//!
//! Owns which phrases stand in which sentence. Says nothing where there is nothing to say.

use super::data::Recap;
use super::phrases::Phrase;
use super::week::Week;
use crate::report::words::{capital, day};

/// The paragraphs of a week.
pub fn paragraphs(recap: &Recap, phrases: &[Phrase]) -> Vec<String> {
    let said = |id: &str| phrases.iter().find(|phrase| phrase.id == id).map(|phrase| phrase.text.as_str());
    if recap.plays == 0 {
        return vec![silent(recap)];
    }
    let mut first = vec![format!(
        "In {} there were {}.",
        said("week").unwrap_or_default(),
        listed(&[said("plays"), said("minutes"), said("days_heard")])
    )];
    match (said("plays_vs_before"), said("plays_vs_usual")) {
        (Some(before), Some(usual)) => first.push(format!("That is {before}, and {usual}.")),
        (Some(one), None) | (None, Some(one)) => first.push(format!("That is {one}.")),
        (None, None) => {}
    }
    let mut second = Vec::new();
    let top = [
        ("track", said("top_track_1")),
        ("artist", said("top_artist_1")),
        ("album", said("top_album_1")),
        ("genre", said("top_genre_1")),
    ];
    let top: Vec<String> = top.iter().filter_map(|(kind, of)| of.map(|of| format!("the {kind} {of}"))).collect();
    if !top.is_empty() {
        second.push(format!("Most played: {}.", listed(&top.iter().map(|item| Some(item.as_str())).collect::<Vec<_>>())));
    }
    if let Some(artists) = said("discovered_artists") {
        let named = said("discovered_artist_1").or(said("discovered_track_1"));
        let named = named.map(|named| format!(", among them {}", named.replace(", new to you", ""))).unwrap_or_default();
        second.push(format!("There were {artists} and {}{named}.", said("discovered_tracks").unwrap_or_default()));
    }
    if let Some(back) = said("returned_artist_1").or(said("returned_track_1")) {
        second.push(format!("Back again: {back}."));
    }
    let mut third = Vec::new();
    if let Some(mood) = said("mood") {
        let before = said("mood_vs_before").map(|before| format!(": {before}")).unwrap_or_default();
        third.push(format!("The music had {mood}{before}."));
    }
    match (said("strongest_day"), said("strongest_hour")) {
        (Some(on), Some(at)) => third.push(format!("It was strongest on {on}, and by the clock {at}.")),
        (Some(on), None) => third.push(format!("It was strongest on {on}.")),
        (None, Some(at)) => third.push(format!("It was strongest {at}.")),
        (None, None) => {}
    }
    if let Some(streak) = said("streak") {
        third.push(format!("{}.", capital(streak)));
    }
    [first, second, third].iter().filter(|sentences| !sentences.is_empty()).map(|sentences| sentences.join(" ")).collect()
}

fn silent(recap: &Recap) -> String {
    let week = super::phrases::span(recap);
    let history = &recap.history;
    if history.first_day > recap.to {
        return format!("There are no plays in the week of {week}: the first that is known is of {}.", day(history.first_day));
    }
    if history.last_day < recap.from {
        return format!(
            "There are no plays in the week of {week}: the last that is known is of {} ({}).",
            day(history.last_day),
            Week::of(history.last_day)
        );
    }
    format!("There are no plays in the week of {week}.")
}

/// `a, b and c`.
fn listed(parts: &[Option<&str>]) -> String {
    let parts: Vec<&str> = parts.iter().flatten().copied().collect();
    match parts.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn a_list_reads_as_a_sentence_does() {
        assert_eq!(listed(&[Some("a"), None, Some("b"), Some("c")]), "a, b and c");
        assert_eq!(listed(&[Some("a"), Some("b")]), "a and b");
        assert_eq!(listed(&[None]), "");
    }
}
