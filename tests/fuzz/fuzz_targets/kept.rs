//! Files that one run keeps for the next: the token, what is known of Spotify, what the scheduler and the watcher know.

use super::{now, written};
use chrono::Duration;
use moodlake::bronze::real_features::is_denied;
use moodlake::schedule::due::{Plan, Times, Work, cron};
use moodlake::schedule::state::{Last, StateFile as SchedulerFile};
use moodlake::schedule::weekly::{self, Recaps};
use moodlake::spotify::currently_playing::Playing;
use moodlake::spotify::state::StateFile;
use moodlake::spotify::token::TokenFile;
use moodlake::watch::{Limits, MemoryFile};
use moodlake::web::is_ahead;
use std::path::{Path, PathBuf};

/// The bytes as each of the files, and what commands do with what they say.
pub fn kept(folder: &Path, bytes: &[u8]) {
    token(written(folder, "token.json", bytes));
    spotify(written(folder, "spotify.json", bytes));
    scheduler(written(folder, "scheduler.json", bytes));
    watcher(written(folder, "watch.json", bytes));
}

fn token(path: PathBuf) {
    match TokenFile::at(path).load() {
        Ok(Some(kept)) => {
            let _ = (kept.is_fresh(now()), kept.days_left(now()), kept.ends_at().format("%Y-%m-%d").to_string());
            let _ = (kept.expires_at.to_rfc3339(), kept.authorized_at.to_rfc3339());
        }
        Ok(None) => panic!("the file is there"),
        Err(error) => assert!(error.advice().is_some(), "no hint with: {error}"),
    }
}

fn spotify(path: PathBuf) {
    let file = StateFile::at(path);
    let state = file.read();
    for until in [state.not_before, state.reccobeats_not_before].into_iter().flatten() {
        let _ = (is_ahead(until, now()), until.format("%Y-%m-%d %H:%M UTC").to_string());
    }
    if let Some(denied) = state.audio_features_denied_at {
        let _ = is_denied(denied, now());
    }
    file.update(|state| state.not_before = Some(now())).expect("the file is written");
    assert_eq!(file.read(), moodlake::spotify::state::State { not_before: Some(now()), ..state }, "it comes back");
}

fn scheduler(path: PathBuf) {
    let file = SchedulerFile::at(path);
    let mut state = file.current();
    let daily = cron("0 7 * * *").expect("an expression");
    let recaps = Recaps { hour: 0, zone: chrono_tz::Africa::Cairo };
    let plans = [
        Plan { full: Times::Every(Duration::days(366)), poll: Some(Duration::days(366)), recaps: Some(recaps) },
        Plan { full: Times::Cron(Box::new(daily), chrono_tz::America::Los_Angeles), poll: None, recaps: None },
    ];
    for work in [Work::Full, Work::Poll, Work::Recap] {
        for plan in &plans {
            let _ = (
                plan.due(&state, now()),
                plan.next_full(&state, now()),
                plan.next_poll(&state, now()),
                plan.next_recap(&state, now()),
            );
        }
        let in_flight = state.last(work).started_at.map(|started| now() - started > Duration::hours(2));
        let _ = (in_flight, state.alive_at.map(|alive| now() - alive > Duration::minutes(2)));
        let _ = state.recap_week.map(weekly::name);
        if work == Work::Recap {
            state.begin_recap(recaps.week(now()), now());
        } else {
            state.begin(work, now());
        }
        state.end(work, Last { started_at: Some(now()), ended_at: Some(now()), code: Some(1), failures: 0 });
    }
    file.write(&state).expect("the file is written");
    assert_eq!(file.read(), Some(state), "it comes back");
}

fn watcher(path: PathBuf) {
    let file = MemoryFile::at(path);
    let memory = file.read().expect("the file is there, whatever is in it");
    file.write(&memory).expect("the file is written");
    assert_eq!(file.read().expect("it was just written"), memory, "it comes back");
    let limits = Limits { completed_us: 30_000_000, blind_us: 45_000_000 };
    for at_us in [now().timestamp_micros(), 0] {
        let mut player = memory.player.clone();
        let told = player.look(at_us, &Playing::Nothing, limits);
        memory.waiting.iter().chain(&told).for_each(|event| assert!(event.document("me").is_object()));
        let _ = player.give_up(limits);
    }
}
