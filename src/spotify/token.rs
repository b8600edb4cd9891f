//! The authorization that a person gave, and the file that keeps it.
//!
//! Owns the file's format. It holds secrets: it is private, replaced atomically, and nothing of it is ever printed. When it was
//! given is kept too, since Spotify's refresh tokens die six months after that, whatever refreshes happen in between.

use crate::error::{Error, Explain, Result};
use crate::private_file::{self, Document};
use chrono::{DateTime, Duration, Months, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Months after which an authorization ends, counted from the person's consent.
pub const AUTHORIZATION_MONTHS: u32 = 6;
/// A token that ends sooner is renewed first.
const SPARE_SECONDS: i64 = 60;

/// An authorization.
#[derive(Clone, Debug)]
pub struct Authorization {
    /// The app it was given to.
    pub client_id: String,
    /// Whether it was given by PKCE; a refresh has to go the same way.
    pub is_pkce: bool,
    /// The listener in this lake whose plays it brings.
    pub user_id: String,
    /// What it permits.
    pub scopes: Vec<String>,
    /// Opens the Web API for an hour.
    pub access_token: SecretString,
    /// Buys the next access token.
    pub refresh_token: SecretString,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
    /// When the person consented.
    pub authorized_at: DateTime<Utc>,
}

impl Authorization {
    /// When Spotify will end it.
    #[must_use]
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.authorized_at.checked_add_months(Months::new(AUTHORIZATION_MONTHS)).unwrap_or(self.authorized_at)
    }

    /// Whether the access token lives for a minute at least.
    #[must_use]
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        // Counted from the clock: the file may name a time at the end of all calendars.
        self.expires_at > now + Duration::seconds(SPARE_SECONDS)
    }

    /// Whole days left; negative once it has ended.
    #[must_use]
    pub fn days_left(&self, now: DateTime<Utc>) -> i64 {
        (self.ends_at() - now).num_days()
    }
}

/// The form of the file. Plain text, and so never printed.
#[derive(Deserialize, Serialize)]
struct Stored {
    client_id: String,
    pkce: bool,
    user_id: String,
    scopes: Vec<String>,
    access_token: String,
    refresh_token: String,
    expires_at: DateTime<Utc>,
    authorized_at: DateTime<Utc>,
}

/// The file that keeps an authorization.
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    /// The file at a place, which need not exist yet.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The authorization, or none where nobody has logged in.
    ///
    /// # Errors
    /// When there is a file that cannot be read or understood.
    pub fn load(&self) -> Result<Option<Authorization>> {
        let stored: Stored = match private_file::read_json(&self.path)? {
            Document::Absent => return Ok(None),
            Document::There(stored) => stored,
            Document::Garbled(_) => {
                return Err(Error::authorization(format!("the token file {} cannot be understood", self.path.display()))
                    .hint("log in again with `moodlake auth login`; it replaces the file"));
            }
        };
        Ok(Some(Authorization {
            client_id: stored.client_id,
            is_pkce: stored.pkce,
            user_id: stored.user_id,
            scopes: stored.scopes,
            access_token: stored.access_token.into(),
            refresh_token: stored.refresh_token.into(),
            expires_at: stored.expires_at,
            authorized_at: stored.authorized_at,
        }))
    }

    /// Keeps an authorization.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, authorization: &Authorization) -> Result<()> {
        let stored = Stored {
            client_id: authorization.client_id.clone(),
            pkce: authorization.is_pkce,
            user_id: authorization.user_id.clone(),
            scopes: authorization.scopes.clone(),
            access_token: authorization.access_token.expose_secret().to_owned(),
            refresh_token: authorization.refresh_token.expose_secret().to_owned(),
            expires_at: authorization.expires_at,
            authorized_at: authorization.authorized_at,
        };
        private_file::replace_json(&self.path, &stored)
    }

    /// Forgets the authorization.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn remove(&self) -> Result<()> {
        private_file::remove(&self.path)
    }

    /// Waits until no other process refreshes the token, and keeps them away until the file is dropped.
    ///
    /// # Errors
    /// When the lock cannot be had.
    pub async fn lock(&self) -> Result<File> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let path = self.path.with_file_name(name);
        let file = private_file::lock_file(&path)?;
        tokio::task::spawn_blocking(move || file.lock().map(|()| file))
            .await
            .explain(|| "waiting for the token's lock stopped".to_owned())?
            .explain(|| format!("waiting for the lock {} failed", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Authorization, TokenFile};
    use chrono::{DateTime, Utc};

    fn authorization(authorized: &str) -> Authorization {
        let authorized_at = authorized.parse::<DateTime<Utc>>().unwrap();
        Authorization {
            client_id: "app".to_owned(),
            is_pkce: true,
            user_id: "me".to_owned(),
            scopes: vec!["a".to_owned()],
            access_token: "access-secret".to_owned().into(),
            refresh_token: "refresh-secret".to_owned().into(),
            expires_at: authorized_at,
            authorized_at,
        }
    }

    #[test]
    fn an_authorization_ends_six_calendar_months_after_consent() {
        let given = authorization("2026-08-31T10:00:00Z");
        assert_eq!(given.ends_at().to_rfc3339(), "2027-02-28T10:00:00+00:00");
        assert_eq!(given.days_left("2027-02-27T11:00:00Z".parse().unwrap()), 0);
        assert_eq!(given.days_left("2027-03-02T11:00:00Z".parse().unwrap()), -2);
    }

    #[test]
    fn a_token_comes_back_as_it_was_kept_and_prints_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::at(folder.path().join("t.json"));
        assert!(file.load().unwrap().is_none());
        file.save(&authorization("2026-01-01T00:00:00Z")).unwrap();
        let back = file.load().unwrap().unwrap();
        assert!(back.is_pkce && back.user_id == "me" && back.authorized_at == back.expires_at);
        assert!(!format!("{back:?}").contains("-secret"));
        std::fs::write(file.path(), "{\"access_token\":\"access-secret\"").unwrap();
        let error = file.load().unwrap_err();
        assert!(!format!("{error:?}").contains("access-secret"));
        assert_eq!(error.kind(), crate::error::Kind::Authorization);
    }
}
