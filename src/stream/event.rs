//! A play event as it comes out of a stream, held against what events have to be.
//!
//! Owns the reading of the JSON, which borrows from the message, and the reason why a message is no event. Fields that are not known are
//! kept as they are: whoever writes the stream may be ahead of whoever reads it.

use super::fault::Fault;
use crate::watch::{Path, PlayEvent, PlayerChange, Status};
use chrono::DateTime;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

/// What a watcher tells.
const TYPES: [&str; 5] = [
    PlayEvent::TYPE,
    PlayerChange::Started.name(),
    PlayerChange::Paused.name(),
    PlayerChange::Resumed.name(),
    PlayerChange::Stopped.name(),
];
/// Nobody listens to one track for longer than a week.
const LISTENED_MAX_MS: i64 = 7 * 24 * 3_600_000;
/// Clocks of two machines may differ by so much.
const AHEAD_MAX_US: i64 = 10 * 60 * 1_000_000;

/// What happened: a play that is over, or a change of the player.
#[derive(Debug, PartialEq, Eq)]
pub struct StreamEvent<'a> {
    /// The event's own key.
    pub event_id: Option<Cow<'a, str>>,
    /// Which kind it is of: `track_change` is a play that is over.
    pub event_type: &'static str,
    /// Who listened.
    pub user_id: Cow<'a, str>,
    /// When it happened, in microseconds since 1970 UTC.
    pub event_us: i64,
    /// Spotify's track id.
    pub track_id: Option<Cow<'a, str>>,
    /// Its identifier where it has no id, such as `spotify:local:…`.
    pub track_uri: Option<Cow<'a, str>>,
    /// Title.
    pub track_name: Option<Cow<'a, str>>,
    /// First credited artist.
    pub artist_name: Option<Cow<'a, str>>,
    /// What the track is filed under.
    pub genre: Option<Cow<'a, str>>,
    /// Whether it was listened to long enough to count; none of a change of the player.
    pub status: Option<Status>,
    /// How long it was listened to, in milliseconds.
    pub listened_ms: Option<i64>,
    /// Whether all of the play was seen; one of which it is not told was.
    pub is_whole: Option<bool>,
    /// Whether nobody listened: it is made up.
    pub is_simulated: Option<bool>,
    /// Which way it is to take.
    pub path: Path,
    /// Fields that are not known, as a JSON object.
    pub other: Option<String>,
}

impl<'a> StreamEvent<'a> {
    /// Reads a message that was told at a time.
    ///
    /// # Errors
    /// Why it is no event.
    pub fn read(payload: &'a [u8], told_us: Option<i64>) -> Result<Self, Fault> {
        let Fields { texts, truths, duration_listened, other } = Fields::read(payload)?;
        let [event_id, event_type, user_id, track_id, track_uri, track_name, artist_name, genre, status, timestamp, path] = texts;
        let [is_whole, is_simulated] = truths;
        let lacking = |name: &str| Fault::new("wrong_fields", format!("{name} is missing"));
        let event_type = event_type.ok_or_else(|| lacking("event_type"))?;
        let known = TYPES.into_iter().find(|known| *known == event_type);
        let event_type = known
            .ok_or_else(|| Fault::new("other_event", format!("event_type is {event_type:?}, which is none of {TYPES:?}")))?;
        let is_play = event_type == PlayEvent::TYPE;
        let user_id = user_id.filter(|text| !text.is_empty()).ok_or_else(|| lacking("user_id"))?;
        if is_play && track_id.is_none() && track_name.is_none() {
            return Err(lacking("track_id and track_name: one of them"));
        }
        let status = match status.as_deref() {
            Some("COMPLETED") => Some(Status::Completed),
            Some("SKIPPED") => Some(Status::Skipped),
            Some(other) => return Err(Fault::new("wrong_fields", format!("status is {other:?}, neither COMPLETED nor SKIPPED"))),
            None if is_play => return Err(lacking("status")),
            None => None,
        };
        if let Some(ms) = duration_listened
            && !(0..=LISTENED_MAX_MS).contains(&ms)
        {
            return Err(Fault::new("wrong_fields", format!("duration_listened is {ms}, not between 0 and {LISTENED_MAX_MS}")));
        }
        let timestamp = timestamp.ok_or_else(|| lacking("timestamp"))?;
        let event_us = DateTime::parse_from_rfc3339(&timestamp)
            .map_err(|error| Fault::new("wrong_fields", format!("timestamp {timestamp:?}: {error}")))?
            .timestamp_micros();
        if event_us < 0 {
            return Err(Fault::new("wrong_fields", format!("timestamp {timestamp:?} is before 1970")));
        }
        if let Some(told_us) = told_us
            && event_us > told_us.saturating_add(AHEAD_MAX_US)
        {
            return Err(Fault::new(
                "in_the_future",
                format!("timestamp {timestamp:?} is more than ten minutes after it was told"),
            ));
        }
        let path = match path.as_deref() {
            Some("hot") => Path::Hot,
            Some("cold") => Path::Cold,
            None => Path::of(event_us, told_us.unwrap_or(event_us)),
            Some(other) => return Err(Fault::new("wrong_fields", format!("processing_path is {other:?}, neither hot nor cold"))),
        };
        Ok(Self {
            event_id,
            event_type,
            user_id,
            event_us,
            track_id,
            track_uri,
            track_name,
            artist_name,
            genre,
            status,
            listened_ms: duration_listened,
            is_whole,
            is_simulated,
            path,
            other: other.map(|fields| fields + "}"),
        })
    }
}

