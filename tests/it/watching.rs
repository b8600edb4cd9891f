//! The watcher: as a process over real seconds, and in this one over simulated hours with everything going wrong.
#![cfg(unix)]

use crate::fake_spotify::{Fake, Fault, Time};
use crate::signing_in::log_in;
use crate::simulation::Simulation;
use crate::workspace::Workspace;
use moodlake::pipeline::{Watcher, Watching};
use moodlake::watch::{Event, MemoryFile};
use moodlake::web::Patience;
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub const SECOND_US: i64 = 1_000_000;

fn track_id(number: i64) -> String {
    format!("seen{number:018}")
}

/// What Spotify says of a track at a place.
fn shows(number: i64, length_ms: i64, progress_ms: i64, is_playing: bool) -> String {
    let id = track_id(number);
    json!({
        "is_playing": is_playing, "progress_ms": progress_ms, "currently_playing_type": "track",
        "context": { "uri": "spotify:user:somebody:playlist:37i9dQZF1DX" },
        "item": { "id": id, "uri": format!("spotify:track:{id}"), "type": "track", "name": format!("Song {number}"),
            "artists": [{ "name": format!("Artist {number}") }], "album": { "name": "Album" }, "duration_ms": length_ms,
            "external_ids": { "isrc": format!("XX0000{number:06}") } },
    })
    .to_string()
}

/// A player that plays one track after the other, all of this length.
pub fn endless(start_us: i64, length_ms: i64) -> impl Fn(i64) -> String + Send {
    move |now_us| {
        let passed_ms = (now_us - start_us) / 1000;
        if passed_ms < 0 { String::new() } else { shows(passed_ms / length_ms, length_ms, passed_ms % length_ms, true) }
    }
}

