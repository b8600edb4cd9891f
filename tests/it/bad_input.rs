//! Bad input: a clear message, what to do, a fitting exit code, nothing half-written.

use crate::workspace::Workspace;
use std::io::Write;

const PLAY: &str = "{\"ts\":\"2024-05-01T10:00:00Z\",\"ms_played\":1000,\"spotify_track_uri\":\"spotify:track:5SuOikwiRyPMVoIQDJUgSV\",\
                    \"master_metadata_track_name\":\"Comedy\",\"master_metadata_album_artist_name\":\"Gen Hoshino\"}";

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[track_caller]
fn nothing_is_written(workspace: &Workspace) {
    let data: Vec<_> =
        workspace.files("data").into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "parquet")).collect();
    assert!(data.is_empty(), "{data:?}");
}

#[test]
fn a_missing_path_is_named() {
    let workspace = Workspace::new();
    workspace.run("import no_such.zip").fails(1, "no_such.zip");
    workspace.run("import-catalog no_such.csv").fails(1, "no_such.csv");
    nothing_is_written(&workspace);
}

#[test]
fn a_folder_is_no_catalogue_and_an_empty_one_no_export() {
    let workspace = Workspace::new();
    workspace.write("folder/readme.txt", "nothing");
    workspace.run("import-catalog folder").fails(1, "is a folder");
    workspace.run("import folder").fails(1, "folder");
    nothing_is_written(&workspace);
}

#[test]
fn a_truncated_archive_imports_nothing() {
    let workspace = Workspace::new();
    let play = format!("[{PLAY}]");
    let whole = archive(&[("Streaming_History_Audio_2024_1.json", play.as_bytes())]);
    workspace.write("half.zip", &whole[..whole.len() / 2]);
    workspace.run("import half.zip").fails(1, "half.zip");
    nothing_is_written(&workspace);
}

#[test]
fn an_archive_that_climbs_out_is_refused() {
    let workspace = Workspace::new();
    let play = format!("[{PLAY}]");
    workspace.write("climbs.zip", archive(&[("../Streaming_History_Audio_2024_1.json", play.as_bytes())]));
    workspace.run("import climbs.zip").fails(1, "..");
    nothing_is_written(&workspace);
    assert!(!workspace.path("../Streaming_History_Audio_2024_1.json").exists());
}

#[test]
fn an_archive_that_would_explode_is_refused() {
    let workspace = Workspace::new();
    let mut bomb = b"[\"".to_vec();
    bomb.resize(200 << 20, b' ');
    workspace.write("bomb.zip", archive(&[("Streaming_History_Audio_2024_1.json", &bomb)]));
    workspace.run("import bomb.zip").fails(1, "would unpack to 200 MiB");
    nothing_is_written(&workspace);
}

#[test]
fn json_that_is_no_list_or_is_cut_off_imports_nothing() {
    let workspace = Workspace::new();
    workspace.write("endsong_0.json", "{\"ts\": 1}");
    workspace.run("import endsong_0.json").fails(1, "endsong_0.json");
    workspace.write("endsong_0.json", format!("[{PLAY},{}", &PLAY[..40]));
    workspace.run("import endsong_0.json").fails(1, "endsong_0.json");
    let mut bytes = format!("[{PLAY}]").into_bytes();
    let middle = bytes.len() / 2 + 40;
    bytes[middle] = 0xff;
    workspace.write("endsong_0.json", bytes);
    workspace.run("import endsong_0.json").fails(1, "endsong_0.json");
    nothing_is_written(&workspace);
}

#[test]
fn a_catalogue_with_a_renamed_column_says_which() {
    let workspace = Workspace::new();
    let sample = String::from_utf8_lossy(include_bytes!("../../data/sample/catalog.csv")).into_owned();
    workspace.write("renamed.csv", sample.replacen("track_genre", "genre", 1));
    workspace.run("import-catalog renamed.csv").fails(1, "`track_genre` is missing");
    nothing_is_written(&workspace);
}

#[test]
fn a_lake_that_cannot_be_written_says_so() {
    let workspace = Workspace::new();
    workspace.write("endsong_0.json", format!("[{PLAY}]"));
    // A file in the place of the folder stops even an administrator.
    workspace.write("file", "not a folder");
    workspace.run("import endsong_0.json --lake file").fails(1, "cannot be written to");
    workspace.run("status --lake nowhere").fails(1, "holds no tables");
}

#[test]
fn a_step_without_its_input_says_what_to_run_first() {
    let workspace = Workspace::new();
    workspace.run("build-silver").fails(1, "there is no listening history");
    workspace.run("build-gold").fails(1, "there is no silver");
    workspace.run("populate-missing").fails(1, "there is no listening history");
    workspace.run("build-silver --history-path nowhere").fails(1, "--history-path nowhere");
}

#[test]
fn an_input_table_without_a_required_column_is_named_with_the_column() {
    let workspace = Workspace::new();
    workspace.write("endsong_0.json", format!("[{PLAY}]"));
    workspace.run("import endsong_0.json").succeeds();
    workspace
        .run("build-silver --kaggle-features-path data/bronze/listening_history_bronze --out-path out")
        .fails(1, "`danceability`, `energy`, `acousticness`, `valence` and `track_genre` are missing");
    assert!(!workspace.path("out/_delta_log").exists());
}

#[test]
fn an_output_of_another_shape_is_replaced_whole_and_an_input_never() {
    let workspace = Workspace::new();
    workspace.write("endsong_0.json", format!("[{PLAY},{{\"ts\":\"never\"}}]"));
    workspace.run("import endsong_0.json").succeeds();
    workspace.run("build-silver --out-path data/bronze/listening_history_bronze").fails(2, "it is an input");
    // A table partitioned by month and one without any column of silver, whoever left them there.
    for (from, to) in [("listening_history_bronze", "partitioned"), ("rejected_rows", "other")] {
        let target = workspace.path("data/gold").join(to);
        copy(&workspace.path("data/bronze").join(from), &target);
        workspace.run(&format!("build-silver --out-path data/gold/{to}")).succeeds();
        let rows = workspace.query(&format!("SELECT month, hour_of_day, played_at_local FROM gold.{to}"));
        assert_eq!((rows.len(), rows[0]["month"].as_str(), rows[0]["hour_of_day"].as_i64()), (1, Some("2024-05"), Some(12)));
        // What was there before is still there, at its version.
        let before = workspace.run_list(&["query", "--as-of", "0", &format!("SELECT * FROM gold.{to}")], &[]).succeeds();
        assert!(before.stdout.contains("1 row"), "{}", before.stdout);
    }
    // Rows are never added to a table of another shape.
    let history = workspace.path("data/bronze/listening_history_bronze");
    std::fs::remove_dir_all(&history).unwrap();
    copy(&workspace.path("data/bronze/rejected_rows"), &history);
    workspace.run("import endsong_0.json").fails(1, "it has other columns");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { std::fs::copy(entry.path(), target).map(drop).unwrap() }
    }
}

#[test]
fn options_that_mean_nothing_are_usage_errors() {
    let workspace = Workspace::new();
    workspace.run("build-gold --k 1").fails(2, "--k 1");
    workspace.run("build-gold --features key").fails(2, "--features key");
    workspace.run("build-gold --features loudnes").fails(2, "--features loudnes");
    workspace.run("build-silver --feature-preference real,real").fails(2, "names real twice");
}
