//! The section on what to play next: for each goal an ordered list with reasons.
//!
//! Owns the prescriptive part. A track is linked only under an id that has the form of Spotify's: letters and digits, 22 of them.

use maud::{Markup, html};

use super::parts;
use crate::report::data::{Goal, Recommended};
use crate::report::words;

pub(crate) fn section(goals: &[Goal]) -> Markup {
    html! {
        section #recommendations aria-labelledby="recommendations-title" {
            (parts::section_head("recommendations", "Prescriptive", "What to play next", "Which tracks that you have not played fit a goal?"))
            @if goals.is_empty() {
                (parts::empty("There are no recommendations: they need plays with audio features and a catalogue to choose from."))
            }
            div.columns { @for goal in goals { (of_goal(goal)) } }
        }
    }
}

fn of_goal(goal: &Goal) -> Markup {
    html! {
        div {
            h3 { (words::heading(&goal.goal)) }
            p.explained { (words::clean(&goal.explained)) }
            @if goal.tracks.is_empty() {
                (parts::nothing_to_show("The list", &goal.basis))
            } @else {
                ol.tracks { @for track in &goal.tracks { (item(track)) } }
                (parts::basis(&goal.basis))
            }
        }
    }
}

fn item(track: &Recommended) -> Markup {
    let name = words::clean(&track.track_name);
    html! {
        li value=(track.rank) {
            p.track {
                @if let Some(address) = address(&track.track_id) {
                    a href=(address) rel="noreferrer noopener" { bdi { (name) } }
                } @else {
                    bdi { (name) }
                }
                " " span.artist { bdi { (words::clean(&track.artist_name)) } }
            }
            p.why { (words::capital(&words::clean(&track.reason))) }
            p.figures-line {
                @if let Some(genre) = &track.genre { bdi { (words::clean(genre)) } " · " }
                "valence " (words::decimal(track.valence, 2)) " · energy " (words::decimal(track.energy, 2))
                " · similarity " (words::share(track.similarity))
            }
        }
    }
}

/// Where Spotify shows the track.
pub(crate) fn address(track_id: &str) -> Option<String> {
    let is_id = track_id.len() == 22 && track_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id.then(|| format!("https://open.spotify.com/track/{track_id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_spotifys_form_become_links() {
        assert_eq!(address("4uLU6hMCjMI75M1A2tKUQC").as_deref(), Some("https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC"));
        for id in ["", "short", "../../../../evil/path1", "4uLU6hMCjMI75M1A2tKUQ\"", "javascript:alert(1)ABCD"] {
            assert_eq!(address(id), None, "{id}");
        }
    }
}
