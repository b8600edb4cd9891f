//! `check`: an intact lake passes, and each planted fault is found by exactly its rule.

use crate::workspace::Workspace;
use arrow::array::RecordBatch;
use arrow::compute::cast;
use datafusion::scalar::ScalarValue;
use moodlake::engine::Engine;
use moodlake::lake::rows::store;
use moodlake::lake::tables::{
    CHECK_RESULTS, FACT_PLAY, IMPORT_LEDGER, LISTENING_HISTORY, LISTENING_STREAKS, LISTENING_WITH_FEATURES, MOOD_CLUSTERS,
    MOOD_FORECAST, SYNTHETIC_FEATURES, TOP_ITEMS, TRACK_RECOMMENDATIONS,
};
use moodlake::lake::{Lake, Mode, Table, write};
use serde_json::{Value, json};
use std::sync::Arc;

const LAKE: &str = "data/demo";

fn demo() -> Workspace {
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    workspace
}

/// Writes the rows of a query over the table (`stored`) into it; its commit says what the one before said.
fn plant(workspace: &Workspace, table: &Table, mode: Mode, sql: &str) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let lake = Lake::at(workspace.path(LAKE).to_str().unwrap()).unwrap();
        let snapshot = lake.table(table).unwrap().open().await.unwrap().unwrap();
        let note = snapshot.commit().await.unwrap().1.unwrap_or_default();
        let scope = Engine::new(chrono_tz::UTC).unwrap().scope();
        scope.register("stored", snapshot.provider(&scope.state()).await.unwrap()).unwrap();
        let frame = scope.model("planted", sql, Vec::<(String, ScalarValue)>::new()).await.unwrap();
        let rows: Vec<_> = frame.collect().await.unwrap().iter().map(|rows| declared(table, rows)).collect();
        store(&lake, table, rows, mode, &note).await.unwrap();
    });
}

fn declared(table: &Table, rows: &RecordBatch) -> RecordBatch {
    let schema = table.schema();
    let columns =
        schema.fields().iter().map(|field| cast(rows.column_by_name(field.name()).unwrap(), field.data_type()).unwrap());
    RecordBatch::try_new(Arc::clone(&schema), columns.collect()).unwrap()
}

fn findings(stdout: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(stdout).expect("a JSON document");
    document["results"].as_array().unwrap().clone()
}

/// The broken rules, warnings among them.
fn broken(workspace: &Workspace, code: i32) -> Vec<String> {
    let ran = workspace.run(&format!("check --lake {LAKE} --format json"));
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    let failed = findings(&ran.stdout).into_iter().filter(|finding| finding["outcome"] == "failed");
    failed.map(|finding| format!("{} {}", finding["table"].as_str().unwrap(), finding["rule"].as_str().unwrap())).collect()
}

#[test]
fn an_intact_lake_passes_and_every_rule_leaves_a_row() {
    let workspace = demo();
    let recorded = |lake: &str| workspace.count(lake, "SELECT count(*) FROM ops.check_results");
    let by_the_run = recorded(LAKE);
    assert!(by_the_run > 100, "{by_the_run}");
    let ran = workspace.run(&format!("check --lake {LAKE}")).succeeds();
    assert!(
        ran.stdout.contains("silver/listening_with_features") && ran.stdout.contains(" 0 warnings, 0 errors"),
        "{}",
        ran.stdout
    );
    // The table of results has rules too, once it is there.
    assert!(recorded(LAKE) >= 2 * by_the_run);
    assert_eq!(broken(&workspace, 0), Vec::<String>::new());
    let odd = "SELECT count(*) FROM ops.check_results WHERE outcome = 'failed' OR run_id IS NULL OR checked_at IS NULL
               OR (outcome = 'skipped' AND detail IS NULL) OR (outcome <> 'skipped' AND table_version IS NULL)";
    assert_eq!(workspace.count(LAKE, odd), 0);
}

