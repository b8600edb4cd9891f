//! The accounts service's answers: a token for a code, a token for a refresh token.
//!
//! Owns what is kept of an answer. A refresh may bring a new refresh token, which replaces the old one, or none, and then the old
//! one stays: both occur.

use super::app::App;
use super::token::Authorization;
use chrono::{DateTime, Duration, Utc};
use secrecy::SecretString;
use serde::Deserialize;

/// Lifetime of an access token where the answer does not say, in seconds.
const LIFETIME_SECONDS: i64 = 3600;

/// A complete answer with a token.
#[derive(Deserialize)]
pub struct Granted {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
    scope: Option<String>,
}

impl Granted {
    /// Reads an answer; the text of one that is not understood is not told, since it may hold half a token.
    pub fn read(body: &str) -> Result<Self, String> {
        let granted: Self = serde_json::from_str(body).map_err(|_| "the answer holds no token".to_owned())?;
        if granted.access_token.is_empty() { Err("the answer holds no token".to_owned()) } else { Ok(granted) }
    }

    fn expires_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = self.expires_in.unwrap_or(LIFETIME_SECONDS).clamp(0, 86_400);
        now + Duration::seconds(seconds)
    }

    fn scopes(&self) -> Option<Vec<String>> {
        self.scope.as_ref().map(|scope| scope.split_whitespace().map(str::to_owned).collect())
    }

    /// A first authorization; none when the answer lacks the refresh token.
    pub fn first(self, app: &App, user_id: &str, requested: &[&str], now: DateTime<Utc>) -> Option<Authorization> {
        let scopes = self.scopes().unwrap_or_else(|| requested.iter().map(|&scope| scope.to_owned()).collect());
        let expires_at = self.expires_at(now);
        Some(Authorization {
            client_id: app.client_id.clone(),
            is_pkce: app.client_secret.is_none(),
            user_id: user_id.to_owned(),
            scopes,
            access_token: self.access_token.into(),
            refresh_token: self.refresh_token.filter(|token| !token.is_empty())?.into(),
            expires_at,
            authorized_at: now,
        })
    }

    /// The authorization after a refresh.
    pub fn renewed(self, old: &Authorization, now: DateTime<Utc>) -> Authorization {
        let (scopes, expires_at) = (self.scopes().unwrap_or_else(|| old.scopes.clone()), self.expires_at(now));
        let refresh_token: Option<SecretString> = self.refresh_token.filter(|token| !token.is_empty()).map(Into::into);
        Authorization {
            scopes,
            access_token: self.access_token.into(),
            refresh_token: refresh_token.unwrap_or_else(|| old.refresh_token.clone()),
            expires_at,
            ..old.clone()
        }
    }
}
