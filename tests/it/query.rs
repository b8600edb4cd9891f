//! `query`: reads, and only reads, and only the lake.

use crate::workspace::{Workspace, fixture};

fn with_plays() -> Workspace {
    let workspace = Workspace::new();
    let export = fixture("export");
    workspace.run_list(&["import", &export.to_string_lossy()], &[]).succeeds();
    workspace
}

/// Each is refused with exit code 2 and shows nothing; the lake stays as it is, and no file comes into being.
fn all_refused(workspace: &Workspace, queries: &[&str]) {
    let before = (workspace.files("data"), std::fs::read_dir(workspace.path("")).unwrap().count());
    for sql in queries {
        let ran = workspace.run_list(&["query", "--format", "csv", sql], &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{sql}\n{}", ran.stderr);
        assert!(ran.stderr.contains("hint: ") && !ran.stderr.contains("the-secret"), "{sql}\n{}", ran.stderr);
    }
    assert_eq!((workspace.files("data"), std::fs::read_dir(workspace.path("")).unwrap().count()), before);
}

#[test]
fn statements_that_write_are_refused() {
    all_refused(
        &with_plays(),
        &[
            "CREATE TABLE t AS SELECT 1",
            "CREATE VIEW v AS SELECT 1",
            "CREATE SCHEMA s",
            "CREATE FUNCTION f() RETURNS INT RETURN 1",
            "DROP TABLE bronze.listening_history_bronze",
            "DROP SCHEMA bronze CASCADE",
            "ALTER TABLE bronze.listening_history_bronze RENAME TO x",
            "TRUNCATE TABLE bronze.listening_history_bronze",
            "INSERT INTO bronze.listening_history_bronze SELECT * FROM bronze.listening_history_bronze",
            "INSERT OVERWRITE bronze.listening_history_bronze SELECT * FROM bronze.listening_history_bronze",
            "REPLACE INTO bronze.listening_history_bronze SELECT * FROM bronze.listening_history_bronze",
            "UPDATE bronze.listening_history_bronze SET ms_played = 0",
            "DELETE FROM bronze.listening_history_bronze",
            "MERGE INTO bronze.rejected_rows t USING bronze.rejected_rows s ON t.reject_id = s.reject_id WHEN MATCHED THEN DELETE",
            "SELECT * INTO t FROM bronze.listening_history_bronze",
            "COPY (SELECT 1) TO 'out.csv'",
            "COPY bronze.listening_history_bronze TO 'out.csv' STORED AS CSV",
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        ],
    );
}

#[test]
fn what_writes_is_refused_wherever_it_hides() {
    all_refused(
        &with_plays(),
        &[
            "EXPLAIN DELETE FROM bronze.listening_history_bronze",
            "EXPLAIN ANALYZE COPY (SELECT 1) TO 'out.csv'",
            "EXPLAIN ANALYZE INSERT INTO bronze.rejected_rows SELECT * FROM bronze.rejected_rows",
            "EXPLAIN CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
            "WITH x AS (DELETE FROM bronze.rejected_rows RETURNING *) SELECT * FROM x",
            "WITH x AS (SELECT 1) INSERT INTO bronze.rejected_rows SELECT * FROM bronze.rejected_rows",
            "PREPARE p AS DELETE FROM bronze.rejected_rows",
            "PREPARE p AS SELECT 1",
            "EXECUTE p",
            "DEALLOCATE p",
            "SELECT 1; DROP TABLE bronze.rejected_rows",
            "SELECT 1; SELECT 2",
            ";",
            "BEGIN",
            "SET datafusion.execution.time_zone = 'UTC'",
            "RESET datafusion.execution.time_zone",
            "USE bronze",
            "CALL x()",
        ],
    );
}

#[test]
fn files_outside_the_lake_cannot_be_read() {
    let workspace = with_plays();
    workspace.write("secret.csv", "a\nthe-secret\n");
    workspace.write("elsewhere/_delta_log/00000000000000000000.json", "the-secret");
    all_refused(
        &workspace,
        &[
            "SELECT * FROM 'secret.csv'",
            "SELECT * FROM \"secret.csv\"",
            "SELECT * FROM `secret.csv`",
            "SELECT * FROM '/etc/passwd'",
            "SELECT * FROM 'file:///etc/passwd'",
            "SELECT * FROM bronze.\"../../secret.csv\"",
            "SELECT * FROM bronze.\"../../elsewhere\"",
            "SELECT * FROM \"../..\".elsewhere",
            "SELECT * FROM read_csv('secret.csv')",
            "SELECT * FROM parquet_metadata('secret.csv')",
            "SELECT * FROM rejected_rows('secret.csv')",
            "SELECT * FROM bronze.rejected_rows, LATERAL read_csv('secret.csv')",
            "SELECT read_text('secret.csv')",
            "SELECT pg_read_file('secret.csv')",
            "SELECT getenv('HOME')",
            "DESCRIBE 'secret.csv'",
            "EXPLAIN ANALYZE SELECT * FROM 'secret.csv'",
            "LOAD DATA INPATH 'secret.csv' INTO TABLE bronze.rejected_rows",
            "ATTACH DATABASE 'secret.csv' AS s",
        ],
    );
}

#[test]
fn what_only_reads_is_explained_and_run_and_writes_nothing() {
    let workspace = with_plays();
    let before = workspace.files("data");
    for sql in [
        "EXPLAIN SELECT * FROM bronze.rejected_rows",
        "EXPLAIN ANALYZE SELECT count(*) FROM bronze.rejected_rows",
        "SHOW ALL",
        "SHOW COLUMNS FROM bronze.rejected_rows",
        "SELECT * FROM information_schema.df_settings",
        "WITH x AS (SELECT 1 AS a) SELECT * FROM x;",
        "VALUES (1), (2)",
    ] {
        assert!(!workspace.run_list(&["query", sql], &[]).succeeds().stdout.is_empty(), "{sql}");
    }
    assert_eq!(workspace.files("data"), before);
}

#[test]
fn tables_have_their_layers_name_and_a_bare_one() {
    let workspace = with_plays();
    let count = |table: &str| workspace.count("data", &format!("SELECT count(*) FROM {table}"));
    assert_eq!(count("listening_history_bronze"), count("bronze.listening_history_bronze"));
    let ran = workspace.run_list(&["query", "SELECT * FROM gold.nothing"], &[]).fails(2, "there is no table gold.nothing");
    assert!(ran.stderr.contains("bronze.listening_history_bronze"), "{}", ran.stderr);
}

/// A copy of a table under another name or in another layer, as somebody else may put one there.
fn copied(workspace: &Workspace, from: &str, to: &str) {
    let files = workspace.files(&format!("data/{from}"));
    assert!(!files.is_empty());
    for (path, _) in files {
        let (path, root) = (path.to_str().unwrap(), workspace.path("data"));
        let relative = path.split_once(from).unwrap().1.trim_start_matches('/');
        let target = root.join(to).join(relative);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(root.join(from).join(relative), target).unwrap();
    }
}

#[test]
fn a_bare_name_that_stands_in_two_layers_has_to_say_which() {
    let workspace = with_plays();
    let count = |table: &str| workspace.count("data", &format!("SELECT count(*) FROM {table}"));
    let rejected = count("rejected_rows");
    copied(&workspace, "bronze/rejected_rows", "ops/rejected_rows");
    copied(&workspace, "bronze/rejected_rows", "ops/somebody_elses");
    workspace.run_list(&["query", "SELECT * FROM rejected_rows"], &[]).fails(2, "stands in several layers");
    for table in ["bronze.rejected_rows", "ops.rejected_rows", "ops.somebody_elses", "somebody_elses"] {
        assert_eq!(count(table), rejected, "{table}");
    }
    // A declared name that only somebody else's table has.
    std::fs::remove_dir_all(workspace.path("data/bronze/rejected_rows")).unwrap();
    assert_eq!(count("rejected_rows"), rejected);
    workspace.run_list(&["query", "SELECT * FROM bronze.rejected_rows"], &[]).fails(2, "there is no table bronze.rejected_rows");
}

#[test]
fn what_names_no_table_opens_none() {
    let workspace = with_plays();
    std::fs::write(workspace.path("data/bronze/rejected_rows/_delta_log/00000000000000000000.json"), "no log").unwrap();
    assert_eq!(workspace.count("data", "SELECT 1 + 1"), 2);
    assert!(workspace.count("data", "SELECT count(*) FROM listening_history_bronze") > 0);
    workspace.run_list(&["query", "SELECT * FROM rejected_rows"], &[]).fails(1, "rejected_rows");
}

#[test]
fn a_query_that_is_nested_too_deep_is_refused_before_it_takes_forever() {
    let sum = |terms: usize| format!("SELECT {}", vec!["1"; terms].join("+"));
    let unions = |parts: usize| vec!["SELECT 1"; parts].join(" UNION ALL ");
    let either = vec!["1 = 2"; 20_000].join(" OR ");
    let withs =
        |depth: usize| (0..depth).fold("SELECT 1 AS x".to_owned(), |query, _| format!("WITH a AS ({query}) SELECT * FROM a"));
    let explained = format!("EXPLAIN {}", sum(1_002));
    let deep = [sum(1_002), sum(300_000), explained, format!("SELECT 1 WHERE {either}"), unions(1_002), withs(11)];
    let workspace = Workspace::new();
    for sql in &deep {
        std::fs::write(workspace.path("query.sql"), sql).unwrap();
        let stdin = std::fs::File::open(workspace.path("query.sql")).unwrap();
        let ran = workspace.run_with_stdin(&["query", "-"], &[], stdin).fails(2, "the query is too deep");
        assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    }
    // What is only long is not deep.
    let long = format!("SELECT 1 WHERE 1 IN ({})", (0..5_000).map(|number| number.to_string()).collect::<Vec<_>>().join(","));
    assert_eq!(workspace.count("data", &long), 1);
    assert_eq!(workspace.count("data", &sum(200)), 200);
    assert_eq!(workspace.count("data", &withs(10)), 1);
}

#[test]
fn the_lakes_tables_can_be_listed_and_described() {
    let workspace = with_plays();
    for sql in ["SHOW TABLES", "SELECT table_name FROM information_schema.tables"] {
        let shown = workspace.run_list(&["query", sql], &[]).succeeds().stdout;
        assert!(shown.contains("listening_history_bronze") && shown.contains("import_ledger"), "{shown}");
    }
    let described = workspace.run_list(&["query", "DESCRIBE bronze.rejected_rows"], &[]).succeeds().stdout;
    assert!(described.contains("reason"), "{described}");
}

#[test]
fn older_versions_are_read_by_number_and_by_time() {
    let workspace = with_plays();
    let count = |flags: &[&str]| {
        let arguments: Vec<&str> = ["query", "--format", "csv"]
            .iter()
            .chain(flags)
            .chain(&["SELECT count(*) AS n FROM rejected_rows"])
            .copied()
            .collect();
        workspace.run_list(&arguments, &[]).succeeds().stdout
    };
    let first = count(&[]);
    workspace.write("endsong_9.json", "[{\"ts\":\"never\",\"ms_played\":1}]");
    workspace.run("import endsong_9.json").succeeds();
    assert_ne!(count(&[]), first);
    assert_eq!(count(&["--as-of", "0"]), first);
    workspace.run_list(&["query", "--as-of", "2020-01-01", "SELECT * FROM rejected_rows"], &[]).fails(1, "there was none");
    workspace.run_list(&["query", "--as-of", "99", "SELECT * FROM rejected_rows"], &[]).fails(1, "at version 99");
    workspace.run_list(&["query", "--as-of", "soon", "SELECT 1"], &[]).fails(2, "--as-of soon");
}

#[test]
fn rows_come_in_every_format_and_a_file_appears_only_when_it_is_complete() {
    let workspace = with_plays();
    let sql = "SELECT play_id, artists, played_at FROM listening_history_bronze ORDER BY play_id LIMIT 2";
    for format in ["table", "csv", "csv-exact", "json", "ndjson", "parquet"] {
        workspace.run_list(&["query", "--format", format, "--output", "rows", sql], &[]).succeeds();
        assert!(std::fs::metadata(workspace.path("rows")).is_ok_and(|file| file.len() > 50), "{format}");
        std::fs::remove_file(workspace.path("rows")).unwrap();
    }
    let failing = "SELECT CAST(track_name AS INT) FROM listening_history_bronze";
    workspace.run_list(&["query", "--format", "csv", "--output", "rows", failing], &[]);
    assert!(!workspace.path("rows").exists());
    workspace.run_list(&["query", "--output", "no/such/folder/rows", sql], &[]).fails(1, "cannot be written");
}
