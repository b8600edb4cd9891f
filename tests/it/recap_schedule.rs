//! Recaps that the service sends, with a stand-in for the program and a clock that is set.
#![cfg(unix)]

use crate::workspace::Workspace;
use chrono::{DateTime, Utc};
use moodlake::clock::Clock;
use moodlake::schedule::due::{Plan, Times};
use moodlake::schedule::state::{Last, State, StateFile};
use moodlake::schedule::weekly::Recaps;
use moodlake::schedule::{Service, serve};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// Writes down how it is called; a recap ends with the code that a file says.
const STAND_IN: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
echo "$* for ${MOODLAKE_RECAP_TO:-nobody}" >> calls
case "$1" in
recap)
    [ -e slow ] && sleep 30
    exit "$(cat code)" ;;
esac
echo '{"steps":[]}'
"#;
const TO: &str = "ben@recipient.example";

struct Stage {
    workspace: Workspace,
    time: &'static AtomicI64,
}

/// A service that runs.
struct Running {
    task: tokio::task::JoinHandle<moodlake::error::Result<()>>,
    stop: mpsc::UnboundedSender<()>,
}

impl Stage {
    fn new(now: &str) -> Self {
        let stage = Self { workspace: Workspace::new(), time: Box::leak(Box::default()) };
        let program = stage.workspace.write("program", STAND_IN);
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        stage.answers("0");
        stage.set(now);
        stage
    }

    fn set(&self, now: &str) {
        self.time.store(now.parse::<DateTime<Utc>>().unwrap().timestamp_micros(), Ordering::SeqCst);
    }

    fn answers(&self, code: &str) {
        self.workspace.write("code", code);
    }

