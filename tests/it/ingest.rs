//! What ingestion brings into the lake, and what it leaves alone.

use crate::fake_spotify::{Fake, Fault, Time, listener};
use crate::signing_in::{listening, log_in};
use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const HISTORY: &str = "bronze.listening_history_bronze";
const TRACKS: &str = "bronze.my_tracks_features_bronze";

fn logged_in() -> (Workspace, Fake) {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    log_in(&workspace, &fake);
    (workspace, fake)
}

fn item(number: u64, played_at: &str) -> Value {
    let played_at_us = played_at.parse::<DateTime<Utc>>().unwrap().timestamp_micros();
    listener::FakePlay { played_at_us, known_at_us: played_at_us, kind: listener::Kind::Track, number }.item()
}

fn page(items: &[Value]) -> String {
    json!({ "items": items, "next": null, "cursors": null }).to_string()
}

#[test]
fn without_an_app_ingest_says_how_to_get_one_and_does_the_rest() {
    let workspace = Workspace::new();
    workspace.run("ingest").fails(3, "no Spotify app is configured");
}

#[test]
fn every_play_of_the_answer_is_stored_with_what_spotify_says_of_it() {
    let (workspace, fake) = logged_in();
    let mut with_context = item(1, "2026-11-01T10:00:00.123Z");
    with_context["context"] = json!({ "type": "collection", "uri": "spotify:user:ann.account:collection" });
    fake.world().show(&page(&[with_context, item(2, "2026-11-01T09:56:40Z")]));
    workspace.with(&fake, "ingest").succeeds();
    let rows = workspace.query(&format!(
        "SELECT * EXCLUDE (artists), array_to_string(artists, '|') AS artists FROM {HISTORY} ORDER BY played_at DESC"
    ));
    assert_eq!(rows.len(), 2);
    let first = &rows[0];
    for (column, value) in [
        ("user_id", json!("me")),
        ("source", json!("spotify_api")),
        ("time_basis", json!("unknown")),
        ("track_id", json!(listener::track_id(1))),
        ("track_uri", json!(format!("spotify:track:{}", listener::track_id(1)))),
        ("artist_name", json!("Artist 1")),
        ("artists", json!("Artist 1|Guest")),
        ("duration_ms", json!(200_000)),
        ("isrc", json!("XX0000000001")),
        ("context_uri", json!("spotify:collection")),
    ] {
        assert_eq!(first[column], value, "{column}");
    }
    for (path, _) in workspace.files("data") {
        let bytes = std::fs::read(&path).unwrap();
        let mut text = String::new();
        if path.extension().is_some_and(|end| end == "gz") {
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut text).unwrap();
        } else {
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        assert!(!text.contains("ann.account"), "{} names the account", path.display());
    }
    assert!(first["ms_played"].is_null() && first["played_at"].as_str().unwrap().contains("10:00:00.123"), "{first}");
    let tracks = workspace
        .query("SELECT track_name, explicit, popularity, source FROM bronze.my_tracks_features_bronze ORDER BY track_id");
    assert_eq!(tracks[0], json!({ "track_name": "Song 1", "explicit": false, "popularity": null, "source": "spotify" }));
}

#[test]
fn odd_items_are_kept_with_their_reason_once_however_often_they_come() {
    let (workspace, fake) = logged_in();
    let mut episode = item(3, "2026-11-01T09:00:00Z");
    episode["track"]["type"] = json!("episode");
    let odd = [json!(null), json!({ "track": null, "played_at": "2026-11-01T08:00:00Z" }), episode.clone()];
    fake.world().show(&page(&[&[item(1, "2026-11-01T10:00:00Z")], odd.as_slice()].concat()));
    workspace.with(&fake, "ingest").succeeds();
    // The same episode with other decoration is the same episode.
    episode["track"]["images"] = json!([{ "url": "elsewhere" }]);
    fake.world().show(&page(&[item(1, "2026-11-01T10:00:00Z"), json!(null), episode]));
    workspace.with(&fake, "ingest").succeeds();
    let reasons = workspace.query("SELECT reason, count(*) AS times FROM bronze.rejected_rows GROUP BY reason ORDER BY reason");
    assert_eq!(
        reasons,
        [
            json!({ "reason": "no_track", "times": 1 }),
            json!({ "reason": "not_an_object", "times": 1 }),
            json!({ "reason": "podcast_episode", "times": 1 })
        ]
    );
    assert_eq!(workspace.count("data", &format!("SELECT count(*) FROM {HISTORY}")), 1);
}

