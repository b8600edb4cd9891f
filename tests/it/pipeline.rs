//! The whole way, end to end, twice.

use crate::workspace::{Workspace, fixture};

#[test]
fn the_demo_builds_every_layer_and_answers_a_question() {
    let workspace = Workspace::new();
    let ran = workspace.run("demo").succeeds();
    assert!(ran.stdout.contains("part_of_day"), "{}", ran.stdout);
    let lake = "data/demo";
    let plays = workspace.count(lake, "SELECT count(*) FROM bronze.listening_history_bronze");
    assert!(plays > 2_000, "{plays}");
    assert_eq!(workspace.count(lake, "SELECT count(*) FROM silver.listening_with_features"), plays);
    assert_eq!(workspace.count(lake, "SELECT count(DISTINCT play_id) FROM silver.listening_with_features"), plays);
    let tracks = workspace.count(lake, "SELECT count(DISTINCT track_id) FROM silver.listening_with_features");
    assert_eq!(workspace.count(lake, "SELECT count(*) FROM gold.mood_clusters"), tracks);
    assert!(workspace.count(lake, "SELECT count(*) FROM gold.mood_cluster_profiles") >= 3);
    assert_eq!(workspace.count(lake, "SELECT count(*) FROM silver.listening_with_features WHERE source <> 'simulated'"), 0);
    // All three sources of features are shown, and names as well as ids.
    let sources = workspace.query_lake(
        lake,
        "SELECT DISTINCT feature_source, feature_match FROM silver.listening_with_features WHERE feature_source IS NOT NULL",
    );
    assert_eq!(sources.len(), 3, "{sources:?}");
}

#[test]
fn running_again_changes_no_row_and_writes_no_data() {
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    let data = |workspace: &Workspace| -> Vec<_> {
        ["bronze", "silver", "gold"].iter().flat_map(|layer| workspace.files(&format!("data/demo/{layer}"))).collect()
    };
    let before = data(&workspace);
    let ran = workspace.run("demo").succeeds();
    assert!(ran.stderr.contains("up to date"), "{}", ran.stderr);
    assert_eq!(data(&workspace), before);
    workspace.run("run --lake data/demo").succeeds();
    assert_eq!(data(&workspace), before);
}

#[test]
fn the_demo_is_the_same_on_every_run_and_in_every_order_of_threads() {
    let (one, other) = (Workspace::new(), Workspace::new());
    let sql = "SELECT s.play_id, s.played_at_local, s.valence, s.feature_source, m.cluster_id, m.mood, m.distance, m.model_id \
               FROM silver.listening_with_features s LEFT JOIN gold.mood_clusters m ON m.track_id = s.track_id ORDER BY s.play_id";
    one.run("demo").succeeds();
    other.run_list(&["demo"], &[("TOKIO_WORKER_THREADS", "1")]).succeeds();
    assert_eq!(one.query_lake("data/demo", sql), other.query_lake("data/demo", sql));
}

#[test]
fn the_demo_is_refused_on_a_lake_with_a_persons_plays() {
    let workspace = Workspace::new();
    let export = fixture("export/endsong_0.json");
    workspace.run_list(&["import", &export.to_string_lossy()], &[]).succeeds();
    let before = workspace.files("data");
    workspace.run("demo --lake data").fails(2, "holds a person's plays");
    assert_eq!(workspace.files("data"), before);
}

#[test]
fn a_persons_own_export_and_catalogue_give_the_same_tables() {
    let workspace = Workspace::new();
    let export = fixture("export");
    workspace.run_list(&["import", &export.to_string_lossy()], &[]).succeeds();
    workspace.write("data/kaggle/dataset.csv", include_bytes!("../../data/sample/catalog.csv"));
    let ran = workspace.run("run").succeeds();
    for step in ["import-catalog", "populate-missing", "build-silver", "build-gold mood"] {
        assert!(ran.stderr.contains(step), "{step} is missing in:\n{}", ran.stderr);
    }
    let status = workspace.run("status").succeeds();
    assert!(status.stdout.contains("silver.listening_with_features"), "{}", status.stdout);
    assert!(status.stdout.contains("synthetic"), "{}", status.stdout);
    let steps = workspace.count("data", "SELECT count(*) FROM ops.runs WHERE command = 'run' AND outcome = 'wrote'");
    assert!(steps >= 4, "{steps}");
}

