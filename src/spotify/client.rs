//! The Web API's GET requests, made with an authorization and with patience.
//!
//! Owns what every request goes through: the stored not-before time, one refresh after a 401, refusals told apart, faults waited
//! out. What an answer holds is read by `recently_played` and `audio_features`.

use super::access::Access;
use super::app::App;
use super::audio_features::{self, Found};
use super::recently_played::{self, Page};
use super::refusal::{Forbidden, is_quota, words};
use super::state::StateFile;
use super::token::TokenFile;
use super::trouble::Trouble;
use super::wire::Wire;
use crate::clock::Clock;
use crate::error::Error;
use crate::web::{Patience, Pause, Reply};
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Ids in one request for audio features.
pub const AUDIO_FEATURES_IDS_MAX: usize = 100;
/// How long to keep away when a quota is used up and Spotify does not say for how long: what people saw was 13 to 15 hours.
const QUOTA_WAIT: Duration = Duration::from_hours(15);

/// A client of the Web API.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
    access: Access,
    state: StateFile,
    clock: Clock,
    patience: Patience,
}

/// No service is kept away from for longer: a wait of years is a mistake of a proxy or of this machine's clock.
pub const WAIT_MOST: Duration = Duration::from_hours(24);

/// What a 429 is called in messages.
pub(super) const RATE_LIMIT: &str = "too many requests (429)";

/// Whether a stored wait still counts.
pub fn is_ahead(until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    until > now && until <= now + chrono::Duration::days(1)
}

/// The word under which a long wait is remembered.
pub(super) fn reason(fault: &str) -> &'static str {
    if fault == RATE_LIMIT { "rate_limit" } else { "unavailable" }
}

/// Stores that nothing is to be asked for so long.
pub(super) fn defer(state: &StateFile, clock: Clock, wait: Duration, reason: &str) -> Trouble {
    let until = clock.now() + chrono::Duration::from_std(wait.min(WAIT_MOST)).unwrap_or_default();
    let stored = state.update(|state| {
        state.not_before = Some(until);
        state.not_before_reason = Some(reason.to_owned());
    });
    match stored {
        Ok(()) => Trouble::Deferred { until, reason: reason.to_owned() },
        Err(error) => Trouble::Failed(error),
    }
}

impl Client {
    /// A client for the authorization that a token file keeps.
    #[must_use]
    pub fn new(app: &App, token: TokenFile, state: StateFile, clock: Clock, patience: Patience) -> Self {
        let wire = Wire::new(app);
        let access = Access::new(app, token, state.clone(), wire.clone(), clock, patience);
        Self { wire, access, state, clock, patience }
    }

    /// What is remembered of Spotify.
    #[must_use]
    pub const fn state(&self) -> &StateFile {
        &self.state
    }

    /// The listener in this lake whose authorization it uses.
    ///
    /// # Errors
    /// When there is none.
    pub fn user_id(&self) -> Result<String, Error> {
        self.access.authorization().map(|authorization| authorization.user_id)
    }

    /// The 50 most recent plays, which is all that Spotify keeps; and the body they were read from.
    ///
    /// # Errors
    /// When there is no complete answer.
    pub async fn recently_played(&self) -> Result<(Page, String), Trouble> {
        self.get("me/player/recently-played", &[("limit", "50")], recently_played::read).await
    }

    /// The audio features of at most 100 tracks; unknown ones are left out of the answer.
    ///
    /// # Errors
    /// When there is no complete answer; `Forbidden` where this app may not ask.
    pub async fn audio_features(&self, ids: &[String]) -> Result<Vec<Found>, Trouble> {
        Ok(self.get("audio-features", &[("ids", &ids.join(","))], audio_features::read).await?.0)
    }

    async fn get<T>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<(T, String), Trouble> {
        let remembered = self.state.read();
        if let Some(until) = remembered.not_before.filter(|&until| is_ahead(until, self.clock.now())) {
            return Err(Trouble::Deferred { until, reason: remembered.not_before_reason.unwrap_or_default() });
        }
        let mut token = self.access.token().await?;
        let (mut attempt, mut renewed) = (0, false);
        loop {
            attempt += 1;
            let (asked, fault) = match self.wire.get(path, query, &token, self.patience.timeout, self.clock.now()).await {
                Reply::Answer(body) => match read(&body) {
                    Ok(answer) => {
                        // The answer matters more than the note that there is no wait any more.
                        if let Err(error) = self.state.update(|state| (state.not_before, state.not_before_reason) = (None, None))
                        {
                            tracing::warn!("{}", error.in_one_line());
                        }
                        return Ok((answer, body));
                    }
                    Err(fault) => (None, fault),
                },
                Reply::Refusal { status: 401, .. } if !renewed => {
                    renewed = true;
                    token = self.access.renewed(&token).await?;
                    continue;
                }
                Reply::Refusal { status: 401, body, .. } => {
                    return Err(Error::authorization(format!("Spotify does not accept a fresh token (401): {}", words(&body)))
                        .hint("log in again with `moodlake auth login`")
                        .into());
                }
                Reply::Refusal { status: 403, body, .. } => return Err(Trouble::Forbidden(Forbidden::read(&body))),
                Reply::Refusal { status: 429, retry_after, body } if is_quota(&body) => {
                    return Err(defer(&self.state, self.clock, retry_after.unwrap_or(QUOTA_WAIT), "quota"));
                }
                Reply::Refusal { status: 429, retry_after, .. } => (retry_after, RATE_LIMIT.to_owned()),
                Reply::Refusal { status, retry_after, .. } if status >= 500 => (retry_after, format!("status {status}")),
                Reply::Refusal { status, body, .. } => {
                    return Err(Error::failure(format!("Spotify refuses GET {path} ({status}): {}", words(&body)))
                        .hint("docs/spotify.md tells what Spotify's refusals mean")
                        .into());
                }
                Reply::Broken(fault) => (None, fault),
            };
            match self.patience.pause(attempt, asked) {
                Pause::Wait(wait) => {
                    tracing::debug!("GET {path}: {fault}; trying again in {:.1} s", wait.as_secs_f64());
                    self.clock.sleep(wait).await;
                }
                Pause::TooLong(wait) => return Err(defer(&self.state, self.clock, wait, reason(&fault))),
                Pause::GiveUp => {
                    return Err(Error::failure(format!("Spotify gave no answer to GET {path} in {attempt} tries: {fault}"))
                        .hint("is this machine online? the next run reads all recent plays again")
                        .into());
                }
            }
        }
    }
}
