//! What follows the events of a stream: the listening history and the table of cold events, each event once, whoever breaks off.

use crate::stream_log::{Breaks, START_US, context, log};
use crate::workspace::Workspace;
use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use moodlake::broker::{MemoryLog, Outgoing, Sink, Source};
use moodlake::bronze::watched;
use moodlake::engine::no_values;
use moodlake::error::Result;
use moodlake::lake::TableAt;
use moodlake::spotify::track::Track;
use moodlake::stream::{Cold, Follower, Options, consume};
use moodlake::watch::{Event, PlayEvent, Status};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A stream that ends where its log does.
pub fn options(workspace: &Workspace) -> Options {
    Options {
        late_by_us: 120_000_000,
        window_us: 60_000_000,
        land_every: Duration::ZERO,
        ends: true,
        csv: None,
        checkpoint: workspace.path("checkpoint"),
        keeps_history: true,
        followers: Vec::new(),
    }
}

pub async fn read(workspace: &Workspace, source: impl Source + 'static, options: Options) -> Result<()> {
    consume(&context(workspace), Box::new(source), options, Arc::new(AtomicBool::new(false))).await.map(drop)
}

fn history(workspace: &Workspace) -> i64 {
    workspace.count("data", "SELECT count(*) FROM bronze.listening_history_bronze")
}

