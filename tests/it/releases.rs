//! Lakes of other releases: an older one's tables are read and grow the columns that they lack; newer ones are refused.

use crate::workspace::{Workspace, fixture};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::fs::File;

/// What an older release did not write.
const LATER: [&str; 2] = ["isrc", "platform"];
const HISTORY: &str = "data/bronze/listening_history_bronze";
const PLAYS: &str = "SELECT play_id, track_name, isrc, platform FROM bronze.listening_history_bronze ORDER BY play_id";

/// A play that the export does not have.
const LATER_PLAY: &str = r#"[{"ts":"2025-02-01T10:00:00Z","platform":"linux","ms_played":60000,"master_metadata_track_name":"Later","master_metadata_album_artist_name":"A","master_metadata_album_album_name":"B","spotify_track_uri":"spotify:track:0000000000000000000009"}]"#;

/// Makes of each line of a table's first commit another one.
fn edit_commit(workspace: &Workspace, table: &str, edit: impl Fn(&mut Value)) {
    let path = workspace.path(table).join("_delta_log/00000000000000000000.json");
    let lines = std::fs::read_to_string(&path).unwrap();
    let edited = lines.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        edit(&mut line);
        format!("{line}\n")
    });
    std::fs::write(&path, edited.collect::<String>()).unwrap();
}

/// The history as a release wrote it that did not know some columns: neither its files nor its log have them.
fn make_older(workspace: &Workspace) {
    let mut sizes = Vec::new();
    for (path, _) in workspace.files(HISTORY).into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "parquet"))
    {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap().build().unwrap();
        let batches: Vec<_> = reader.map(Result::unwrap).collect();
        let schema = batches[0].schema();
        let kept: Vec<usize> =
            (0..schema.fields().len()).filter(|&column| !LATER.contains(&schema.field(column).name().as_str())).collect();
        let older: Vec<_> = batches.iter().map(|batch| batch.project(&kept).unwrap()).collect();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), older[0].schema(), None).unwrap();
        older.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.close().unwrap();
        sizes.push((path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::metadata(&path).unwrap().len()));
    }
    edit_commit(workspace, HISTORY, |line| {
        if let Some(metadata) = line.get_mut("metaData") {
            let mut schema: Value = serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
            schema["fields"].as_array_mut().unwrap().retain(|field| !LATER.contains(&field["name"].as_str().unwrap()));
            metadata["schemaString"] = schema.to_string().into();
            metadata["configuration"] = serde_json::json!({});
        }
        if let Some(add) = line.get_mut("add") {
            let (_, size) = sizes.iter().find(|(name, _)| add["path"].as_str().unwrap().ends_with(name.as_str())).unwrap();
            add["size"] = (*size).into();
            add["stats"] = Value::Null;
        }
    });
}

fn export() -> String {
    fixture("export").to_string_lossy().into_owned()
}

#[test]
fn an_older_release_s_history_is_read_grows_and_loses_nothing() {
    let workspace = Workspace::new();
    workspace.run_list(&["import", &export()], &[]).succeeds();
    let written = workspace.query(PLAYS);
    make_older(&workspace);
    // Everything that reads it takes the columns for null.
    let read = workspace.query(PLAYS);
    assert_eq!(read.len(), written.len());
    assert!(read.iter().all(|play| LATER.iter().all(|column| play[column].is_null())), "{read:?}");
    workspace.run("build-silver").succeeds();
    assert_eq!(
        workspace.count("data", "SELECT count(*) FROM silver.listening_with_features"),
        i64::try_from(written.len()).unwrap()
    );
    let checked = workspace.run("check bronze --format json").succeeds();
    assert!(checked.stdout.contains("isrc is missing"), "{}", checked.stdout);
    // The same export again adds no play and no column; the next one does both.
    workspace.run_list(&["import", &export()], &[]).succeeds();
    assert_eq!(workspace.query(PLAYS), read);
    let maintained = workspace.run("maintain --format json").succeeds();
    assert!(maintained.stdout.contains("\"columns_added\": true"), "{}", maintained.stdout);
    assert_eq!(workspace.query(PLAYS), read);
    let checked = workspace.run("check bronze --format json").succeeds();
    assert!(!checked.stdout.contains("isrc is missing"), "{}", checked.stdout);
    workspace.run("maintain").succeeds();
    workspace.run("run").succeeds();
}

