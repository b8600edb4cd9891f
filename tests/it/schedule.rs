//! The scheduler as a process: its runs, its end, its health.
#![cfg(unix)]

use crate::fake_spotify::{Fake, Time, listener};
use crate::signing_in::{listening, log_in};
use crate::workspace::Workspace;
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a test waits for something that takes seconds; long, since the machine may be busy.
const PATIENCE_TENTHS: u32 = 1200;

struct Running<'a> {
    process: Child,
    workspace: &'a Workspace,
}

impl<'a> Running<'a> {
    fn start(workspace: &'a Workspace, fake: &Fake, arguments: &str) -> Self {
        Self::start_program(Path::new(env!("CARGO_BIN_EXE_moodlake")), workspace, fake, arguments)
    }

    fn start_program(program: &Path, workspace: &'a Workspace, fake: &Fake, arguments: &str) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(workspace.path("log")).unwrap();
        let mut command = Command::new(program);
        command.current_dir(workspace.path("")).env_clear().envs(fake.environment()).env("MOODLAKE_TIMEZONE", "Europe/Madrid");
        command.arg("schedule").args(arguments.split_whitespace()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Self { process: command.spawn().unwrap(), workspace }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.workspace.path("log")).unwrap()
    }

    #[track_caller]
    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        for _ in 0..PATIENCE_TENTHS {
            if is_so() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("never: {what}\n{}", self.log());
    }

    fn state(&self) -> Value {
        std::fs::read(self.workspace.path("data/.moodlake.scheduler.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    fn signal(&self, name: &str) {
        signal(&self.process.id().to_string(), name);
    }

    fn end(mut self) -> i32 {
        let code = self.process.wait().unwrap().code().unwrap_or(-1);
        eprintln!("{}", self.log());
        code
    }
}

fn signal(process: &str, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), process]).status().unwrap().success());
}

