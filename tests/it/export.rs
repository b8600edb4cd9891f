//! The star schema for other programs: files and a PostgreSQL hold what the lake holds, and only what differs is written.

use crate::postgres_server::{Server, block_on};
use crate::workspace::{Ran, Workspace};
use moodlake::export::postgres::described;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const DEMO: &str = "data/demo";
const TABLES: [(&str, &str); 6] = [
    ("dim_artist", "artist_key"),
    ("dim_album", "album_key"),
    ("dim_track", "track_key"),
    ("dim_date", "date_key"),
    ("dim_time", "time_key"),
    ("fact_play", "play_id"),
];
const HUSH: [(&str, &str); 1] = [("PGPASSWORD", "hush")];
/// Who wrote each row of the facts and of the tracks.
const WRITTEN: &str = "SELECT (SELECT string_agg(xmin::text, ',' ORDER BY play_id) FROM moodlake.fact_play)
    || ';' || (SELECT string_agg(xmin::text, ',' ORDER BY track_key) FROM moodlake.dim_track)";

fn export(workspace: &Workspace, server: &Server, lake: &str, more: &[&str]) -> Ran {
    let url = server.text("ana@", "plays");
    workspace.run_list(&[&["export", "postgres", "--url", &url, "--lake", lake], more].concat(), &HUSH)
}

/// One shape for what JSON of two programs writes in two ways.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => json!(format!("{:?}", number.as_f64().unwrap())),
        Value::String(text) => match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(time) => json!(time.timestamp_micros()),
            Err(_) => json!(text.replace('\0', "\u{fffd}")),
        },
        Value::Array(values) => values.iter().map(plain).collect(),
        Value::Object(columns) => columns.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

/// Every row of every table is in the database as it is in the lake.
fn is_the_lakes(workspace: &Workspace, server: &Server, lake: &str) {
    for (table, key) in TABLES {
        let mut lakes = workspace.query_lake(lake, &format!("SELECT * FROM gold.{table}"));
        let sql = format!("SELECT to_jsonb(t)::text FROM moodlake.{table} t");
        let mut held: Vec<Value> = block_on(server.ask(&sql)).iter().map(|row| serde_json::from_str(row).unwrap()).collect();
        for row in &mut held {
            // There is one number in JSON, and PostgreSQL writes 1 for 1.0.
            for name in ["valence", "energy", "danceability", "tempo"] {
                if let Some(number) = row.get(name).and_then(Value::as_f64) {
                    row[name] = json!(number);
                }
            }
        }
        let by = |row: &Value| row[key].to_string();
        lakes.sort_by_key(by);
        held.sort_by_key(by);
        let (lakes, held): (Vec<_>, Vec<_>) = (lakes.iter().map(plain).collect(), held.iter().map(plain).collect());
        assert_eq!(lakes.len(), held.len(), "{table}");
        lakes.iter().zip(&held).for_each(|(lakes, held)| assert_eq!(lakes, held, "{table}"));
        let noted = format!("SELECT rows::text FROM moodlake.exported WHERE table_name = '{table}'");
        assert_eq!(block_on(server.ask(&noted)), [lakes.len().to_string()]);
    }
}