fn watcher(workspace: &Workspace, fake: &Fake, arguments: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moodlake"));
    command.current_dir(workspace.path("")).env_clear().envs(fake.environment()).env("MOODLAKE_TIMEZONE", "Europe/Madrid");
    command.arg("watch").args(arguments.split_whitespace());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

pub fn lines(stdout: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn it_tells_events_lands_them_once_and_silver_takes_the_listened_time() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    // Tracks of four seconds: silence, three of them, and silence again.
    let start_us = Time::Real.now_us() + 2 * SECOND_US;
    let player = endless(start_us, 4000);
    fake.world().player =
        Some(Box::new(move |now_us| if now_us > start_us + 11 * SECOND_US { String::new() } else { player(now_us) }));
    let ran = workspace.with(&fake, "watch --interval 1s --completed-after 3500ms --land-every 2s --for 16s").succeeds();
    let told = lines(ran.stdout.as_bytes());
    let kinds: Vec<_> =
        told.iter().map(|event| (event["event_type"].as_str().unwrap(), event["track_name"].as_str().unwrap())).collect();
    let expected = [
        ("track_started", "Song 0"),
        ("track_change", "Song 0"),
        ("track_started", "Song 1"),
        ("track_change", "Song 1"),
        ("track_started", "Song 2"),
        ("track_stopped", "Song 2"),
    ];
    assert_eq!(kinds, expected, "{}", ran.stderr);
    let play = told[1].as_object().unwrap();
    let names: Vec<_> = play.keys().map(String::as_str).collect();
    let mut shape =
        ["event_type", "track_name", "track_id", "status", "duration_listened", "timestamp", "user_id", "processing_path"];
    shape.sort_unstable();
    assert_eq!(names, shape);
    assert_eq!((&play["status"], &play["user_id"], &play["processing_path"]), (&json!("COMPLETED"), &json!("me"), &json!("hot")));
    assert!((3000..=5000).contains(&play["duration_listened"].as_i64().unwrap()), "{play:?}");
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.player_events"), 4);
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.play_events"), 2);

    // What was held back when it ended is told by the next one, and nothing is told again.
    let ran = workspace.with(&fake, "watch --interval 1s --sink lake --for 1s").succeeds();
    assert_eq!(ran.stdout, "");
    std::thread::sleep(Duration::from_secs(30));
    workspace.with(&fake, "watch --interval 1s --completed-after 3500ms --for 1s").succeeds();
    let plays = "SELECT track_id, status, is_whole, processing_path FROM bronze.play_events ORDER BY event_at";
    let plays = workspace.query(plays);
    assert_eq!(plays.len(), 3, "{plays:?}");
    assert_eq!(plays[2]["track_id"], json!(track_id(2)));
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.player_events"), 4);

    // The API and an export tell of the first play too: it counts once, with what is known best.
    let ended =
        &workspace.query("SELECT played_at FROM bronze.listening_history_bronze ORDER BY played_at LIMIT 1")[0]["played_at"];
    let ended = ended.as_str().unwrap();
    let item: Value = serde_json::from_str(&shows(0, 4000, 0, true)).unwrap();
    fake.world().show(&json!({ "items": [{ "track": item["item"], "played_at": ended, "context": null }] }).to_string());
    workspace.with(&fake, "ingest --history-only").succeeds();
    workspace.run("build-silver").succeeds();
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.listening_history_bronze"), 4);
    let silver = format!("SELECT source, ms_played FROM silver.listening_with_features WHERE track_id = '{}'", track_id(0));
    let rows = workspace.query(&silver);
    assert_eq!((rows.len(), &rows[0]["source"], &rows[0]["ms_played"]), (1, &json!("now_playing"), &play["duration_listened"]));
    let export = json!([{ "ts": format!("{}Z", &ended[..19]), "ms_played": 3999, "master_metadata_track_name": "Song 0",
        "master_metadata_album_artist_name": "Artist 0", "master_metadata_album_album_name": "Album",
        "spotify_track_uri": format!("spotify:track:{}", track_id(0)), "reason_end": "trackdone", "skipped": false }]);
    workspace.write("Streaming_History_Audio_2026_0.json", export.to_string());
    workspace.run("import Streaming_History_Audio_2026_0.json").succeeds();
    workspace.run("build-silver").succeeds();
    let rows = workspace.query(&silver);
    assert_eq!((rows.len(), &rows[0]["source"], &rows[0]["ms_played"]), (1, &json!("extended_export"), &json!(3999)));
    workspace.run("check").succeeds();
}

#[test]
fn killed_at_any_moment_it_loses_and_repeats_nothing() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    let start_us = Time::Real.now_us() + 2 * SECOND_US;
    fake.world().player = Some(Box::new(endless(start_us, 3000)));
    for tenths in [35, 26, 41, 18, 33, 29, 38, 21] {
        let mut process = watcher(&workspace, &fake, "--interval 1s --completed-after 2s --land-every 1s --sink lake");
        std::thread::sleep(Duration::from_millis(tenths * 100));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let mut process = watcher(&workspace, &fake, "--interval 1s --completed-after 2s --sink lake");
    std::thread::sleep(Duration::from_millis(1500));
    let second = workspace.with(&fake, "watch --for 1s").fails(1, "another watcher");
    assert_eq!(second.stdout, "");
    // Asked to stop, it stores what it saw.
    assert!(Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap().success());
    assert!(process.wait().unwrap().success());
    let passed = (Time::Real.now_us() - start_us) / (3 * SECOND_US);
    let plays = workspace.query("SELECT track_name, count(*) AS told FROM bronze.play_events GROUP BY 1 ORDER BY 1");
    assert!(plays.iter().all(|row| row["told"] == json!(1)), "{plays:?}");
    // The last one may have been under way still when it was asked to stop.
    assert!(i64::try_from(plays.len()).unwrap() >= passed - 1 && passed >= 7, "{} of {passed}", plays.len());
    let twice = "SELECT count(*) FROM (SELECT track_id, event_type FROM bronze.player_events GROUP BY 1, 2 HAVING count(*) > 1)";
    assert_eq!(workspace.count("data", twice), 0);
    assert_eq!(
        workspace.count("data", "SELECT count(*) FROM bronze.play_events"),
        workspace.count("data", "SELECT count(*) FROM bronze.listening_history_bronze WHERE source = 'now_playing'")
    );
}

#[test]
fn wrong_flags_and_a_missing_login_are_told_before_anything_is_watched() {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    workspace.run("watch").fails(3, "no Spotify app is configured");
    workspace.with(&fake, "watch").fails(3, "nobody has logged in");
    workspace.with(&fake, "watch --interval 100ms").fails(2, "--interval 100ms");
    workspace.with(&fake, "watch --interval soon").fails(2, "--interval soon");
    assert_eq!(workspace.with(&fake, "watch --sink printer").code, 2);
    assert!(!workspace.path("data/.moodlake.watch.json").exists());
}

/// What a simulated watcher saw in so many seconds.
async fn watched(simulation: &Simulation, seconds: i64, interval: u64) -> Vec<Event> {
    let watching = Watching {
        interval: Duration::from_secs(interval),
        completed_after: Duration::from_secs(30),
        land_every: Some(Duration::from_mins(10)),
    };
    let patience = Patience { attempts_max: 1, wait_max: Duration::ZERO, ..simulation.patience() };
    let client = simulation.client(patience);
    let file = MemoryFile::at(simulation.workspace.path("data/.moodlake.watch.json"));
    let mut watcher = Watcher::begin(simulation.context(), &client, watching, None, file).await.unwrap();
    let end_us = simulation.clock.now().timestamp_micros() + seconds * SECOND_US;
    let mut told = Vec::new();
    while simulation.clock.now().timestamp_micros() < end_us {
        let (events, wait) = watcher.look().await.unwrap();
        told.extend(events);
        simulation.clock.sleep(wait).await;
    }
    watcher.end().await.unwrap();
    told
}

fn words(events: &[Event]) -> Vec<String> {
    let word = |event: &Event| match event {
        Event::Player(event) => {
            let change = event.change.name().trim_start_matches("track_");
            format!("{change} {}", event.track.name.as_deref().unwrap_or_default())
        }
        Event::Play(event) => format!("{} {}", event.status.name(), event.track.name.as_deref().unwrap_or_default()),
    };
    events.iter().map(word).collect()
}

/// An hour in a cycle of five minutes: three minutes of a track with a pause in it, an advertisement, a track that is skipped, an
/// item that Spotify does not name, an episode, and silence.
fn evening(start_us: i64) -> impl Fn(i64) -> String + Send {
    move |now_us| {
        let at = (now_us - start_us) / 1000;
        let (cycle, at) = (at / 300_000, at % 300_000);
        let (first, second) = (cycle * 2, cycle * 2 + 1);
        let other = |kind: &str| json!({ "is_playing": true, "item": null, "currently_playing_type": kind }).to_string();
        match at {
            5_000..65_000 => shows(first, 180_000, at - 5_000, true),
            65_000..85_000 => shows(first, 180_000, 60_000, false),
            // For a moment nobody knows what is playing.
            120_000..122_000 => other("unknown"),
            85_000..205_000 => shows(first, 180_000, at - 25_000, true),
            205_000..220_000 => other("ad"),
            220_000..232_000 => shows(second, 200_000, at - 220_000, true),
            232_000..262_000 => other("episode"),
            _ => String::new(),
        }
    }
}

/// What there is to tell of an hour of that.
fn scripted() -> Vec<String> {
    let of = |cycle: i64| {
        let (first, second) = (cycle * 2, cycle * 2 + 1);
        [
            format!("started Song {first}"),
            format!("paused Song {first}"),
            format!("resumed Song {first}"),
            format!("stopped Song {first}"),
            format!("COMPLETED Song {first}"),
            format!("started Song {second}"),
            format!("stopped Song {second}"),
            format!("SKIPPED Song {second}"),
        ]
    };
    (0..12).flat_map(of).collect()
}

#[tokio::test]
async fn an_hour_of_ads_episodes_pauses_and_expiring_tokens_is_told_exactly() {
    for (interval, near_ms) in [(1, 1_500), (5, 5_000)] {
        let simulation = Simulation::new(|world, start_us| {
            world.lifetime_seconds = 600;
            world.player = Some(Box::new(evening(start_us)));
        });
        simulation.log_in().await;
        let events = watched(&simulation, 3599, interval).await;
        assert_eq!(words(&events), scripted(), "every {interval} s");
        assert!(simulation.fake.world().count("api/token") > 5, "tokens ended on the way");
        for event in &events {
            let Event::Play(play) = event else { continue };
            let scripted_ms = if play.track.duration_ms == Some(180_000) { 180_000 } else { 12_000 };
            assert!(play.is_whole && (play.listened_ms - scripted_ms).abs() <= near_ms, "{play:?}");
        }
        let rows =
            simulation.workspace.query("SELECT count(*) AS rows, sum(ms_played) AS ms FROM bronze.listening_history_bronze");
        assert_eq!(rows[0]["rows"], json!(24));
    }
}

#[tokio::test]
async fn hours_with_a_bad_network_tells_nothing_twice_and_nothing_that_was_not() {
    let simulation = Simulation::new(|world, start_us| {
        world.lifetime_seconds = 900;
        world.faults_per_mille = 250;
        world.player = Some(Box::new(evening(start_us)));
    });
    simulation.log_in().await;
    let events = watched(&simulation, 8 * 3600, 5).await;
    let told = words(&events);
    let mut once = told.clone();
    once.sort();
    once.dedup();
    let repeated = told.len() - once.len();
    // A track that nobody could see for a while may stop and go on in between; it never starts or ends twice.
    assert!(repeated <= told.len() / 50, "{repeated} of {} repeated", told.len());
    for word in ["started", "COMPLETED", "SKIPPED"] {
        let of: Vec<_> = told.iter().filter(|what| what.starts_with(word)).collect();
        let mut unique = of.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(of.len(), unique.len(), "{word}: something was told twice");
        assert!(of.len() > 3, "{word}: {} in all", of.len());
    }
    for event in &events {
        let Event::Play(play) = event else { continue };
        let length_ms = if play.track.duration_ms == Some(180_000) { 180_000 } else { 12_000 };
        assert!(play.listened_ms <= length_ms + 20_000, "more than was played: {play:?}");
    }
    let plays = events.iter().filter(|event| matches!(event, Event::Play(_))).count();
    let stored = simulation.workspace.count("data", "SELECT count(*) FROM bronze.play_events");
    assert_eq!(stored, i64::try_from(plays).unwrap());
}

#[tokio::test]
async fn a_wait_that_spotify_asks_for_is_kept_to_and_an_outage_is_survived() {
    let simulation = Simulation::new(|world, start_us| world.player = Some(Box::new(endless(start_us, 200_000))));
    simulation.log_in().await;
    let faults = [
        Fault::Status(429, Some(120), r#"{"error":{"status":429,"message":"API rate limit exceeded"}}"#),
        Fault::Reset,
        Fault::Half,
        Fault::Status(500, None, ""),
        Fault::NotJson,
        Fault::Status(401, None, r#"{"error":{"status":401,"message":"The access token expired"}}"#),
    ];
    simulation.fake.world().scripted.extend(faults.map(|fault| ("currently-playing", fault)));
    let events = watched(&simulation, 1000, 5).await;
    let asked = simulation.fake.world().count("currently-playing");
    assert!((20..=135).contains(&asked), "{asked} looks: two minutes without any, then half as many");
    assert!(words(&events).contains(&"COMPLETED Song 2".to_owned()), "{:?}", words(&events));
    assert!(simulation.state().read().not_before.is_none(), "the wait is over");
}
