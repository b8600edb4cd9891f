//! Made-up players, looked at as the watcher looks at real ones.

mod hours;
mod moments;

use super::event::{Event, PlayEvent};
use super::player::{Limits, Player};
use crate::spotify::currently_playing::{NowPlaying, Playing};
use crate::spotify::track::Track;

const SECOND_US: i64 = 1_000_000;
const LIMITS: Limits = Limits { completed_us: 30 * SECOND_US, blind_us: 45 * SECOND_US };

fn track(number: u64, length_s: i64) -> Track {
    Track {
        uri: Some(format!("spotify:track:{number}")),
        name: Some(format!("Song {number}")),
        duration_ms: Some(length_s * 1000),
        ..Track::default()
    }
}

fn playing(number: u64, length_s: i64, place_us: i64, is_playing: bool) -> Playing {
    Playing::Track(Box::new(NowPlaying {
        track: track(number, length_s),
        is_playing,
        progress_ms: Some(place_us / 1000),
        context_uri: None,
    }))
}

/// What was told, as short words: `started 1 at 0`, `play 1 COMPLETED 200`.
fn words(events: &[Event]) -> Vec<String> {
    let number = |track: &Track| track.name.clone().unwrap_or_default().replace("Song ", "");
    let word = |event: &Event| match event {
        Event::Player(event) => {
            let change = event.change.name().trim_start_matches("track_");
            format!("{change} {} at {}", number(&event.track), (event.at_us + SECOND_US / 2).div_euclid(SECOND_US))
        }
        Event::Play(event) => {
            format!("play {} {} {}", number(&event.track), event.status.name(), (event.listened_ms + 500) / 1000)
        }
    };
    events.iter().map(word).collect()
}

fn plays(events: &[Event]) -> Vec<&PlayEvent> {
    events.iter().filter_map(|event| if let Event::Play(play) = event { Some(play) } else { None }).collect()
}

/// Looks at a list of moments in seconds.
fn looks(player: &mut Player, script: &[(i64, Playing)]) -> Vec<Event> {
    script.iter().flat_map(|(at_s, playing)| player.look(at_s * SECOND_US, playing, LIMITS)).collect()
}
