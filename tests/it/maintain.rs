//! `maintain`: the same rows in fewer files, nothing built anew, nothing lost that was promised.

use crate::workspace::{Workspace, fixture};
use arrow::compute::concat_batches;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::memory::MemoryStream;
use moodlake::clock::Clock;
use moodlake::engine::Engine;
use moodlake::lake::tables::{CATALOG_TRACKS, LISTENING_WITH_FEATURES, MOOD_CLUSTERS};
use moodlake::lake::write::write;
use moodlake::lake::{Lake, Mode, Table};
use serde_json::Value;
use std::sync::Arc;

const HISTORY: &str = "SELECT * FROM bronze.listening_history_bronze ORDER BY play_id";
const SILVER: &str = "SELECT * FROM silver.listening_with_features ORDER BY play_id";

/// Plays of one month, an import each: as many small files.
fn import_one_by_one(workspace: &Workspace, plays: std::ops::Range<u32>) {
    for play in plays {
        let row = format!(
            "[{{\"ts\":\"2024-05-{:02}T10:{:02}:00Z\",\"ms_played\":200000,\"spotify_track_uri\":\"spotify:track:5SuOikwiRyPMVoIQDJUgSV\",\
             \"master_metadata_track_name\":\"Comedy\",\"master_metadata_album_artist_name\":\"Gen Hoshino\"}}]",
            play / 50 + 1,
            play % 50
        );
        let name = format!("export{play}/Streaming_History_Audio_2024_1.json");
        workspace.write(&name, row);
        workspace.run(&format!("import export{play}")).succeeds();
    }
}

fn maintain(workspace: &Workspace, flags: &str) -> Vec<Value> {
    let ran = workspace.run(&format!("maintain --format json {flags}")).succeeds();
    let document: Value = serde_json::from_str(&ran.stdout).expect("a JSON document");
    document["tables"].as_array().expect("tables").clone()
}

fn of<'a>(tables: &'a [Value], name: &str) -> &'a Value {
    tables.iter().find(|table| table["table"] == name).expect("the table")
}

/// What the layers hold, without the record of runs.
fn data(workspace: &Workspace) -> Vec<(std::path::PathBuf, u64)> {
    ["bronze", "silver", "gold"].iter().flat_map(|layer| workspace.files(&format!("data/{layer}"))).collect()
}

#[test]
fn many_small_files_become_few_with_the_same_rows_and_nothing_is_built_anew() {
    let workspace = Workspace::new();
    import_one_by_one(&workspace, 0..12);
    workspace.run("run").succeeds();
    let (history, silver) = (workspace.query(HISTORY), workspace.query(SILVER));
    assert_eq!(history.len(), 12);
    let tables = maintain(&workspace, "");
    let bronze = of(&tables, "bronze/listening_history_bronze");
    assert_eq!((bronze["files_before"].as_u64(), bronze["files_after"].as_u64()), (Some(12), Some(1)), "{bronze}");
    assert_eq!(bronze["rows"], 12);
    assert_eq!(bronze["checkpoint"], true);
    // Within the promise nothing goes.
    assert_eq!((bronze["data_files_deleted"].as_u64(), bronze["oldest_version"].as_u64()), (Some(0), Some(0)), "{bronze}");
    assert_eq!(workspace.query(HISTORY), history);
    assert_eq!(workspace.query(SILVER), silver);
    let outcome = "SELECT count(*) FROM ops.runs WHERE command = 'maintain' AND outcome = 'maintained'";
    assert!(workspace.count("data", outcome) > 0);

    let before = data(&workspace);
    let ran = workspace.run("run").succeeds();
    assert!(ran.stderr.contains("up to date"), "{}", ran.stderr);
    assert_eq!(data(&workspace), before, "{}", ran.stderr);
    let again = maintain(&workspace, "");
    assert_eq!(data(&workspace), before);
    assert_eq!(of(&again, "bronze/listening_history_bronze")["files_after"], 1);
    // It comes to an end: after the record of runs itself there is nothing left to do.
    maintain(&workspace, "");
    let all = workspace.files("data");
    maintain(&workspace, "");
    assert_eq!(workspace.files("data"), all);

    // New rows are still merged, and what depends on them is built.
    import_one_by_one(&workspace, 11..13);
    workspace.run("run").succeeds();
    assert_eq!(workspace.query(SILVER).len(), 13);
}