#[test]
fn plays_that_several_sources_tell_of_are_not_missing() {
    let workspace = Workspace::new();
    workspace.write(
        "export/Streaming_History_Audio_2024_1.json",
        "[{\"ts\":\"2024-05-01T10:00:00Z\",\"ms_played\":200000,\"spotify_track_uri\":\"spotify:track:5SuOikwiRyPMVoIQDJUgSV\",\
         \"master_metadata_track_name\":\"Comedy\",\"master_metadata_album_artist_name\":\"Gen Hoshino\"}]",
    );
    workspace.write(
        "export/StreamingHistory_music_0.json",
        "[{\"endTime\":\"2024-05-01 10:00\",\"artistName\":\"Gen Hoshino\",\"trackName\":\"Comedy\",\"msPlayed\":200000}]",
    );
    workspace.run("import export").succeeds();
    workspace.run("run").succeeds();
    let plays = |table: &str| workspace.count("data", &format!("SELECT count(*) FROM {table}"));
    assert_eq!((plays("listening_history_bronze"), plays("listening_with_features")), (2, 1));
    let ran = workspace.run("check silver --format json").succeeds();
    let complete = findings(&ran.stdout).into_iter().find(|finding| finding["rule"] == "complete").unwrap();
    assert_eq!(complete["outcome"], "passed", "{complete}");
}

#[test]
fn each_planted_fault_is_found_by_exactly_its_rule() {
    let one = "FROM stored ORDER BY 1 LIMIT 1";
    let future = "TIMESTAMP '2099-01-01T10:00:00' AS played_at, DATE '2099-01-01' AS date, '2099-01' AS month";
    let cases: [(&Table, Mode, String, &str); 10] = [
        (&LISTENING_HISTORY, Mode::Append, format!("SELECT * {one}"), "unique"),
        (
            &LISTENING_HISTORY,
            Mode::Append,
            format!("SELECT * REPLACE ('planted' AS play_id, CAST(NULL AS VARCHAR) AS user_id) {one}"),
            "not_null",
        ),
        (
            &LISTENING_HISTORY,
            Mode::Append,
            format!("SELECT * REPLACE ('planted' AS play_id, 'extended_export' AS source, {future}) {one}"),
            "not_future",
        ),
        (&SYNTHETIC_FEATURES, Mode::Append, format!("SELECT * REPLACE ('planted' AS track_id, 1.5 AS energy) {one}"), "in_range"),
        (&LISTENING_WITH_FEATURES, Mode::Append, format!("SELECT * REPLACE ('planted' AS play_id) {one}"), "in_bronze"),
        (&LISTENING_WITH_FEATURES, Mode::Replace, "SELECT * FROM stored WHERE play_id NOT LIKE 'a%'".to_owned(), "complete"),
        (&MOOD_CLUSTERS, Mode::Append, format!("SELECT * REPLACE ('planted' AS track_id) {one}"), "in_silver"),
        (
            &TRACK_RECOMMENDATIONS,
            Mode::Append,
            format!("SELECT * REPLACE ('planted' AS track_id, 999 AS rank) {one}"),
            "in_catalogue",
        ),
        (
            &FACT_PLAY,
            Mode::Replace,
            "SELECT * REPLACE (CASE WHEN play_id < '1' THEN 5 ELSE track_key END AS track_key) FROM stored".to_owned(),
            "has_track",
        ),
        (&IMPORT_LEDGER, Mode::Append, format!("SELECT * REPLACE (rows_read + 1 AS rows_read) {one}"), "adds_up"),
    ];
    for (table, mode, sql, rule) in cases {
        let workspace = demo();
        if table.name == FACT_PLAY.name {
            workspace.run(&format!("build-gold star --lake {LAKE}")).succeeds();
        }
        plant(&workspace, table, mode, &sql);
        assert_eq!(broken(&workspace, 4), [format!("{} {rule}", table.label())], "{sql}");
    }
}

#[test]
fn a_table_of_another_shape_breaks_its_schema_and_other_rules_are_skipped() {
    let workspace = demo();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let lake = Lake::at(workspace.path(LAKE).to_str().unwrap()).unwrap();
        let streaks = lake.table(&LISTENING_STREAKS).unwrap().open().await.unwrap().unwrap();
        let scope = Engine::new(chrono_tz::UTC).unwrap().scope();
        scope.register("stored", streaks.provider(&scope.state()).await.unwrap()).unwrap();
        let rows = scope.table("stored").await.unwrap().execute_stream_partitioned().await.unwrap();
        let forecast = lake.table(&MOOD_FORECAST).unwrap();
        write::write(&forecast, &LISTENING_STREAKS, rows, Mode::Replace, &Value::Null, Arc::new(|_| {})).await.unwrap();
    });
    assert_eq!(broken(&workspace, 4), ["gold/mood_forecast schema"]);
    let skipped = "SELECT count(*) FROM ops.check_results WHERE table_name = 'gold/mood_forecast' AND outcome = 'skipped'
                   AND detail LIKE 'the table has no column %'";
    assert!(workspace.count(LAKE, skipped) >= 4);
}