    fn file(&self) -> StateFile {
        StateFile::at(self.path("state.json"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.workspace.path(name)
    }

    fn start(&self) -> Running {
        let words = |line: &str| line.split_whitespace().map(Into::into).collect();
        let service = Service {
            plan: Plan {
                full: Times::Every(chrono::Duration::days(2)),
                poll: None,
                recaps: Some(Recaps { hour: 8, zone: chrono_tz::Europe::Madrid }),
            },
            program: self.path("program"),
            full: words("run"),
            poll: words("ingest"),
            recap: words("recap --email --once"),
            recap_environment: vec![("MOODLAKE_RECAP_TO".into(), TO.into())],
            state: self.file(),
            lock: self.path("lock"),
            zone: chrono_tz::Europe::Madrid,
            reminder: Box::new(|_| None),
            logged_in_at: Box::new(|| None),
        };
        let (stop, stops) = mpsc::unbounded_channel();
        Running { task: tokio::spawn(serve(service, Clock::Simulated(self.time), stops)), stop }
    }

    fn calls(&self) -> Vec<String> {
        std::fs::read_to_string(self.path("calls")).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Waits until there are so many calls, and long enough that one too many would be seen.
    async fn until(&self, calls: usize) -> Vec<String> {
        for _ in 0..600 {
            if self.calls().len() >= calls && self.file().current().running.is_none() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        self.calls()
    }
}

impl Running {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

fn recap(week: &str) -> String {
    format!("recap --email --once --week {week} for {TO}")
}

const RUN: &str = "run for nobody";

/// Every process that is started here is one more for the machine, so that all of a service's months are one test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_week_is_sent_once_through_restarts_failures_and_a_time_away() {
    let stage = Stage::new("2026-11-18T12:00:00Z");
    // The first time: the week that was over before is not told of.
    let running = stage.start();
    assert_eq!(stage.until(1).await, [RUN]);
    // On Monday the plays come first, and then the recap, once.
    stage.set("2026-11-23T06:59:00Z");
    assert_eq!(stage.until(2).await, [RUN, RUN]);
    stage.set("2026-11-23T07:00:00Z");
    let mut told = vec![RUN.to_owned(), RUN.to_owned(), recap("2026-W47")];
    assert_eq!(stage.until(3).await, told);
    running.stop().await;
    let running = stage.start();
    assert_eq!(stage.until(3).await, told, "after a restart it goes on where it was");
    // Away for five weeks: one recap, of the last of them, after a run that fails.
    running.stop().await;
    stage.set("2026-12-30T12:00:00Z");
    let running = stage.start();
    told.extend([RUN.to_owned(), recap("2026-W52")]);
    assert_eq!(stage.until(5).await, told);
    // A failure is tried again, a wrong setting only after a restart.
    stage.answers("1");
    stage.set("2027-01-04T07:30:00Z");
    told.extend([RUN.to_owned(), recap("2026-W53")]);
    assert_eq!(stage.until(7).await, told);
    stage.answers("2");
    stage.set("2027-01-04T07:35:01Z");
    told.push(recap("2026-W53"));
    assert_eq!(stage.until(8).await, told);
    stage.set("2027-01-04T12:35:01Z");
    assert_eq!(stage.until(8).await, told);
    running.stop().await;
    stage.answers("0");
    let running = stage.start();
    told.push(recap("2026-W53"));
    assert_eq!(stage.until(9).await, told);
    running.stop().await;
    let state = stage.file().current();
    assert_eq!((state.recap.code, state.recap.failures, state.recap_week), (Some(0), 0, "2026-12-28".parse().ok()));
    assert!(!std::fs::read_to_string(stage.path("state.json")).unwrap().contains('@'));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recap_that_was_cut_off_is_tried_again_for_the_same_week() {
    let stage = Stage::new("2026-11-23T09:00:00Z");
    let ran = |time: &str| Last { started_at: time.parse().ok(), ended_at: time.parse().ok(), code: Some(0), failures: 0 };
    let state =
        State { full: ran("2026-11-23T08:00:00Z"), recaps_since: "2026-11-01T00:00:00Z".parse().ok(), ..State::default() };
    stage.file().write(&state).unwrap();
    stage.workspace.write("slow", "");
    let running = stage.start();
    for _ in 0..600 {
        if !stage.calls().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The service is gone in the middle of it.
    running.task.abort();
    assert!(running.task.await.is_err());
    assert_eq!(stage.calls(), [recap("2026-W47")]);
    std::fs::remove_file(stage.path("slow")).unwrap();
    stage.set("2026-11-23T09:04:00Z");
    let running = stage.start();
    assert_eq!(stage.until(1).await.len(), 1, "not at once");
    stage.set("2026-11-23T09:05:01Z");
    assert_eq!(stage.until(2).await, [recap("2026-W47"), recap("2026-W47")]);
    running.stop().await;
}

#[test]
fn what_recaps_lack_is_told_before_anything_runs() {
    let workspace = Workspace::new();
    let to = ("MOODLAKE_RECAP_TO", TO);
    let host = [("SMTP_HOST", "127.0.0.1"), ("SMTP_FROM", "ana@sender.example")];
    let run = |flags: &str, environment: &[(&str, &str)]| {
        let line = format!("schedule {flags}");
        workspace.run_list(&line.split_whitespace().collect::<Vec<_>>(), environment)
    };
    run("--recap weekly", &[to]).fails(2, "SMTP_HOST is not set");
    run("--recap weekly", &host).fails(2, "--recap-to names nobody");
    run("--recap weekly --recap-to nobody", &host).fails(2, "--recap-to is no mail address");
    run("--recap weekly", &[to, host[0]]).fails(2, "SMTP_FROM is not set");
    run("--recap weekly", &[to, host[0], host[1], ("SMTP_PORT", "x")]).fails(2, "SMTP_PORT is no port");
    run("--recap weekly", &[to, host[0], host[1], ("MOODLAKE_RECAP_UNSUBSCRIBE", "x")]).fails(2, "MOODLAKE_RECAP_UNSUBSCRIBE");
    for wrong in ["--recap daily", "--recap weekly --recap-hour 24", "--recap-to a@b.example"] {
        assert_eq!(run(wrong, &[to]).code, 2, "{wrong}");
    }
    assert!(!workspace.path("data").exists());
}
