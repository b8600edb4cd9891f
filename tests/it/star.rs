//! The star schema: facts that add up to silver, keys that lead somewhere and stay, and a calendar without holes.

use crate::workspace::Workspace;
use moodlake::engine::Engine;
use moodlake::gold::star::keys;
use serde_json::{Value, json};

const DEMO: &str = "data/demo";
const TABLES: [&str; 6] = ["dim_track", "dim_artist", "dim_album", "dim_date", "dim_time", "fact_play"];

/// A play of an extended export: when, id, title, artist, album; what is empty is null.
fn play([at, id, title, artist, album]: [&str; 5]) -> Value {
    let told = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let uri = if id.starts_with("spotify:") || id.is_empty() { told(id) } else { json!(format!("spotify:track:{id}")) };
    json!({ "ts": at, "ms_played": 60_000, "spotify_track_uri": uri, "master_metadata_track_name": told(title),
            "master_metadata_album_artist_name": told(artist), "master_metadata_album_album_name": told(album), "skipped": false })
}

const FIRST: &str = "5SuOikwiRyPMVoIQDJUgSV";
const SECOND: &str = "4qPNDBW1i3p13qLCt0Ki3A";
const THIRD: &str = "1iJBSr7s7jYXzM8EGcbK5b";

fn run(workspace: &Workspace, name: &str, plays: &[[&str; 5]]) {
    let plays: Vec<_> = plays.iter().copied().map(play).collect();
    workspace.write(&format!("{name}/Streaming_History_Audio_2024_1.json"), json!(plays).to_string());
    workspace.run(&format!("import {name}")).succeeds();
    workspace.run("run").succeeds();
    workspace.run("build-gold star").succeeds();
}