#[test]
fn the_demos_star_is_in_postgres_and_a_second_export_changes_nothing() {
    let Some(server) = Server::start() else { return };
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    workspace.run("build-gold star --lake data/demo").succeeds();
    let first = export(&workspace, &server, DEMO, &[]).succeeds();
    assert_eq!(first.stderr.matches("the table is new").count(), 6, "{}", first.stderr);
    is_the_lakes(&workspace, &server, DEMO);
    let ask = |sql: &str| block_on(server.ask(sql));
    for sums in ["sum(plays)", "sum(ms_played)", "count(DISTINCT track_key)"] {
        let lakes = workspace.count(DEMO, &format!("SELECT {sums} FROM gold.fact_play"));
        assert_eq!(ask(&format!("SELECT ({sums})::text FROM moodlake.fact_play")), [lakes.to_string()]);
    }
    let joined = "SELECT count(*)::text FROM moodlake.fact_play JOIN moodlake.dim_track USING (track_key)
        JOIN moodlake.dim_artist a ON a.artist_key = fact_play.artist_key JOIN moodlake.dim_album b ON b.album_key = fact_play.album_key
        JOIN moodlake.dim_date USING (date_key) JOIN moodlake.dim_time USING (time_key)";
    assert_eq!(ask(joined), ask("SELECT count(*)::text FROM moodlake.fact_play"));
    let keys =
        "SELECT string_agg(n::text, ' ') FROM (SELECT count(*) n FROM pg_constraint WHERE connamespace = 'moodlake'::regnamespace
        AND contype IN ('p', 'f') GROUP BY contype ORDER BY contype) t";
    assert_eq!(ask(keys), ["8 7"]);
    let indexes = "SELECT count(*)::text FROM pg_indexes WHERE schemaname = 'moodlake' AND indexname NOT LIKE '%pkey'";
    assert_eq!(ask(indexes), ["9"]);
    let undescribed = "SELECT a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attnum > 0
        AND c.relnamespace = 'moodlake'::regnamespace AND c.relkind = 'r' AND coalesce(col_description(c.oid, a.attnum), '') = ''";
    assert_eq!(ask(undescribed), [] as [&str; 0]);

    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/star-schema.md")).unwrap();
    let question = text.split("```sql\n").nth(1).unwrap().split(';').next().unwrap();
    assert!(!ask(&format!("SELECT artist_name FROM ({question}) AS told LIMIT 3")).is_empty());

    let before = ask(WRITTEN);
    let again = export(&workspace, &server, DEMO, &[]).succeeds();
    assert_eq!(again.stderr.matches("up to date").count(), 6, "{}", again.stderr);
    let full = export(&workspace, &server, DEMO, &["--full"]).succeeds();
    assert_eq!(full.stderr.matches("0 inserted, 0 updated, 0 deleted").count(), 6, "{}", full.stderr);
    assert_eq!(ask(WRITTEN), before);
    // What someone else changed comes back, and a table that is gone is made anew.
    ask("WITH a AS (DELETE FROM moodlake.fact_play WHERE skipped), b AS (UPDATE moodlake.dim_track SET genre = 'x') SELECT ''");
    export(&workspace, &server, DEMO, &["--full"]).succeeds();
    is_the_lakes(&workspace, &server, DEMO);
    block_on(async {
        let client = moodlake::postgres::connect(&server.at("ana:hush@", "plays"), None).await.unwrap();
        client.batch_execute("DROP TABLE moodlake.dim_artist CASCADE").await.unwrap();
    });
    let made = export(&workspace, &server, DEMO, &[]).succeeds();
    assert_eq!((made.stderr.matches("the table is new").count(), made.stderr.matches("up to date").count()), (1, 5));
    assert_eq!(ask(keys), ["8 7"]);
    is_the_lakes(&workspace, &server, DEMO);
    let runs = "SELECT count(*) FROM ops.runs WHERE command = 'export postgres'";
    assert_eq!(workspace.count(DEMO, runs), 30);
}

fn play(at: &str, id: &str, title: &str) -> Value {
    json!({ "ts": at, "ms_played": 60_000, "spotify_track_uri": format!("spotify:track:{id}"), "master_metadata_track_name": title,
            "master_metadata_album_artist_name": "Ana", "master_metadata_album_album_name": "One", "skipped": false })
}

fn heard(workspace: &Workspace, name: &str, plays: &[Value]) {
    workspace.write(&format!("{name}/Streaming_History_Audio_2024_1.json"), json!(plays).to_string());
    workspace.run(&format!("import {name}")).succeeds();
    for build in ["build-silver", "build-gold star"] {
        workspace.run(build).succeeds();
    }
}