#[test]
fn new_plays_bring_the_columns_that_an_older_release_did_not_write() {
    let workspace = Workspace::new();
    let play = |name: &str, ts: &str| {
        format!(
            r#"[{{"ts":"{ts}","platform":"linux","ms_played":60000,"master_metadata_track_name":"{name}","master_metadata_album_artist_name":"A","master_metadata_album_album_name":"B","spotify_track_uri":"spotify:track:0000000000000000000001"}}]"#
        )
    };
    let import = |name: &str, ts: &str| {
        let path = workspace.write("Streaming_History_Audio_2024_0.json", play(name, ts));
        workspace.run_list(&["import", &path.to_string_lossy()], &[]).succeeds();
    };
    import("first", "2024-03-01T10:00:00Z");
    make_older(&workspace);
    import("second", "2024-03-02T10:00:00Z");
    let plays = workspace.query("SELECT track_name, platform FROM bronze.listening_history_bronze ORDER BY played_at");
    assert_eq!(plays.len(), 2);
    assert_eq!((&plays[0]["track_name"], &plays[0]["platform"]), (&"first".into(), &Value::Null));
    assert_eq!((&plays[1]["track_name"], &plays[1]["platform"]), (&"second".into(), &"linux".into()));
    let checked = workspace.run("check bronze --format json").succeeds();
    assert!(!checked.stdout.contains("is missing"), "{}", checked.stdout);
}

#[test]
fn a_newer_release_s_table_is_refused_by_what_reads_and_what_writes() {
    let workspace = Workspace::new();
    workspace.run_list(&["import", &export()], &[]).succeeds();
    edit_commit(&workspace, HISTORY, |line| {
        if let Some(metadata) = line.get_mut("metaData") {
            metadata["configuration"]["moodlake.format"] = "2".into();
        }
    });
    let before = workspace.files("data/bronze");
    for command in ["build-silver", "query 'SELECT 1 FROM bronze.listening_history_bronze'", "status", "maintain"] {
        let arguments: Vec<String> = match command.split_once(" '") {
            Some((command, sql)) => vec![command.to_owned(), sql.trim_end_matches('\'').to_owned()],
            None => vec![command.to_owned()],
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        workspace.run_list(&arguments, &[]).fails(1, "newer moodlake, in format 2");
    }
    workspace.run_list(&["import", &export()], &[]).fails(1, "update moodlake");
    assert_eq!(workspace.files("data/bronze"), before, "nothing was changed");
}

#[test]
fn what_a_newer_release_added_is_neither_mixed_nor_lost() {
    let workspace = Workspace::new();
    workspace.run_list(&["import", &export()], &[]).succeeds();
    workspace.run("generate-synthetic").succeeds();
    let synthetic = "data/bronze/my_tracks_features_bronze_synthetic";
    let mystery = serde_json::json!({ "name": "mystery", "type": "string", "nullable": true, "metadata": {} });
    for table in [HISTORY, synthetic] {
        edit_commit(&workspace, table, |line| {
            if let Some(metadata) = line.get_mut("metaData") {
                let mut schema: Value = serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
                schema["fields"].as_array_mut().unwrap().push(mystery.clone());
                metadata["schemaString"] = schema.to_string().into();
            }
        });
    }
    let more = workspace.write("more/Streaming_History_Audio_2025_9.json", LATER_PLAY);
    let before = workspace.files(synthetic);
    workspace.run_list(&["import", &more.to_string_lossy()], &[]).fails(1, "mystery");
    assert_eq!(workspace.query("SELECT mystery FROM bronze.listening_history_bronze LIMIT 1")[0]["mystery"], Value::Null);
    // All of it would be written anew, without the column.
    let history = workspace.path(HISTORY);
    std::fs::remove_dir_all(history).unwrap();
    workspace.run_list(&["import", &more.to_string_lossy()], &[]).succeeds();
    workspace.run("populate-missing").fails(1, "mystery");
    assert_eq!(workspace.files(synthetic), before, "nothing was changed");
}

#[test]
fn gold_of_an_older_silver_is_what_it_was() {
    let workspace = Workspace::new();
    workspace.write("data/kaggle/dataset.csv", include_bytes!("../../data/sample/catalog.csv"));
    workspace.run_list(&["import", &export()], &[]).succeeds();
    workspace.run("run").succeeds();
    let tables =
        ["mood_clusters", "play_moods", "temporal_patterns", "top_items", "wellbeing_indicators", "track_recommendations"];
    let gold = || {
        tables.map(|table| {
            let mut rows: Vec<String> =
                workspace.query(&format!("SELECT * FROM gold.{table}")).iter().map(ToString::to_string).collect();
            rows.sort_unstable();
            rows
        })
    };
    let first = gold();
    let more = workspace.write("more/Streaming_History_Audio_2025_9.json", LATER_PLAY);
    workspace.run_list(&["import", &more.to_string_lossy()], &[]).succeeds();
    workspace.run("run").succeeds();
    let second = gold();
    assert_ne!(first, second, "the new play changes gold");
    workspace.run("build-gold --as-of 0").succeeds();
    assert_eq!(gold(), first);
    let lineage = workspace.run("status --lineage gold.top_items --format json").succeeds();
    let lineage: Value = serde_json::from_str(&lineage.stdout).unwrap();
    assert_eq!(lineage["inputs"][0]["version"], 0, "{lineage}");
    workspace.run("build-gold").succeeds();
    assert_eq!(gold(), second);
    workspace.run("build-gold --as-of 99").fails(1, "at version 99");
    workspace.run("build-gold --as-of 2001-01-01").fails(1, "there was none as of 2001-01-01");
}