#[test]
fn a_table_that_cannot_be_read_is_a_finding_and_the_others_are_checked() {
    let workspace = demo();
    let files = workspace.files(&format!("{LAKE}/gold/top_items"));
    let data = files.iter().find(|(path, _)| path.extension().is_some_and(|end| end == "parquet")).unwrap();
    std::fs::remove_file(&data.0).unwrap();
    assert_eq!(broken(&workspace, 4), ["gold/top_items readable"]);
}

#[test]
fn every_row_that_refers_to_nothing_counts_and_is_shown_by_what_it_refers_to() {
    let workspace = demo();
    let rows = "SELECT * REPLACE ('planted' AS track_id, rank + 1000 AS rank) FROM stored WHERE kind = 'track'
                ORDER BY user_id, period, period_start, rank LIMIT 5";
    plant(&workspace, &TOP_ITEMS, Mode::Append, rows);
    let ran = workspace.run(&format!("check gold.top_items --lake {LAKE} --format json --show 3"));
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let lost = findings(&ran.stdout).into_iter().find(|finding| finding["outcome"] == "failed").unwrap();
    assert_eq!((&lost["rule"], &lost["rows_failed"]), (&json!("in_silver"), &json!(5)));
    assert_eq!(lost["examples"], json!([{ "track_id": "planted" }]));
}

#[test]
fn a_check_of_one_table_leaves_what_is_known_of_the_others() {
    let workspace = demo();
    let known = || {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let lake = Lake::at(workspace.path(LAKE).to_str().unwrap()).unwrap();
            let record = lake.table(&CHECK_RESULTS).unwrap().open().await.unwrap().unwrap();
            let note = record.commit().await.unwrap().1.unwrap();
            note["tables"].as_object().unwrap().clone()
        })
    };
    let before = known();
    assert!(before.len() > 15, "{before:?}");
    workspace.run(&format!("check gold.top_items --lake {LAKE}")).succeeds();
    let after = known();
    let changed: Vec<_> =
        before.iter().filter(|(table, check)| after[*table] != **check).map(|(table, _)| table.as_str()).collect();
    assert_eq!((changed, before.len()), (vec!["gold/top_items"], after.len()));
}

#[test]
fn rules_of_an_empty_table_are_skipped_with_the_reason() {
    let workspace = demo();
    plant(&workspace, &TOP_ITEMS, Mode::Replace, "SELECT * FROM stored WHERE false");
    let ran = workspace.run(&format!("check gold.top_items --lake {LAKE} --format json")).succeeds();
    let skipped: Vec<_> = findings(&ran.stdout).into_iter().filter(|finding| finding["outcome"] == "skipped").collect();
    assert_eq!(skipped.len(), 4, "{skipped:?}");
    assert!(skipped.iter().all(|finding| finding["detail"] == "the table is empty"), "{skipped:?}");
}

#[test]
fn rows_that_break_a_rule_are_shown_as_many_as_asked_for() {
    let workspace = demo();
    plant(&workspace, &LISTENING_HISTORY, Mode::Append, "SELECT * FROM stored ORDER BY play_id LIMIT 3");
    let shown = |flags: &str| {
        let ran = workspace.run(&format!("check bronze --lake {LAKE} --format json {flags}"));
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        let unique = findings(&ran.stdout).into_iter().find(|finding| finding["outcome"] == "failed").unwrap();
        assert_eq!(unique["rows_failed"], 3);
        unique["examples"].as_array().unwrap().clone()
    };
    assert_eq!((shown("").len(), shown("--show 2").len(), shown("--show").len()), (0, 2, 3));
    assert!(shown("--show 1")[0]["play_id"].is_string());
    let text = workspace.run(&format!("check bronze --lake {LAKE} --show 1")).fails(4, "1 rule of severity error broken");
    assert!(text.stdout.contains("ERROR bronze/listening_history_bronze unique (3 of "), "{}", text.stdout);
}