/// Writes a table's rows again under the note that they had, in several files, as a build of many rows does.
async fn scatter(lake: &Lake, table: &Table) {
    let engine = Engine::new(chrono_tz::Europe::Madrid).unwrap();
    let at = lake.table(table).unwrap();
    let snapshot = at.open().await.unwrap().unwrap();
    let note = snapshot.commit().await.unwrap().1.unwrap();
    let scope = engine.scope();
    scope.register("stored", snapshot.provider(&scope.state()).await.unwrap()).unwrap();
    let batches = scope.table("stored").await.unwrap().collect().await.unwrap();
    let rows = concat_batches(&batches[0].schema(), &batches).unwrap();
    let part = rows.num_rows() / 5;
    let streams = (0..5).map(|number| -> SendableRecordBatchStream {
        let length = if number == 4 { rows.num_rows() - 4 * part } else { part };
        let slice = rows.slice(number * part, length);
        Box::pin(MemoryStream::try_new(vec![slice], rows.schema(), None).unwrap())
    });
    write(&at, table, streams.collect(), Mode::Replace, &note, Arc::new(|_| {})).await.unwrap();
}

#[test]
fn silver_and_gold_stay_up_to_date_when_they_are_laid_out_anew_themselves() {
    let workspace = Workspace::new();
    import_one_by_one(&workspace, 0..1);
    workspace.run_list(&["import", &fixture("export").to_string_lossy()], &[]).succeeds();
    workspace.write("data/kaggle/dataset.csv", include_bytes!("../../data/sample/catalog.csv"));
    workspace.run("run").succeeds();
    let lake = Lake::at(workspace.path("data").to_str().unwrap()).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        scatter(&lake, &LISTENING_WITH_FEATURES).await;
        scatter(&lake, &CATALOG_TRACKS).await;
    });
    // Other versions than those that gold was built from: it is built from these.
    workspace.run("run").succeeds();
    tokio::runtime::Runtime::new().unwrap().block_on(scatter(&lake, &MOOD_CLUSTERS));
    workspace.run("run").succeeds();
    let moods = "SELECT * FROM gold.mood_clusters ORDER BY track_id";
    let (clusters, silver) = (workspace.query(moods), workspace.query(SILVER));
    let tables = maintain(&workspace, "");
    for table in ["silver/listening_with_features", "silver/catalog_tracks", "gold/mood_clusters"] {
        let table = of(&tables, table);
        assert_eq!((table["files_before"].as_u64(), table["files_after"].as_u64()), (Some(5), Some(1)), "{table}");
    }
    let before = data(&workspace);
    let ran = workspace.run("run").succeeds();
    assert_eq!(data(&workspace), before, "{}", ran.stderr);
    workspace.run("build-gold").succeeds();
    assert_eq!(data(&workspace), before);
    assert_eq!(workspace.query(moods), clusters);
    assert_eq!(workspace.query(SILVER), silver);
}

#[test]
fn unfinished_files_of_killed_writes_go_where_nothing_else_is_to_be_done() {
    let workspace = Workspace::new();
    import_one_by_one(&workspace, 0..1);
    let old = workspace.write("data/bronze/listening_history_bronze/part-0.parquet#1", "half a file");
    let young = workspace.write("data/bronze/listening_history_bronze/part-1.parquet#1", "half a file");
    let hours_ago = std::time::SystemTime::from(Clock::System.now() - chrono::TimeDelta::hours(2));
    std::fs::File::options().write(true).open(&old).unwrap().set_modified(hours_ago).unwrap();
    maintain(&workspace, "--dry-run");
    assert!(old.exists());
    let tables = maintain(&workspace, "");
    assert_eq!(of(&tables, "bronze/listening_history_bronze")["files_before"], 1);
    assert!(!old.exists() && young.exists());
}

#[test]
fn older_versions_within_the_retention_are_read_and_those_beyond_are_deleted_only_when_asked() {
    let workspace = Workspace::new();
    import_one_by_one(&workspace, 0..12);
    let history = workspace.query(HISTORY);
    maintain(&workspace, "listening_history_bronze");
    let count_at = |version: &str| {
        workspace.run_list(
            &["query", "--format", "csv", "--as-of", version, "SELECT count(*) AS n FROM listening_history_bronze"],
            &[],
        )
    };
    for (version, rows) in [("0", "1"), ("6", "7"), ("11", "12"), ("12", "12")] {
        assert_eq!(count_at(version).succeeds().stdout, format!("n\n{rows}\n"));
    }
    workspace.run("maintain --retention 7d").fails(2, "30 days are promised");
    let tables = maintain(&workspace, "--retention 0s --shorten-time-travel bronze.listening_history_bronze");
    let bronze = of(&tables, "bronze/listening_history_bronze");
    assert_eq!(bronze["data_files_deleted"], 12, "{bronze}");
    assert_eq!((bronze["oldest_version"].as_u64(), bronze["version"].as_u64()), (Some(12), Some(12)));
    assert_eq!(workspace.query(HISTORY), history);
    count_at("6").fails(1, "at version 6");
    let parquet = workspace.files("data/bronze/listening_history_bronze/month=2024-05");
    assert_eq!(parquet.len(), 1, "{parquet:?}");
    import_one_by_one(&workspace, 12..13);
    assert_eq!(workspace.query(HISTORY).len(), 13);
}

