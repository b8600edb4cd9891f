//! Messages of a stream.

use moodlake::stream::StreamEvent;
use serde_json::Value;
use std::path::Path;

/// When every message was told, in microseconds since 1970.
const TOLD_US: i64 = 1_793_527_200_000_000;
const AHEAD_US: i64 = 600_000_000;

/// An event says what its JSON says; what is no event has a reason.
pub fn event(_: &Path, bytes: &[u8]) {
    match StreamEvent::read(bytes, Some(TOLD_US)) {
        Err(fault) => assert!(!fault.reason.is_empty() && !fault.detail.is_empty()),
        Ok(event) => {
            let told: Value = serde_json::from_slice(bytes).expect("an event is JSON");
            assert_eq!(told["user_id"], *event.user_id);
            assert_eq!(told["duration_listened"].as_i64(), event.listened_ms);
            assert!((0..=TOLD_US + AHEAD_US).contains(&event.event_us));
            let other = event
                .other
                .map_or(0, |text| serde_json::from_str::<Value>(&text).expect("JSON").as_object().expect("fields").len());
            let known = told.as_object().expect("an object").len();
            assert!(other < known, "{other} unknown fields of {known}");
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let play = r#"{"event_type":"track_change","track_name":"R\u00edo","track_id":"4uLU6hMCjMI75M1A2tKUQC","status":"COMPLETED",
        "duration_listened":201573,"timestamp":"2026-03-01T12:00:00.123Z","user_id":"ana","processing_path":"hot"}"#;
    let change =
        r#"{"event_type":"track_paused","user_id":"ana","timestamp":"2026-03-01T12:00:00+01:00","progress_ms":7,"new":[{}]}"#;
    [play, change, "{}", "[]", "nul", r#"{"user_id":"a","user_id":"b"}"#].map(|text| text.as_bytes().to_vec()).to_vec()
}
