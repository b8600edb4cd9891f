//! `stream`.
//!
//! Owns the way from flags to a stream, and its end: asked to stop, it stores what it gathered and counts it.

use super::query_csv::guarded;
use super::stores::stores;
use super::{brokers, context, finish};
use crate::broker::Source;
use crate::cli::args::{Global, OutputFormat, StreamArgs, WindowArgs};
use crate::cli::settings::Settings;
use crate::context::Context;
use crate::error::{Error, Explain, Result};
use crate::lake::{Lake, WriteLock};
use crate::stream::{CsvOutput, Options, consume};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

const DAY: Duration = Duration::from_hours(24);

/// Reads a stream until a stop is asked for.
pub async fn stream(
    global: &Global,
    settings: &Settings,
    args: StreamArgs,
    mut stops: mpsc::UnboundedReceiver<()>,
) -> Result<()> {
    let origin = brokers::origin(&args)?;
    let length = length(args.duration.as_deref())?;
    let context = context(global, settings, settings.lake()?)?;
    let mut options = Options {
        ends: args.available_now,
        keeps_history: !args.no_history,
        ..options(&args.windows, &context.lake, origin.name())?
    };
    options.followers = tokio::select! {
        stores = stores(&context, settings, &args.stores, options.land_every) => stores?,
        Some(()) = stops.recv() => return Ok(()),
    };
    // It may wait for brokers; a stop is heard all the same.
    let opening = tokio::task::spawn_blocking(brokers::source(settings, args, origin)?);
    let source = tokio::select! {
        source = opening => source.explain(|| "the broker cannot be asked".to_owned())??,
        Some(()) = stops.recv() => return Ok(()),
    };
    read(&context, "stream", source, options, length, stops).await
}

/// Reads until a stop, the end of the time, or the end of the log; tells and records what was done.
pub async fn read(
    context: &Context,
    command: &str,
    source: Box<dyn Source>,
    options: Options,
    length: Option<Duration>,
    mut stops: mpsc::UnboundedReceiver<()>,
) -> Result<()> {
    let (started, stop) = (context.clock.now(), Arc::new(AtomicBool::new(false)));
    let mut reading = Box::pin(consume(context, source, options, Arc::clone(&stop)));
    let until = async {
        match length {
            Some(length) => tokio::time::sleep(length).await,
            None => std::future::pending().await,
        }
    };
    let steps = tokio::select! {
        steps = &mut reading => steps?,
        () = until => ended(&stop, reading, &mut stops).await?,
        Some(()) = stops.recv() => ended(&stop, reading, &mut stops).await?,
    };
    let _lock = tokio::select! {
        lock = WriteLock::wait(&context.lake) => lock?,
        Some(()) = stops.recv() => {
            tracing::warn!("everything is stored and counted; only ops/runs does not tell of it");
            return Ok(());
        }
    };
    finish(context, command, started, &steps).await
}

/// A second stop does not wait.
async fn ended<T>(
    stop: &AtomicBool,
    reading: impl Future<Output = Result<T>>,
    stops: &mut mpsc::UnboundedReceiver<()>,
) -> Result<T> {
    stop.store(true, Ordering::Relaxed);
    tokio::select! {
        done = reading => done,
        Some(()) = stops.recv() => Err(Error::failure("stopped before everything gathered was stored")
            .hint("nothing is lost: the next start reads it again from the broker")),
    }
}

/// What the flags say of storing and counting.
pub fn options(args: &WindowArgs, lake: &Lake, name: &str) -> Result<Options> {
    let window = duration("--window", &args.window, Duration::from_secs(1), DAY)?;
    let watermark = duration("--watermark", &args.watermark, Duration::ZERO, 366 * DAY)?;
    let land_every = duration("--land-every", &args.land_every, Duration::from_millis(100), DAY)?;
    if window.subsec_nanos() != 0 || !DAY.as_secs().is_multiple_of(window.as_secs()) {
        return Err(Error::usage(format!("--window {}: a day is no whole number of such windows", args.window))
            .hint("choose a length such as 10s, 1m, 5m or 1h"));
    }
    let csv = match (args.output_format, &args.output_path) {
        (OutputFormat::Delta, None) => None,
        (OutputFormat::Delta, Some(_)) => {
            return Err(Error::usage("--output-path is for files: the table needs none")
                .hint("add --output-format csv, or name the lake with --lake"));
        }
        (OutputFormat::Csv | OutputFormat::CsvExact, None) => {
            return Err(Error::usage("--output-format csv needs a folder").hint("name it with --output-path"));
        }
        (OutputFormat::Csv, Some(folder)) => Some(CsvOutput { folder: folder.clone(), text: guarded }),
        (OutputFormat::CsvExact, Some(folder)) => Some(CsvOutput { folder: folder.clone(), text: str::to_owned }),
    };
    let beside = || lake.home().join(".moodlake.stream").join(name);
    Ok(Options {
        late_by_us: micros(watermark),
        window_us: micros(window),
        land_every,
        ends: false,
        csv,
        checkpoint: args.checkpoint_location.clone().unwrap_or_else(beside),
        keeps_history: false,
        followers: Vec::new(),
    })
}

/// How long it is to run.
pub fn length(text: Option<&str>) -> Result<Option<Duration>> {
    text.map(|text| duration("--for", text, Duration::from_secs(1), 366 * DAY)).transpose()
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}

/// A length of time within bounds.
pub fn duration(flag: &str, text: &str, least: Duration, most: Duration) -> Result<Duration> {
    let wrong =
        |why: String| Error::usage(format!("{flag} {text}: {why}")).hint("write a number and its unit, such as 5s, 30s or 2m");
    let parsed = humantime::parse_duration(text).map_err(|error| wrong(error.to_string()))?;
    if parsed < least || parsed > most {
        let told = |time: Duration| humantime::format_duration(time).to_string();
        return Err(wrong(format!("it is not between {} and {}", told(least), told(most))));
    }
    Ok(parsed)
}
