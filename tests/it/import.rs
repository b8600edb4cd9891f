//! A person's own export: every row accounted for, nothing twice, nothing personal.

use crate::workspace::{Workspace, fixture};
use serde_json::Value;

fn import(workspace: &Workspace, flags: &[&str]) -> Value {
    let export = fixture("export");
    let export = export.to_string_lossy();
    let arguments: Vec<&str> = ["import", &export, "--format", "json"].into_iter().chain(flags.iter().copied()).collect();
    serde_json::from_str(&workspace.run_list(&arguments, &[]).succeeds().stdout).expect("a JSON document")
}

fn sum(account: &Value, key: &str) -> u64 {
    account["files"].as_array().expect("files").iter().map(|file| file[key].as_u64().expect("a number")).sum()
}

#[test]
fn for_each_file_rows_read_are_rows_kept_duplicate_and_rejected() {
    let workspace = Workspace::new();
    let account = import(&workspace, &[]);
    for file in account["files"].as_array().expect("files") {
        let rejected: u64 = file["rejected"].as_object().expect("reasons").values().filter_map(Value::as_u64).sum();
        let read = file["rows_read"].as_u64();
        assert_eq!(
            read,
            Some(file["rows_kept"].as_u64().unwrap() + file["rows_duplicate"].as_u64().unwrap() + rejected),
            "{file}"
        );
    }
    let kept = sum(&account, "rows_kept");
    assert!(kept > 10, "{account}");
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.listening_history_bronze"), i64::try_from(kept).unwrap());
    assert_eq!(
        workspace.count("data", "SELECT CAST(sum(rows_kept) AS BIGINT) FROM ops.import_ledger"),
        i64::try_from(kept).unwrap()
    );
    let rejected = workspace.count("data", "SELECT CAST(sum(rows_rejected) AS BIGINT) FROM ops.import_ledger");
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.rejected_rows"), rejected);
    assert!(rejected > 0);
}

#[test]
fn importing_again_adds_no_row_to_bronze() {
    let workspace = Workspace::new();
    let first = import(&workspace, &[]);
    let before = workspace.files("data/bronze");
    let second = import(&workspace, &[]);
    assert_eq!(workspace.files("data/bronze"), before);
    assert_eq!(sum(&second, "rows_kept"), 0);
    assert_eq!(sum(&second, "rows_duplicate"), sum(&first, "rows_kept") + sum(&first, "rows_duplicate"));
}

#[test]
fn an_import_that_ended_before_its_tracks_were_kept_keeps_them_when_run_again() {
    let workspace = Workspace::new();
    import(&workspace, &[]);
    let tracks = "SELECT track_id, track_name, artist_name FROM bronze.my_tracks_features_bronze ORDER BY track_id";
    let kept = workspace.query(tracks);
    std::fs::remove_dir_all(workspace.path("data/bronze/my_tracks_features_bronze")).unwrap();
    let again = import(&workspace, &[]);
    assert_eq!(sum(&again, "rows_kept"), 0);
    assert_eq!(workspace.query(tracks), kept);
}

#[test]
fn a_dry_run_tells_the_same_account_and_writes_nothing() {
    let workspace = Workspace::new();
    let told = import(&workspace, &["--dry-run"]);
    assert!(workspace.files("data").is_empty());
    assert_eq!(told, import(&workspace, &[]));
    // Over what is there already it tells what a second import would.
    let before = workspace.files("data");
    assert_eq!(sum(&import(&workspace, &["--dry-run"]), "rows_kept"), 0);
    assert_eq!(workspace.files("data"), before);
}

#[test]
fn personal_fields_are_stored_nowhere() {
    let workspace = Workspace::new();
    import(&workspace, &[]);
    let mut text = String::new();
    for table in [
        "bronze.listening_history_bronze",
        "bronze.rejected_rows",
        "bronze.my_tracks_features_bronze",
        "ops.import_ledger",
        "ops.runs",
    ] {
        text.push_str(
            &workspace.run_list(&["query", "--format", "ndjson", &format!("SELECT * FROM {table}")], &[]).succeeds().stdout,
        );
    }
    assert!(text.contains("podcast_episode"), "{text}");
    for word in ["username", "ip_addr", "user_agent", "192.168.", "203.0.113."] {
        assert!(!text.contains(word), "{word} is stored");
    }
}

#[test]
fn a_row_that_is_told_twice_is_kept_once_and_counted() {
    let workspace = Workspace::new();
    let play = |ms: u32| {
        format!(
            "{{\"ts\":\"2024-05-01T10:00:00Z\",\"ms_played\":{ms},\"spotify_track_uri\":\"spotify:track:5SuOikwiRyPMVoIQDJUgSV\",\
             \"master_metadata_track_name\":\"Comedy\",\"master_metadata_album_artist_name\":\"Gen Hoshino\"}}"
        )
    };
    // The same moment and track with another listened time is another play; the exact copy is not.
    workspace.write("endsong_0.json", format!("[{},{},{}]", play(1000), play(2000), play(1000)));
    let ran = workspace.run("import endsong_0.json --format json").succeeds();
    let account: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!((sum(&account, "rows_read"), sum(&account, "rows_kept"), sum(&account, "rows_duplicate")), (3, 2, 1));
    // Two listeners' plays are two listeners' plays.
    workspace.run("import endsong_0.json --user other").succeeds();
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.listening_history_bronze"), 4);
}

#[test]
fn tracks_of_the_history_get_a_row_of_metadata_once() {
    let workspace = Workspace::new();
    import(&workspace, &[]);
    let tracks = workspace.count("data", "SELECT count(DISTINCT track_id) FROM bronze.listening_history_bronze");
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.my_tracks_features_bronze"), tracks);
    assert_eq!(
        workspace.count(
            "data",
            "SELECT count(*) FROM bronze.my_tracks_features_bronze WHERE valence IS NOT NULL OR popularity IS NOT NULL"
        ),
        0
    );
}