/// How many of the known fields are texts.
const TEXTS: usize = 11;

/// The known fields: texts, behind them truths, and the one number.
const NAMES: [&str; TEXTS + 3] = [
    "event_id",
    "event_type",
    "user_id",
    "track_id",
    "track_uri",
    "track_name",
    "artist_name",
    "genre",
    "status",
    "timestamp",
    "processing_path",
    "is_whole",
    "is_simulated",
    "duration_listened",
];

/// The fields as they stand there.
#[derive(Default)]
struct Fields<'a> {
    texts: [Option<Cow<'a, str>>; TEXTS],
    truths: [Option<bool>; 2],
    duration_listened: Option<i64>,
    /// Not closed yet.
    other: Option<String>,
}

impl<'a> Fields<'a> {
    fn read(payload: &'a [u8]) -> Result<Self, Fault> {
        let at = Cell::new("");
        let mut reader = serde_json::Deserializer::from_slice(payload);
        let fields = reader.deserialize_map(FieldsVisitor { at: &at }).and_then(|fields| reader.end().map(|()| fields));
        fields.map_err(|error| match (error.classify(), at.get()) {
            (Category::Data, "") => Fault::new("wrong_fields", error.to_string()),
            (Category::Data, name) => Fault::new("wrong_fields", format!("{name}: {error}")),
            _ => Fault::new("not_json", error.to_string()),
        })
    }
}

struct FieldsVisitor<'c> {
    /// The field that is being read, for the message.
    at: &'c Cell<&'static str>,
}

impl<'de> Visitor<'de> for FieldsVisitor<'_> {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a play event, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut fields, mut seen) = (Fields::default(), 0_u16);
        while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
            let Some(bit) = NAMES.iter().position(|known| *known == name) else {
                unknown(&mut fields.other, &name, map.next_value()?).map_err(A::Error::custom)?;
                continue;
            };
            self.at.set(NAMES[bit]);
            // Which of two values of one name counts, every reader decides for itself: so none does.
            if seen & (1 << bit) != 0 {
                return Err(A::Error::custom("it stands there twice"));
            }
            seen |= 1 << bit;
            if let Some(text) = fields.texts.get_mut(bit) {
                *text = map.next_value::<Option<Text<'de>>>()?.map(|Text(text)| text);
            } else if let Some(truth) = fields.truths.get_mut(bit - TEXTS) {
                *truth = map.next_value()?;
            } else {
                fields.duration_listened = map.next_value()?;
            }
            self.at.set("");
        }
        Ok(fields)
    }
}

/// One more field of which only the text is kept.
fn unknown(other: &mut Option<String>, name: &str, value: &RawValue) -> serde_json::Result<()> {
    let other = other.get_or_insert_with(String::new);
    other.push(if other.is_empty() { '{' } else { ',' });
    other.push_str(&serde_json::to_string(name)?);
    other.push(':');
    other.push_str(value.get());
    Ok(())
}

