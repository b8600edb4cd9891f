//! An access token that works, whenever one is asked for.
//!
//! Owns the refresh: one at a time in this process and across processes, since a refresh token that was replaced is worth nothing.
//! An authorization that Spotify has ended is dropped and the person asked to log in; a fault on the way never drops it.

use super::app::App;
use super::authorize::Granted;
use super::client::defer;
use super::refusal::{account_error, words};
use super::state::{LoginNeeded, StateFile};
use super::token::{Authorization, TokenFile};
use super::trouble::Trouble;
use super::wire::Wire;
use crate::clock::Clock;
use crate::error::Error;
use crate::web::{End, Fault, Miss, Patience, Reply, is_passing, patiently};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

/// Keeps the authorization of one token file.
#[derive(Debug)]
pub struct Access {
    app: App,
    file: TokenFile,
    state: StateFile,
    wire: Wire,
    clock: Clock,
    patience: Patience,
    one_at_a_time: Mutex<()>,
}

impl Access {
    pub fn new(app: &App, file: TokenFile, state: StateFile, wire: Wire, clock: Clock, patience: Patience) -> Self {
        Self { app: app.clone(), file, state, wire, clock, patience, one_at_a_time: Mutex::new(()) }
    }

    /// A token that lives for a minute at least.
    pub async fn token(&self) -> Result<SecretString, Trouble> {
        let authorization = self.authorization()?;
        if self.is_fresh(&authorization) {
            return Ok(authorization.access_token);
        }
        self.renewed(&authorization.access_token).await
    }

    /// A token other than `stale`: another process's, if it has renewed it meanwhile, else a new one.
    pub async fn renewed(&self, stale: &SecretString) -> Result<SecretString, Trouble> {
        let _in_process = self.one_at_a_time.lock().await;
        let _across_processes = self.file.lock().await?;
        let current = self.authorization()?;
        if current.access_token.expose_secret() != stale.expose_secret() && self.is_fresh(&current) {
            return Ok(current.access_token);
        }
        self.refresh(&current).await
    }

    fn is_fresh(&self, authorization: &Authorization) -> bool {
        authorization.is_fresh(self.clock.now())
    }

    /// What the token file keeps, if it is this app's.
    pub fn authorization(&self) -> Result<Authorization, Error> {
        let Some(authorization) = self.file.load()? else {
            let what = match self.state.read().login_needed {
                Some(ended) => {
                    format!("the Spotify authorization ended on {} ({})", ended.since.format("%Y-%m-%d"), ended.reason)
                }
                None => "nobody has logged in to Spotify for this lake".to_owned(),
            };
            return Err(Error::authorization(what).hint(LOG_IN));
        };
        if authorization.client_id != self.app.client_id {
            return Err(Error::authorization("the Spotify authorization was given to another app than SPOTIFY_CLIENT_ID names")
                .hint("set the client id it was given to, or log in again with `moodlake auth login`"));
        }
        Ok(authorization)
    }

    async fn refresh(&self, current: &Authorization) -> Result<SecretString, Trouble> {
        let refresh_token = current.refresh_token.expose_secret();
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let secret = if current.is_pkce {
            form.push(("client_id", &current.client_id));
            None
        } else {
            let secret = self.app.client_secret.as_ref().ok_or_else(|| {
                Error::authorization("the Spotify authorization was given with a client secret, and there is none now")
                    .hint("set SPOTIFY_CLIENT_SECRET, or log in again with `moodlake auth login` to go without")
            })?;
            Some((current.client_id.as_str(), secret))
        };
        // A disk that is full fails here, while the old token still works, and not after it was exchanged for a new one.
        self.file.save(current)?;
        let granted = patiently("renewing the token", &self.patience, self.clock, async || {
            match self.wire.token(&form, secret, self.patience.timeout, self.clock.now()).await {
                Reply::Answer(body) => Granted::read(&body).map_err(|fault| Miss::Fault(Fault::unreadable(fault))),
                Reply::Refusal { status: 400 | 401, body, .. } => Err(Miss::Final(self.refused(&body))),
                Reply::Refusal { status, body, .. } if !is_passing(status) => Err(Miss::Final(
                    Error::failure(format!("Spotify's accounts service refuses ({status}): {}", words(&body))).hint(KEPT),
                )),
                passing => Err(Miss::Fault(Fault::of(passing))),
            }
        })
        .await;
        match granted {
            Ok(granted) => {
                let renewed = granted.renewed(current, self.clock.now());
                self.file.save(&renewed)?;
                tracing::debug!("the Spotify access token was renewed");
                Ok(renewed.access_token)
            }
            Err(End::Final(error)) => Err(error.into()),
            Err(End::TooLong(wait, fault)) => Err(defer(&self.state, self.clock, wait, fault.reason())),
            Err(End::GaveUp(attempts, fault)) => {
                Err(Error::failure(format!("the Spotify token could not be renewed in {attempts} tries: {}", fault.says))
                    .hint(KEPT)
                    .into())
            }
        }
    }

    /// The accounts service says no: only `invalid_grant` means that the authorization is gone.
    fn refused(&self, body: &str) -> Error {
        let (word, says) = account_error(body);
        if word != "invalid_grant" {
            return Error::authorization(format!("Spotify does not accept this app: {says} ({word})"))
                .hint("are SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET those of the app that was logged in to? the authorization is kept");
        }
        let (since, reason) = (self.clock.now(), says.clone());
        let forgotten =
            self.state.update(|state| state.login_needed = Some(LoginNeeded { since, reason })).and_then(|()| self.file.remove());
        let error = Error::authorization(format!("the Spotify authorization has ended: {says}")).hint(LOG_IN);
        match forgotten {
            Ok(()) => error,
            Err(unwritten) => error.because(unwritten),
        }
    }
}

const KEPT: &str = "the authorization is kept; the next run tries again";
const LOG_IN: &str =
    "log in with `moodlake auth login`; plays missed meanwhile come back with your own export (`moodlake import`)";
