//! A week, told in figures.
//!
//! Owns the shape of a recap between the tables and whoever tells it: the JSON of `recap --format json` is this, and so is what
//! `gold/weekly_recaps` keeps. What each figure means is in docs/recap.md. Names are as they stand in the tables; whoever shows them
//! cleans them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that is told of a week.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Recap {
    pub listener: String,
    pub week: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub timezone: String,
    pub history: History,
    pub plays: u64,
    pub minutes: Option<f64>,
    pub plays_timed: u64,
    pub days_heard: u64,
    pub tracks: u64,
    pub artists: u64,
    pub albums: u64,
    pub gap_days: Vec<NaiveDate>,
    pub before: Option<Before>,
    pub usual: Option<Usual>,
    pub days: Vec<Day>,
    pub hours: Vec<Hour>,
    pub top: Top,
    pub discoveries: Option<News>,
    pub returns: News,
    pub mood: Mood,
    pub streak: Streaks,
    pub recommendations: Vec<Recommendation>,
    pub made_from: Value,
}

/// How far the plays reach.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct History {
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
    pub known_until: Option<DateTime<Utc>>,
}

/// The week before.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Before {
    pub week: String,
    pub plays: u64,
    pub minutes: Option<f64>,
    pub plays_timed: u64,
    pub gap_days: u64,
}

/// Medians of earlier weeks.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Usual {
    pub weeks: u64,
    pub plays: f64,
    pub minutes: Option<f64>,
}

/// A day of the week.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Day {
    pub date: NaiveDate,
    pub plays: u64,
    pub minutes: Option<f64>,
    pub in_gap: bool,
    pub valence: Option<f64>,
    pub energy: Option<f64>,
}

/// An hour of the day, over all days of the week.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Hour {
    pub hour: u32,
    pub plays: u64,
    pub valence: Option<f64>,
    pub energy: Option<f64>,
}

/// The most played.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Top {
    pub tracks: Vec<Item>,
    pub artists: Vec<Item>,
    pub albums: Vec<Item>,
    pub genres: Vec<Item>,
}

/// Something that was played.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Item {
    pub name: String,
    pub artist: Option<String>,
    pub track_id: Option<String>,
    pub plays: u64,
    pub minutes: Option<f64>,
    pub plays_before: u64,
    /// The last day it was heard before the week; told of returns alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_heard: Option<NaiveDate>,
}

/// What was heard for the first time, or again after long.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct News {
    pub tracks: u64,
    pub artists: u64,
    pub top_tracks: Vec<Item>,
    pub top_artists: Vec<Item>,
}

/// The mood of the week.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Mood {
    pub plays_covered: u64,
    pub authentic_share: Option<f64>,
    pub feature_basis: Option<String>,
    pub valence: Option<f64>,
    pub energy: Option<f64>,
    pub strength: Option<f64>,
    pub quadrant: Option<String>,
    pub before: Option<Means>,
    pub strongest_day: Option<StrongestDay>,
    pub strongest_hour: Option<StrongestHour>,
}

/// Means of valence and energy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Means {
    pub valence: f64,
    pub energy: f64,
}

/// The day farthest from the centre of moods.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct StrongestDay {
    pub date: NaiveDate,
    #[serde(flatten)]
    pub of: Strongest,
}

/// The hour of the day farthest from the centre of moods.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct StrongestHour {
    pub hour: u32,
    #[serde(flatten)]
    pub of: Strongest,
}

/// What a day or an hour rests on, and how strong it is.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Strongest {
    pub plays_covered: u64,
    pub valence: f64,
    pub energy: f64,
    pub strength: f64,
    pub quadrant: String,
}

impl Strongest {
    /// Its means.
    pub fn means(&self) -> Means {
        Means { valence: self.valence, energy: self.energy }
    }
}

/// Days in a row with plays.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Streaks {
    pub current: Option<Streak>,
    pub longest: Option<Streak>,
}

/// A run of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Streak {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub days: u64,
}

/// A track to listen to next.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Recommendation {
    pub track_id: String,
    pub track_name: String,
    pub artist_name: String,
    pub goal: String,
    pub reason: String,
}