#[test]
fn nothing_synthetic_is_made_or_used_where_it_is_not_allowed() {
    let workspace = Workspace::new();
    let export = fixture("export");
    workspace.run_list(&["import", &export.to_string_lossy()], &[]).succeeds();
    workspace.run("generate-synthetic").succeeds();
    let forbidden = [("ALLOW_SYNTHETIC", "false")];
    workspace.run_list(&["generate-synthetic"], &forbidden).fails(2, "ALLOW_SYNTHETIC is false");
    workspace.run_list(&["populate-missing"], &forbidden).fails(2, "ALLOW_SYNTHETIC is false");
    workspace.run_list(&["run"], &forbidden).succeeds();
    assert_eq!(
        workspace.count("data", "SELECT count(*) FROM silver.listening_with_features WHERE feature_source IS NOT NULL"),
        0
    );
    workspace.run("run").succeeds();
    assert!(
        workspace.count("data", "SELECT count(*) FROM silver.listening_with_features WHERE feature_source = 'synthetic'") > 0
    );
}

#[test]
fn made_up_features_are_withdrawn_when_the_catalogue_comes_to_know_the_track() {
    let workspace = Workspace::new();
    let track = "5SuOikwiRyPMVoIQDJUgSV";
    let row = format!(
        "[{{\"ts\":\"2024-05-01T10:00:00Z\",\"ms_played\":200000,\"spotify_track_uri\":\"spotify:track:{track}\",\
         \"master_metadata_track_name\":\"Comedy\",\"master_metadata_album_artist_name\":\"Gen Hoshino\"}}]"
    );
    workspace.write("Streaming_History_Audio_2024_1.json", row);
    workspace.run("import Streaming_History_Audio_2024_1.json").succeeds();
    workspace.run("run").succeeds();
    let source = "SELECT feature_source FROM silver.listening_with_features";
    assert_eq!(workspace.query(source)[0]["feature_source"], "synthetic");
    workspace.write(
        "catalog.csv",
        format!(
            ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,speechiness,\
             acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre\n0,{track},Gen Hoshino,Comedy,Comedy,73,230666,\
             False,0.676,0.461,1,-6.746,0,0.143,0.0322,1.01e-06,0.358,0.715,87.917,4,acoustic\n"
        ),
    );
    workspace.run("import-catalog catalog.csv").succeeds();
    workspace.run("run").succeeds();
    assert_eq!(workspace.query(source)[0]["feature_source"], "kaggle");
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.my_tracks_features_bronze_synthetic"), 0);
}

#[test]
fn a_demo_in_another_zone_replaces_the_listener_and_doubles_nothing() {
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    workspace.run("demo --timezone America/New_York").succeeds();
    let rows = workspace.query_lake(
        "data/demo",
        "SELECT count(*) AS plays, count(DISTINCT timezone) AS zones, min(timezone) AS zone FROM silver.listening_with_features",
    );
    assert_eq!(rows[0]["zones"], 1);
    assert_eq!(rows[0]["zone"], "America/New_York");
    let other = Workspace::new();
    other.run("demo --timezone America/New_York").succeeds();
    assert_eq!(rows, other.query_lake("data/demo", "SELECT count(*) AS plays, count(DISTINCT timezone) AS zones, min(timezone) AS zone FROM silver.listening_with_features"));
}

#[test]
fn a_table_that_took_another_ones_place_is_not_taken_for_it() {
    let workspace = Workspace::new();
    let import = |name: &str| workspace.run_list(&["import", &fixture(name).to_string_lossy()], &[]).succeeds();
    import("export/endsong_0.json");
    workspace.run("build-silver").succeeds();
    let before = workspace.count("data", "SELECT count(*) FROM silver.listening_with_features");
    // The same path and version, another table.
    std::fs::remove_dir_all(workspace.path("data/bronze")).unwrap();
    import("export");
    workspace.run("build-silver").succeeds();
    assert!(workspace.count("data", "SELECT count(*) FROM silver.listening_with_features") > before);
}