#[test]
fn only_what_is_new_travels_and_what_is_gone_goes() {
    let Some(server) = Server::start() else { return };
    let workspace = Workspace::new();
    let ids = ["5SuOikwiRyPMVoIQDJUgSV", "4qPNDBW1i3p13qLCt0Ki3A", "1iJBSr7s7jYXzM8EGcbK5b"];
    let old: Vec<_> =
        (10..60).map(|minute| play(&format!("2024-03-01T10:{minute}:00Z"), ids[minute % 2], "Nu\u{0}l, = 'x'")).collect();
    heard(&workspace, "old", &old);
    export(&workspace, &server, "data", &[]).succeeds();
    is_the_lakes(&workspace, &server, "data");
    let before = block_on(server.ask("SELECT DISTINCT xmin::text FROM moodlake.fact_play"));
    assert_eq!(before.len(), 1);
    heard(&workspace, "new", &[play("2024-03-03T10:00:00Z", ids[2], "New"), play("2024-03-03T11:00:00Z", ids[0], "Renamed")]);
    let told = export(&workspace, &server, "data", &[]).succeeds().stderr;
    let line = |table: &str| told.lines().find(|line| line.contains(table)).unwrap().to_owned();
    assert!(line("moodlake.fact_play").contains("2 inserted, 0 updated, 0 deleted"), "{told}");
    assert!(line("moodlake.dim_track").contains("1 inserted, 1 updated, 0 deleted"), "{told}");
    assert!(line("moodlake.dim_date").contains("2 inserted, 0 updated, 0 deleted"), "{told}");
    assert!(
        line("moodlake.dim_time").contains("up to date") || line("moodlake.dim_time").contains("0 inserted, 0 updated"),
        "{told}"
    );
    let same = format!("SELECT count(*)::text FROM moodlake.fact_play WHERE xmin::text = '{}'", before[0]);
    assert_eq!(block_on(server.ask(&same)), ["50"]);
    is_the_lakes(&workspace, &server, "data");
    // Gold of an older silver has fewer plays.
    workspace.run("build-gold star --as-of 0").succeeds();
    let told = export(&workspace, &server, "data", &[]).succeeds().stderr;
    assert!(told.contains("0 inserted, 0 updated, 2 deleted"), "{told}");
    is_the_lakes(&workspace, &server, "data");
    assert_eq!(block_on(server.ask(&same)), ["50"]);
    // Where the files that went are not kept any more, all rows are compared.
    workspace.run("build-gold star").succeeds();
    export(&workspace, &server, "data", &[]).succeeds();
    let is_data = |path: &Path| path.extension().is_some_and(|end| end == "parquet");
    let replaced: Vec<_> = workspace.files("data/gold/fact_play").into_iter().filter(|(path, _)| is_data(path)).collect();
    workspace.run("build-gold star --as-of 0").succeeds();
    replaced.iter().for_each(|(path, _)| std::fs::remove_file(path).unwrap());
    let told = export(&workspace, &server, "data", &[]).succeeds().stderr;
    assert!(told.contains("0 inserted, 0 updated, 2 deleted; 50 read"), "{told}");
    is_the_lakes(&workspace, &server, "data");
    assert_eq!(block_on(server.ask(&same)), ["50"]);
    // Another lake's rows take the place of these.
    let other = Workspace::new();
    heard(&other, "other", &[play("2024-05-03T10:00:00Z", ids[1], "Other")]);
    export(&other, &server, "data", &[]).succeeds();
    is_the_lakes(&other, &server, "data");
}

