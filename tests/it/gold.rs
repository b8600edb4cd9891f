//! The gold jobs, end to end: what they rest on, what they find, what they never do.

use crate::workspace::Workspace;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The tables whose rows say what they rest on.
const RESTING: [&str; 7] = [
    "mood_circumplex",
    "temporal_patterns",
    "listening_sessions",
    "wellbeing_indicators",
    "mood_drivers",
    "mood_forecast",
    "track_recommendations",
];

fn demo() -> Workspace {
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    workspace
}

#[test]
fn every_row_says_what_it_rests_on() {
    let workspace = demo();
    for table in RESTING {
        let rows = workspace.count("data/demo", &format!("SELECT count(*) FROM gold.{table}"));
        assert!(rows > 0, "{table} is empty");
        let silent =
            format!("SELECT count(*) FROM gold.{table} WHERE plays IS NULL OR plays_covered IS NULL OR plays_covered > plays");
        assert_eq!(workspace.count("data/demo", &silent), 0, "{table}");
        let shares =
            format!("SELECT count(*) FROM gold.{table} WHERE plays > 0 AND NOT coalesce(authentic_share BETWEEN 0 AND 1, FALSE)");
        assert_eq!(workspace.count("data/demo", &shares), 0, "{table}");
    }
}

#[test]
fn each_play_counts_once_wherever_plays_are_added_up() {
    let workspace = demo();
    let plays = workspace.count("data/demo", "SELECT count(*) FROM silver.listening_with_features");
    for sql in [
        "SELECT sum(plays) FROM gold.temporal_patterns WHERE grain = 'hour'",
        "SELECT sum(plays) FROM gold.temporal_patterns WHERE grain = 'part'",
        "SELECT sum(plays) FROM gold.listening_sessions",
        "SELECT sum(plays) FROM gold.listening_streaks",
        "SELECT sum(plays) FROM gold.wellbeing_indicators",
        "SELECT count(DISTINCT play_id) FROM gold.play_moods",
        "SELECT sum(plays_7d) FROM (SELECT plays_7d, row_number() OVER (ORDER BY local_date DESC) AS back
             FROM gold.wellbeing_indicators) WHERE back % 7 = 1",
    ] {
        let counted = workspace.count("data/demo", sql);
        // The last sum leaves out the days before the first whole week.
        assert!(
            counted == plays || (sql.contains("plays_7d") && counted <= plays && counted > plays * 9 / 10),
            "{sql}: {counted}"
        );
    }
    let quadrants = "SELECT max(abs(total - 1)) < 1e-9 AS whole FROM
        (SELECT sum(share) AS total FROM gold.mood_circumplex GROUP BY user_id, centre)";
    assert_eq!(workspace.query_lake("data/demo", quadrants)[0]["whole"], json!(true));
}

#[test]
fn what_rests_on_too_little_is_null() {
    let workspace = demo();
    for (table, wrong) in [
        ("temporal_patterns", "(plays_covered < 5) <> (valence_mean IS NULL)"),
        ("listening_sessions", "(plays_covered < 5) <> (valence_mean IS NULL)"),
        ("wellbeing_indicators", "(plays_covered < 5 OR plays_covered * 2 < plays) <> (valence_mean IS NULL)"),
        ("wellbeing_indicators", "(plays_covered_28d < 60 OR plays_covered_28d * 2 < plays_28d) <> (sad_share_28d IS NULL)"),
        ("wellbeing_indicators", "(shift_days_7d < 4 OR shift_days_56d < 28) AND valence_shift IS NOT NULL"),
        ("wellbeing_indicators", "plays = 0 AND (valence_mean IS NOT NULL OR late_night_share IS NOT NULL)"),
    ] {
        let sql = format!("SELECT count(*) FROM gold.{table} WHERE {wrong}");
        assert_eq!(workspace.count("data/demo", &sql), 0, "{table}: {wrong}");
    }
}