#[tokio::test(flavor = "multi_thread")]
async fn plays_of_a_stream_are_in_the_history_once_and_in_silver() {
    let workspace = Workspace::new();
    let mut log = log("plays", 700, 40);
    for left in [150, 260, 90] {
        assert!(read(&workspace, Breaks { log: log.clone(), left }, options(&workspace)).await.is_err());
    }
    read(&workspace, log.clone(), options(&workspace)).await.unwrap();
    // The same play told in two messages is one play.
    let told =
        "SELECT count(DISTINCT concat(user_id, '/', event_at)) FROM bronze.stream_events WHERE event_type = 'track_change'";
    let plays = workspace.count("data", told);
    assert!(plays > 600);
    assert_eq!(history(&workspace), plays);
    let versions = || std::fs::read_dir(workspace.path("data/bronze/listening_history_bronze/_delta_log")).unwrap().count();
    let before = versions();
    read(&workspace, log.clone(), options(&workspace)).await.unwrap();
    assert_eq!((history(&workspace), versions()), (plays, before), "nothing is new");

    // One that was made up stays known as made up, of one that was not seen whole nobody knows how long it was.
    let event = |id: &str, more: Value| {
        let mut event = json!({
            "event_type": "track_change", "track_id": id, "track_name": "Other", "artist_name": "Band", "status": "COMPLETED",
            "duration_listened": 31_000, "timestamp": "2026-03-01T00:30:00Z", "user_id": "eva",
        });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event.to_string()
    };
    for (id, more) in [
        ("4uLU6hMCjMI75M1A2tKUQC", json!({ "is_simulated": true })),
        ("4uLU6hMCjMI75M1A2tKUQD", json!({ "is_whole": false })),
        ("4uLU6hMCjMI75M1A2tKUQE", json!({})),
        // No id of Spotify's, and no name: it stays in bronze alone.
        ("?", json!({ "track_name": null })),
    ] {
        log.send(Outgoing { key: "eva", payload: &event(id, more), told_us: START_US + 1_800_000_000 }).unwrap();
    }
    read(&workspace, log.clone(), options(&workspace)).await.unwrap();
    let rows = workspace.query(
        "SELECT right(track_id, 1) AS track, source, ms_played FROM bronze.listening_history_bronze WHERE user_id = 'eva' ORDER BY 1",
    );
    let of = |track: &str, source: &str, ms: Value| json!({ "track": track, "source": source, "ms_played": ms });
    assert_eq!(
        rows,
        [of("C", "simulated", json!(31_000)), of("D", "now_playing", Value::Null), of("E", "now_playing", json!(31_000))]
    );
    assert_eq!(history(&workspace), plays + 3);
    workspace.run("build-silver").succeeds();
    assert_eq!(workspace.count("data", "SELECT count(*) FROM silver.listening_with_features"), plays + 3);
    workspace.run("check").succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_play_that_comes_from_the_watcher_and_by_a_stream_is_one() {
    let workspace = Workspace::new();
    let play = |track: Track, number: i64, is_whole: bool| {
        let ended_us = START_US + number * 200_000_000 + 123_456;
        Event::Play(PlayEvent {
            track,
            context_uri: None,
            started_us: ended_us - 100_000_000,
            ended_us,
            listened_ms: 99_000,
            is_whole,
            status: Status::Completed,
            told_us: ended_us,
        })
    };
    let id = "4uLU6hMCjMI75M1A2tKUQC";
    let known = Track {
        id: Some(id.to_owned()),
        uri: Some(format!("spotify:track:{id}")),
        name: Some("Río".to_owned()),
        artists: vec!["Ana".to_owned(), "Eva".to_owned()],
        ..Track::default()
    };
    let local = Track { id: None, uri: Some("spotify:local:Ana:Album:R%C3%ADo:200".to_owned()), ..known.clone() };
    let events = [play(known.clone(), 1, true), play(known, 2, false), play(local, 3, true)];
    watched::land(&context(&workspace), "ana", &events).await.unwrap();
    assert_eq!(history(&workspace), 3);
    let mut log = MemoryLog::new("watched", 1);
    for event in &events {
        let message = event.message("ana").to_string();
        log.send(Outgoing { key: "ana", payload: &message, told_us: event.told_us() }).unwrap();
    }
    read(&workspace, log, options(&workspace)).await.unwrap();
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.stream_events"), 3);
    assert_eq!(history(&workspace), 3);
}

/// The whole numbers in the one row of a question to the table `t` at a place.
async fn numbers(workspace: &Workspace, place: &Path, sql: &str) -> Vec<i64> {
    let table = TableAt::at(place.to_str().unwrap()).unwrap().open().await.unwrap().unwrap();
    let scope = context(workspace).engine.scope();
    scope.register("t", table.provider(&scope.state()).await.unwrap()).unwrap();
    let rows = scope.model("numbers", sql, no_values()).await.unwrap().collect().await.unwrap();
    rows[0].columns().iter().map(|column| column.as_primitive::<Int64Type>().value(0)).collect()
}

/// Plays of so many listeners, every second one cold.
fn crowd(log: &mut MemoryLog, listeners: i64, from: i64) {
    for number in from..from + 2 * listeners {
        let user = format!("listener {}/é", number % listeners);
        let path = if number < from + listeners { "cold" } else { "hot" };
        let event = json!({
            "event_type": "track_change", "track_name": "Song", "status": "COMPLETED", "duration_listened": number,
            "timestamp": "2026-03-01T00:30:00Z", "user_id": user, "processing_path": path,
        });
        log.send(Outgoing { key: &user, payload: &event.to_string(), told_us: START_US + 1_800_000_000 }).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cold_events_are_in_their_table_once_however_often_it_breaks_off() {
    let workspace = Workspace::new();
    let place = workspace.path("cold");
    let cold = || Cold::new(context(&workspace), TableAt::at(place.to_str().unwrap()).unwrap());
    let mut log = MemoryLog::new("cold", 2);
    let (mut wanted, mut broken) = (0, 0);
    for round in 0..3 {
        crowd(&mut log, 450, round * 1_000);
        wanted += 450;
        read(&workspace, log.clone(), Options { keeps_history: false, ..options(&workspace) }).await.unwrap();
        for milliseconds in (5..).step_by(23) {
            // Each process is another one, and ends wherever it is.
            let mut follower = cold();
            match tokio::time::timeout(Duration::from_millis(milliseconds), follower.follow()).await {
                Ok(steps) => {
                    steps.unwrap();
                    break;
                }
                Err(_) => broken += 1,
            }
        }
        let held =
            "SELECT count(*) AS rows, count(DISTINCT concat(partition, '/', position)) AS once, count(DISTINCT user_id) AS users,
            count(*) FILTER (WHERE processing_path = 'cold') AS cold FROM t";
        assert_eq!(numbers(&workspace, &place, held).await, [wanted, wanted, 450, wanted]);
    }
    assert!(broken > 3, "it broke off {broken} times only");
    // Nothing is new.
    let steps = cold().follow().await.unwrap();
    assert_eq!(steps[0].rows_written, 0);
}