#[test]
fn a_run_ends_with_the_checks_and_with_their_exit_code() {
    let workspace = demo();
    plant(
        &workspace,
        &IMPORT_LEDGER,
        Mode::Append,
        "SELECT * REPLACE (rows_read + 1 AS rows_read) FROM stored ORDER BY file LIMIT 1",
    );
    workspace.run(&format!("run --lake {LAKE}")).fails(4, "ops/import_ledger adds_up");
    let steps = "SELECT count(*) FROM ops.runs WHERE command = 'run' AND step = 'check' AND outcome = 'failed'";
    assert_eq!(workspace.count(LAKE, steps), 1);
    let found = "SELECT count(*) FROM ops.check_results c JOIN ops.runs r ON r.run_id = c.run_id
                 WHERE r.step = 'check' AND c.outcome = 'failed' AND c.rule = 'adds_up' AND c.rows_failed = 1";
    assert_eq!(workspace.count(LAKE, found), 1);
}

#[test]
fn a_run_asks_anew_only_of_tables_with_a_new_version_and_a_check_asks_all() {
    let workspace = demo();
    workspace.run(&format!("run --lake {LAKE}")).succeeds();
    let told = |number: usize| {
        let runs = "SELECT run_id FROM ops.check_results GROUP BY run_id ORDER BY max(checked_at)";
        let run = workspace.query_lake(LAKE, runs)[number]["run_id"].as_str().unwrap().to_owned();
        workspace.query_lake(
            LAKE,
            &format!(
                "SELECT table_name, rule, outcome, rows_checked, rows_failed, detail FROM ops.check_results \
                 WHERE run_id = '{run}' AND rule <> 'usual_volume' AND table_name NOT LIKE 'ops/%' ORDER BY table_name, rule"
            ),
        )
    };
    let first = told(0);
    // The rows of a table that has no new version are not read again, so that a lost file shows only when all are asked.
    let lost = workspace.files(&format!("{LAKE}/silver/catalog_tracks"));
    let (lost, _) = lost.iter().find(|(path, _)| path.extension().is_some_and(|end| end == "parquet")).unwrap();
    let aside = workspace.path("aside.parquet");
    std::fs::rename(lost, &aside).unwrap();
    workspace.run(&format!("run --lake {LAKE}")).succeeds();
    assert_eq!(told(1), first);
    assert!(broken(&workspace, 4).contains(&"silver/catalog_tracks readable".to_owned()));
    // What did not hold is asked again, whether its table is new or not.
    workspace.run(&format!("run --lake {LAKE}")).fails(4, "readable");
    std::fs::rename(&aside, lost).unwrap();
    workspace.run(&format!("run --lake {LAKE}")).succeeds();
}

#[test]
fn what_is_not_there_is_told() {
    let workspace = Workspace::new();
    workspace.run("check").fails(1, "holds no tables");
    assert!(!workspace.path("data").exists());
    let workspace = demo();
    let ran = workspace.run(&format!("check gold.nothing --lake {LAKE}")).fails(2, "there is no table gold.nothing");
    assert!(ran.stderr.contains("gold.mood_clusters"), "{}", ran.stderr);
    for name in ["gold.mood_clusters", "gold/mood_clusters", "mood_clusters"] {
        let ran = workspace.run(&format!("check {name} --lake {LAKE}")).succeeds();
        assert!(ran.stdout.contains("gold/mood_clusters") && !ran.stdout.contains("play_moods"), "{}", ran.stdout);
    }
}

#[test]
fn a_scheduler_whose_last_checks_failed_is_not_healthy() {
    let workspace = Workspace::new();
    let now = chrono::DateTime::<chrono::Utc>::from_timestamp_micros(crate::fake_spotify::Time::Real.now_us()).unwrap();
    let with = |broken: Value| {
        let full = serde_json::json!({ "started_at": now, "ended_at": now, "code": 4, "failures": 0 });
        let state = serde_json::json!({ "alive_at": now, "full": full, "broken": broken });
        workspace.write("data/.moodlake.scheduler.json", state.to_string());
        workspace.run("health")
    };
    with(serde_json::json!({ "at": now, "says": "1 rule" })).fails(1, "failed: 1 rule");
    assert!(with(Value::Null).succeeds().stdout.contains("a data-quality rule is broken"));
}
