//! `schedule` and `health`.
//!
//! Owns the way from flags to the service's plan and to the command lines of its runs.

use super::build::mood_options;
use super::ingest::{app, state_file, token_file};
use super::maintain::retention;
use super::scheduled_recap::scheduled;
use crate::cli::args::{Global, LogFormat, ScheduleArgs};
use crate::cli::output::print;
use crate::cli::settings::Settings;
use crate::clock::Clock;
use crate::error::{Error, Explain, Result};
use crate::lake::Lake;
use crate::schedule::due::{Plan, Times, cron};
use crate::schedule::state::{Last, State, StateFile};
use crate::schedule::{RUN_MAX, Service, serve, weekly};
use chrono::{DateTime, Duration, Utc};
use std::ffi::OsString;
use tokio::sync::mpsc;

/// Shorter times would only ask Spotify the same thing again.
const SHORTEST: Duration = Duration::seconds(10);
/// The last days of an authorization, in which the person is reminded daily.
const REMINDER_DAYS: i64 = 14;
/// A service that gave no sign of life for so long is taken for dead; it gives one every half a minute.
const SILENCE_MAX: Duration = Duration::minutes(2);

/// Serves until a stop is asked for.
pub async fn schedule(
    global: &Global,
    settings: &Settings,
    args: ScheduleArgs,
    stops: mpsc::UnboundedReceiver<()>,
) -> Result<()> {
    // A wrong flag is told now and not by the first run.
    mood_options(&args.mood)?;
    retention(args.retention.as_deref(), false)?;
    let full = match &args.cron {
        Some(expression) => Times::Cron(Box::new(cron(expression)?), settings.zone),
        None => Times::Every(duration("--every", args.every.as_deref().unwrap_or("6h"))?),
    };
    let poll = if args.no_poll { None } else { Some(duration("--poll", &args.poll)?) };
    let lake = settings.lake()?;
    let (token, state) = (token_file(settings, &lake), state_file(&lake));
    let poll = poll.filter(|_| {
        let is_configured = app(settings, &token).is_some();
        if !is_configured {
            tracing::info!("no Spotify app is configured: there is nothing to poll");
        }
        is_configured
    });
    let kept = token.clone();
    let logged_in_at = move || kept.load().ok().flatten().map(|authorization| authorization.authorized_at);
    let reminder = move |now: DateTime<Utc>| match (token.load(), state.read().login_needed) {
        (Ok(Some(kept)), _) if kept.days_left(now) < REMINDER_DAYS => Some(format!(
            "the Spotify authorization ends in {} days, on {}: log in again with `moodlake auth login`, or plays will be missing after it",
            kept.days_left(now).max(0),
            kept.ends_at().format("%Y-%m-%d")
        )),
        (Ok(None), Some(ended)) => Some(format!(
            "the Spotify authorization ended on {} and plays are being missed: log in with `moodlake auth login`",
            ended.since.format("%Y-%m-%d")
        )),
        _ => None,
    };
    let mut run = common(global, &lake, settings);
    let recap = scheduled(&args.recaps, settings, &run)?;
    let mut poll_line = run.clone();
    poll_line.extend(["ingest", "--history-only", "--format", "json"].map(OsString::from));
    run.extend(["run", "--format", "json", "--k", &args.mood.k, "--features", &args.mood.features.join(",")].map(OsString::from));
    run.extend(["--seed".to_owned(), args.mood.seed.to_string()].map(OsString::from));
    if !args.no_maintain {
        run.push("--maintain".into());
        run.extend(args.retention.iter().flat_map(|retention| ["--retention".into(), OsString::from(retention)]));
    }
    run.extend(args.mood.include_synthetic.then(|| OsString::from("--include-synthetic")));
    run.extend(args.mood.refit.then(|| OsString::from("--refit")));
    let service = Service {
        plan: Plan { full, poll, recaps: recap.times },
        program: std::env::current_exe().explain(|| "where this program is cannot be told".to_owned())?,
        full: run,
        poll: poll_line,
        recap: recap.line,
        recap_environment: recap.environment,
        state: scheduler_state(&lake),
        lock: lake.home().join(".moodlake.scheduler.lock"),
        zone: settings.zone,
        reminder: Box::new(reminder),
        logged_in_at: Box::new(logged_in_at),
    };
    serve(service, Clock::System, stops).await
}

