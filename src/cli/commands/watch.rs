//! `watch`.
//!
//! Owns the way from flags to a watcher, its loop, and its end: asked to stop, it stores what it saw.

use super::brokers;
use super::context;
use super::ingest::{app, state_file, token_file};
use super::stream::duration;
use crate::cli::args::{Global, WatchArgs};
use crate::cli::output::{is_read, json_line};
use crate::cli::settings::Settings;
use crate::cli::sinks::Sink;
use crate::clock::Stopwatch;
use crate::error::{Error, Result};
use crate::pipeline::{Outbox, Watcher, Watching};
use crate::private_file;
use crate::spotify::Client;
use crate::watch::{Event, MemoryFile};
use crate::web::Patience;
use std::io::Write as _;
use std::time::Duration;
use tokio::sync::mpsc;

/// A look is not repeated: the next one comes soon, and a longer wait that Spotify asks for slows all of them.
fn patience(interval: Duration) -> Patience {
    Patience { attempts_max: 1, wait_max: interval, ..Patience::default() }
}

/// Watches until a stop is asked for.
pub async fn watch(global: &Global, settings: &Settings, args: WatchArgs, mut stops: mpsc::UnboundedReceiver<()>) -> Result<()> {
    let minute = Duration::from_mins(1);
    let watching = Watching {
        interval: duration("--interval", &args.interval, Duration::from_secs(1), minute)?,
        completed_after: duration("--completed-after", &args.completed_after, Duration::ZERO, 60 * minute)?,
        land_every: if args.sinks.has(&Sink::Lake) {
            Some(duration("--land-every", &args.land_every, Duration::from_secs(1), 24 * 60 * minute)?)
        } else {
            None
        },
    };
    let length = args.duration.as_deref().map(|text| duration("--for", text, Duration::from_secs(1), 366 * 24 * 60 * minute));
    let length = length.transpose()?;
    let context = context(global, settings, settings.lake()?)?;
    let token = token_file(settings, &context.lake);
    let app = app(settings, &token).ok_or_else(|| {
        Error::authorization("no Spotify app is configured")
            .hint("register an app at developer.spotify.com/dashboard, set SPOTIFY_CLIENT_ID and run `moodlake auth login` (docs/spotify.md)")
    })?;
    let client = Client::new(&app, token, state_file(&context.lake), context.clock, patience(watching.interval));
    let home = context.lake.home().to_owned();
    let _lock = private_file::hold(&home.join(".moodlake.watch.lock"), "watcher", || {
        Error::failure("another watcher serves this lake already")
            .hint("one is enough: stop the other, or name another lake with --lake")
    })?;
    let user_id = client.user_id()?;
    let open = |sink| brokers::sink(settings, sink, args.kafka_config.as_deref(), true);
    let broker = args.sinks.broker().map(open).transpose()?.flatten();
    let file = MemoryFile::at(home.join(".moodlake.watch.json"));
    let mut watcher = tokio::select! {
        begun = Watcher::begin(context, &client, watching, broker.map(Outbox::new), file) => begun?,
        Some(()) = stops.recv() => return Ok(()),
    };
    tracing::info!("watching what {user_id} plays, every {}", args.interval);
    let (begun, speaks) = (Stopwatch::start(), args.sinks.has(&Sink::Stdout));
    loop {
        // Not broken off half-way, which takes less than a minute: the look may be exchanging the authorization for a new one.
        let (events, wait) = watcher.look().await?;
        if speaks && !tell(&user_id, &events)? && watching.land_every.is_none() && args.sinks.broker().is_none() {
            // Nobody hears what is seen any more.
            break;
        }
        let left = length.map(|length| length.saturating_sub(Duration::from_secs_f64(begun.seconds())));
        if left.is_some_and(|left| left.is_zero()) {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(left.map_or(wait, |left| left.min(wait))) => {}
            Some(()) = stops.recv() => break,
        }
    }
    tokio::select! {
        ended = watcher.end() => ended,
        Some(()) = stops.recv() => Ok(()),
    }
}

/// Whether somebody still reads.
fn tell(user_id: &str, events: &[Event]) -> Result<bool> {
    for event in events {
        if !is_read(std::io::stdout().write_all(json_line(&event.document(user_id)).as_bytes()))? {
            return Ok(false);
        }
    }
    Ok(true)
}