/// Text that is borrowed where there is no escape in it. (Of an `Option<Cow>` serde would always make a copy.)
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::StreamEvent;
    use crate::watch::{Path, Status};
    use serde_json::{Value, json};

    fn event() -> Value {
        json!({
            "event_type": "track_change", "track_name": "Río", "track_id": "4uLU6hMCjMI75M1A2tKUQC", "status": "COMPLETED",
            "duration_listened": 201_573, "timestamp": "2026-03-01T12:00:00.123Z", "user_id": "ana", "processing_path": "hot",
        })
    }

    fn fault(change: impl FnOnce(&mut Value)) -> (&'static str, String) {
        let mut document = event();
        change(&mut document);
        let fault = StreamEvent::read(document.to_string().as_bytes(), Some(1_772_366_400_000_000)).unwrap_err();
        (fault.reason, fault.detail)
    }

    #[test]
    fn an_event_of_a_watcher_is_read() {
        let text = event().to_string();
        let read = StreamEvent::read(text.as_bytes(), None).unwrap();
        assert_eq!((&*read.user_id, read.event_us, read.listened_ms), ("ana", 1_772_366_400_123_000, Some(201_573)));
        assert_eq!((read.status, read.path, read.other), (Some(Status::Completed), Path::Hot, None));
        assert_eq!((read.is_whole, read.is_simulated, read.track_uri), (None, None, None));
        assert_eq!(read.track_name.as_deref(), Some("Río"));
    }

    #[test]
    fn unknown_fields_are_kept_as_they_are() {
        let mut document = event();
        document["device"] = json!({ "name": "a \"b\"", "volume": 1.50 });
        document["new\nfield"] = json!([1, null]);
        let text = document.to_string();
        let other: Value = serde_json::from_str(&StreamEvent::read(text.as_bytes(), None).unwrap().other.unwrap()).unwrap();
        assert_eq!(other, json!({ "device": { "name": "a \"b\"", "volume": 1.5 }, "new\nfield": [1, null] }));
    }

    #[test]
    fn what_was_not_seen_whole_or_is_made_up_is_told() {
        let mut document = event();
        (document["is_whole"], document["is_simulated"]) = (json!(false), json!(true));
        document["track_uri"] = json!("spotify:local:a:b:c:1");
        let text = document.to_string();
        let read = StreamEvent::read(text.as_bytes(), None).unwrap();
        assert_eq!((read.is_whole, read.is_simulated), (Some(false), Some(true)));
        assert_eq!((read.track_uri.as_deref(), read.other), (Some("spotify:local:a:b:c:1"), None));
    }

    #[test]
    fn a_change_of_the_player_needs_neither_track_nor_status() {
        let text = r#"{"event_type":"track_stopped","user_id":"ana","timestamp":"2026-03-01T12:00:00Z","progress_ms":7}"#;
        let read = StreamEvent::read(text.as_bytes(), None).unwrap();
        assert_eq!((read.event_type, read.status, read.other.as_deref()), ("track_stopped", None, Some(r#"{"progress_ms":7}"#)));
    }

    #[test]
    fn without_a_path_the_way_follows_from_when_it_was_told() {
        let mut document = event();
        document["processing_path"] = Value::Null;
        let text = document.to_string();
        let told = |after_us: i64| StreamEvent::read(text.as_bytes(), Some(1_772_366_400_123_000 + after_us)).unwrap().path;
        assert_eq!((told(300_000_000), told(300_000_001)), (Path::Hot, Path::Cold));
    }

    #[test]
    fn every_mistake_has_its_reason() {
        let told = Some(1_772_366_400_000_000);
        for (text, reason) in [
            ("", "not_json"),
            ("{", "not_json"),
            ("{} {}", "not_json"),
            ("nul\0", "not_json"),
            ("null", "wrong_fields"),
            ("[]", "wrong_fields"),
            ("\"track_change\"", "wrong_fields"),
            ("{}", "wrong_fields"),
        ] {
            assert_eq!(StreamEvent::read(text.as_bytes(), told).unwrap_err().reason, reason, "{text}");
        }
        assert_eq!(StreamEvent::read(b"{\"user_id\":\"\xff\"}", told).unwrap_err().reason, "not_json");
        let twice = StreamEvent::read(br#"{"user_id":"a","user_id":"b"}"#, told).unwrap_err();
        assert_eq!((twice.reason, twice.detail.contains("user_id: it stands there twice")), ("wrong_fields", true));
        for (name, value) in [
            ("user_id", json!(5)),
            ("user_id", json!("")),
            ("user_id", Value::Null),
            ("status", json!("DONE")),
            ("duration_listened", json!("201")),
            ("duration_listened", json!(-1)),
            ("duration_listened", json!(1.5)),
            ("is_whole", json!("no")),
            ("is_simulated", json!(0)),
            ("track_uri", json!(7)),
            ("timestamp", json!("yesterday")),
            ("timestamp", json!("1969-12-31T23:59:59Z")),
            ("timestamp", Value::Null),
            ("processing_path", json!("warm")),
        ] {
            let (reason, detail) = fault(|event| event[name] = value.clone());
            assert!(reason == "wrong_fields" && detail.contains(name), "{name} {value}: {reason}, {detail}");
        }
        assert_eq!(fault(|event| event["event_type"] = json!("track_liked")).0, "other_event");
        assert_eq!(fault(|event| event["timestamp"] = json!("2026-03-01T12:10:00.001Z")).0, "in_the_future");
        let nameless = |event: &mut Value| (event["track_id"], event["track_name"]) = (Value::Null, Value::Null);
        assert!(fault(nameless).1.contains("track_id"));
    }
}