#[test]
fn nothing_played_is_recommended_and_no_song_twice() {
    let workspace = demo();
    let none = |sql: &str| assert_eq!(workspace.count("data/demo", sql), 0, "{sql}");
    none("SELECT count(*) FROM gold.track_recommendations r JOIN silver.listening_with_features s ON s.track_id = r.track_id");
    none(
        "SELECT count(*) FROM gold.track_recommendations r JOIN silver.listening_with_features s
         ON lower(s.artist_name) = lower(r.artist_name) AND lower(s.track_name) = lower(r.track_name)",
    );
    none(
        "SELECT count(*) FROM (SELECT goal, lower(artist_name), lower(track_name) FROM gold.track_recommendations
         GROUP BY 1, 2, 3 HAVING count(*) > 1)",
    );
    none(
        "SELECT count(*) FROM (SELECT goal, lower(artist_name) FROM gold.track_recommendations GROUP BY 1, 2 HAVING count(*) > 2)",
    );
    none(
        "SELECT count(*) FROM gold.track_recommendations WHERE reason IS NULL OR reason = '' OR similarity <= 0 OR similarity > 1",
    );
    let goals = workspace.query_lake(
        "data/demo",
        "SELECT goal, count(*) AS tracks, min(rank) AS first, max(rank) AS last FROM gold.track_recommendations GROUP BY goal ORDER BY goal",
    );
    let names: Vec<_> = goals.iter().map(|goal| goal["goal"].as_str().unwrap()).collect();
    assert_eq!(names, ["calm", "lift", "more_of_the_same"]);
    assert!(goals.iter().all(|goal| goal["first"] == json!(1) && goal["last"] == goal["tracks"]), "{goals:?}");
    // A lift goes up, and calm goes down.
    let ways = workspace.query_lake(
        "data/demo",
        "SELECT corr(rank, valence) FILTER (WHERE goal = 'lift') > 0.5 AS lifts,
                corr(rank, energy) FILTER (WHERE goal = 'calm') < -0.5 AS calms FROM gold.track_recommendations",
    );
    assert_eq!((&ways[0]["lifts"], &ways[0]["calms"]), (&json!(true), &json!(true)));
}

#[test]
fn a_lake_with_only_synthetic_features_builds_and_every_table_says_so() {
    let workspace = demo();
    workspace.run("generate-synthetic --lake data/demo").succeeds();
    workspace.run("build-silver --lake data/demo --feature-preference synthetic").succeeds();
    workspace.run("build-gold --lake data/demo").succeeds();
    for table in RESTING {
        let others =
            format!("SELECT count(*) FROM gold.{table} WHERE (feature_basis IS DISTINCT FROM 'synthetic') AND plays > 0");
        assert_eq!(workspace.count("data/demo", &others), 0, "{table}");
    }
    let authentic = "SELECT count(*) FROM gold.wellbeing_indicators WHERE authentic_share > 0";
    assert_eq!(workspace.count("data/demo", authentic), 0);
    workspace.run("report --lake data/demo").succeeds();
    let page = std::fs::read_to_string(workspace.path("data/demo/report.html")).unwrap();
    assert!(page.contains("All audio features in this report are synthetic"));
    // Where nothing synthetic may be used, nothing is told instead.
    workspace.run_list(&["build-gold", "--lake", "data/demo"], &[("ALLOW_SYNTHETIC", "false")]).succeeds();
    assert_eq!(workspace.count("data/demo", "SELECT count(*) FROM gold.wellbeing_indicators WHERE valence_mean IS NOT NULL"), 0);
    assert_eq!(workspace.count("data/demo", "SELECT count(*) FROM gold.play_moods WHERE quadrant IS NOT NULL"), 0);
}

#[test]
fn the_demo_has_the_same_gold_on_every_run() {
    let (one, other) = (demo(), Workspace::new());
    other.run_list(&["demo"], &[("TOKIO_WORKER_THREADS", "1")]).succeeds();
    for table in RESTING.iter().chain(&["play_moods", "listening_streaks", "top_items", "forecast_backtests"]) {
        let rows = |workspace: &Workspace| {
            let mut rows: Vec<String> =
                workspace.query_lake("data/demo", &format!("SELECT * FROM gold.{table}")).iter().map(Value::to_string).collect();
            rows.sort();
            rows
        };
        assert!(rows(&one) == rows(&other), "{table} differs");
    }
}

