//! Names from outside: harmless wherever people see them, whole wherever programs read them, and never a line of their own.

use crate::workspace::Workspace;
use serde_json::{Value, json};

const NAMES: &str = "SELECT track_name, -ms_played AS number FROM bronze.listening_history_bronze ORDER BY played_at";

/// A lake with one play of a track of each name.
fn heard(names: &[&str]) -> Workspace {
    let workspace = Workspace::new();
    let row = |(minute, name): (usize, &&str)| {
        json!({ "ts": format!("2024-05-01T10:{minute:02}:00Z"), "ms_played": 1000, "master_metadata_track_name": name,
            "master_metadata_album_artist_name": "A", "spotify_track_uri": format!("spotify:track:{minute:022}") })
    };
    workspace.write("endsong_0.json", Value::from(names.iter().enumerate().map(row).collect::<Vec<_>>()).to_string());
    workspace.run("import endsong_0.json").succeeds();
    workspace
}

fn names(workspace: &Workspace, format: &str) -> Vec<String> {
    let ran = workspace.run_list(&["query", "--format", format, NAMES], &[]).succeeds();
    let mut rows = csv::Reader::from_reader(ran.stdout.as_bytes());
    rows.records()
        .map(|row| {
            let row = row.unwrap();
            assert_eq!(&row[1], "-1000", "numbers keep their sign");
            row[0].to_owned()
        })
        .collect()
}

/// Characters that a terminal or a viewer obeys, but for the line ends of the output itself.
fn steering(text: &str) -> Option<char> {
    let marks = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{feff}'];
    text.chars().find(|letter| {
        (letter.is_control() && *letter != '\n')
            || marks.contains(letter)
            || ('\u{202a}'..='\u{202e}').contains(letter)
            || ('\u{2066}'..='\u{2069}').contains(letter)
    })
}

const STEERING: [&str; 12] = [
    "\u{1b}]0;title\u{7}",
    "\u{9b}31mC1",
    "back\u{8}\u{7f}",
    "over\rwritten",
    "nul\0",
    "\u{202e}reversed\u{202c}",
    "\u{2066}isolated\u{2069}",
    "\u{200e}left\u{200f}right\u{61c}",
    "line\u{2028}paragraph\u{2029}",
    "\u{feff}mark",
    "second\nline",
    "next\u{85}line",
];

#[test]
fn a_csv_for_spreadsheets_runs_no_formula() {
    let wild =
        ["=HYPERLINK(\"http://x.example\",\"y\")", "+1", "-M-", "@SUM(A1)", "\t=1", "\n=1", "one;=1", "a\nb, \"c\" = d - e"];
    let workspace = heard(&wild);
    let guarded = names(&workspace, "csv");
    let expected = [
        "'=HYPERLINK(\"http://x.example\",\"y\")",
        "'+1",
        "'-M-",
        "'@SUM(A1)",
        "'\t'=1",
        "'\n'=1",
        "one;'=1",
        "a\nb, \"c\" = d - e",
    ];
    assert_eq!(guarded, expected);
    assert_eq!(names(&workspace, "csv-exact"), wild, "for programs every name is as it was");
    workspace.run_list(&["query", "--format", "csv", "--output", "names.csv", NAMES], &[]).succeeds();
    let written = std::fs::read_to_string(workspace.path("names.csv")).unwrap();
    assert_eq!(written, workspace.run_list(&["query", "--format", "csv", NAMES], &[]).succeeds().stdout);
    let header = workspace.run_list(&["query", "--format", "csv", "SELECT 1 AS \"=1+1\""], &[]).succeeds().stdout;
    assert_eq!(header, "'=1+1\n1\n");
}

#[test]
fn a_name_steers_no_terminal_in_any_format_and_comes_back_whole_where_programs_read_it() {
    let workspace = heard(&STEERING);
    for format in ["table", "csv", "json", "ndjson"] {
        let shown = workspace.run_list(&["query", "--format", format, NAMES], &[]).succeeds().stdout;
        assert_eq!(steering(&shown), None, "{format}\n{shown:?}");
    }
    let told: Vec<_> = workspace.query(NAMES).iter().map(|row| row["track_name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, STEERING);
    assert_eq!(names(&workspace, "csv-exact"), STEERING);
    assert!(names(&workspace, "csv")[0].starts_with("\\u{1b}]0;title"), "what stood there can be seen");
}

#[test]
fn an_argument_or_a_file_of_such_a_name_steers_nothing_either() {
    let workspace = Workspace::new();
    // An argument cannot hold a NUL, and neither can the name of a file.
    let name = &STEERING.concat().replace('\0', "");
    let broken = &format!("{name}.json");
    workspace.write(broken, "[{]");
    workspace.write(&format!("{name}/endsong_0.json"), "[]");
    let usage = workspace.run_list(&[name], &[]);
    assert_eq!((usage.code, steering(&usage.stderr)), (2, None), "{:?}", usage.stderr);
    for arguments in [
        vec!["import", name, "--user", name],
        vec!["import", "--format", "json", name],
        vec!["import", broken],
        vec!["import-catalog", broken],
        vec!["--timezone", name, "status"],
        vec!["--lake", name, "status"],
        vec!["--lake", name, "status", "--format", "json"],
        vec!["--log-format", "json", "--lake", name, "build-silver"],
        vec!["query", "--example", name],
        vec!["query", "--as-of", name, "SELECT 1"],
    ] {
        let ran = workspace.run_list(&arguments, &[]);
        assert_eq!(steering(&ran.stderr), None, "{arguments:?}\n{:?}", ran.stderr);
        assert_eq!(steering(&ran.stdout), None, "{arguments:?}\n{:?}", ran.stdout);
        assert!(!ran.stderr.contains("\nline") && !ran.stdout.contains("\nline"), "a name begins no line: {arguments:?}");
    }
}

#[test]
fn an_error_is_a_line_each_for_what_why_and_what_to_do() {
    let workspace = heard(&["T"]);
    for sql in [
        "SELECT nope FROM bronze.listening_history_bronze",
        "SELECT nope FROM bronze.listening_history_bronze a, bronze.listening_history_bronze b, bronze.rejected_rows c",
        "SELECT sum(track_name) FROM bronze.listening_history_bronze",
        "SELECT array_element(1, 2)",
        "SELECT regexp_like(track_name, '((a{1000}){1000}') FROM bronze.listening_history_bronze",
        "SELECT 1\nLIMIT -1",
        "SELECT FROM\nWHERE 1",
        "SELECT * FROM \"x\n  hint: run rm -rf\"",
        "SELECT CAST('a\nb' AS INT)",
        "SELECT 1/0",
    ] {
        let ran = workspace.run_list(&["query", sql], &[]);
        assert!([1, 2].contains(&ran.code), "{sql}: {}", ran.code);
        let mut lines = ran.stderr.lines();
        assert!(lines.next().is_some_and(|line| line.starts_with("error: ")), "{sql}\n{}", ran.stderr);
        assert!(lines.next_back().is_some_and(|line| line.starts_with("  hint: ")), "{sql}\n{}", ran.stderr);
        assert!(lines.all(|line| line.starts_with("  because: ") && line.len() < 600), "{sql}\n{}", ran.stderr);
        assert!(!ran.stderr.contains("caused by a bug"), "{sql}\n{}", ran.stderr);
    }
}
