//! A track object of the Web API, as much of it as is there.
//!
//! Owns the reading of what Spotify sends: fields come and go over the years, so that each is looked for by itself and an absent
//! one is null, never zero.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What Spotify says of a track.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Track {
    /// Spotify's id; none for a local file.
    pub id: Option<String>,
    /// `spotify:track:…` or `spotify:local:…`.
    pub uri: Option<String>,
    /// Title.
    pub name: Option<String>,
    /// Credited artists, in Spotify's order.
    pub artists: Vec<String>,
    /// Album's title.
    pub album: Option<String>,
    /// Length in milliseconds.
    pub duration_ms: Option<i64>,
    /// Whether it is marked explicit.
    pub explicit: Option<bool>,
    /// International Standard Recording Code.
    pub isrc: Option<String>,
    /// From 0 to 100; absent for new apps since February 2026.
    pub popularity: Option<i32>,
}

impl Track {
    /// Reads a track; the error is the reason for which it cannot be one, as `rejected_rows` writes it.
    ///
    /// # Errors
    /// When it is no track that a play could be of.
    pub fn read(value: &Value) -> Result<Self, &'static str> {
        if value.is_null() {
            return Err("no_track");
        }
        let uri = text(&value["uri"]);
        let kind = value["type"].as_str().unwrap_or("track");
        let is = |what: &str| kind == what || uri.as_deref().is_some_and(|uri| uri.starts_with(&format!("spotify:{what}:")));
        if is("episode") {
            return Err("podcast_episode");
        }
        if is("chapter") {
            return Err("audiobook_chapter");
        }
        if kind != "track" || !value.is_object() {
            return Err("not_a_track");
        }
        let is_local =
            value["is_local"].as_bool() == Some(true) || uri.as_deref().is_some_and(|uri| uri.starts_with("spotify:local:"));
        let id = text(&value["id"]).filter(|_| !is_local);
        if id.as_deref().is_some_and(|id| !is_id(id)) {
            return Err("invalid_track_id");
        }
        let track = Self {
            uri: uri.or_else(|| id.as_ref().map(|id| format!("spotify:track:{id}"))),
            id,
            name: text(&value["name"]),
            artists: value["artists"].as_array().into_iter().flatten().filter_map(|artist| text(&artist["name"])).collect(),
            album: text(&value["album"]["name"]),
            duration_ms: whole(&value["duration_ms"]).filter(|&length| length > 0),
            explicit: value["explicit"].as_bool(),
            isrc: text(&value["external_ids"]["isrc"]),
            popularity: whole(&value["popularity"]).and_then(|popularity| i32::try_from(popularity).ok()),
        };
        if track.uri.is_none() && track.name.is_none() { Err("no_identity") } else { Ok(track) }
    }

    /// Whether both are the same track, whatever else is said of it.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.uri, &other.uri) {
            (Some(one), Some(other)) => one == other,
            _ => self.name == other.name && self.artists == other.artists,
        }
    }
}

/// Whether this is an id of Spotify's: 22 digits of base 62.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// A whole number, also where it is written as 62500.0.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().filter(|number| number.is_finite()).map(|number| number.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::Track;
    use serde_json::json;

    #[test]
    fn what_is_absent_is_null_and_never_zero() {
        let track = Track::read(
            &json!({ "id": "11dFghVXANMlKmJXsNCbNl", "type": "track", "album": null, "artists": [{ "name": "A" }, {}] }),
        );
        let track = track.unwrap();
        assert_eq!(
            (track.popularity, track.duration_ms, track.explicit, track.isrc, track.album),
            (None, None, None, None, None)
        );
        assert_eq!(track.uri.as_deref(), Some("spotify:track:11dFghVXANMlKmJXsNCbNl"));
        assert_eq!(track.artists, ["A"]);
    }

    #[test]
    fn a_local_file_has_an_address_and_no_id() {
        let local =
            json!({ "id": null, "is_local": true, "uri": "spotify:local:A:B:C:120", "name": "C", "duration_ms": 120_000.0 });
        let local = Track::read(&local).unwrap();
        assert_eq!((local.id, local.duration_ms), (None, Some(120_000)));
    }

    #[test]
    fn what_is_no_track_is_refused_by_name() {
        let reason = |value| Track::read(&value).unwrap_err();
        assert_eq!(reason(json!(null)), "no_track");
        assert_eq!(reason(json!({ "type": "episode", "uri": "spotify:episode:x" })), "podcast_episode");
        assert_eq!(reason(json!({ "uri": "spotify:episode:x" })), "podcast_episode");
        assert_eq!(reason(json!({ "type": "ad" })), "not_a_track");
        assert_eq!(reason(json!({ "id": "short", "type": "track" })), "invalid_track_id");
        assert_eq!(reason(json!({})), "no_identity");
        assert_eq!(reason(json!([1])), "not_a_track");
    }
}
