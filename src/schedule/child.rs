//! A run as a process of its own.

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::task::JoinHandle;

/// Bytes kept of what a run writes to stdout.
const STDOUT_BYTES_MAX: u64 = 1 << 20;

/// A run in flight; its log goes where the scheduler's goes.
pub struct Child {
    process: tokio::process::Child,
    stdout: Option<JoinHandle<String>>,
}

/// How a run ended.
pub struct Ended {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it wrote to stdout.
    pub stdout: String,
    status: Option<ExitStatus>,
}

impl Ended {
    /// A run that did not even begin.
    pub const fn never_begun() -> Self {
        Self { code: -1, stdout: String::new(), status: None }
    }

    /// How it ended, in words.
    pub fn words(&self) -> String {
        match self.code {
            3 => "a login is needed".to_owned(),
            4 => "a data-quality rule is broken".to_owned(),
            _ => self.status.map_or_else(|| "it could not be started".to_owned(), |status| status.to_string()),
        }
    }
}

impl Child {
    /// Starts a program, with more in its environment than there is in this one's.
    pub fn start(program: &Path, arguments: &[OsString], environment: &[(OsString, OsString)]) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        // Ctrl-C goes to all processes of a terminal's group: the run is not in it, so that it can end in peace.
        #[cfg(unix)]
        command.process_group(0);
        let mut process = command.spawn().map_err(|error| {
            Error::failure(format!("a run cannot be started from {}", program.display()))
                .because(error)
                .hint("was the program moved? the next run is tried as usual")
        })?;
        let stdout = process.stdout.take().map(|pipe| {
            tokio::spawn(async move {
                let mut text = Vec::new();
                // What cannot be read is missing from the summary only.
                let _ = pipe.take(STDOUT_BYTES_MAX).read_to_end(&mut text).await;
                String::from_utf8_lossy(&text).into_owned()
            })
        });
        Ok(Self { process, stdout })
    }

    /// Waits for its end. May be dropped and asked again.
    pub async fn ended(&mut self) -> Ended {
        let status = self.process.wait().await.ok();
        let stdout = match self.stdout.take() {
            Some(reader) => reader.await.unwrap_or_default(),
            None => String::new(),
        };
        Ended { code: status.and_then(|status| status.code()).unwrap_or(-1), stdout, status }
    }

    /// Ends it at once; commits are atomic, so that nothing is left half-done.
    pub fn kill(&mut self) {
        // It may have ended just now.
        let _ = self.process.start_kill();
    }
}