#[test]
fn a_run_with_nothing_new_writes_no_data_file() {
    let (workspace, fake) = listening();
    workspace.with(&fake, "run").succeeds();
    let layers = || [workspace.files("data/bronze"), workspace.files("data/silver"), workspace.files("data/gold")];
    let (before, answers) = (layers(), workspace.files("data/ops/raw_responses"));
    assert!(!before[2].is_empty());
    workspace.with(&fake, "run").succeeds();
    let runs = workspace.files("data/ops/runs");
    workspace.with(&fake, "ingest --history-only").succeeds();
    assert_eq!(workspace.files("data/ops/runs"), runs, "a poll that found nothing new is not worth a row");
    assert_eq!(layers(), before);
    assert_eq!(workspace.files("data/ops/raw_responses"), answers, "an answer that says the same is not kept twice");
}

#[test]
fn when_no_play_of_an_answer_is_known_the_stretch_between_is_a_gap_until_an_export_covers_it() {
    let (workspace, fake) = logged_in();
    fake.world().show(&page(&[item(1, "2026-10-01T10:00:00Z"), json!(null)]));
    workspace.with(&fake, "ingest").succeeds();
    assert!(!workspace.path("data/ops/history_gaps").exists(), "what was before the first answer is not missing but unknown");
    // A late play is older than what is stored; the gap still begins at the newest stored one.
    fake.world().show(&page(&[
        item(3, "2026-10-01T18:00:00Z"),
        item(2, "2026-10-01T16:00:00Z"),
        item(9, "2026-10-01T09:00:00Z"),
        json!(null),
    ]));
    let ran = workspace.with(&fake, "ingest").succeeds();
    assert!(ran.stderr.contains("plays may be missing"), "{}", ran.stderr);
    workspace.with(&fake, "ingest").succeeds();
    let gaps =
        workspace.query("SELECT CAST(from_at AS VARCHAR) AS f, CAST(to_at AS VARCHAR) AS t, closed_by FROM ops.history_gaps");
    assert_eq!(gaps.len(), 1);
    assert!(
        gaps[0]["f"].as_str().unwrap().contains("10:00:00") && gaps[0]["t"].as_str().unwrap().contains("16:00:00"),
        "{gaps:?}"
    );
    let status = workspace.run("status").succeeds();
    assert!(status.stdout.contains("plays may be missing"), "{}", status.stdout);
    let row = |time: &str| {
        json!({ "ts": time, "ms_played": 100_000, "master_metadata_track_name": "Song", "master_metadata_album_artist_name": "A",
        "master_metadata_album_album_name": "B", "spotify_track_uri": format!("spotify:track:{}", listener::track_id(7)) })
    };
    // An export that ends inside the gap does not close it; one that reaches over it does.
    workspace.write("short.json", "");
    let export = |name: &str, rows: &[Value]| workspace.write(name, Value::from(rows.to_vec()).to_string());
    export("a/Streaming_History_Audio_2026_0.json", &[row("2026-09-01T00:00:00Z"), row("2026-10-01T12:00:00Z")]);
    workspace.run("import a").succeeds();
    assert_eq!(workspace.count("data", "SELECT count(*) FROM ops.history_gaps WHERE closed_by IS NULL"), 1);
    export("b/Streaming_History_Audio_2026_0.json", &[row("2026-09-01T00:00:00Z"), row("2026-10-02T00:00:00Z")]);
    workspace.run("import b").succeeds();
    let closed = workspace.query("SELECT closed_by FROM ops.history_gaps");
    assert!(closed[0]["closed_by"].is_string(), "{closed:?}");
}

