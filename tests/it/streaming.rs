//! Streams without a broker: each event once, whoever breaks off or reads beside; windows; what is late; the command's flags.

use crate::stream_log::{Breaks, Expected, MINUTE_US, context, expected, held, log};
use crate::workspace::Workspace;
use moodlake::broker::Source;
use moodlake::context::Step;
use moodlake::error::Result;
use moodlake::lake::tables::STREAM_EVENTS;
use moodlake::stream::{CsvOutput, Options, consume};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

fn options(workspace: &Workspace) -> Options {
    Options {
        late_by_us: 2 * MINUTE_US,
        window_us: MINUTE_US,
        land_every: Duration::ZERO,
        ends: true,
        csv: None,
        checkpoint: workspace.path("checkpoint"),
        keeps_history: false,
        followers: Vec::new(),
    }
}

async fn read(workspace: &Workspace, source: Box<dyn Source>, options: Options) -> Result<Vec<Step>> {
    consume(&context(workspace), source, options, Arc::new(AtomicBool::new(false))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_off_again_and_again_lands_every_event_once() {
    let workspace = Workspace::new();
    let log = log("breaks", 1_500, 40);
    let wanted = expected(&log, 2 * MINUTE_US);
    let mut broken = 0;
    for round in 1..200 {
        let source = Breaks { log: log.clone(), left: 60 + round * 13 % 110 };
        // Each process is another one: nothing is left but the tables.
        match read(&workspace, Box::new(source), options(&workspace)).await {
            Ok(_) => break,
            Err(error) => assert!(error.to_string().contains("broken off"), "{error}"),
        }
        broken += 1;
    }
    assert!(broken > 8, "it broke off {broken} times only");
    assert!(wanted.dead.len() > 120 && wanted.windows.len() > 40);
    assert_eq!(held(&workspace), wanted);
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.stream_events WHERE is_late"), 37);
    workspace.run("check").succeeds();
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_believe_in_the_same_partitions_store_nothing_twice() {
    let workspace = Workspace::new();
    let log = log("twins", 1_200, 40);
    let wanted = expected(&log, 2 * MINUTE_US);
    // No broker keeps them apart: each reads everything, and stores what no other has stored.
    let one = || Box::new(Breaks { log: log.clone(), left: i64::MAX });
    let (first, second, third) = tokio::join!(
        read(&workspace, one(), options(&workspace)),
        read(&workspace, one(), options(&workspace)),
        read(&workspace, one(), options(&workspace)),
    );
    let steps = [first.unwrap(), second.unwrap(), third.unwrap()];
    assert_eq!(held(&workspace), wanted);
    let written: u64 =
        steps.iter().flatten().filter(|step| step.table == STREAM_EVENTS.label()).map(|step| step.rows_written).sum();
    assert_eq!(written, wanted.events.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_stay_right_when_the_events_are_put_together_and_when_their_length_changes() {
    let workspace = Workspace::new();
    let log = log("lengths", 900, 40);
    let broken = read(&workspace, Box::new(Breaks { log: log.clone(), left: 400 }), options(&workspace)).await;
    assert!(broken.is_err());
    // Files that came after the last count are put together with others before the next one.
    workspace.run("maintain").succeeds();
    read(&workspace, Box::new(log.clone()), options(&workspace)).await.unwrap();
    let wanted = expected(&log, 2 * MINUTE_US);
    assert_eq!(held(&workspace), wanted);

    let error =
        read(&workspace, Box::new(log.clone()), Options { window_us: 5 * MINUTE_US, ..options(&workspace) }).await.unwrap_err();
    assert!(error.to_string().contains("window"), "{error}");
    let other = Options { window_us: 5 * MINUTE_US, checkpoint: workspace.path("another"), ..options(&workspace) };
    read(&workspace, Box::new(log.clone()), other).await.unwrap();
    let sums = workspace.count("data", "SELECT sum(\"count\") FROM gold.genre_plays_per_minute");
    assert_eq!(sums, wanted.windows.values().sum::<i64>());
    let wide = "SELECT count(*) FROM gold.genre_plays_per_minute WHERE window_end - window_start <> INTERVAL '5 minutes'";
    assert_eq!(workspace.count("data", wide), 0);
    // And back.
    read(&workspace, Box::new(log), options(&workspace)).await.unwrap();
    assert_eq!(held(&workspace), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_files_say_what_the_windows_say() {
    let workspace = Workspace::new();
    let log = log("csv", 600, 40);
    let csv = CsvOutput { folder: workspace.path("out"), text: |text| format!("<{text}>") };
    read(&workspace, Box::new(log.clone()), Options { csv: Some(csv), ..options(&workspace) }).await.unwrap();
    let text = std::fs::read_to_string(workspace.path("out/2026-03-01.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), ["window_start", "window_end", "genre", "count"]);
    let mut found = Expected::default();
    for record in reader.records().map(Result::unwrap) {
        let us = |place: usize| record[place].parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_micros();
        assert_eq!(us(1) - us(0), MINUTE_US);
        let genre = record[2].trim_matches(['<', '>']).to_owned();
        found.windows.insert((us(0), genre), record[3].parse().unwrap());
    }
    assert_eq!(found.windows, expected(&log, 2 * MINUTE_US).windows);
}

#[test]
fn the_demonstration_shows_windows_and_wants_a_lake_of_its_own() {
    let workspace = Workspace::new();
    let ran = workspace.run("stream-demo --for 3s --rate 400 --land-every 1s").succeeds();
    assert!(ran.stdout.contains("counted_in_windows"), "{}", ran.stdout);
    let stored = workspace.count("data/stream-demo", "SELECT count(*) FROM bronze.stream_events");
    assert!((600..=1_300).contains(&stored), "{stored} events");
    let counted = "SELECT (SELECT count(*) FROM bronze.stream_events WHERE NOT is_late) - (SELECT sum(\"count\") FROM gold.genre_plays_per_minute)";
    assert_eq!(workspace.count("data/stream-demo", counted), 0);
    workspace.run("check --lake data/stream-demo").succeeds();
    workspace.run("stream-demo --for 1s --rate 50 --land-every 1s").succeeds();
}

#[test]
fn wrong_flags_are_told() {
    let workspace = Workspace::new();
    let stream = |flags: &str| workspace.run(&format!("stream --bootstrap-servers localhost:1 --input-topic plays {flags}"));
    stream("--window 7m").fails(2, "no whole number");
    stream("--window 1").fails(2, "--window");
    stream("--watermark soon").fails(2, "--watermark");
    stream("--output-format csv").fails(2, "--output-path");
    stream("--output-path out").fails(2, "--output-path");
    stream("--kafka-config nowhere").fails(2, "nowhere");
    workspace.run("stream --bootstrap-servers localhost --input-topic plays").fails(2, "localhost");
    workspace.run("stream --bootstrap-servers localhost:1 --input-topic a/b").fails(2, "a/b");
    workspace.run("simulate --sink lake --total 1").fails(2, "--sink");
    workspace.run("simulate --sink kafka://localhost:1/plays,stdout --total 1").fails(2, "--sink");
    workspace.run("stream").fails(2, "--source");
    // These the parser of flags tells, in its own words.
    for (arguments, says) in [
        ("stream --source kinesis://plays --bootstrap-servers localhost:1 --input-topic plays", "--source"),
        ("stream --input-topic plays", "--bootstrap-servers"),
        ("stream --bootstrap-servers localhost:1", "--input-topic"),
        ("stream --source plays", "kinesis://stream"),
        ("stream --source kinesis://a/b", "a/b"),
        ("stream --source kafka://localhost:1", "no topic"),
        ("simulate --sink kinesis://plays,kafka://localhost:1/plays --total 1", "one topic or stream"),
    ] {
        let ran = workspace.run(arguments);
        assert!(ran.code == 2 && ran.stderr.contains(says), "{arguments}: {}", ran.stderr);
    }
    workspace.run("stream --source kinesis://plays --group us").fails(2, "--group");
    workspace.run("stream --source kinesis://plays --kafka-config nowhere").fails(2, "--kafka-config");
    workspace.run("simulate --sink kinesis://plays --kafka-config nowhere --total 1").fails(2, "--kafka-config");
    assert!(!workspace.path("data").exists(), "nothing is written");
    if !cfg!(feature = "kafka") {
        stream("").fails(2, "no Kafka");
    }
    if !cfg!(feature = "aws") {
        workspace.run("stream --source kinesis://plays").fails(2, "no Kinesis");
        workspace.run("simulate --sink kinesis://plays --total 1").fails(2, "no Kinesis");
    }
}
