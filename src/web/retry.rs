//! Trying again, until there is an answer or no sense in going on.
//!
//! Owns the loop that every request shares. What an answer or a refusal means is told by the caller's attempt.

use super::{Patience, Pause, Reply};
use crate::clock::Clock;
use std::time::Duration;

const TOO_MANY: u16 = 429;

/// Something that waiting may cure.
#[derive(Debug)]
pub struct Fault {
    /// What it was, in words.
    pub says: String,
    /// The wait that the service asked for.
    asked: Option<Duration>,
    is_rate_limit: bool,
}

impl Fault {
    /// The fault behind a reply that is no use.
    #[must_use]
    pub fn of(reply: Reply) -> Self {
        match reply {
            Reply::Answer(_) => Self::unreadable("an answer that says nothing".to_owned()),
            Reply::Refusal { status: TOO_MANY, retry_after, .. } => {
                Self { says: "too many requests (429)".to_owned(), asked: retry_after, is_rate_limit: true }
            }
            Reply::Refusal { status, retry_after, .. } => {
                Self { says: format!("status {status}"), asked: retry_after, is_rate_limit: false }
            }
            Reply::Broken(says) => Self::unreadable(says),
        }
    }

    /// An answer that is complete and cannot be understood: a proxy's page, half a document.
    #[must_use]
    pub const fn unreadable(says: String) -> Self {
        Self { says, asked: None, is_rate_limit: false }
    }

    /// The word under which a long wait is remembered.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        if self.is_rate_limit { "rate_limit" } else { "unavailable" }
    }
}

/// Whether a service that refuses with this status may answer later.
#[must_use]
pub const fn is_passing(status: u16) -> bool {
    status == TOO_MANY || status >= 500
}

/// Why one try gave nothing.
#[derive(Debug)]
pub enum Miss<E> {
    /// Trying again would not help.
    Final(E),
    /// It may pass.
    Fault(Fault),
}

/// Why there is no answer.
#[derive(Debug)]
pub enum End<E> {
    /// As the attempt said.
    Final(E),
    /// The service asks for a longer wait than a run may take.
    TooLong(Duration, Fault),
    /// So many tries were made.
    GaveUp(u32, Fault),
}

/// Tries until there is an answer; `what` is what the log calls it.
///
/// # Errors
/// Why there is none.
pub async fn patiently<T, E>(
    what: &str,
    patience: &Patience,
    clock: Clock,
    mut attempt: impl AsyncFnMut() -> Result<T, Miss<E>>,
) -> Result<T, End<E>> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let fault = match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(Miss::Final(error)) => return Err(End::Final(error)),
            Err(Miss::Fault(fault)) => fault,
        };
        match patience.pause(attempts, fault.asked) {
            Pause::Wait(wait) => {
                tracing::debug!("{what}: {}; trying again in {:.1} s", fault.says, wait.as_secs_f64());
                clock.sleep(wait).await;
            }
            Pause::TooLong(wait) => return Err(End::TooLong(wait, fault)),
            Pause::GiveUp => return Err(End::GaveUp(attempts, fault)),
        }
    }
}
