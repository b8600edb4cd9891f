//! A stream in memory with every kind of message in it, and what a lake has to hold after reading it, computed another way.

use crate::workspace::Workspace;
use moodlake::broker::{Gap, MemoryLog, Message, Outgoing, Place, Polled, Sink, Source};
use moodlake::clock::Clock;
use moodlake::context::{Context, Silent};
use moodlake::engine::Engine;
use moodlake::error::{Error, Result};
use moodlake::lake::Lake;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub const MINUTE_US: i64 = 60_000_000;
pub const START_US: i64 = 1_772_323_200_000_000;

/// One message: what it is and whose.
pub fn message(number: i64, seconds: i64, user: &str, genre: Option<&str>) -> (String, String, i64) {
    let us = START_US + seconds * 1_000_000;
    let time = chrono::DateTime::from_timestamp_micros(us).unwrap().to_rfc3339();
    let event = json!({
        "event_id": format!("e{number}"), "event_type": "track_change", "track_name": "Song", "track_id": "t1", "genre": genre,
        "status": "COMPLETED", "duration_listened": 1000, "timestamp": time, "user_id": user, "processing_path": "hot",
    });
    (user.to_owned(), event.to_string(), us)
}

/// A log of three partitions: plays in nearly the order of time, some of them very late, and messages that are no events.
pub fn log(name: &str, events: i64, late_every: i64) -> MemoryLog {
    let mut log = MemoryLog::new(name, 3);
    for number in 0..events {
        let late = if number % late_every == late_every - 1 { 600 } else { number * 7 % 90 };
        let user = format!("u{}", number % 17);
        let genre = [Some("jazz"), Some("pop"), None][(number % 3) as usize];
        let (key, payload, us) = message(number, number - late + 600, &user, genre);
        log.send(Outgoing { key: &key, payload: &payload, told_us: us.max(START_US + number * 1_000_000) }).unwrap();
        if number % 50 == 49 {
            for wrong in ["{", "[1]", r#"{"event_type":"track_change"}"#, ""] {
                log.send(Outgoing { key: &key, payload: wrong, told_us: START_US }).unwrap();
            }
        }
    }
    log
}

/// What has to come of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Expected {
    pub events: Vec<(i32, i64)>,
    pub dead: Vec<(i32, i64, String)>,
    pub windows: BTreeMap<(i64, String), i64>,
}

/// Read message by message, in the order of each partition, with nothing of the program but the log.
pub fn expected(log: &MemoryLog, late_by_us: i64) -> Expected {
    let (mut log, mut found) = (log.clone(), Expected::default());
    let Polled::Assigned(partitions) = log.poll(Duration::ZERO, &mut |_| true).unwrap() else { panic!("no partitions") };
    log.begin(&partitions.iter().map(|&partition| (partition, None)).collect()).unwrap();
    let mut newest: BTreeMap<i32, i64> = BTreeMap::new();
    let mut take = |message: Message<'_>| {
        let place = (message.partition, message.offset);
        let Ok(event) = serde_json::from_slice::<Value>(message.payload.unwrap()) else {
            found.dead.push((place.0, place.1, "not_json".to_owned()));
            return true;
        };
        let Some(us) = event["timestamp"].as_str().map(|time| time.parse::<chrono::DateTime<chrono::Utc>>().unwrap()) else {
            found.dead.push((place.0, place.1, "wrong_fields".to_owned()));
            return true;
        };
        let (us, newest) = (us.timestamp_micros(), newest.entry(place.0).or_default());
        found.events.push(place);
        if us < *newest - late_by_us {
            found.dead.push((place.0, place.1, "late".to_owned()));
        } else {
            let genre = event["genre"].as_str().unwrap_or("unknown").to_owned();
            *found.windows.entry((us - us % MINUTE_US, genre)).or_default() += 1;
        }
        *newest = us.max(*newest);
        true
    };
    while log.poll(Duration::ZERO, &mut take).unwrap() != Polled::Messages(0) {}
    found.events.sort_unstable();
    found.dead.sort_unstable();
    found
}

/// What the lake holds.
pub fn held(workspace: &Workspace) -> Expected {
    let number = |row: &Value, name: &str| row[name].as_i64().unwrap_or_else(|| row[name].as_str().unwrap().parse().unwrap());
    let place = |row: &Value| (i32::try_from(number(row, "partition")).unwrap(), number(row, "position"));
    let mut events: Vec<_> = workspace.query("SELECT partition, position FROM bronze.stream_events").iter().map(place).collect();
    let dead = workspace.query("SELECT partition, position, reason FROM bronze.dead_letters");
    let mut dead: Vec<_> =
        dead.iter().map(|row| (place(row).0, place(row).1, row["reason"].as_str().unwrap().to_owned())).collect();
    let windows = workspace.query(
        "SELECT CAST(arrow_cast(window_start, 'Timestamp(Microsecond, Some(\"UTC\"))') AS BIGINT) AS us, genre, \"count\"
         FROM gold.genre_plays_per_minute",
    );
    let rows = windows.len();
    let windows: BTreeMap<_, _> = windows
        .iter()
        .map(|row| ((number(row, "us"), row["genre"].as_str().unwrap().to_owned()), number(row, "count")))
        .collect();
    assert_eq!(windows.len(), rows, "a window and genre stand there twice");
    events.sort_unstable();
    dead.sort_unstable();
    Expected { events, dead, windows }
}

/// A context over the workspace's lake.
pub fn context(workspace: &Workspace) -> Context {
    let zone = chrono_tz::Europe::Madrid;
    Context {
        lake: Lake::at(workspace.path("data").to_str().unwrap()).unwrap(),
        engine: Engine::new(zone).unwrap(),
        clock: Clock::System,
        run_id: Clock::System.run_id(),
        zone,
        progress: Arc::new(Silent),
    }
}

/// A log whose reading breaks off after so many messages.
pub struct Breaks {
    pub log: MemoryLog,
    pub left: i64,
}

impl Source for Breaks {
    fn name(&self) -> &str {
        self.log.name()
    }

    fn poll(&mut self, wait: Duration, take: &mut dyn FnMut(Message<'_>) -> bool) -> Result<Polled> {
        if self.left <= 0 {
            return Err(Error::failure("broken off"));
        }
        let mut few = 37;
        let polled = self.log.poll(wait, &mut |message| {
            few -= 1;
            take(message) && few > 0
        })?;
        if let Polled::Messages(count) = polled {
            self.left -= i64::try_from(count).unwrap();
        }
        Ok(polled)
    }

    fn begin(&mut self, positions: &BTreeMap<i32, Option<Place>>) -> Result<Vec<Gap>> {
        self.log.begin(positions)
    }

    fn stored(&mut self, _: &BTreeMap<i32, i64>) {}

    fn is_at_end(&self) -> bool {
        self.log.is_at_end()
    }

    fn lag(&self) -> Option<u64> {
        self.log.lag()
    }

    fn idle(&mut self) -> Result<()> {
        Ok(())
    }
}