/// The flags of every run. Runs tell only what is wrong: what they did is the scheduler's one line.
fn common(global: &Global, lake: &Lake, settings: &Settings) -> Vec<OsString> {
    let mut line = vec![OsString::from("--lake"), lake.address().into(), "--timezone".into(), settings.zone.name().into()];
    line.push("--no-progress".into());
    match global.verbose {
        0 => line.push("--quiet".into()),
        more => line.extend((0..more).map(|_| OsString::from("-v"))),
    }
    if global.log_format == LogFormat::Json {
        line.extend(["--log-format", "json"].map(OsString::from));
    }
    line
}

fn duration(flag: &str, text: &str) -> Result<Duration> {
    let wrong = |why: &str| {
        Error::usage(format!("{flag} {text}: {why}")).hint("write a number and its unit, such as 6h, 90m or '1h 30m'")
    };
    let parsed = humantime::parse_duration(text).map_err(|error| wrong(&error.to_string()))?;
    let duration = Duration::from_std(parsed)
        .ok()
        .filter(|&long| long <= Duration::days(366))
        .ok_or_else(|| wrong("it is longer than a year"))?;
    if duration < SHORTEST { Err(wrong("it is shorter than ten seconds")) } else { Ok(duration) }
}

fn scheduler_state(lake: &Lake) -> StateFile {
    StateFile::at(lake.home().join(".moodlake.scheduler.json"))
}

pub fn health(settings: &Settings) -> Result<()> {
    let lake = settings.lake()?;
    let (now, place) = (Clock::System.now(), lake.address().to_owned());
    let Some(state) = scheduler_state(&lake).read() else {
        return Err(
            Error::failure(format!("no scheduler has served the lake {place}")).hint("start one with `moodlake schedule`")
        );
    };
    let Some(alive_at) = state.alive_at else {
        return Err(
            Error::failure(format!("the scheduler of the lake {place} was stopped")).hint("start it with `moodlake schedule`")
        );
    };
    if now - alive_at > SILENCE_MAX {
        return Err(Error::failure(format!("the scheduler of the lake {place} gave no sign of life since {}", time(alive_at)))
            .hint("look at its log and start it again"));
    }
    if let Some((work, started)) = in_flight(&state)
        && now - started > Duration::from_std(RUN_MAX).unwrap_or(Duration::MAX) + SILENCE_MAX
    {
        return Err(Error::failure(format!("the {work} run has been going on since {}", time(started)))
            .hint("look at the scheduler's log and start it again"));
    }
    if let Some(broken) = &state.broken {
        return Err(Error::failure(format!("alive, but the checks of {} failed: {}", time(broken.at), broken.says))
            .hint("`moodlake check --show` shows the rows; the next full run checks again (docs/check.md)"));
    }
    let recap = state.recaps_since.map_or_else(String::new, |_| match state.recap_week {
        Some(week) => format!("; recap of {}: {}", weekly::name(week), told(&state.recap)),
        None => "; recap: none yet".to_owned(),
    });
    print(&format!("alive; full run: {}; poll: {}{recap}\n", told(&state.full), told(&state.poll)))
}

fn in_flight(state: &State) -> Option<(&'static str, DateTime<Utc>)> {
    let work = state.running?;
    Some((work.name(), state.last(work).started_at?))
}

fn told(last: &Last) -> String {
    match (last.started_at, last.code) {
        (None, _) => "none yet".to_owned(),
        (Some(started), Some(0)) => format!("done, began {}", time(started)),
        (Some(started), Some(4)) => format!("done, but a data-quality rule is broken, began {}", time(started)),
        (Some(started), Some(3)) => format!("needs a login, began {}", time(started)),
        (Some(started), Some(code)) => format!("failed with {code} ({} in a row), began {}", last.failures, time(started)),
        (Some(started), None) => format!("in flight since {}", time(started)),
    }
}

fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}
