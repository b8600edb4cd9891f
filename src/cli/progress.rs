//! Progress bars on stderr, where a person looks.
//!
//! Owns when they are shown: only on a terminal, never with `--no-progress`, `--quiet` or JSON logs.

use super::args::{Global, LogFormat};
use crate::context::{Progress, Silent, Task, Unit};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

/// The progress that suits this process.
#[must_use]
pub fn suited(global: &Global) -> Arc<dyn Progress> {
    let hidden = global.no_progress || global.quiet || global.log_format == LogFormat::Json || !std::io::stderr().is_terminal();
    if hidden { Arc::new(Silent) } else { Arc::new(Bars) }
}

struct Bars;

impl Progress for Bars {
    fn begin(&self, what: &str, total: Option<u64>, unit: Unit) -> Arc<dyn Task> {
        let (position, length) = match unit {
            Unit::Rows => ("{human_pos}", "{human_len} rows"),
            Unit::Bytes => ("{bytes}", "{total_bytes}"),
        };
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let template = match total {
            Some(_) => format!("{{msg}} [{{wide_bar}}] {position} of {length}, {{elapsed}}"),
            None => format!("{{spinner}} {{msg}} {position}, {{elapsed}}"),
        };
        // A template that does not parse leaves indicatif's own.
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Arc::new(Bar(bar))
    }
}

struct Bar(ProgressBar);

impl Task for Bar {
    fn advance(&self, amount: u64) {
        self.0.inc(amount);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
