//! What moodlake remembers of Spotify from one run to the next.
//!
//! Owns the state file: until when to keep away, what this app may not do, whose account a listener's plays come from. Losing it
//! costs a request or two, never a play: a file that cannot be understood is begun anew.

use crate::error::Result;
use crate::private_file::{self, Document};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    /// No request goes to Spotify before this moment.
    pub not_before: Option<DateTime<Utc>>,
    /// Spotify's reason for it: `quota`, `rate_limit`, or `unavailable`.
    pub not_before_reason: Option<String>,
    /// No request goes to `ReccoBeats` before this moment.
    pub reccobeats_not_before: Option<DateTime<Utc>>,
    /// When Spotify last said that this app may not read audio features.
    pub audio_features_denied_at: Option<DateTime<Utc>>,
    /// When the authorization ended, and how; none while there is one.
    pub login_needed: Option<LoginNeeded>,
    /// A fingerprint of the Spotify account of each listener: another account's plays would be mixed up with theirs.
    pub accounts: BTreeMap<String, String>,
}

/// An authorization that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct LoginNeeded {
    /// When moodlake learned of it.
    pub since: DateTime<Utc>,
    /// Spotify's word for it.
    pub reason: String,
}

/// The file that keeps the state.
#[derive(Clone, Debug)]
pub struct StateFile {
    path: PathBuf,
}

impl StateFile {
    /// The file at a place, which need not exist yet.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The state, or an empty one.
    #[must_use]
    pub fn read(&self) -> State {
        match private_file::read_json(&self.path) {
            Ok(Document::There(state)) => return state,
            Ok(Document::Absent) => {}
            Ok(Document::Garbled(at)) => {
                tracing::warn!("the file {} cannot be understood ({at}) and is begun anew", self.path.display());
            }
            Err(error) => tracing::warn!("{error}: it is begun anew"),
        }
        State::default()
    }

    /// Changes the state; writes only when something changed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn update(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        let before = self.read();
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        private_file::replace_json(&self.path, &after)
    }
}
