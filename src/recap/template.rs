//! The built-in words: short paragraphs of a week, from its phrases.
//!
//! Owns which phrases stand in which sentence. Says nothing where there is nothing to say.

use super::data::{Item, Recap};
use super::phrases::{Phrase, name, song};
use super::week::Week;
use crate::report::words::{capital, counted, day};

/// The paragraphs of a week.
pub fn paragraphs(recap: &Recap, phrases: &[Phrase]) -> Vec<String> {
    if recap.plays == 0 {
        return vec![silent(recap)];
    }
    let said = |id: &str| phrases.iter().find(|phrase| phrase.id == id).map(|phrase| phrase.text.as_str());
    let paragraphs = [figures(recap, &said), heard(recap, &said), moods(&said)];
    paragraphs.iter().filter(|sentences| !sentences.is_empty()).map(|sentences| sentences.join(" ")).collect()
}

fn figures<'a>(recap: &Recap, said: &impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
    let week = said("week").unwrap_or_default();
    let there_was = if recap.plays == 1 { "was" } else { "were" };
    let listening = said("minutes").map(|minutes| format!("{minutes} of listening"));
    let heard = listed(&[said("plays"), listening.as_deref()]);
    let mut told = vec![format!("In {week} there {there_was} {heard}, on {}.", said("days_heard").unwrap_or_default())];
    match (said("plays_vs_before"), said("plays_vs_usual")) {
        (Some(before), Some(usual)) => told.push(format!("That is {before}, and {usual}.")),
        (Some(one), None) | (None, Some(one)) => told.push(format!("That is {one}.")),
        (None, None) => {}
    }
    told
}

fn heard<'a>(recap: &Recap, said: &impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
    let kinds = [
        (&recap.top.tracks, said("top_track_1")),
        (&recap.top.artists, said("top_artist_1")),
        (&recap.top.albums, said("top_album_1")),
        (&recap.top.genres, said("top_genre_1")),
    ];
    // What others were played as often as is no first: its place in the list is one of minutes and names.
    let is_first = |items: &[Item]| items.get(1).is_none_or(|second| items[0].plays > second.plays);
    let named = |first: bool| {
        let of =
            kinds.iter().filter(|(items, _)| items.first().is_some_and(|top| first || top.plays > 1) && is_first(items) == first);
        listed(&of.map(|(_, text)| *text).collect::<Vec<_>>())
    };
    let mut told = Vec::new();
    for (beginning, items) in [("Most played", named(true)), ("Among the most played", named(false))] {
        if !items.is_empty() {
            told.push(format!("{beginning}: {items}."));
        }
    }
    if let Some(news) = recap.discoveries.as_ref().filter(|news| news.artists + news.tracks > 0) {
        let among = match (news.top_artists.first(), news.top_tracks.first()) {
            (Some(artist), _) => format!("{} ({})", name(&artist.name), counted(artist.plays, "play")),
            (None, Some(track)) => format!("{} ({})", song(&track.name, track.artist.as_deref()), counted(track.plays, "play")),
            (None, None) => String::new(),
        };
        let numbers = listed(&[said("new_artists"), said("new_tracks")]);
        told.push(format!("Heard for the first time: {numbers}, among them {among}."));
    }
    if let Some(back) = said("returned_artist_1").or(said("returned_track_1")) {
        told.push(format!("Back again: {back}."));
    }
    told
}

fn moods<'a>(said: &impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(mood) = said("mood") {
        let before = said("mood_vs_before").map(|before| format!(": {before}")).unwrap_or_default();
        told.push(format!("The music had {mood}{before}."));
        let strongest = [said("strongest_day"), said("strongest_hour")];
        told.extend(strongest.iter().flatten().map(|strongest| format!("{}.", capital(strongest))));
    }
    if let Some(streak) = said("streak") {
        told.push(format!("{}.", capital(streak)));
    }
    told
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
