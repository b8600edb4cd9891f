//! Kafka's protocol, spoken with librdkafka's mock cluster: a topic written by the program and read by it, by several processes at
//! once, with kills, with a broker that goes away, with messages that are no events.

use crate::fake_spotify::{Fake, Time};
use crate::signing_in::log_in;
use crate::watching::{SECOND_US, endless, lines};
use crate::workspace::Workspace;
use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const TOPIC: &str = "spotify.player.current";

fn cluster(partitions: i32) -> MockCluster<'static, DefaultProducerContext> {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, partitions, 1).unwrap();
    cluster
}

fn simulate(workspace: &Workspace, servers: &str, flags: &str) {
    workspace.run(&format!("simulate --start 2026-03-01T00:00:00Z --sink kafka://{servers}/{TOPIC} {flags}")).succeeds();
}

fn stream(servers: &str, flags: &str) -> String {
    format!("stream --bootstrap-servers {servers} --input-topic {TOPIC} {flags}")
}

/// A process that reads until it is killed.
fn begin(workspace: &Workspace, servers: &str, config: &str) -> Child {
    let flags = stream(servers, &format!("--land-every 200ms --kafka-config {config}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_moodlake"));
    command.args(flags.split_whitespace()).current_dir(workspace.path("")).env_clear().env("MOODLAKE_TIMEZONE", "UTC");
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Every event is there once, late ones are dead letters, all others are counted, and the lake's own rules hold.
#[track_caller]
fn assert_landed(workspace: &Workspace, events: i64, partitions: i64) {
    let sql = "SELECT count(*) AS events, count(DISTINCT event_id) AS ids, count(DISTINCT partition) AS partitions,
        count(CASE WHEN is_late THEN 1 END) - (SELECT count(*) FROM bronze.dead_letters) AS late_lacking,
        count(CASE WHEN NOT is_late THEN 1 END) - (SELECT sum(\"count\") FROM gold.genre_plays_per_minute) AS uncounted
        FROM bronze.stream_events";
    let row = &workspace.query(sql)[0];
    let told = ["events", "ids", "partitions", "late_lacking", "uncounted"].map(|name| row[name].as_i64().unwrap());
    assert_eq!(told, [events, events, partitions, 0, 0]);
    workspace.run("check").succeeds();
}

#[test]
fn a_topic_lands_once_and_a_second_reading_finds_nothing_new() {
    let (workspace, cluster) = (Workspace::new(), cluster(4));
    let servers = cluster.bootstrap_servers();
    simulate(&workspace, &servers, "--users 200 --total 5000 --late 0.05 --late-by 10m");
    let first = workspace.run(&stream(&servers, "--available-now --output-format csv --output-path out")).succeeds();
    assert!(first.stderr.contains("5,000 rows"), "{}", first.stderr);
    let again = workspace.run(&stream(&servers, "--available-now")).succeeds();
    assert!(again.stderr.contains("up to date"), "{}", again.stderr);
    assert_landed(&workspace, 5_000, 4);
    assert!(workspace.path("out/2026-03-01.csv").exists());
}

#[test]
fn processes_that_are_killed_and_share_a_topic_store_each_event_once() {
    let (workspace, cluster) = (Workspace::new(), cluster(6));
    let servers = cluster.bootstrap_servers();
    // A process that was killed is missed soon.
    workspace.write("kafka.properties", "session.timeout.ms=2000\nheartbeat.interval.ms=300\n");
    let mut processes: Vec<_> = (0..3).map(|_| begin(&workspace, &servers, "kafka.properties")).collect();
    let writer = std::thread::scope(|scope| {
        let writing =
            scope.spawn(|| simulate(&workspace, &servers, "--users 300 --total 12000 --rate 1000 --late 0.05 --late-by 10m"));
        for round in 0..7 {
            std::thread::sleep(Duration::from_millis(1_300 + round * 211));
            let process = &mut processes[(round % 3) as usize];
            process.kill().unwrap();
            process.wait().unwrap();
            *process = begin(&workspace, &servers, "kafka.properties");
        }
        writing.join()
    });
    writer.unwrap();
    for process in &mut processes {
        process.kill().unwrap();
        process.wait().unwrap();
    }
    workspace.run(&stream(&servers, "--available-now --kafka-config kafka.properties")).succeeds();
    assert_landed(&workspace, 12_000, 6);
}

#[test]
fn messages_that_are_no_events_are_kept_with_their_reason() {
    let (workspace, cluster) = (Workspace::new(), cluster(1));
    let servers = cluster.bootstrap_servers();
    let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", &servers).create().unwrap();
    let good = r#"{"event_type":"track_change","track_name":"Río","status":"SKIPPED","timestamp":"2026-03-01T12:00:00+01:00","user_id":"ana","mood":7}"#;
    let huge = format!(r#"{{"event_type":"track_change","track_name":"{}""#, "x".repeat(900_000));
    for payload in [b"{".as_slice(), b"\xff\xfe", good.as_bytes(), b"{\"event_type\":5}", huge.as_bytes()] {
        producer.send(BaseRecord::<str, [u8]>::to(TOPIC).payload(payload)).map_err(|(error, _)| error).unwrap();
    }
    producer.send(BaseRecord::<str, [u8]>::to(TOPIC).key("ana")).map_err(|(error, _)| error).unwrap();
    producer.flush(Duration::from_secs(20)).unwrap();
    workspace.run(&stream(&servers, "--available-now")).succeeds();
    let dead = workspace.query("SELECT position, reason, payload_bytes, length(payload) AS letters, payload_base64 FROM bronze.dead_letters ORDER BY position");
    let told: Vec<_> = dead.iter().map(|row| (row["position"].as_i64().unwrap(), row["reason"].as_str().unwrap())).collect();
    assert_eq!(told, [(0, "not_json"), (1, "not_json"), (3, "wrong_fields"), (4, "not_json"), (5, "no_payload")]);
    assert_eq!((dead[1]["payload_base64"].as_str(), dead[3]["letters"].as_u64()), (Some("//4="), Some(huge.len() as u64)));
    let kept = &workspace.query("SELECT user_id, event_at, other_fields FROM bronze.stream_events")[0];
    assert_eq!(kept["other_fields"], r#"{"mood":7}"#);
    assert_eq!(kept["event_at"], "2026-03-01T11:00:00Z");
}

#[test]
fn a_broker_that_goes_away_and_comes_back_costs_nothing() {
    let (workspace, cluster) = (Workspace::new(), cluster(2));
    let servers = cluster.bootstrap_servers();
    workspace.write("none", "");
    let mut process = begin(&workspace, &servers, "none");
    simulate(&workspace, &servers, "--users 50 --total 1000");
    cluster.broker_down(1).unwrap();
    std::thread::sleep(Duration::from_secs(3));
    cluster.broker_up(1).unwrap();
    simulate(&workspace, &servers, "--users 50 --total 1000 --seed 8");
    std::thread::sleep(Duration::from_secs(5));
    assert!(process.try_wait().unwrap().is_none(), "it gave up");
    process.kill().unwrap();
    process.wait().unwrap();
    workspace.run(&stream(&servers, "--available-now")).succeeds();
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.stream_events"), 2_000);
}

#[test]
fn a_topic_that_is_not_there_and_a_checkpoint_of_another_are_told() {
    let (workspace, cluster) = (Workspace::new(), cluster(1));
    let servers = cluster.bootstrap_servers();
    cluster.topic_error("nowhere", rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART).unwrap();
    let nowhere = format!("stream --bootstrap-servers {servers} --input-topic nowhere --available-now");
    workspace.run(&nowhere).fails(1, "there is no topic nowhere");
    simulate(&workspace, &servers, "--users 5 --total 10");
    workspace.run(&stream(&servers, "--available-now --checkpoint-location here")).succeeds();
    cluster.create_topic("other", 1, 1).unwrap();
    let other = format!("stream --bootstrap-servers {servers} --input-topic other --available-now --checkpoint-location here");
    workspace.run(&other).fails(2, "another stream");
    workspace.write("wrong", "no.such.setting=1\n");
    workspace.run(&stream(&servers, "--available-now --kafka-config wrong")).fails(2, "cannot be set up");
}

#[test]
fn a_watcher_tells_a_topic_everything_also_what_happened_while_the_broker_was_away() {
    let (workspace, cluster, fake) = (Workspace::new(), cluster(2), Fake::start(Time::Real));
    let servers = cluster.bootstrap_servers();
    log_in(&workspace, &fake);
    // Tracks of four seconds: silence, three of them, and silence again.
    let start_us = Time::Real.now_us() + 2 * SECOND_US;
    let player = endless(start_us, 4000);
    fake.world().player =
        Some(Box::new(move |now_us| if now_us > start_us + 11 * SECOND_US { String::new() } else { player(now_us) }));
    let flags = format!("watch --interval 1s --completed-after 3500ms --sink stdout,kafka://{servers}/{TOPIC} --for 16s");
    let ran = std::thread::scope(|scope| {
        let watching = scope.spawn(|| workspace.with(&fake, &flags).succeeds());
        std::thread::sleep(Duration::from_secs(5));
        cluster.broker_down(1).unwrap();
        std::thread::sleep(Duration::from_secs(5));
        cluster.broker_up(1).unwrap();
        watching.join().unwrap()
    });
    let told: Vec<_> = lines(ran.stdout.as_bytes())
        .iter()
        .map(|event| (event["event_type"].as_str().unwrap().to_owned(), event["track_name"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(told.len(), 6, "{}", ran.stderr);
    assert!(!workspace.path("data/bronze").exists(), "nothing was asked to go into the lake");
    workspace.run(&stream(&servers, "--available-now")).succeeds();
    let landed =
        workspace.query("SELECT event_type, track_name, artist_name, event_id FROM bronze.stream_events ORDER BY position");
    let landed: Vec<_> = landed
        .iter()
        .map(|row| {
            assert!(row["event_id"].is_string() && row["artist_name"].is_string(), "{row}");
            (row["event_type"].as_str().unwrap().to_owned(), row["track_name"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(landed, told);
}
