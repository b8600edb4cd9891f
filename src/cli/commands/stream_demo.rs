//! `stream-demo`: a stream without a broker.
//!
//! Owns the demonstration's log, which is in memory, and its question. Events take the way that those of a broker take: validated, stored
//! exactly once, counted in windows.

use super::outlet::{Outlet, Way};
use super::query::{finds, plan};
use super::stream::{length, options, read};
use super::{context, simulate};
use crate::broker::MemoryLog;
use crate::bronze::crowd::{Crowd, Late};
use crate::cli::args::{Global, StreamDemoArgs};
use crate::cli::output::print;
use crate::cli::printable::printable;
use crate::cli::settings::Settings;
use crate::context::Context;
use crate::error::{Error, Explain, Result};
use crate::lake::snapshot::AsOf;
use crate::lake::tables::STREAM_EVENTS;
use arrow::util::pretty::pretty_format_batches;
use chrono::TimeDelta;
use std::fmt::Write as _;
use tokio::sync::mpsc;

const LISTENERS: usize = 5_000;
/// What so many listeners hear in an hour, about.
const EVENTS_AN_HOUR: f64 = 11_000.0;
const SEED: u64 = 2;
/// One in fifty comes late, by up to five minutes: more than the watermark allows.
const LATE: f64 = 0.02;
const LATE_BY_US: i64 = 5 * 60 * 1_000_000;
const PARTITIONS: usize = 3;

const QUESTION: &str = "SELECT window_start, genre, \"count\" FROM gold.genre_plays_per_minute
ORDER BY window_start DESC, \"count\" DESC, genre LIMIT 10";

const TOTALS: &str = "SELECT (SELECT count(*) FROM bronze.stream_events) AS events_stored,
       (SELECT count(*) FROM bronze.stream_events WHERE is_late) AS came_too_late,
       (SELECT sum(\"count\") FROM gold.genre_plays_per_minute) AS counted_in_windows";

/// Makes events up, and reads them as a stream, until the time is over or a stop is asked for.
pub async fn stream_demo(
    global: &Global,
    settings: &Settings,
    args: StreamDemoArgs,
    mut stops: mpsc::UnboundedReceiver<()>,
) -> Result<()> {
    let lake = settings.lake_or("./data/stream-demo")?;
    let context = context(global, settings, lake)?;
    let length = length(Some(&args.duration))?.unwrap_or_default();
    // Each log is another one.
    let options = options(&args.windows, &context.lake, &format!("demo-{}", context.run_id))?;
    refuse_a_persons_stream(&context).await?;
    let log = MemoryLog::new(&format!("demo-{}", context.run_id), PARTITIONS);
    let hours = args.rate * length.as_secs_f64() / EVENTS_AN_HOUR;
    let start = context.clock.now() - TimeDelta::milliseconds((hours * 3_600_000.0) as i64);
    let crowd = Crowd::new(simulate::bundled()?, LISTENERS, start.timestamp_micros(), SEED);
    let crowd = crowd.ok_or_else(|| Error::failure("there is no track to listen to"))?;
    let mut outlet =
        Outlet::new(Way::Broker(Box::new(log.clone())), Late::new(LATE, LATE_BY_US, SEED), Some(args.rate), u64::MAX);
    tracing::info!("{} events a second of {LISTENERS} listeners who never were, for {}", args.rate, args.duration);
    let telling = tokio::spawn(async move {
        for event in crowd {
            outlet.take(event).await?;
        }
        outlet.flush()
    });
    // A stop ends the demonstration, not its answer.
    let (stop, heard) = mpsc::unbounded_channel();
    let listening = tokio::spawn(async move { while stops.recv().await.is_some() && stop.send(()).is_ok() {} });
    let outcome = read(&context, "stream-demo", Box::new(log), options, Some(length), heard).await;
    telling.abort();
    listening.abort();
    outcome?;
    print(&answer(&context).await?)
}

/// A stream of a person's plays would be counted together with made-up ones.
async fn refuse_a_persons_stream(context: &Context) -> Result<()> {
    let sql = "SELECT 1 FROM bronze.stream_events WHERE source NOT LIKE 'memory:demo-%' LIMIT 1";
    if !finds(context, &STREAM_EVENTS, sql).await? {
        return Ok(());
    }
    Err(Error::usage(format!(
        "the lake {} holds events of another stream: the demonstration would mix with them",
        context.lake.address()
    ))
    .hint("leave --lake out for a lake of its own (./data/stream-demo), or name an empty folder"))
}

async fn answer(context: &Context) -> Result<String> {
    let mut text = String::new();
    for (title, sql) in [("The newest windows:", QUESTION), ("All of them:", TOTALS)] {
        let rows = plan(&context.lake, &context.engine.query_scope(), sql, AsOf::Latest).await?;
        let rows = rows.collect().await.explain(|| "the windows cannot be read".to_owned())?;
        let table = pretty_format_batches(&rows).explain(|| "the windows cannot be shown".to_owned())?.to_string();
        let _ = writeln!(text, "{title}\n{}\n", printable(&table));
    }
    let _ = writeln!(text, "Ask more: moodlake query --lake {} \"SHOW TABLES\"", context.lake.address());
    Ok(text)
}
