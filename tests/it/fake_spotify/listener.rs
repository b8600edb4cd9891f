//! A scripted listener: weeks of plays as Spotify would come to know of them.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub const DAY_US: i64 = 86_400_000_000;
const MINUTE_US: i64 = 60_000_000;

#[derive(Clone, Debug)]
pub struct FakePlay {
    pub played_at_us: i64,
    /// When Spotify learns of it; hours later where the listener was offline.
    pub known_at_us: i64,
    pub kind: Kind,
    pub number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Track,
    Local,
    Episode,
}

impl FakePlay {
    pub fn uri(&self) -> String {
        match self.kind {
            Kind::Track => format!("spotify:track:{}", track_id(self.number)),
            Kind::Local => format!("spotify:local:Band:Tape:Song+{}:180", self.number),
            Kind::Episode => format!("spotify:episode:{}", track_id(self.number)),
        }
    }

    pub fn is_late(&self) -> bool {
        self.known_at_us > self.played_at_us + MINUTE_US
    }

    pub fn item(&self) -> Value {
        let played_at =
            DateTime::<Utc>::from_timestamp_micros(self.played_at_us).unwrap().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let name = format!("Song {}", self.number);
        let track = match self.kind {
            Kind::Episode => json!({ "type": "episode", "id": track_id(self.number), "uri": self.uri(), "name": name }),
            Kind::Local => json!({ "type": "track", "id": null, "is_local": true, "uri": self.uri(), "name": name,
                "artists": [{ "name": "Band" }], "album": { "name": "Tape" }, "duration_ms": 180_000 }),
            Kind::Track => {
                json!({ "type": "track", "id": track_id(self.number), "uri": self.uri(), "name": name, "explicit": false,
                "artists": [{ "name": format!("Artist {}", self.number % 50) }, { "name": "Guest" }],
                "album": { "name": "Album", "images": null }, "duration_ms": 200_000,
                "external_ids": { "isrc": format!("XX0000{:06}", self.number) } })
            }
        };
        json!({ "track": track, "played_at": played_at, "context": null })
    }
}

/// 22 digits of base 62 that no real track has.
pub fn track_id(number: u64) -> String {
    format!("fake{number:018}")
}

/// Chance that can be repeated.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Plays of so many weeks: evenings, whole days at work, bursts of skipped-through songs, silent days, trips without a network.
pub fn weeks(from_us: i64, weeks: i64, seed: u64) -> Vec<FakePlay> {
    let mut chance = Chance(seed);
    let mut plays = Vec::new();
    for day in 0..weeks * 7 {
        let morning = from_us + day * DAY_US;
        let (starts_h, plays_of_day, minutes) = match chance.below(10) {
            0 => (0, 0, 1),
            1..=2 => (8, 150, 4),
            // A burst: more in an hour than Spotify shows.
            3 => (18, 90, 1),
            _ => (17, 10 + chance.below(60), 3),
        };
        let offline = chance.below(8) == 0;
        let back_online = morning + 23 * 60 * MINUTE_US;
        let mut at = morning + starts_h * 60 * MINUTE_US;
        for _ in 0..plays_of_day {
            at += minutes * MINUTE_US - 20_000_000 + i64::try_from(chance.below(40_000)).unwrap() * 1000;
            let kind = match chance.below(40) {
                0 => Kind::Local,
                1 => Kind::Episode,
                _ => Kind::Track,
            };
            let number = chance.below(400);
            let known_at_us = if offline { back_online } else { at };
            plays.push(FakePlay { played_at_us: at, known_at_us, kind, number });
            if chance.below(30) == 0 {
                // The same track again seconds later, as Spotify sometimes tells it.
                at += 3_250_000;
                plays.push(FakePlay { played_at_us: at, known_at_us: known_at_us.max(at), kind, number });
            }
        }
    }
    plays
}
