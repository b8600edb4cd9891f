//! Audio features as Spotify, and services that pass its values on, tell them.
//!
//! Owns the check of every value: a number outside its documented range is no measurement, and its track is handed on as odd.
//! Zeros that mean unknown (tempo, time signature) become null.

use super::track::is_id;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The twelve values of one track; null where the provider has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioFeatures {
    /// Spotify's track id.
    pub track_id: String,
    /// 0 to 1.
    pub danceability: Option<f64>,
    /// 0 to 1.
    pub energy: Option<f64>,
    /// Pitch class, 0 = C; -1 where none was detected.
    pub key: Option<i32>,
    /// Decibels.
    pub loudness: Option<f64>,
    /// 1 major, 0 minor.
    pub mode: Option<i32>,
    /// 0 to 1.
    pub speechiness: Option<f64>,
    /// 0 to 1.
    pub acousticness: Option<f64>,
    /// 0 to 1.
    pub instrumentalness: Option<f64>,
    /// 0 to 1.
    pub liveness: Option<f64>,
    /// 0 to 1.
    pub valence: Option<f64>,
    /// Beats a minute.
    pub tempo: Option<f64>,
    /// Beats a bar.
    pub time_signature: Option<i32>,
}

/// One track of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Its values.
    Features(Box<AudioFeatures>),
    /// Something that cannot be a track's values.
    Odd {
        /// A short fixed word.
        reason: &'static str,
        /// Its text.
        raw: String,
    },
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    audio_features: Vec<&'a RawValue>,
}

/// Reads Spotify's answer; the nulls that stand for unknown tracks are left out.
///
/// # Errors
/// When it is no such answer.
pub fn read(body: &str) -> Result<Vec<Found>, String> {
    let body: Body<'_> = serde_json::from_str(body).map_err(|error| format!("the answer holds no audio features ({error})"))?;
    Ok(body
        .audio_features
        .iter()
        .filter(|raw| raw.get() != "null")
        .map(|raw| {
            let value: Value = serde_json::from_str(raw.get()).unwrap_or_default();
            found(value["id"].as_str(), &value, raw.get())
        })
        .collect())
}

/// The values of an object that has them under Spotify's names.
#[must_use]
pub fn found(track_id: Option<&str>, value: &Value, raw: &str) -> Found {
    match track_id.filter(|id| is_id(id)).ok_or("invalid_track_id").and_then(|id| AudioFeatures::read(id, value)) {
        Ok(features) => Found::Features(Box::new(features)),
        Err(reason) => Found::Odd { reason, raw: raw.to_owned() },
    }
}

impl AudioFeatures {
    fn read(track_id: &str, value: &Value) -> Result<Self, &'static str> {
        let number = |name: &str, from: f64, to: f64| match &value[name] {
            Value::Null => Ok(None),
            other => match other.as_f64() {
                Some(number) if (from..=to).contains(&number) => Ok(Some(number)),
                Some(_) => Err("feature_out_of_range"),
                None => Err("feature_not_a_number"),
            },
        };
        let share = |name: &str| number(name, 0.0, 1.0);
        let whole = |name: &str, from: f64, to: f64| number(name, from, to).map(|number| number.map(|number| number as i32));
        let features = Self {
            track_id: track_id.to_owned(),
            danceability: share("danceability")?,
            energy: share("energy")?,
            key: whole("key", -1.0, 11.0)?,
            // Some recordings are louder than full scale or nearly silent: the documentation's "typical range" is not a limit.
            loudness: number("loudness", -100.0, 20.0)?,
            mode: whole("mode", 0.0, 1.0)?,
            speechiness: share("speechiness")?,
            acousticness: share("acousticness")?,
            instrumentalness: share("instrumentalness")?,
            liveness: share("liveness")?,
            valence: share("valence")?,
            tempo: number("tempo", 0.0, 400.0)?.filter(|&tempo| tempo > 0.0),
            time_signature: whole("time_signature", 0.0, 16.0)?.filter(|&beats| beats > 0),
        };
        let nothing = Self { track_id: track_id.to_owned(), key: features.key.filter(|&key| key == -1), ..Self::default() };
        if features == nothing { Err("no_features") } else { Ok(features) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, read};

    #[test]
    fn nulls_are_left_out_and_impossible_values_are_no_measurement() {
        let id = "11dFghVXANMlKmJXsNCbNl";
        let body = format!(
            r#"{{"audio_features":[null,{{"id":"{id}","energy":0.5,"tempo":0,"key":-1,"time_signature":4}},{{"id":"{id}","energy":1.5}},{{"id":"x","energy":0.5}},{{"id":"{id}","energy":"high"}},{{"id":"{id}"}}]}}"#
        );
        let found = read(&body).unwrap();
        let Found::Features(first) = &found[0] else { panic!("{found:?}") };
        assert_eq!((first.energy, first.tempo, first.key, first.time_signature), (Some(0.5), None, Some(-1), Some(4)));
        let reasons: Vec<_> =
            found[1..].iter().map(|found| matches!(found, Found::Odd { reason, .. } if !reason.is_empty())).collect();
        assert_eq!(reasons, [true; 4]);
        assert!(read(r#"{"error":{"status":403}}"#).is_err());
    }
}
