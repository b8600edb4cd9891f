//! Requests to Spotify, carried by `rspotify`.
//!
//! Owns the use of its traits: it builds addresses and headers and sends; the bodies come back as text. Its own refresh, token
//! file and row types stay unused. It logs requests with their bearer token, which `cli/logging.rs` silences whatever is asked.

use super::app::App;
use crate::web::Reply;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use rspotify::clients::BaseClient;
use rspotify::http::{Form, Headers, HttpClient, HttpError, Query};
use rspotify::sync::Mutex;
use rspotify::{ClientError, ClientResult, Config, Credentials, Token};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Path of the accounts service where tokens are given out.
const TOKEN_PATH: &str = "api/token";

/// Sends requests; holds no token longer than one request takes.
#[derive(Clone, Default)]
pub struct Wire {
    config: Config,
    http: HttpClient,
    credentials: Credentials,
    token: Arc<Mutex<Option<Token>>>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("api", &self.config.api_base_url).finish_non_exhaustive()
    }
}

#[async_trait]
impl BaseClient for Wire {
    fn get_config(&self) -> &Config {
        &self.config
    }

    fn get_http(&self) -> &HttpClient {
        &self.http
    }

    fn get_creds(&self) -> &Credentials {
        &self.credentials
    }

    fn get_token(&self) -> Arc<Mutex<Option<Token>>> {
        Arc::clone(&self.token)
    }

    // `access` refreshes, since it keeps what rspotify would lose.
    async fn refetch_token(&self) -> ClientResult<Option<Token>> {
        Ok(None)
    }
}

impl Wire {
    pub fn new(app: &App) -> Self {
        let config = Config {
            api_base_url: app.api_base_url.clone(),
            auth_base_url: app.auth_base_url.clone(),
            token_refreshing: false,
            token_cached: false,
            ..Config::default()
        };
        Self { config, credentials: Credentials::new_pkce(&app.client_id), ..Self::default() }
    }

    /// GET of the Web API with a bearer token.
    pub async fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
        access_token: &SecretString,
        timeout: Duration,
        now: DateTime<Utc>,
    ) -> Reply {
        let token = Token { access_token: access_token.expose_secret().to_owned(), ..Token::default() };
        let sender = Self { token: Arc::new(Mutex::new(Some(token))), ..self.clone() };
        let query: Query<'_> = query.iter().copied().collect();
        within(timeout, async { reply(sender.api_get(path, &query).await, now).await }).await
    }

    /// POST to the accounts service for a token; `secret` goes along where the app has one.
    pub async fn token(
        &self,
        form: &[(&str, &str)],
        secret: Option<(&str, &SecretString)>,
        timeout: Duration,
        now: DateTime<Utc>,
    ) -> Reply {
        let headers: Option<Headers> = secret.map(|(id, secret)| {
            let basic = STANDARD.encode(format!("{id}:{}", secret.expose_secret()));
            Headers::from([("authorization".to_owned(), format!("Basic {basic}"))])
        });
        let form: Form<'_> = form.iter().copied().collect();
        within(timeout, async { reply(self.auth_post(TOKEN_PATH, headers.as_ref(), &form).await, now).await }).await
    }

    /// The address of the accounts service's consent page, without its parameters.
    pub fn authorize_url(&self) -> String {
        self.auth_url("authorize")
    }
}

async fn within(timeout: Duration, request: impl Future<Output = Reply>) -> Reply {
    tokio::time::timeout(timeout, request).await.unwrap_or_else(|_| Reply::Broken("no answer in time".to_owned()))
}

async fn reply(result: ClientResult<String>, now: DateTime<Utc>) -> Reply {
    match result {
        Ok(body) => Reply::Answer(body),
        Err(ClientError::Http(error)) => match *error {
            HttpError::StatusCode(response) => Reply::read(response, now).await,
            HttpError::Client(error) => Reply::broken(&error),
        },
        // None of the others can hold a secret's text, but which they are is all a person needs.
        Err(_) => Reply::Broken("the request could not be made".to_owned()),
    }
}
