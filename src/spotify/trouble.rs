//! Why Spotify gave no answer, as far as a run has to tell the cases apart.

use super::refusal::Forbidden;
use crate::error::Error;
use chrono::{DateTime, Utc};

/// Why there is no answer.
#[derive(Debug)]
pub enum Trouble {
    /// Spotify asks to keep away until then: the run ends well without an answer.
    Deferred {
        /// When to come back.
        until: DateTime<Utc>,
        /// `quota`, `rate_limit`, or `unavailable`.
        reason: String,
    },
    /// The app or the person may not do this.
    Forbidden(Forbidden),
    /// Anything else, an ended authorization included.
    Failed(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Trouble {
    /// As an error, for a caller that can do nothing special about it.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self {
            Self::Deferred { until, reason } => {
                Error::failure(format!("Spotify asks to wait until {} ({reason})", until.format("%Y-%m-%d %H:%M UTC")))
                    .hint("the next run after that moment goes on by itself")
            }
            Self::Forbidden(cause) => cause.into_error(),
            Self::Failed(error) => error,
        }
    }
}
