//! The Web API's GET requests, made with an authorization and with patience.
//!
//! Owns what every request goes through: the stored not-before time, one refresh after a 401, refusals told apart, faults waited
//! out. What an answer holds is read by `recently_played`, `currently_playing` and `audio_features`.

use super::access::Access;
use super::app::App;
use super::audio_features::{self, Found};
use super::currently_playing::{self, Playing};
use super::recently_played::{self, Page};
use super::refusal::{Forbidden, is_quota, words};
use super::state::StateFile;
use super::token::TokenFile;
use super::trouble::Trouble;
use super::wire::Wire;
use crate::clock::Clock;
use crate::error::Error;
use crate::web::{self, End, Fault, Miss, Patience, Reply, is_ahead, is_passing, patiently};
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

/// Stores that nothing is to be asked for so long.
pub(super) fn defer(state: &StateFile, clock: Clock, wait: Duration, reason: &str) -> Trouble {
    let until = web::until(clock.now(), wait);
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

    /// What is playing now, episodes included.
    ///
    /// # Errors
    /// When there is no complete answer.
    pub async fn currently_playing(&self) -> Result<Playing, Trouble> {
        let query = [("additional_types", "track,episode")];
        Ok(self.get("me/player/currently-playing", &query, currently_playing::read).await?.0)
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
        let (mut token, mut renewed) = (self.access.token().await?, false);
        let what = format!("GET {path}");
        let answer = patiently(&what, &self.patience, self.clock, async || {
            let ask = async |token: &_| self.wire.get(path, query, token, self.patience.timeout, self.clock.now()).await;
            let mut reply = ask(&token).await;
            if matches!(reply, Reply::Refusal { status: 401, .. }) && !renewed {
                renewed = true;
                token = self.access.renewed(&token).await.map_err(Miss::Final)?;
                reply = ask(&token).await;
            }
            match reply {
                Reply::Answer(body) => {
                    read(&body).map(|answer| (answer, body)).map_err(|fault| Miss::Fault(Fault::unreadable(fault)))
                }
                Reply::Refusal { status, body, retry_after } => match self.refused(path, status, &body, retry_after) {
                    Some(trouble) => Err(Miss::Final(trouble)),
                    None => Err(Miss::Fault(Fault::of(Reply::Refusal { status, body, retry_after }))),
                },
                broken @ Reply::Broken(_) => Err(Miss::Fault(Fault::of(broken))),
            }
        })
        .await;
        match answer {
            Ok(answer) => {
                // The answer matters more than the note that there is no wait any more.
                if let Err(error) = self.state.update(|state| {
                    // Another process may have been told to wait meanwhile.
                    if state.not_before == remembered.not_before {
                        (state.not_before, state.not_before_reason) = (None, None);
                    }
                }) {
                    tracing::warn!("{}", error.in_one_line());
                }
                Ok(answer)
            }
            Err(End::Final(trouble)) => Err(trouble),
            Err(End::TooLong(wait, fault)) => Err(defer(&self.state, self.clock, wait, fault.reason())),
            Err(End::GaveUp(attempts, fault)) => {
                Err(Error::failure(format!("Spotify gave no answer to GET {path} in {attempts} tries: {}", fault.says))
                    .hint("is this machine online? the next run reads all recent plays again")
                    .into())
            }
        }
    }

    /// What a refusal means, unless waiting may cure it.
    fn refused(&self, path: &str, status: u16, body: &str, retry_after: Option<Duration>) -> Option<Trouble> {
        match status {
            401 => Some(
                Error::authorization(format!("Spotify does not accept a fresh token (401): {}", words(body)))
                    .hint("log in again with `moodlake auth login`")
                    .into(),
            ),
            403 => Some(Trouble::Forbidden(Forbidden::read(body))),
            429 if is_quota(body) => Some(defer(&self.state, self.clock, retry_after.unwrap_or(QUOTA_WAIT), "quota")),
            passing if is_passing(passing) => None,
            _ => Some(
                Error::failure(format!("Spotify refuses GET {path} ({status}): {}", words(body)))
                    .hint("docs/spotify.md tells what Spotify's refusals mean")
                    .into(),
            ),
        }
    }
}
