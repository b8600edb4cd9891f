//! One short function a subcommand.
//!
//! Owns the way from settings to a context, and the lock of commands that write.

mod as_of;
mod auth;
mod brokers;
mod bronze;
mod build;
mod check;
mod demo;
mod export;
mod ingest;
mod lineage;
mod maintain;
mod outlet;
mod query;
mod query_csv;
mod query_examples;
mod query_nesting;
mod query_output;
mod recap;
mod recap_mail;
mod recap_words;
mod report;
mod sample;
mod schedule;
mod scheduled_recap;
mod simulate;
mod status;
mod status_text;
mod stores;
mod stream;
mod stream_demo;
mod watch;

pub use schedule::schedule;
pub use simulate::simulate;
pub use stream::stream;
pub use stream_demo::stream_demo;
pub use watch::watch;

use super::args::{Cli, Command, Global};
use super::output;
use super::progress;
use super::settings::Settings;
use crate::clock::Clock;
use crate::context::{Context, Step};
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::{Lake, WriteLock};
use crate::pipeline;

/// Runs the command.
///
/// # Errors
/// What the command could not do.
pub async fn dispatch(cli: Cli, settings: Settings) -> Result<()> {
    let global = &cli.global;
    match cli.command {
        Command::Demo => demo::demo(global, &settings).await,
        Command::Import(args) => bronze::import(global, &settings, args).await,
        Command::ImportCatalog(args) => bronze::import_catalog(global, &settings, args).await,
        Command::GenerateSynthetic => bronze::generate_synthetic(global, &settings).await,
        Command::PopulateMissing => bronze::populate_missing(global, &settings).await,
        Command::BuildSilver(args) => build::build_silver(global, &settings, args).await,
        Command::BuildGold(args) => build::build_gold(global, &settings, args).await,
        Command::Auth(command) => auth::auth(&settings, command).await,
        Command::Ingest(args) => ingest::ingest(global, &settings, args).await,
        Command::Health => schedule::health(&settings),
        Command::Run(args) => build::run(global, &settings, &args).await,
        Command::Query(args) => query::query(&settings, args).await,
        Command::Export(command) => export::export(global, &settings, command).await,
        Command::Maintain(args) => maintain::maintain(global, &settings, &args).await,
        Command::Report(args) => report::report(&settings, &args).await,
        Command::Recap(args) => recap::recap(global, &settings, &args).await,
        Command::Status(args) => status::status(&settings, &args).await,
        Command::Check(args) => check::check(global, &settings, &args).await,
        // Answered before they come here: one needs no lake, the others hear signals themselves.
        Command::Completions { .. }
        | Command::Schedule(_)
        | Command::Simulate(_)
        | Command::Stream(_)
        | Command::StreamDemo(_)
        | Command::Watch(_) => Ok(()),
    }
}

/// A context over the lake, and the lock that keeps other writers away until it is dropped.
fn writing(global: &Global, settings: &Settings, lake: Lake) -> Result<(Context, WriteLock)> {
    let lock = lock(&lake)?;
    Ok((context(global, settings, lake)?, lock))
}

fn lock(lake: &Lake) -> Result<WriteLock> {
    WriteLock::take(lake, || tracing::info!("another command is writing to this lake: waiting for it to finish"))
}

fn context(global: &Global, settings: &Settings, lake: Lake) -> Result<Context> {
    let clock = Clock::System;
    let engine = Engine::new(settings.zone)?;
    Ok(Context { lake, engine, clock, run_id: clock.run_id(), zone: settings.zone, progress: progress::suited(global) })
}

/// Tells the steps and records them.
async fn finish(context: &Context, command: &str, started: chrono::DateTime<chrono::Utc>, steps: &[Step]) -> Result<()> {
    steps.iter().for_each(output::tell);
    pipeline::record(context, command, started, steps).await
}
