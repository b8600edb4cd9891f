//! The body of GET /me/player/currently-playing: what is playing at this moment.
//!
//! Owns the telling apart of silence, a track, something else, and an answer that does not say. `watch` makes events of it.

use super::recently_played::without_account;
use super::track::Track;
use serde_json::Value;

/// No track is longer: what lies beyond is a mistake.
const DAY_MS: i64 = 86_400_000;

/// What is playing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Playing {
    /// No device is active.
    Nothing,
    /// A track, playing or paused.
    Track(Box<NowPlaying>),
    /// An advertisement, an episode, a chapter of an audiobook.
    Other,
    /// Spotify tells of no item and not why: between two tracks, in a private session, or on a device that it knows little of.
    Unclear,
}

/// A track, and where in it the player is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NowPlaying {
    /// What it is.
    pub track: Track,
    /// False while it is paused.
    pub is_playing: bool,
    /// How far into the track, in milliseconds; Spotify may leave it out.
    pub progress_ms: Option<i64>,
    /// Playlist, album or artist it is played from, without accounts.
    pub context_uri: Option<String>,
}

/// Reads a body; an empty one, which comes with status 204, means that nothing is playing.
///
/// # Errors
/// When it is no such answer: no JSON, half of one, or something else.
pub fn read(body: &str) -> Result<Playing, String> {
    if body.trim().is_empty() {
        return Ok(Playing::Nothing);
    }
    let value: Value =
        serde_json::from_str(body).map_err(|error| format!("the answer does not tell what is playing ({error})"))?;
    if !value["is_playing"].is_boolean() && value.get("item").is_none() {
        return Err("the answer does not tell what is playing".to_owned());
    }
    if matches!(value["currently_playing_type"].as_str(), Some("ad" | "episode")) {
        return Ok(Playing::Other);
    }
    Ok(match Track::read(&value["item"]) {
        Ok(track) => Playing::Track(Box::new(NowPlaying {
            track,
            is_playing: value["is_playing"].as_bool().unwrap_or(false),
            progress_ms: value["progress_ms"].as_i64().filter(|progress| (0..=DAY_MS).contains(progress)),
            context_uri: value["context"]["uri"].as_str().map(without_account),
        })),
        Err("podcast_episode" | "audiobook_chapter") => Playing::Other,
        Err(_) => Playing::Unclear,
    })
}

#[cfg(test)]
mod tests {
    use super::{Playing, read};

    const TRACK: &str = r#"{"id":"11dFghVXANMlKmJXsNCbNl","uri":"spotify:track:11dFghVXANMlKmJXsNCbNl","name":"N","type":"track","duration_ms":200000}"#;

    #[test]
    fn silence_is_an_empty_body_and_half_a_body_is_no_answer() {
        assert_eq!(read(""), Ok(Playing::Nothing));
        assert_eq!(read(" \n"), Ok(Playing::Nothing));
        for broken in ["<html>", "{", "[]", "{}", r#"{"error":{"status":500}}"#, r#"{"is_playing":true,"item":{"na"#] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_track_tells_where_it_is_and_nothing_of_the_account() {
        let body = format!(
            r#"{{"is_playing":true,"progress_ms":4200,"item":{TRACK},"currently_playing_type":"track","context":{{"uri":"spotify:user:ann:playlist:1"}}}}"#
        );
        let Ok(Playing::Track(now)) = read(&body) else { panic!("a track") };
        assert_eq!((now.is_playing, now.progress_ms, now.context_uri.as_deref()), (true, Some(4200), Some("spotify:playlist:1")));
        let body = format!(r#"{{"is_playing":false,"progress_ms":null,"item":{TRACK},"context":null}}"#);
        let Ok(Playing::Track(now)) = read(&body) else { panic!("a track") };
        assert_eq!((now.is_playing, now.progress_ms, now.context_uri), (false, None, None));
    }

    #[test]
    fn what_is_no_track_is_told_apart_from_what_is_not_said() {
        let of =
            |kind: &str, item: &str| read(&format!(r#"{{"is_playing":true,"item":{item},"currently_playing_type":{kind}}}"#));
        assert_eq!(of(r#""ad""#, "null"), Ok(Playing::Other));
        assert_eq!(of(r#""episode""#, "null"), Ok(Playing::Other));
        assert_eq!(of("null", r#"{"type":"episode","name":"E"}"#), Ok(Playing::Other));
        assert_eq!(of("null", r#"{"uri":"spotify:chapter:x","name":"E"}"#), Ok(Playing::Other));
        assert_eq!(of(r#""unknown""#, "null"), Ok(Playing::Unclear));
        assert_eq!(of(r#""track""#, "null"), Ok(Playing::Unclear));
    }
}