#[test]
fn a_play_that_the_api_and_the_export_both_tell_is_one_in_silver() {
    let (workspace, fake) = logged_in();
    fake.world().show(&page(&[item(1, "2026-10-01T10:00:00.500Z"), item(2, "2026-10-01T11:00:00Z")]));
    workspace.with(&fake, "ingest").succeeds();
    let row = json!([{ "ts": "2026-10-01T10:00:01Z", "ms_played": 199_000, "master_metadata_track_name": "Song 1",
        "master_metadata_album_artist_name": "Artist 1", "master_metadata_album_album_name": "Album",
        "spotify_track_uri": format!("spotify:track:{}", listener::track_id(1)) }]);
    workspace.write("Streaming_History_Audio_2026_0.json", row.to_string());
    workspace.run("import Streaming_History_Audio_2026_0.json").succeeds();
    workspace.run("build-silver").succeeds();
    let sources = workspace.query("SELECT source FROM silver.listening_with_features ORDER BY played_at");
    assert_eq!(sources, [json!({ "source": "extended_export" }), json!({ "source": "spotify_api" })]);
}

#[test]
fn what_an_export_left_out_of_a_track_is_completed_by_the_api() {
    let (workspace, fake) = logged_in();
    let row = json!([{ "ts": "2026-09-01T10:00:01Z", "ms_played": 199_000, "master_metadata_track_name": "Song 1",
        "master_metadata_album_artist_name": "Artist 1", "master_metadata_album_album_name": "Album",
        "spotify_track_uri": format!("spotify:track:{}", listener::track_id(1)) }]);
    workspace.write("Streaming_History_Audio_2026_0.json", row.to_string());
    workspace.run("import Streaming_History_Audio_2026_0.json").succeeds();
    fake.world().show(&page(&[item(1, "2026-10-01T10:00:00Z")]));
    workspace.with(&fake, "ingest").succeeds();
    let tracks = workspace.query("SELECT isrc, duration_ms, explicit FROM bronze.my_tracks_features_bronze");
    assert_eq!(tracks, [json!({ "isrc": "XX0000000001", "duration_ms": 200_000, "explicit": false })]);
}

fn features(energy: f64) -> Value {
    json!({ "danceability": 0.5, "energy": energy, "key": 5, "loudness": -7.5, "mode": 1, "speechiness": 0.05, "acousticness": 0.2,
        "instrumentalness": 0.0, "liveness": 0.1, "valence": 0.6, "tempo": 120.0, "time_signature": 4 })
}

fn with_id(mut row: Value, number: u64) -> Value {
    row["id"] = json!(listener::track_id(number));
    row
}

#[test]
fn spotifys_features_are_used_where_the_app_may_and_arrive_in_silver_at_the_next_build() {
    let (workspace, fake) = logged_in();
    fake.world().show(&page(&[item(1, "2026-10-01T10:00:00Z"), item(2, "2026-10-01T11:00:00Z")]));
    workspace.with(&fake, "run").succeeds();
    let silver = "SELECT feature_source, feature_provider, energy FROM silver.listening_with_features ORDER BY played_at";
    assert!(workspace.query(silver).iter().all(|row| row["feature_source"] == "synthetic"));
    assert_eq!(fake.world().count("audio-features"), 1);
    workspace.with(&fake, "run").succeeds();
    assert_eq!(fake.world().count("audio-features"), 1, "a 403 is remembered");
    // Months later the app may ask: it is probed again.
    let mut state: Value = serde_json::from_slice(&std::fs::read(workspace.path("data/.spotify_state.json")).unwrap()).unwrap();
    assert!(state["audio_features_denied_at"].is_string());
    state["audio_features_denied_at"] = "2026-01-01T00:00:00Z".into();
    workspace.write("data/.spotify_state.json", state.to_string());
    fake.world().audio_features = Some([(listener::track_id(1), with_id(features(0.25), 1))].into());
    workspace.with(&fake, "run").succeeds();
    let rows = workspace.query(silver);
    assert_eq!(rows[0], json!({ "feature_source": "real", "feature_provider": "spotify", "energy": 0.25 }));
    assert_eq!(rows[1]["feature_source"], "synthetic", "a null in the answer is a track that Spotify does not know");
    let calls = fake.world().count("audio-features");
    workspace.with(&fake, "run").succeeds();
    assert_eq!(fake.world().count("audio-features"), calls, "a miss is remembered");
    let left = workspace.query("SELECT track_id FROM bronze.my_tracks_features_bronze_synthetic");
    assert_eq!(left, [json!({ "track_id": listener::track_id(2) })], "what was made up for the other track is withdrawn");
}