fn children(process: u32) -> Vec<String> {
    // Each child is listed with the thread that began it.
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).expect("its threads");
    let lists = threads.flatten().map(|thread| std::fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn it_runs_at_once_polls_between_tells_one_line_a_run_and_stops_when_asked() {
    let (workspace, fake) = listening();
    workspace.run("health").fails(1, "no scheduler");
    let running = Running::start(&workspace, &fake, "--poll 10s");
    running.until("a full run and a poll", || running.log().contains("full run done") && running.log().contains("poll run done"));
    let health = workspace.run("health").succeeds();
    assert!(health.stdout.starts_with("alive; full run: done"), "{}", health.stdout);
    workspace.with(&fake, "schedule").fails(1, "another scheduler");
    let log = running.log();
    assert_eq!(log.matches("full run done").count(), 1, "{log}");
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    workspace.run("health").fails(1, "was stopped");
    // Started again it goes on where it was: the full run is not due.
    let again = Running::start(&workspace, &fake, "--poll 10s");
    again.until("another poll", || again.log().matches("poll run done").count() > log.matches("poll run done").count());
    assert_eq!(again.log().matches("full run done").count(), 1);
    again.signal("INT");
    assert_eq!(again.end(), 0);
}

#[test]
fn a_run_that_is_killed_does_not_end_the_service_and_is_tried_again() {
    let (workspace, fake) = listening();
    // The first run hangs in a call for as long as it takes to find and kill it.
    fake.world().scripted.push_back(("recently-played", crate::fake_spotify::Fault::Hang));
    let running = Running::start(&workspace, &fake, "--every 10s --no-poll");
    running.until("a run in flight", || fake.world().count("recently-played") > 0);
    children(running.process.id()).iter().for_each(|child| signal(child, "KILL"));
    running.until("the failure is told", || running.log().contains("full run failed (signal: 9"));
    running.until("the next one", || running.log().contains("full run done"));
    running.signal("TERM");
    assert_eq!(running.end(), 0);
}

#[test]
fn a_run_in_flight_ends_before_the_service_does_and_a_second_signal_ends_it_at_once() {
    for signals in [1, 2] {
        let (workspace, fake) = listening();
        fake.world().scripted.push_back(("recently-played", crate::fake_spotify::Fault::Hang));
        let running = Running::start(&workspace, &fake, "");
        running.until("a run in flight", || fake.world().count("recently-played") > 0);
        running.signal("TERM");
        running.until("it says what it waits for", || running.log().contains("asked to stop"));
        if signals == 2 {
            running.signal("TERM");
        }
        let plays = || workspace.path("data/bronze/listening_history_bronze").exists();
        assert!(!plays());
        assert_eq!(running.end(), 0);
        assert_eq!(plays(), signals == 1, "the first waits for the hanging call's end and its retry, the second does not");
    }
}

#[test]
fn without_an_authorization_it_stays_up_and_goes_on_after_a_login() {
    for flags in ["--no-poll", "--poll 30m"] {
        logs_in_later(flags);
    }
}

fn logs_in_later(flags: &str) {
    let (workspace, fake) = (Workspace::new(), Fake::start(Time::Real));
    if flags == "--poll 30m" {
        // A full run was done; the authorization ended between it and a poll.
        let now = chrono::DateTime::<chrono::Utc>::from_timestamp_micros(Time::Real.now_us() - 3_600_000_000).unwrap();
        let state = serde_json::json!({ "full": { "started_at": now, "ended_at": now, "code": 0, "failures": 0 } });
        workspace.write("data/.moodlake.scheduler.json", state.to_string());
    }
    let running = Running::start(&workspace, &fake, flags);
    running.until("the failure is told", || running.log().contains("a login is needed"));
    log_in(&workspace, &fake);
    fake.world().plays = listener::weeks(Time::Real.now_us() - 3 * listener::DAY_US, 1, 5);
    running.until("a run that works, and waits for no retry", || running.log().contains("run done"));
    running.signal("TERM");
    assert_eq!(running.end(), 0);
}

#[test]
fn a_program_that_is_away_for_a_while_ends_nothing() {
    let (workspace, fake) = listening();
    let (program, away) = (workspace.path("moodlake"), workspace.path("away"));
    std::fs::copy(env!("CARGO_BIN_EXE_moodlake"), &program).unwrap();
    let running = Running::start_program(&program, &workspace, &fake, "--every 10s --no-poll");
    running.until("a run", || running.log().contains("full run done"));
    std::fs::rename(&program, &away).unwrap();
    running.until("a run that cannot begin", || running.log().contains("cannot be started"));
    std::fs::rename(&away, &program).unwrap();
    running.until("the next one", || running.log().matches("full run done").count() > 1);
    running.signal("TERM");
    assert_eq!(running.end(), 0);
}

#[test]
fn in_the_last_two_weeks_it_reminds_once_a_day() {
    let (workspace, fake) = listening();
    let token = workspace.path("data/.spotify_tokens.json");
    let mut kept: Value = serde_json::from_slice(&std::fs::read(&token).unwrap()).unwrap();
    let long_ago = chrono::DateTime::<chrono::Utc>::from_timestamp_micros(Time::Real.now_us() - 172 * listener::DAY_US).unwrap();
    kept["authorized_at"] = long_ago.to_rfc3339().into();
    std::fs::write(&token, kept.to_string()).unwrap();
    let running = Running::start(&workspace, &fake, "--every 10s --no-poll");
    running.until("two runs", || running.log().matches("full run done").count() > 1);
    let log = running.log();
    assert_eq!(log.matches("the Spotify authorization ends in").count(), 1, "{log}");
    assert!(running.state()["reminded_on"].is_string());
    running.signal("TERM");
    assert_eq!(running.end(), 0);
}

#[test]
fn wrong_times_are_told_before_anything_runs() {
    let workspace = Workspace::new();
    workspace.run("schedule --every soon").fails(2, "--every soon");
    workspace.run("schedule --every 1s").fails(2, "shorter than ten seconds");
    workspace.run_list(&["schedule", "--cron", "every day"], &[]).fails(2, "no cron expression");
    workspace.run("schedule --poll never").fails(2, "--poll never");
    assert!(!workspace.path("data").exists());
}