#[test]
fn a_dry_run_tells_and_writes_nothing() {
    let workspace = Workspace::new();
    import_one_by_one(&workspace, 0..3);
    let before = workspace.files("data");
    let ran = workspace.run("maintain --dry-run").succeeds();
    assert!(
        ran.stdout.contains("nothing was written") && ran.stdout.contains("bronze/listening_history_bronze"),
        "{}",
        ran.stdout
    );
    assert_eq!(workspace.files("data"), before);
    let tables = maintain(&workspace, "--dry-run");
    assert_eq!(of(&tables, "bronze/listening_history_bronze")["files_after"], 1);
    assert_eq!(workspace.files("data"), before);
}

#[test]
fn the_leftovers_of_a_run_that_was_killed_do_no_harm() {
    let workspace = Workspace::new();
    import_one_by_one(&workspace, 0..3);
    let history = workspace.query(HISTORY);
    // Its files were written, its commit was not.
    let folder = "data/bronze/listening_history_bronze/month=2024-05";
    let (file, _) = workspace.files(folder).remove(0);
    let orphan = workspace.path(folder).join("part-00000-orphan.zstd.parquet");
    std::fs::copy(file, &orphan).unwrap();
    maintain(&workspace, "");
    assert_eq!(workspace.query(HISTORY), history);
    assert!(orphan.exists(), "it might belong to a write under way");
    maintain(&workspace, "--retention 0s --shorten-time-travel");
    assert!(!orphan.exists());
    assert_eq!(workspace.query(HISTORY), history);
}

#[test]
fn a_scheduled_run_maintains_only_tables_that_need_it() {
    let workspace = Workspace::new();
    let export = fixture("export");
    workspace.run_list(&["import", &export.to_string_lossy()], &[]).succeeds();
    let maintained = "SELECT count(*) FROM ops.runs WHERE outcome = 'maintained'";
    workspace.run("run --maintain").succeeds();
    assert_eq!(workspace.count("data", maintained), 0);
    import_one_by_one(&workspace, 0..40);
    workspace.run("run --maintain").succeeds();
    assert!(workspace.count("data", maintained) > 0);
    let month = workspace.count("data", "SELECT count(*) FROM listening_history_bronze WHERE month = '2024-05'");
    assert!(month >= 40, "{month}");
    workspace.run("run --maintain --retention 1d").fails(2, "30 days are promised");
    workspace.run("schedule --retention 1d").fails(2, "30 days are promised");
}

#[test]
fn tables_that_are_not_there_are_explained() {
    let workspace = Workspace::new();
    workspace.run("maintain").fails(1, "holds no tables");
    workspace.run("maintain no_such_table").fails(2, "no_such_table is no table");
    workspace.run("maintain --target-size 5").fails(2, "--target-size 5");
}

#[test]
fn the_way_back_to_bronze_is_told_also_after_maintenance() {
    let workspace = Workspace::new();
    import_one_by_one(&workspace, 0..3);
    workspace.run("run").succeeds();
    let lineage = |workspace: &Workspace, table: &str| -> Value {
        let ran = workspace.run(&format!("status --lineage {table} --format json")).succeeds();
        serde_json::from_str(&ran.stdout).expect("a JSON document")
    };
    let before = lineage(&workspace, "gold.temporal_patterns");
    let silver = &before["inputs"][0];
    assert_eq!((silver["as"].as_str(), silver["table"].as_str()), (Some("silver"), Some("silver/listening_with_features")));
    assert!(silver["run_id"].is_string() && silver["model"].is_string(), "{silver}");
    let history = silver["inputs"].as_array().unwrap().iter().find(|input| input["table"] == "bronze/listening_history_bronze");
    let history = history.expect("the history");
    assert_eq!((history["version"].as_u64(), history["missing"].as_str()), (Some(2), None), "{history}");
    maintain(&workspace, "--retention 0s --shorten-time-travel");
    assert_eq!(lineage(&workspace, "temporal_patterns"), before);
    let text = workspace.run("status --lineage temporal_patterns").succeeds().stdout;
    assert!(text.contains("silver: silver/listening_with_features, version 0"), "{text}");
    // Another table in the place of the one that gold was made from is not taken for it.
    std::fs::remove_dir_all(workspace.path("data/silver")).unwrap();
    workspace.run("build-silver").succeeds();
    let after = lineage(&workspace, "temporal_patterns");
    assert_eq!(after["inputs"][0]["missing"], "another table is in its place", "{after}");
    workspace.run("status --lineage nothing").fails(2, "there is no table nothing");
}