#[test]
fn reccobeats_is_asked_only_when_it_is_opted_in_in_forties_and_never_twice_for_a_miss() {
    let (workspace, fake) = logged_in();
    let items: Vec<_> = (0..50).map(|number| item(number, &format!("2026-10-01T10:{number:02}:00Z"))).collect();
    fake.world().show(&page(&items));
    fake.world().reccobeats = (0..45).map(|number| (listener::track_id(number), features(0.75))).collect();
    let mut wrong = features(7.0);
    wrong["valence"] = json!("high");
    fake.world().reccobeats.insert(listener::track_id(45), wrong);
    workspace.with(&fake, "ingest").succeeds();
    assert_eq!(fake.world().count("reccobeats"), 0, "nobody opted in");
    let opted_in = [("AUDIO_FEATURES_PROVIDER", "reccobeats")];
    workspace.with_more(&fake, "ingest", &opted_in).succeeds();
    assert_eq!(fake.world().count("reccobeats"), 2, "fifty tracks are two calls");
    let rows = workspace.query("SELECT source, count(energy) AS with_energy, count(*) AS tracks FROM bronze.my_tracks_features_bronze GROUP BY source ORDER BY source");
    assert_eq!(
        rows,
        [
            json!({ "source": "reccobeats", "with_energy": 45, "tracks": 45 }),
            json!({ "source": "spotify", "with_energy": 0, "tracks": 5 })
        ]
    );
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.rejected_rows WHERE reason LIKE 'feature_%'"), 1);
    workspace.with_more(&fake, "ingest", &opted_in).succeeds();
    assert_eq!(fake.world().count("reccobeats"), 2, "misses are remembered");
    assert_eq!(workspace.count("data", "SELECT count(DISTINCT track_id) FROM ops.feature_misses"), 5);
    let names =
        workspace.query("SELECT track_name, album_name, isrc FROM bronze.my_tracks_features_bronze WHERE track_id LIKE '%03'");
    assert_eq!(names, [json!({ "track_name": "Song 3", "album_name": "Album", "isrc": "XX0000000003" })], "metadata stays");
}

#[test]
fn reccobeats_that_asks_to_wait_is_waited_for_or_left_alone_until_then() {
    let (workspace, fake) = logged_in();
    fake.world().show(&page(&[item(1, "2026-10-01T10:00:00Z")]));
    fake.world().reccobeats = [(listener::track_id(1), features(0.75))].into();
    let opted_in = [("AUDIO_FEATURES_PROVIDER", "reccobeats")];
    fake.world().scripted.push_back(("reccobeats", Fault::Status(429, Some(7200), "")));
    let ran = workspace.with_more(&fake, "ingest", &opted_in).succeeds();
    assert!(ran.stderr.contains("deferred until"), "{}", ran.stderr);
    workspace.with_more(&fake, "ingest", &opted_in).succeeds();
    assert_eq!(fake.world().count("reccobeats"), 1, "it is left alone");
    std::fs::remove_file(workspace.path("data/.spotify_state.json")).unwrap();
    let faults = [Fault::Status(429, Some(1), ""), Fault::NotJson, Fault::Half];
    fake.world().scripted.extend(faults.map(|fault| ("reccobeats", fault)));
    workspace.with_more(&fake, "ingest", &opted_in).succeeds();
    assert_eq!(fake.world().count("reccobeats"), 5);
    assert_eq!(workspace.count("data", "SELECT count(energy) FROM bronze.my_tracks_features_bronze"), 1);
    fake.world().show(&page(&[item(2, "2026-10-01T11:00:00Z")]));
    fake.world().scripted.push_back(("reccobeats", Fault::Status(404, None, "")));
    let ran = workspace.with_more(&fake, "ingest", &opted_in).fails(1, "ReccoBeats refuses");
    assert!(ran.stderr.contains("populate-missing"), "the other parts go on: {}", ran.stderr);
}

