//! Made-up play events: their shape, their pace, and the replay of a lake's plays.

use crate::workspace::{Ran, Workspace};
use moodlake::clock::Stopwatch;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn without_a_lake_a_crowd_hears_the_bundled_sample_and_the_seed_decides() {
    let workspace = Workspace::new();
    let once = workspace.run("simulate --total 3000 --users 40 --start 2026-03-01T12:00:00Z --seed 3 --late 0.05").succeeds();
    let again = workspace.run("simulate --total 3000 --users 40 --start 2026-03-01T12:00:00Z --seed 3 --late 0.05").succeeds();
    assert!(once.stdout == again.stdout, "the same seed gave other events");
    assert!(!workspace.path("data").exists(), "nothing is written");
    let events = lines(&once);
    assert_eq!(events.len(), 3000);
    let mut shape = [
        "event_id",
        "event_type",
        "user_id",
        "track_id",
        "track_name",
        "artist_name",
        "genre",
        "status",
        "duration_listened",
        "timestamp",
        "processing_path",
        "is_simulated",
    ];
    shape.sort_unstable();
    assert_eq!(events[0].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), shape);
    let distinct = |name: &str| events.iter().map(|event| event[name].as_str().unwrap()).collect::<BTreeSet<_>>();
    assert_eq!(distinct("event_id").len(), 3000);
    assert_eq!(distinct("user_id").len(), 40);
    assert_eq!(distinct("status"), BTreeSet::from(["COMPLETED", "SKIPPED"]));
    let times: Vec<_> = events.iter().map(|event| event["timestamp"].as_str().unwrap()).collect();
    assert!(times.iter().all(|time| *time >= "2026-03-01T12:00:00.000Z"));
    let late = times.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!((50..300).contains(&late), "{late} out of order");
}

#[test]
fn a_pace_is_kept_and_wrong_flags_are_told() {
    let workspace = Workspace::new();
    let begun = Stopwatch::start();
    let ran = workspace.run("simulate --total 30 --rate 20").succeeds();
    assert_eq!(lines(&ran).len(), 30);
    // Not a matter of speed: thirty events, twenty a second.
    assert!(begun.seconds() > 1.3);
    assert_eq!(workspace.run("simulate --rate 0").code, 2);
    workspace.run("simulate --late 7 --total 1").fails(2, "--late 7");
    workspace.run("simulate --late-by soon --total 1").fails(2, "--late-by soon");
    workspace.run("simulate --start yesterday --total 1").fails(2, "--start yesterday");
    workspace.run("simulate --replay --total 1").fails(1, "no plays to replay");
}

#[test]
fn a_replay_tells_every_play_of_silver_once_in_the_order_of_time() {
    let workspace = Workspace::new();
    workspace.run("demo --lake data").succeeds();
    let events = lines(&workspace.run("simulate --replay").succeeds());
    let plays =
        workspace.query("SELECT play_id, ms_played, track_genre FROM silver.listening_with_features ORDER BY played_at, play_id");
    assert_eq!(events.len(), plays.len());
    for (event, play) in events.iter().zip(&plays) {
        assert_eq!((&event["event_id"], &event["duration_listened"]), (&play["play_id"], &play["ms_played"]));
        assert_eq!(event["genre"], *play.get("track_genre").unwrap_or(&Value::Null));
    }
    assert_eq!(events[0]["user_id"], json!("demo"));
    let some = lines(&workspace.run("simulate --replay --total 7 --late 0.5").succeeds());
    assert_eq!(some.len(), 7);
    // A lake's own catalogue is what a crowd hears.
    let heard = lines(&workspace.run("simulate --total 200").succeeds());
    let ids: Vec<_> = heard.iter().map(|event| format!("'{}'", event["track_id"].as_str().unwrap())).collect();
    let known = format!("SELECT count(DISTINCT track_id) FROM silver.catalog_tracks WHERE track_id IN ({})", ids.join(","));
    let distinct = ids.iter().collect::<BTreeSet<_>>().len();
    assert_eq!(workspace.count("data", &known), i64::try_from(distinct).unwrap());
}