/// Half a year of an export: in the evening, and on weekends, songs from other shelves, if there is anything to find.
fn listener(workspace: &Workspace, evening: f64, weekend: f64) {
    let mut catalogue = String::from(
        ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,speechiness,\
         acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre\n",
    );
    for track in 0..400 {
        let valence = f64::from(track) / 400.0;
        let other = f64::from(track * 7 % 400) / 400.0;
        let _ = writeln!(
            catalogue,
            "{track},{:022},Artist {},Album,Song {track},50,200000,False,0.5,{other},5,-7.5,1,0.05,0.3,0.0,0.1,{valence},120.0,4,genre{}",
            track,
            track % 37,
            track % 3
        );
    }
    workspace.write("catalogue.csv", catalogue);
    let mut random = 88_172_645_463_325_252_u64;
    let mut draw = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) as f64 / (1_u64 << 53) as f64
    };
    let first = chrono::NaiveDate::from_ymd_opt(2025, 1, 6).unwrap();
    let mut plays = Vec::new();
    for (number, day) in first.iter_days().take(182).enumerate() {
        let mood = 0.1 * (draw() - 0.5);
        for hour in [8, 9, 12, 13, 16, 17, 19, 20, 21, 22] {
            let shift = if hour >= 18 { evening } else { 0.0 } + if number % 7 >= 5 { weekend } else { 0.0 };
            let valence = (0.5 + mood + shift + 0.5 * (draw() - 0.5)).clamp(0.0, 0.997);
            let track = (valence * 400.0) as usize;
            plays.push(json!({
                "ts": format!("{day}T{hour:02}:{:02}:00Z", (draw() * 59.0) as u32), "ms_played": 190_000, "platform": "test",
                "master_metadata_track_name": format!("Song {track}"),
                "master_metadata_album_artist_name": format!("Artist {}", track % 37),
                "master_metadata_album_album_name": "Album", "spotify_track_uri": format!("spotify:track:{track:022}"),
                "reason_start": "trackdone", "reason_end": "trackdone", "shuffle": false, "skipped": false,
                "offline": false, "incognito_mode": false, "conn_country": "ES"
            }));
        }
    }
    workspace.write("Streaming_History_Audio_2025_0.json", Value::from(plays).to_string());
    workspace.run("import-catalog catalogue.csv --timezone UTC").succeeds();
    workspace.run("import Streaming_History_Audio_2025_0.json --timezone UTC").succeeds();
    workspace.run("build-silver --timezone UTC").succeeds();
    workspace.run("build-gold drivers --timezone UTC").succeeds();
}

#[test]
fn planted_differences_are_found_with_their_size_and_sign() {
    let workspace = Workspace::new();
    listener(&workspace, -0.12, 0.10);
    let found = |stretch: &str| {
        let sql =
            format!("SELECT * FROM gold.mood_drivers WHERE kind = 'feature' AND subject = 'valence' AND stretch = '{stretch}'");
        workspace.query_lake("data", &sql).pop().expect("a comparison")
    };
    for (stretch, planted) in [("evening", -0.12), ("weekend", 0.10)] {
        let row = found(stretch);
        let number = |name: &str| row[name].as_f64().unwrap();
        assert_eq!(row["is_driver"], json!(true), "{row}");
        assert!(number("difference_low") < planted && planted < number("difference_high"), "{row}");
        assert!(number("effect") * planted > 0.0 && row["words"].as_str().unwrap().contains("valence is"), "{row}");
    }
}

#[test]
fn where_nothing_is_planted_nothing_is_found() {
    let workspace = Workspace::new();
    listener(&workspace, 0.0, 0.0);
    assert_eq!(workspace.count("data", "SELECT count(*) FROM gold.mood_drivers WHERE is_driver"), 0);
    assert!(workspace.count("data", "SELECT count(*) FROM gold.mood_drivers") > 20, "much was compared");
}
