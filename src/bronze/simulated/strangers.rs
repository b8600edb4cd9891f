//! Songs that the catalogue does not hold: invented ones, and files of the listener's own.
//!
//! Owns the inventing of ids, titles and artists. It is these plays that need synthetic features, and half of the local
//! files carry the first artist and title of a catalogue track, so that only the match by name finds them. No name here is
//! meant to be anybody's.

use std::collections::BTreeSet;

use super::SimTrack;
use super::habits::Mood;
use super::taste::Song;
use crate::bronze::play::{Play, Source, TimeBasis};
use crate::bronze::synthetic_features::stream::Stream;

const STRANGERS: usize = 72;
const STRANGER_ARTISTS: usize = 14;
const LOCAL_FILES: usize = 16;

const GIVEN: [&str; 10] =
    ["Velmora", "Tessarin", "Oskvald", "Nimuë", "Brantil", "Ysolka", "Quorrin", "Maelith", "Dovrané", "Pelleka"];
const FAMILY: [&str; 10] = [
    "Harrowquill",
    "Sundabar",
    "Vexley-Orr",
    "Kintolo",
    "Ambrask",
    "Fenwhistle",
    "Zorrelyn",
    "Tarnabek",
    "Ollenshaw",
    "Grivaldi",
];
const HOW: [&str; 12] = [
    "Copper",
    "Paper",
    "Borrowed",
    "Unlit",
    "Seventh",
    "Hollow",
    "Velvet",
    "Distant",
    "Counted",
    "Salted",
    "Folded",
    "Northbound",
];
const WHAT: [&str; 12] = [
    "Tramlines",
    "Orchard",
    "Weathervane",
    "Lanterns",
    "Postcards",
    "Harbour",
    "Staircase",
    "Thaw",
    "Almanac",
    "Ferry",
    "Signals",
    "Quarry",
];
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Songs with invented ids, the dearest first; `known` are the ids that are taken.
pub fn songs(known: &BTreeSet<&str>, stream: &mut Stream) -> Vec<Song> {
    let titles = titles(stream);
    let artists = artists(stream);
    titles
        .iter()
        .take(STRANGERS)
        .map(|title| {
            let artist = &artists[stream.below(STRANGER_ARTISTS)];
            let id = unknown_id(known, stream);
            let mut song = invented(title, artist, stream);
            song.play.track_uri = Some(format!("spotify:track:{id}"));
            song.play.track_id = Some(id);
            song
        })
        .collect()
}

/// Local files without ids; every other one is a copy of one of the tracks that are `liked` best.
pub fn local_files(liked: &[&SimTrack], stream: &mut Stream) -> Vec<Song> {
    let titles = titles(stream);
    let artists = artists(stream);
    titles
        .iter()
        .zip(artists.iter().cycle())
        .take(LOCAL_FILES)
        .enumerate()
        .map(|(at, (title, artist))| {
            // Drawn for every file, so that the catalogue's size changes nothing further on.
            let liked_at = stream.below(liked.len().min(100));
            let mut song = invented(title, artist, stream);
            if let Some(track) = liked.get(liked_at).filter(|_| at % 2 == 0) {
                song = Song::from(*track);
                song.play.artists = Some(vec![track.artist_name.clone()]);
                song.play.track_id = None;
            }
            song.play.track_uri = Some(local_uri(&song));
            song
        })
        .collect()
}

/// A song of an invented artist, yet without an identifier.
fn invented(title: &str, artist: &str, stream: &mut Stream) -> Song {
    let duration_ms = stream.between(130_000.0, 320_000.0) as i64;
    let play = Play {
        track_name: Some(title.to_owned()),
        artist_name: Some(artist.to_owned()),
        artists: Some(vec![artist.to_owned()]),
        album_name: Some(format!("{} {}", HOW[stream.below(HOW.len())], WHAT[stream.below(WHAT.len())])),
        duration_ms: Some(duration_ms),
        source: Source::Simulated,
        time_basis: TimeBasis::End,
        ..Play::default()
    };
    Song { play, duration_ms, mood: Mood { valence: stream.fraction(), energy: stream.fraction() } }
}

fn titles(stream: &mut Stream) -> Vec<String> {
    combined(&HOW, &WHAT, stream)
}

fn artists(stream: &mut Stream) -> Vec<String> {
    combined(&GIVEN, &FAMILY, stream)
}

/// Every pair of words once, in a random order.
fn combined(first: &[&str], second: &[&str], stream: &mut Stream) -> Vec<String> {
    let mut pairs: Vec<String> = first.iter().flat_map(|one| second.iter().map(move |two| format!("{one} {two}"))).collect();
    stream.shuffle(&mut pairs);
    pairs
}

/// A new id of Spotify's form: 128 bits in base 62, so 22 characters of which the first is at most a 7.
fn unknown_id(known: &BTreeSet<&str>, stream: &mut Stream) -> String {
    loop {
        let id: String = (0..22).map(|at| char::from(BASE62[stream.below(if at == 0 { 8 } else { 62 })])).collect();
        if !known.contains(id.as_str()) {
            return id;
        }
    }
}

/// Spotify's name for a local file: artist, album, title and length in seconds, escaped as in a form.
fn local_uri(song: &Song) -> String {
    let escaped = |text: &Option<String>| -> String {
        let bytes = text.iter().flat_map(|text| text.bytes());
        bytes
            .map(|byte| match byte {
                b' ' => "+".to_owned(),
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    };
    let play = &song.play;
    let [artist, album, title] = [&play.artist_name, &play.album_name, &play.track_name].map(escaped);
    format!("spotify:local:{artist}:{album}:{title}:{}", song.duration_ms / 1_000)
}
