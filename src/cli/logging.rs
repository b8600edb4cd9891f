//! Log lines on stderr, as text or as JSON.
//!
//! Owns verbosity. Other libraries speak only when asked to: their errors reach people through ours. An event is one line, whatever
//! the names in it hold. Libraries that carry secrets never speak: `rspotify` logs its requests with the bearer token in them, and
//! what lies below it sees the same bytes.

use super::args::{Global, LogFormat};
use super::screened::LogLine;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// Crates whose log lines may hold a token, a code or a secret.
const SECRET_BEARING: [&str; 15] = [
    "rspotify",
    "rspotify_http",
    "rspotify_model",
    "rspotify_macros",
    "reqwest",
    "hyper",
    "hyper_util",
    "hyper_rustls",
    "h2",
    "rustls",
    "lettre",
    "http",
    "want",
    "mio",
    // All of Amazon's, by how their names begin: a request's signature is told with its headers.
    "aws_",
];

/// Starts logging for this process. A service's lines carry their time (UTC), a command's are read as they come.
pub fn start(global: &Global, with_time: bool) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "off,moodlake=warn",
        (_, 0) => "off,moodlake=info",
        (_, 1) => "warn,moodlake=debug",
        _ => "info,moodlake=trace",
    };
    // Named off one by one in the levels: what a person asks for with flags cannot bring them back.
    let silenced = SECRET_BEARING.iter().fold(level.to_owned(), |levels, name| format!("{levels},{name}=off"));
    let lines = tracing_subscriber::fmt::layer();
    let lines = match global.log_format {
        LogFormat::Json => lines.json().with_writer(LogLine::json).boxed(),
        LogFormat::Text if with_time => lines.with_target(false).with_ansi(false).with_writer(LogLine::text).boxed(),
        LogFormat::Text => lines.without_time().with_target(false).with_ansi(false).with_writer(LogLine::text).boxed(),
    };
    // A second start happens only where a test runs several commands in one process; the first one's settings then stay.
    let _ = tracing_subscriber::registry().with(lines).with(EnvFilter::new(silenced)).try_init();
}
