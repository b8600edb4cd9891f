//! `ReccoBeats`: a service that gives audio features for Spotify's track ids, without a key.
//!
//! Owns its pace (one request a second, one at a time) and its answers: joined on the track's address, since its own ids and its
//! order mean nothing to us, and unknown ids are silently left out. It learns track ids and nothing else; asking it is opt-in.

use crate::clock::Clock;
use crate::error::{Error, Explain, Result};
use crate::spotify::audio_features::{Found, found};
use crate::spotify::state::StateFile;
use crate::web::{self, End, Fault, Miss, Patience, Reply, is_ahead, is_passing, patiently};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::time::Duration;

/// Where it is unless a setting says otherwise.
pub const BASE_URL: &str = "https://api.reccobeats.com/v1/";
/// Ids in one request.
pub const IDS_MAX: usize = 40;
/// Between the end of one request and the next.
const PACE: Duration = Duration::from_secs(1);

/// A client of the service.
#[derive(Debug)]
pub struct ReccoBeats {
    base_url: String,
    http: reqwest::Client,
    state: StateFile,
    clock: Clock,
    patience: Patience,
}

/// What came of a request.
#[derive(Debug)]
pub enum Asked {
    /// The tracks it knows.
    Answer(Vec<Found>),
    /// It asks to keep away until then.
    Deferred(chrono::DateTime<chrono::Utc>),
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    content: Vec<&'a RawValue>,
}

impl ReccoBeats {
    /// A client; the address ends with a slash.
    ///
    /// # Errors
    /// When the network library cannot start.
    pub fn new(base_url: &str, state: StateFile, clock: Clock, patience: Patience) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(patience.timeout)
            .user_agent(concat!("moodlake/", env!("CARGO_PKG_VERSION")))
            .build()
            .explain(|| "the network library cannot start".to_owned())?;
        Ok(Self { base_url: base_url.to_owned(), http, state, clock, patience })
    }

    /// The features of at most 40 tracks, as far as it knows them. Waits a second, so that calls in a row keep the pace.
    ///
    /// # Errors
    /// When there is no complete answer.
    pub async fn audio_features(&self, ids: &[String]) -> Result<Asked> {
        if let Some(until) = self.state.read().reccobeats_not_before.filter(|&until| is_ahead(until, self.clock.now())) {
            return Ok(Asked::Deferred(until));
        }
        let url = format!("{}audio-features?ids={}", self.base_url, ids.join(","));
        let answer = patiently("GET audio-features of ReccoBeats", &self.patience, self.clock, async || {
            self.clock.sleep(PACE).await;
            let reply = match self.http.get(&url).header("accept", "application/json").send().await {
                Ok(response) => Reply::read(response, self.clock.now()).await,
                Err(error) => Reply::broken(&error),
            };
            match reply {
                Reply::Answer(body) => read(&body).map_err(|fault| Miss::Fault(Fault::unreadable(fault))),
                Reply::Refusal { status, .. } if !is_passing(status) => Err(Miss::Final(
                    Error::failure(format!("ReccoBeats refuses GET audio-features ({status})"))
                        .hint("its API may have changed; AUDIO_FEATURES_PROVIDER=none goes without it"),
                )),
                passing => Err(Miss::Fault(Fault::of(passing))),
            }
        })
        .await;
        match answer {
            Ok(found) => Ok(Asked::Answer(found)),
            Err(End::Final(error)) => Err(error),
            Err(End::TooLong(wait, _)) => {
                let until = web::until(self.clock.now(), wait);
                self.state.update(|state| state.reccobeats_not_before = Some(until))?;
                Ok(Asked::Deferred(until))
            }
            Err(End::GaveUp(attempts, fault)) => {
                Err(Error::failure(format!("ReccoBeats gave no answer in {attempts} tries: {}", fault.says))
                    .hint("the next run asks again; the history is not touched by this"))
            }
        }
    }
}

/// Reads an answer.
///
/// # Errors
/// When it is no such answer.
pub fn read(body: &str) -> Result<Vec<Found>, String> {
    let body: Body<'_> = serde_json::from_str(body).map_err(|error| format!("the answer holds no features ({error})"))?;
    Ok(body
        .content
        .iter()
        .map(|raw| {
            let value: Value = serde_json::from_str(raw.get()).unwrap_or_default();
            found(value["href"].as_str().and_then(track_id), &value, raw.get())
        })
        .collect())
}

/// The id at the end of `https://open.spotify.com/track/<id>`, whatever query follows it.
fn track_id(href: &str) -> Option<&str> {
    let (_, rest) = href.split_once("/track/")?;
    rest.split(['?', '/', '#']).next()
}

#[cfg(test)]
mod tests {
    use super::{read, track_id};
    use crate::spotify::audio_features::Found;

    #[test]
    fn tracks_are_known_by_their_address_and_by_nothing_else() {
        assert_eq!(track_id("https://open.spotify.com/track/11dFghVXANMlKmJXsNCbNl?si=1"), Some("11dFghVXANMlKmJXsNCbNl"));
        let body = r#"{"content":[
            {"id":"11111111-2222-3333-4444-555555555555","href":"https://open.spotify.com/track/11dFghVXANMlKmJXsNCbNl","energy":0.5,"key":-1},
            {"id":"11dFghVXANMlKmJXsNCbNl","energy":0.9}]}"#;
        let found = read(body).unwrap();
        assert!(
            matches!(&found[0], Found::Features(features) if features.track_id == "11dFghVXANMlKmJXsNCbNl" && features.time_signature.is_none())
        );
        assert!(matches!(&found[1], Found::Odd { reason: "invalid_track_id", .. }));
        assert!(read("<html>").is_err());
    }
}