fn rows(workspace: &Workspace, lake: &str, table: &str) -> Vec<String> {
    let mut rows: Vec<String> =
        workspace.query_lake(lake, &format!("SELECT * FROM gold.{table}")).iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

#[test]
fn the_demos_facts_add_up_to_silver_and_every_key_leads_somewhere() {
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    workspace.run("build-gold star --lake data/demo").succeeds();
    let sums = |from: &str, plays: &str| {
        let sql = format!(
            "SELECT {plays} AS plays, sum(ms_played) AS ms, sum(duration_ms) AS length, count(*) FILTER (WHERE skipped) AS skipped,
                    sum(CAST(round(valence * 1e6) AS BIGINT)) AS valence, sum(CAST(round(tempo * 1e6) AS BIGINT)) AS tempo,
                    count(feature_source) AS with_features, count(DISTINCT play_id) AS ids,
                    min(played_at) AS first, max(played_at) AS last FROM {from}"
        );
        workspace.query_lake(DEMO, &sql)
    };
    assert_eq!(sums("gold.fact_play", "sum(plays)"), sums("silver.listening_with_features", "count(*)"));
    for (dimension, key) in
        [("track", "track_key"), ("artist", "artist_key"), ("album", "album_key"), ("date", "date_key"), ("time", "time_key")]
    {
        let lost = format!("SELECT count(*) FROM gold.fact_play f LEFT ANTI JOIN gold.dim_{dimension} d ON f.{key} = d.{key}");
        assert_eq!(workspace.count(DEMO, &lost), 0, "{dimension}");
        let repeated = format!("SELECT count(*) - count(DISTINCT {key}) FROM gold.dim_{dimension}");
        assert_eq!(workspace.count(DEMO, &repeated), 0, "{dimension}");
    }
    for (dimension, of) in [("track", "artist"), ("track", "album"), ("album", "artist")] {
        let lost =
            format!("SELECT count(*) FROM gold.dim_{dimension} f LEFT ANTI JOIN gold.dim_{of} d ON f.{of}_key = d.{of}_key");
        assert_eq!(workspace.count(DEMO, &lost), 0, "{of} of {dimension}");
    }
    // What the dimensions say of a play is what silver says of it.
    let told = "SELECT count(*) FROM gold.fact_play f JOIN silver.listening_with_features s ON s.play_id = f.play_id
                JOIN gold.dim_date d ON d.date_key = f.date_key JOIN gold.dim_time t ON t.time_key = f.time_key
                JOIN gold.dim_track k ON k.track_key = f.track_key JOIN gold.dim_artist a ON a.artist_key = f.artist_key
                WHERE d.date <> CAST(s.played_at_local AS DATE) OR t.hour <> s.hour_of_day OR t.part_of_day <> s.part_of_day
                   OR d.day_of_week <> s.day_of_week OR d.is_weekend <> s.is_weekend
                   OR (k.track_id IS DISTINCT FROM s.track_id) OR k.track_name <> s.track_name OR a.artist_name <> s.artist_name";
    assert_eq!(workspace.count(DEMO, told), 0);
    let ids = "SELECT (SELECT count(track_id) FROM gold.dim_track) - (SELECT count(DISTINCT track_id) FROM silver.listening_with_features)";
    assert_eq!(workspace.count(DEMO, ids), 0);
    let holes = "SELECT CAST(max(date) AS INT) - CAST(min(date) AS INT) + 1 - count(*) FROM gold.dim_date";
    assert_eq!(workspace.count(DEMO, holes), 0);
    assert_eq!(workspace.count(DEMO, "SELECT count(*) FROM gold.dim_time"), 1_440);
    // A second build has nothing to do, and another lake has the same keys.
    let before = workspace.files("data/demo/gold");
    let again = workspace.run("build-gold star --lake data/demo").succeeds();
    assert_eq!(again.stderr.matches("up to date").count(), 6, "{}", again.stderr);
    assert_eq!(workspace.files("data/demo/gold"), before);
    let other = Workspace::new();
    other.run_list(&["demo"], &[("TOKIO_WORKER_THREADS", "1")]).succeeds();
    other.run_list(&["build-gold", "star", "--lake", DEMO], &[("TOKIO_WORKER_THREADS", "1")]).succeeds();
    for table in TABLES {
        assert!(rows(&workspace, DEMO, table) == rows(&other, DEMO, table), "{table} differs");
    }
    // What is made up is told nowhere where it is not allowed.
    workspace.run_list(&["build-gold", "star", "--lake", DEMO], &[("ALLOW_SYNTHETIC", "false")]).succeeds();
    let made_up = "SELECT count(*) FROM gold.fact_play WHERE feature_source = 'synthetic' OR (feature_source IS NULL AND valence IS NOT NULL)";
    assert_eq!(workspace.count(DEMO, made_up), 0);
}

#[test]
fn what_is_unknown_has_its_member_and_names_that_change_keep_their_key() {
    let (workspace, other) = (Workspace::new(), Workspace::new());
    let old = [
        ["2024-02-28T23:30:00Z", FIRST, "Comedy", "Gen Hoshino", "Comedy"],
        ["2024-03-02T10:00:00Z", SECOND, "Ghost", "Ben  Woodward", ""],
        ["2024-03-02T11:00:00Z", "spotify:local:a:b:c:100", "Mine", "ben woodward", "Tape"],
        ["2024-03-02T12:00:00Z", THIRD, "Alone", "", "Tape"],
        ["2024-03-02T13:00:00Z", "", "Lost", "", ""],
    ];
    run(&workspace, "old", &old);
    let plays = workspace.count("data", "SELECT count(*) FROM silver.listening_with_features");
    assert_eq!(workspace.count("data", "SELECT sum(plays) FROM gold.fact_play"), plays);
    let track = |workspace: &Workspace, id: &str| {
        let sql = format!(
            "SELECT track_key, track_name, other_names, artist_key, album_key, artist_name, album_name FROM gold.dim_track WHERE track_id = '{id}'"
        );
        workspace.query(&sql).remove(0)
    };
    let before = track(&workspace, FIRST);
    assert_eq!((&before["track_name"], &before["other_names"]), (&json!("Comedy"), &Value::Null));
    let fact = |id: &str| {
        let sql = format!(
            "SELECT f.artist_key, f.album_key, a.artist_name, b.album_name FROM gold.fact_play f
             JOIN gold.dim_artist a ON a.artist_key = f.artist_key JOIN gold.dim_album b ON b.album_key = f.album_key
             JOIN gold.dim_track t ON t.track_key = f.track_key WHERE t.track_id = '{id}'"
        );
        workspace.query(&sql).remove(0)
    };
    assert_eq!((&fact(SECOND)["album_key"], &fact(SECOND)["album_name"]), (&json!(-1), &json!("unknown")));
    assert_eq!((&fact(THIRD)["artist_key"], &fact(THIRD)["artist_name"]), (&json!(-1), &json!("unknown")));
    assert_eq!((&track(&workspace, THIRD)["artist_key"], &track(&workspace, SECOND)["album_key"]), (&json!(-1), &json!(-1)));
    // One artist however the name is spelled; an album of the same name is another one without its artist.
    let artist = workspace.query("SELECT artist_name, other_names FROM gold.dim_artist WHERE lower(artist_name) LIKE 'ben%'");
    assert_eq!(artist, [json!({ "artist_name": "ben woodward", "other_names": ["Ben  Woodward"] })]);
    assert_eq!(workspace.count("data", "SELECT count(*) FROM gold.dim_album WHERE album_name = 'Tape'"), 2);
    let unknown = workspace.query("SELECT * FROM gold.dim_track WHERE track_key = -1");
    assert_eq!((unknown.len(), &unknown[0]["track_name"], &unknown[0]["track_id"]), (1, &json!("unknown"), &Value::Null));
    let lost = workspace.query("SELECT track_key, artist_key, album_key, plays FROM gold.fact_play WHERE track_key < 0");
    assert_eq!(lost, [json!({ "track_key": -1, "artist_key": -1, "album_key": -1, "plays": 1 })]);
    let local = workspace
        .query("SELECT track_name, artist_name, album_name FROM gold.dim_track WHERE track_id IS NULL AND track_key > 0");
    assert_eq!(local, [json!({ "track_name": "Mine", "artist_name": "ben woodward", "album_name": "Tape" })]);
    // The leap day lies between, and half past eleven at night in London is the next day in Madrid.
    let days = workspace.query("SELECT date_key, iso_week, day_name FROM gold.dim_date ORDER BY date_key");
    assert_eq!(days.first(), Some(&json!({ "date_key": 20_240_229, "iso_week": "2024-W09", "day_name": "Thursday" })));
    assert_eq!((days.len(), &days[2]["date_key"]), (3, &json!(20_240_302)));
    let at = workspace.query("SELECT date_key, time_key FROM gold.fact_play ORDER BY played_at LIMIT 1");
    assert_eq!(at, [json!({ "date_key": 20_240_229, "time_key": 30 })]);

    run(&workspace, "new", &[["2024-03-03T10:00:00Z", FIRST, "Comedy (Remaster)", "Gen Hoshino", "Comedy"]]);
    let after = track(&workspace, FIRST);
    assert_eq!((&after["track_name"], &after["other_names"]), (&json!("Comedy (Remaster)"), &json!(["Comedy"])));
    run(&other, "other", &[["2021-01-03T10:00:00Z", FIRST, "Comedy", "GEN HOSHINO", " comedy"]]);
    let elsewhere = track(&other, FIRST);
    for key in ["track_key", "artist_key", "album_key"] {
        assert!(before[key] == after[key] && before[key] == elsewhere[key] && before[key].as_i64().unwrap() > 0, "{key}");
    }
    let week = other.query("SELECT year, iso_year, iso_week, day_of_week FROM gold.dim_date");
    assert_eq!(week, [json!({ "year": 2021, "iso_year": 2020, "iso_week": "2020-W53", "day_of_week": 7 })]);
    let broken =
        workspace.count("data", "SELECT count(*) FROM ops.check_results WHERE outcome = 'failed' AND severity = 'error'");
    assert_eq!(broken, 0);
    let held = "SELECT count(*) FROM ops.check_results WHERE table_name = 'gold/fact_play' AND outcome = 'skipped' AND rule <> 'usual_volume'";
    assert_eq!(workspace.count("data", held), 0);
}

#[test]
fn two_natural_keys_of_one_number_are_an_error_that_names_them() {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let told = |second: i64| async move {
            let scope = Engine::new(chrono_tz::UTC).unwrap().scope();
            let sql = format!(
                "SELECT CAST(column1 AS BIGINT) AS track_key, column2 AS track, CAST(NULL AS BIGINT) AS artist_key,
                        CAST(NULL AS VARCHAR) AS artist, CAST(NULL AS BIGINT) AS album_key, CAST(NULL AS VARCHAR) AS album
                 FROM (VALUES (7, 'id:one'), ({second}, 'id:other'), (7, 'id:one'))"
            );
            let rows = scope.model("told", &sql, moodlake::engine::no_values()).await.unwrap();
            scope.register_frame("told", rows).unwrap();
            keys::hold_apart(&scope).await
        };
        told(8).await.unwrap();
        let error = told(7).await.unwrap_err().in_one_line();
        assert!(error.contains("track keys") && error.contains("id:one") && error.contains("id:other"), "{error}");
    });
}