#[test]
fn an_export_that_is_killed_leaves_the_database_as_it_was_and_two_at_once_are_one() {
    let Some(server) = Server::start() else { return };
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    workspace.run("build-gold star --lake data/demo").succeeds();
    let url = server.text("ana@", "plays");
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_moodlake"));
        command
            .current_dir(workspace.path(""))
            .env_clear()
            .envs(HUSH)
            .args(["export", "postgres", "--lake", DEMO, "--url", &url]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let tables = || block_on(server.ask("SELECT count(*)::text FROM pg_tables WHERE schemaname = 'moodlake'"))[0].clone();
    let mut killed = 0;
    for delay in [30, 60, 90, 120, 160, 200, 250, 300, 400, 500, 700, 1_000] {
        let mut child = start();
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        match tables().as_str() {
            "0" => killed += 1,
            count => {
                assert_eq!(count, "7");
                break;
            }
        }
    }
    assert!(killed > 0);
    let (mut one, mut other) = (start(), start());
    assert!(one.wait().unwrap().success() && other.wait().unwrap().success());
    is_the_lakes(&workspace, &server, DEMO);
    // The same of a change: no fact tells of features that are made up.
    workspace.run_list(&["build-gold", "star", "--lake", DEMO], &[("ALLOW_SYNTHETIC", "false")]).succeeds();
    let held = "SELECT count(*)::text FROM moodlake.fact_play WHERE feature_source = 'synthetic'
        UNION ALL SELECT string_agg(version::text, ',' ORDER BY table_name) FROM moodlake.exported";
    let before = block_on(server.ask(held));
    for delay in [40, 80, 120, 160, 200, 250, 300, 350, 400] {
        let mut child = start();
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = block_on(server.ask(held));
        assert!(now == before || (now[0] == "0" && now[1] != before[1]), "{now:?}");
    }
    export(&workspace, &server, DEMO, &[]).succeeds();
    is_the_lakes(&workspace, &server, DEMO);
}

#[test]
fn what_is_wrong_is_told_and_never_the_password() {
    let Some(server) = Server::start() else { return };
    let workspace = Workspace::new();
    workspace.run_list(&["export", "postgres", "--url", &server.text("ana@", "plays")], &HUSH).fails(1, "holds no tables");
    workspace.write(
        "Streaming_History_Audio_2024_1.json",
        json!([play("2024-03-01T10:00:00Z", "5SuOikwiRyPMVoIQDJUgSV", "One")]).to_string(),
    );
    workspace.run("import Streaming_History_Audio_2024_1.json").succeeds();
    workspace.run("export parquet files").fails(1, "has no table gold/dim_artist");
    for build in ["build-silver", "build-gold star"] {
        workspace.run(build).succeeds();
    }
    let run = |url: &str, more: &[&str]| workspace.run_list(&[&["export", "postgres", "--url", url], more].concat(), &[]);
    let fine = server.text("ana:hush@", "plays");
    block_on(async {
        let client = moodlake::postgres::connect(&server.at("ana:hush@", "plays"), None).await.unwrap();
        client.batch_execute("CREATE SCHEMA taken; CREATE TABLE taken.dim_album (id bigint)").await.unwrap();
    });
    for (ran, code, says) in [
        (run(&server.text("ana:secret@", "plays"), &[]), 1, "does not let the user in"),
        (run(&server.text("ana@", "plays"), &[]), 1, "asks for a password"),
        (run(&server.text("ana:hush@", "other"), &[]), 1, "no such database"),
        (run(&server.text("guest:hush@", "plays"), &[]), 1, "the schema cannot be made"),
        (run("mysql://ana:hush@db/plays", &[]), 2, "begins with postgres://"),
        (run(&fine, &["--schema", "No such"]), 2, "--schema No such"),
        (run(&fine, &["--schema", "pg_catalog"]), 2, "--schema pg_catalog"),
        (run(&fine, &["--schema", "taken"]), 1, "taken.dim_album is another table"),
    ] {
        let ran = ran.fails(code, says);
        assert!(!ran.stderr.contains("secret") && !ran.stderr.contains("hush"), "{}", ran.stderr);
    }
    assert_eq!(block_on(server.ask("SELECT count(*)::text FROM pg_tables WHERE schemaname IN ('moodlake', 'taken')")), ["1"]);
    run(&fine, &["--schema", "analytics"]).succeeds();
    assert_eq!(block_on(server.ask("SELECT count(*)::text FROM analytics.fact_play")), ["1"]);
}

#[test]
fn files_hold_what_the_tables_hold() {
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    workspace.run("build-gold star --lake data/demo").succeeds();
    workspace.write("files/fact_play.csv", "old");
    for kind in ["parquet files", "csv files", "csv exact --exact"] {
        workspace.run(&format!("export {kind} --lake {DEMO}")).succeeds();
    }
    let names: Vec<_> = workspace.files("files").into_iter().map(|(path, _)| path).collect();
    assert_eq!(names.len(), 12, "{names:?}");
    for (table, key) in TABLES {
        let mut lakes = workspace.query_lake(DEMO, &format!("SELECT * FROM gold.{table}"));
        let file = std::fs::File::open(workspace.path(&format!("files/{table}.parquet"))).unwrap();
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let nulls = arrow::json::writer::WriterBuilder::new().with_explicit_nulls(true);
        let mut writer = nulls.build::<_, arrow::json::writer::JsonArray>(Vec::new());
        reader.for_each(|batch| writer.write(&batch.unwrap()).unwrap());
        writer.finish().unwrap();
        let mut held: Vec<Value> = serde_json::from_slice(&writer.into_inner()).unwrap();
        let by = |row: &Value| row[key].to_string();
        lakes.sort_by_key(by);
        held.sort_by_key(by);
        assert!(lakes == held, "{table}");
        // The same cells as a query writes.
        for (folder, format) in [("files", "csv"), ("exact", "csv-exact")] {
            let sql = format!("SELECT * FROM gold.{table}");
            let asked = workspace.run_list(&["query", "--lake", DEMO, "--format", format, &sql], &[]).succeeds().stdout;
            let told = std::fs::read_to_string(workspace.path(&format!("{folder}/{table}.csv"))).unwrap();
            let sorted = |text: &str| {
                let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            assert!(sorted(&asked) == sorted(&told), "{folder}/{table}");
        }
    }
    workspace.run(&format!("export csv files/fact_play.csv --lake {DEMO}")).fails(1, "cannot be made");
}

#[test]
fn columns_mean_what_the_documentation_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tables.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut count = 0;
    for (table, _) in TABLES {
        let section = text.split(&format!("### gold.{table}\n")).nth(1).unwrap().split("\n##").next().unwrap();
        for line in section.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            for column in cells[0].split(", ") {
                let meaning = cells[2].replace('`', "");
                let expected = (cells[3] == "never", meaning.as_str());
                assert_eq!(described(table, column.trim_matches('`')), expected, "{table}.{column}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 50);
}
