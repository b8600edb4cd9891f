//! Which of the known shapes a file has, by its name and by the keys of its first object.
//!
//! Owns the file names of Spotify. In a folder or a ZIP the name decides what is opened at all; then the keys decide how
//! it is read, because people rename files. The name only helps where no object has told.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::error::Error;

/// What a person may give, said after every refusal.
pub const EXPECTED: &str = "give Spotify's ZIP as it came, or its files named Streaming_History_Audio_*.json, endsong_*.json or \
    StreamingHistory_music_*.json; request \"Extended streaming history\" at https://www.spotify.com/account/privacy/";

/// The shapes of Spotify's listening history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `Streaming_History_Audio_*.json`, `Streaming_History_Video_*.json`, `endsong_*.json`.
    Extended,
    /// `StreamingHistory*.json`: music, podcasts and audiobooks.
    Account,
}

impl Shape {
    /// A word for messages and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Extended => "extended",
            Self::Account => "account",
        }
    }
}

/// The shape that a file's last name promises. Tells also `endsong_0 (1).json` and `….json.json`, which browsers make.
pub fn by_name(file_name: &str) -> Option<Shape> {
    let name = file_name.to_ascii_lowercase();
    let name = name.strip_suffix(".json")?;
    if ["endsong", "streaming_history_audio", "streaming_history_video"].iter().any(|start| name.starts_with(start)) {
        Some(Shape::Extended)
    } else if name.starts_with("streaminghistory") {
        Some(Shape::Account)
    } else {
        None
    }
}

/// The shape that the keys of an object show.
pub fn by_keys(object: &str) -> Option<Shape> {
    let keys: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(object).ok()?;
    if keys.contains_key("ts") && keys.contains_key("ms_played") {
        Some(Shape::Extended)
    } else if keys.contains_key("endTime") && keys.contains_key("msPlayed") {
        Some(Shape::Account)
    } else {
        None
    }
}

/// The error for a file that is something else.
pub fn no_history(name: &str) -> Error {
    Error::failure(format!("{name} holds no listening history of Spotify")).hint(EXPECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_spotify_has_used_is_known() {
        for name in [
            "endsong_0.json",
            "Streaming_History_Audio_2013-2016_0.json",
            "Streaming_History_Video_2018-2026.json",
            "endsong_3 (1).json",
        ] {
            assert_eq!(by_name(name), Some(Shape::Extended), "{name}");
        }
        for name in [
            "StreamingHistory0.json",
            "StreamingHistory_music_1.json",
            "StreamingHistory_podcast_0.json.json",
            "StreamingHistory_audiobook_0.json",
        ] {
            assert_eq!(by_name(name), Some(Shape::Account), "{name}");
        }
        for name in [
            "Playlist1.json",
            "ReadMeFirst.pdf",
            "._endsong_0.json",
            "endsong_0.json.txt",
            "Userdata.json",
            "StreamingHistory.csv",
        ] {
            assert_eq!(by_name(name), None, "{name}");
        }
    }

    #[test]
    fn keys_show_the_shape_even_when_their_values_are_null() {
        assert_eq!(by_keys(r#"{"ts":null,"ms_played":null}"#), Some(Shape::Extended));
        assert_eq!(by_keys(r#"{"endTime":"","msPlayed":1}"#), Some(Shape::Account));
        assert_eq!(by_keys(r#"{"playlists":[]}"#), None);
        assert_eq!(by_keys("[1]"), None);
    }
}
