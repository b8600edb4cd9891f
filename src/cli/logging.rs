//! Log lines on stderr, as text or as JSON.
//!
//! Owns verbosity. Other libraries speak only when asked to: their errors reach people through ours, and control characters never reach the terminal raw.

use super::args::{Global, LogFormat};
use tracing_subscriber::EnvFilter;

/// Starts logging for this process.
pub fn start(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "off,moodlake=warn",
        (_, 0) => "off,moodlake=info",
        (_, 1) => "warn,moodlake=debug",
        _ => "info,moodlake=trace",
    };
    let lines = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(level)).with_writer(std::io::stderr);
    // A second start happens only where a test runs several commands in one process; the first one's settings then stay.
    let _ = match global.log_format {
        LogFormat::Json => lines.json().try_init(),
        LogFormat::Text => lines.without_time().with_target(false).with_ansi(false).try_init(),
    };
}
