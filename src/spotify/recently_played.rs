//! The body of GET /me/player/recently-played, item by item.
//!
//! Owns the rule that one odd item never costs a page: it is handed on with its reason and its text. `bronze` makes plays of the
//! rest. The order of items and the cursors mean nothing to us: all of them are read every time.

use super::track::Track;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// One answer.
#[derive(Debug)]
pub struct Page {
    /// Its items in Spotify's order, newest first.
    pub items: Vec<Item>,
}

/// One item of an answer.
#[derive(Debug)]
pub enum Item {
    /// A play.
    Play(Box<RecentPlay>),
    /// Something that cannot be a play.
    Odd(Odd),
}

/// A play as Spotify tells it.
#[derive(Clone, Debug)]
pub struct RecentPlay {
    /// When, in microseconds since 1970 UTC: near the end of the play, though Spotify does not promise it.
    pub played_at_us: i64,
    /// Playlist, album or artist it was played from.
    pub context_uri: Option<String>,
    /// What was played.
    pub track: Track,
}

/// An item that was not understood.
#[derive(Clone, Debug)]
pub struct Odd {
    /// A short fixed word.
    pub reason: &'static str,
    /// The item's text.
    pub raw: String,
    /// What stays the same when Spotify sends the item again with other decoration: its time and its address.
    pub identity: String,
    /// When it was played, where that much is readable.
    pub played_at_us: Option<i64>,
}

/// Spotify's pages have 50; each item is kept, whatever it is.
const ITEMS_MAX: usize = 10_000;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// Reads a body.
///
/// # Errors
/// When it is not a page: no JSON, half of one, or without items.
pub fn read(body: &str) -> Result<Page, String> {
    let body: Body<'_> = serde_json::from_str(body).map_err(|error| format!("the answer is no page of plays ({error})"))?;
    let items = body.items.len();
    if items > ITEMS_MAX {
        return Err(format!("the answer is no page of plays ({items} items)"));
    }
    Ok(Page { items: body.items.into_iter().map(|item| read_item(item.get())).collect() })
}

fn read_item(raw: &str) -> Item {
    let value: Value = serde_json::from_str(raw).unwrap_or_default();
    let played_at = value["played_at"].as_str();
    let played_at_us = played_at.and_then(moment);
    let odd = |reason| {
        let track = &value["track"];
        let what = track["uri"].as_str().or_else(|| track["id"].as_str()).or_else(|| track["name"].as_str());
        let identity = match (played_at, what) {
            (Some(when), what) => format!("{when} {}", what.unwrap_or_default()),
            _ => raw.to_owned(),
        };
        Item::Odd(Odd { reason, raw: raw.to_owned(), identity, played_at_us })
    };
    if !value.is_object() {
        return odd("not_an_object");
    }
    let track = match Track::read(&value["track"]) {
        Ok(track) => track,
        Err(reason) => return odd(reason),
    };
    let Some(played_at_us) = played_at_us else { return odd("invalid_timestamp") };
    let context_uri = value["context"]["uri"].as_str().map(without_account);
    Item::Play(Box::new(RecentPlay { played_at_us, context_uri, track }))
}

/// The address of a playlist or collection without the account in it: `spotify:user:<account>:playlist:<id>` is an old spelling of
/// `spotify:playlist:<id>`, and `spotify:user:<account>:collection` is the listener's own.
pub(super) fn without_account(uri: &str) -> String {
    match uri.strip_prefix("spotify:user:").and_then(|rest| rest.split_once(':')) {
        Some((_, rest)) => format!("spotify:{rest}"),
        None if uri.starts_with("spotify:user:") => "spotify:user".to_owned(),
        None => uri.to_owned(),
    }
}

/// Spotify began in 2006; what lies far outside its time is a mistake.
fn moment(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let year = time.format("%Y").to_string().parse::<i32>().ok()?;
    (2006..2200).contains(&year).then(|| time.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::{Item, read, without_account};

    #[test]
    fn no_account_stays_in_an_address() {
        assert_eq!(without_account("spotify:user:1112264649:collection"), "spotify:collection");
        assert_eq!(without_account("spotify:user:ann:playlist:37i9dQZF1DX"), "spotify:playlist:37i9dQZF1DX");
        assert_eq!(without_account("spotify:user:ann"), "spotify:user");
        assert_eq!(without_account("spotify:album:6kBs"), "spotify:album:6kBs");
    }

    #[test]
    fn one_odd_item_does_not_cost_the_page() {
        let good = r#"{"track":{"id":"11dFghVXANMlKmJXsNCbNl","uri":"spotify:track:11dFghVXANMlKmJXsNCbNl","name":"N","type":"track"},"played_at":"2026-11-01T10:00:00.123Z","context":null}"#;
        let body = format!(
            r#"{{"items":[{good},17,null,{{"track":null,"played_at":"2026-11-01T10:00:00Z"}},{{"played_at":5,"track":{{"name":"x"}}}},{{"played_at":"1999-01-01T00:00:00Z","track":{{"name":"x"}}}}],"next":null}}"#
        );
        let reasons: Vec<_> = read(&body)
            .unwrap()
            .items
            .iter()
            .map(|item| match item {
                Item::Play(play) => {
                    assert_eq!(play.played_at_us, 1_793_527_200_123_000);
                    "play"
                }
                Item::Odd(odd) => odd.reason,
            })
            .collect();
        assert_eq!(reasons, ["play", "not_an_object", "not_an_object", "no_track", "invalid_timestamp", "invalid_timestamp"]);
    }

    #[test]
    fn an_empty_page_is_a_page_and_half_a_page_is_none() {
        assert!(read(r#"{"items":[],"next":null,"cursors":null}"#).unwrap().items.is_empty());
        assert!(read(&format!(r#"{{"items":[{}0]}}"#, "0,".repeat(super::ITEMS_MAX))).is_err());
        for broken in ["", "<html>", "{}", r#"{"items":null}"#, r#"{"items":[{"track""#, r#"{"error":{"status":500}}"#] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
