//! The command line: from arguments to a command, from an error to an exit code.
//!
//! Owns dispatch and rendering. stdout carries data only; logs, progress and errors go to stderr.

pub mod args;
mod commands;
mod logging;
mod output;
mod panics;
mod printable;
mod progress;
mod screened;
pub mod settings;
mod sinks;

use crate::error::{Error, Explain, Kind, Result, in_short};
use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use printable::{in_line, printable};
use settings::Settings;
use std::error::Error as _;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;
use tokio::sync::mpsc;

/// Runs one command line. (Not generic, so that the commands are compiled here and not again in every program that calls it.)
///
/// # Errors
/// What the command could not do.
pub fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // `--help` and `--version` come this way too; clap knows which stream and which code each deserves. A reader that has
        // gone away is no failure.
        Err(usage) => {
            let text = usage.render().to_string();
            let shown = printable(&text);
            // The arguments are told as they came, which may be from a file's name.
            let _ = if shown == text { usage.print() } else { std::io::stderr().write_all(shown.as_bytes()) };
            return Ok(ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(Kind::Usage.exit_code())));
        }
    };
    panics::keep_given_up_files_quiet();
    logging::start(&cli.global, matches!(cli.command, Command::Schedule(_)));
    if let Command::Completions { shell } = cli.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "moodlake", &mut script);
        return output::print(&String::from_utf8_lossy(&script)).map(|()| ExitCode::SUCCESS);
    }
    let settings = Settings::read(&cli.global)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Threads that read files come in bursts. Each keeps memory of its own while it waits for more, which a service feels.
        .thread_keep_alive(BURST)
        .build()
        .explain(|| "the program's threads cannot start".to_owned())?;
    let outcome = runtime.block_on(async {
        let mut stops = stop_requests();
        match cli.command {
            // The scheduler ends the run in flight first.
            Command::Schedule(args) => return commands::schedule(&cli.global, &settings, args, stops).await,
            // The watcher stores what it saw.
            Command::Watch(args) => return commands::watch(&cli.global, &settings, args, stops).await,
            // A stream without an end ends well.
            Command::Simulate(args) => return commands::simulate(&settings, args, stops).await,
            // What was gathered is stored.
            Command::Stream(args) => return commands::stream(&cli.global, &settings, *args, stops).await,
            Command::StreamDemo(args) => return commands::stream_demo(&cli.global, &settings, args, stops).await,
            _ => {}
        }
        tokio::select! {
            outcome = commands::dispatch(cli, settings) => outcome,
            Some(()) = stops.recv() => Err(interrupted()),
        }
    });
    // Unfinished files are removed as their writers are dropped; a parser that is still reading must not hold up the end for long.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    outcome.map(|()| ExitCode::SUCCESS)
}

/// A thread that has read files waits so long for more of them.
const BURST: std::time::Duration = std::time::Duration::from_millis(200);

/// What can be done about an error of which nothing more is known.
const fn at_least(kind: Kind) -> &'static str {
    match kind {
        Kind::Failure => "run it again: what is done is done, and nothing is done twice; -vv tells what came before",
        Kind::Usage => "--help after the command's name tells what it understands",
        Kind::Authorization => "`moodlake auth login` authorizes this program again",
        Kind::Quality => "`moodlake check` tells which rules are broken, and by which rows",
    }
}

/// One message for each Ctrl-C and each signal with which services are stopped; none where signals cannot be heard. They are
/// heard from here on without a break, so that none that comes at an inconvenient moment is lost.
fn stop_requests() -> mpsc::UnboundedReceiver<()> {
    let (requests, received) = mpsc::unbounded_channel();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            tokio::spawn(async move {
                loop {
                    tokio::select! {
                        _ = terminate.recv() => {}
                        _ = interrupt.recv() => {}
                    }
                    if requests.send(()).is_err() {
                        return;
                    }
                }
            });
        }
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if requests.send(()).is_err() {
                return;
            }
        }
    });
    received
}

fn interrupted() -> Error {
    Error::failure("interrupted").hint("what was committed before stays, nothing is half-written; run the command again to go on")
}

/// Writes an error to stderr, what failed, why, and what to do, each in one line; gives its exit code.
#[must_use]
pub fn render(error: &Error) -> ExitCode {
    eprintln!("error: {}", in_line(&error.to_string()));
    let mut cause = error.source();
    let mut told = error.to_string();
    while let Some(reason) = cause {
        let text = reason.to_string();
        // Libraries often repeat their cause's text in their own.
        if !told.contains(&text) {
            eprintln!("  because: {}", in_line(&in_short(&text)));
        }
        told = text;
        cause = reason.source();
    }
    eprintln!("  hint: {}", in_line(error.advice().unwrap_or_else(|| at_least(error.kind()))));
    ExitCode::from(error.kind().exit_code())
}