#[test]
fn more_tracks_than_fit_one_request_are_asked_for_in_hundreds() {
    let (workspace, fake) = logged_in();
    let rows: Vec<_> = (0..230)
        .map(|number| json!({ "ts": format!("2026-09-{:02}T{:02}:00:00Z", 1 + number / 20, number % 20), "ms_played": 60_000,
            "master_metadata_track_name": format!("Song {number}"), "master_metadata_album_artist_name": "A",
            "master_metadata_album_album_name": "B", "spotify_track_uri": format!("spotify:track:{}", listener::track_id(number)) }))
        .collect();
    workspace.write("Streaming_History_Audio_2026_0.json", Value::from(rows).to_string());
    workspace.run("import Streaming_History_Audio_2026_0.json").succeeds();
    fake.world().audio_features =
        Some((0..200).map(|number| (listener::track_id(number), with_id(features(0.5), number))).collect());
    workspace.with(&fake, "ingest").succeeds();
    assert_eq!(fake.world().count("audio-features"), 3);
    assert_eq!(workspace.count("data", "SELECT count(energy) FROM bronze.my_tracks_features_bronze"), 200);
    assert_eq!(workspace.count("data", "SELECT count(*) FROM ops.feature_misses"), 30);
}

#[test]
fn stored_answers_bring_the_plays_back() {
    let (workspace, fake) = listening();
    workspace.with(&fake, "ingest").succeeds();
    let plays = workspace.count("data", &format!("SELECT count(*) FROM {HISTORY}"));
    std::fs::rename(workspace.path("data/ops/raw_responses"), workspace.path("answers")).unwrap();
    workspace.run("ingest --lake again --replay answers").succeeds();
    assert_eq!(workspace.count("again", &format!("SELECT count(*) FROM {HISTORY}")), plays);
    workspace.run("ingest --lake again --replay answers").succeeds();
    assert_eq!(workspace.count("again", &format!("SELECT count(*) FROM {HISTORY}")), plays);
    workspace.write("broken/20260101T000000000Z_recently_played_x.json.gz", "not gzip");
    workspace.run("ingest --lake again --replay broken").fails(1, "cannot be read");
}

fn rows_of_bronze(workspace: &Workspace) -> (Vec<Value>, Vec<Value>) {
    let tracks = format!("SELECT * EXCLUDE (fetched_at) FROM {TRACKS} ORDER BY track_id");
    let plays = format!("SELECT * EXCLUDE (ingested_at, run_id) FROM {HISTORY} ORDER BY played_at");
    (workspace.query(&tracks), workspace.query(&plays))
}

#[test]
fn a_run_that_ends_before_its_plays_has_stored_their_tracks_and_the_next_completes_it() {
    let answer = page(&[item(1, "2026-11-01T10:00:00Z"), item(2, "2026-11-01T09:56:40Z")]);
    let (undisturbed, fake) = logged_in();
    fake.world().show(&answer);
    undisturbed.with(&fake, "ingest --history-only").succeeds();
    let (workspace, fake) = logged_in();
    fake.world().show(&answer);
    // A file where the table's folder belongs: the run gets as far as its plays and no further, as when it is ended there.
    let blocked = workspace.write("data/bronze/listening_history_bronze", "");
    workspace.with(&fake, "ingest --history-only").fails(1, "listening_history_bronze");
    assert_eq!(workspace.count("data", &format!("SELECT count(*) FROM {TRACKS}")), 2, "no later answer may tell of them again");
    std::fs::remove_file(blocked).unwrap();
    workspace.with(&fake, "ingest --history-only").succeeds();
    assert_eq!(rows_of_bronze(&workspace), rows_of_bronze(&undisturbed));
}

#[test]
fn plays_are_stored_though_their_tracks_cannot_be() {
    let (workspace, fake) = logged_in();
    fake.world().show(&page(&[item(1, "2026-11-01T10:00:00Z"), item(2, "2026-11-01T09:56:40Z")]));
    let blocked = workspace.write("data/bronze/my_tracks_features_bronze", "");
    workspace.with(&fake, "ingest --history-only").fails(1, "my_tracks_features_bronze");
    assert_eq!(workspace.count("data", &format!("SELECT count(*) FROM {HISTORY}")), 2);
    std::fs::remove_file(blocked).unwrap();
    workspace.with(&fake, "ingest --history-only").succeeds();
    let (tracks, plays) = rows_of_bronze(&workspace);
    assert_eq!((tracks.len(), plays.len()), (2, 2));
}
