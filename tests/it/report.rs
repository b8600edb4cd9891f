//! `report` and the saved questions, as a person asks for them. What the page does in a browser is held by `scripts/check_report.py`.

use crate::workspace::Workspace;

fn demo() -> Workspace {
    let workspace = Workspace::new();
    workspace.run("demo").succeeds();
    workspace
}

#[test]
fn the_demo_leaves_a_page_that_needs_no_network() {
    let workspace = Workspace::new();
    let ran = workspace.run("demo").succeeds();
    assert!(ran.stdout.contains("report.html"), "{}", ran.stdout);
    let page = std::fs::read_to_string(workspace.path("data/demo/report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"), "a whole page");
    for (place, _) in page.match_indices("http") {
        let address = &page[place..(place + 60).min(page.len())];
        let is_known =
            ["https://open.spotify.com/track/", "https://www.kaggle.com/", "https://opendatacommons.org/", "http://www.w3.org/"]
                .iter()
                .any(|known| address.starts_with(known));
        assert!(is_known || address.starts_with("http-equiv"), "{address}");
    }
    assert!(!page.contains("src=\"") && !page.contains("@import") && !page.contains("url("), "nothing is loaded");
    assert!(page.len() < 700_000, "{} bytes", page.len());
}

#[test]
fn its_headline_and_its_tables_tell_the_lakes_figures() {
    let workspace = demo();
    let page = std::fs::read_to_string(workspace.path("data/demo/report.html")).unwrap();
    let plays = workspace.count("data/demo", "SELECT count(*) FROM silver.listening_with_features");
    let written = format!("{},{:03}", plays / 1000, plays % 1000);
    assert!(page.contains(&written), "{written}");
    let words = workspace.query_lake("data/demo", "SELECT words FROM gold.mood_drivers WHERE is_driver");
    for row in words {
        let words = row["words"].as_str().unwrap();
        assert!(page.contains(words), "{words}");
    }
    let first = workspace.query_lake("data/demo", "SELECT track_id FROM gold.track_recommendations WHERE rank = 1");
    assert_eq!(first.len(), 3);
    for row in first {
        assert!(page.contains(&format!("https://open.spotify.com/track/{}", row["track_id"].as_str().unwrap())));
    }
}

#[test]
fn it_goes_where_it_is_told_to() {
    let workspace = demo();
    let page = workspace.run("report --lake data/demo --output -").succeeds();
    assert!(page.stdout.starts_with("<!DOCTYPE html>"));
    workspace.run("report --lake data/demo --output mine.html --charts pictures").succeeds();
    assert!(workspace.path("mine.html").is_file());
    let charts: Vec<_> = std::fs::read_dir(workspace.path("pictures")).unwrap().flatten().map(|entry| entry.path()).collect();
    let drawn = |end: &str| charts.iter().filter(|path| path.extension().is_some_and(|found| found == end)).count();
    assert!(drawn("svg") >= 8 && drawn("png") == drawn("svg"), "{charts:?}");
    for chart in charts.iter().filter(|path| path.extension().is_some_and(|end| end == "svg")) {
        let svg = std::fs::read_to_string(chart).unwrap();
        assert!(
            svg.starts_with("<svg") && svg.contains("xmlns=\"http://www.w3.org/2000/svg\"") && svg.contains("<title"),
            "{chart:?}"
        );
    }
    let text = workspace.run("report --lake data/demo --format text").succeeds();
    assert!(text.stdout.lines().count() > 60 && !text.stdout.contains('\u{1b}'), "{}", text.stdout);
    workspace.run("report --lake data/demo --format text --output mine.txt").succeeds();
    assert_eq!(std::fs::read_to_string(workspace.path("mine.txt")).unwrap().lines().count(), text.stdout.lines().count());
}

#[test]
fn what_cannot_be_reported_is_told() {
    let workspace = Workspace::new();
    workspace.run("report").fails(1, "nothing to report on");
    workspace.run("demo").succeeds();
    workspace.run("report --lake data/demo --user nobody").fails(2, "there are no plays of this listener");
    let ran = workspace.run("report --lake data/demo --format pdf");
    assert!(ran.code == 2 && ran.stderr.contains("possible values: html, text"), "{}", ran.stderr);
    workspace.write("taken", "a file");
    workspace.run("report --lake data/demo --charts taken").fails(1, "taken");
}

#[test]
fn every_saved_question_has_an_answer() {
    let workspace = demo();
    let list = workspace.run("query --list-examples").succeeds().stdout;
    assert_eq!(list.lines().count(), 8);
    for line in list.lines() {
        let name = line.split_whitespace().next().unwrap();
        let answer = workspace.run(&format!("query --lake data/demo --example {name} --format csv")).succeeds();
        assert!(answer.stdout.lines().count() > 1 || name == "findings", "{name}: {}", answer.stdout);
    }
    workspace.run("query --example nonsense").fails(2, "there is no such example");
    assert_eq!(workspace.run("query").code, 2);
    assert_eq!(workspace.run_list(&["query", "--example", "months", "SELECT 1"], &[]).code, 2);
}
