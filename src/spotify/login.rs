//! Logging in: the address that a person consents at, and the token for the code that comes back.
//!
//! Owns `state` and the PKCE verifier of one login. Without a client secret the code is bound to this process by the verifier
//! (RFC 7636); with one, by the secret.

use super::app::{App, SCOPES};
use super::authorize::Granted;
pub use super::callback::{listen, receive};
use super::refusal::{Forbidden, account_error};
use super::state::StateFile;
use super::token::{Authorization, TokenFile};
use super::wire::Wire;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::fingerprint;
use crate::random;
use crate::web::{End, Fault, Miss, Patience, Reply, is_passing, patiently};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use std::net::{IpAddr, SocketAddr};
use url::Url;

/// A login under way.
#[derive(Debug)]
pub struct Login {
    app: App,
    wire: Wire,
    state: SecretString,
    verifier: Option<SecretString>,
}

/// What an address that a browser was sent to says.
#[derive(Debug)]
pub enum Redirect {
    /// Consent: the code.
    Code(SecretString),
    /// The person or Spotify said no.
    Denied(String),
    /// Nothing to do with this login.
    Stray(&'static str),
}

/// Where things are kept and how long a fault is waited out.
#[derive(Clone, Debug)]
pub struct Keeping {
    /// The token file.
    pub token: TokenFile,
    /// The state file.
    pub state: StateFile,
    /// The clock.
    pub clock: Clock,
    /// The limits of waiting.
    pub patience: Patience,
}

impl Login {
    /// Begins a login.
    ///
    /// # Errors
    /// When the operating system gives no randomness, or the redirect address is one that Spotify rejects.
    pub fn begin(app: &App) -> Result<Self> {
        redirect(app)?;
        let verifier = if app.client_secret.is_none() { Some(random::url_safe()?.into()) } else { None };
        Ok(Self { app: app.clone(), wire: Wire::new(app), state: random::url_safe()?.into(), verifier })
    }

    /// The address at which the person consents.
    ///
    /// # Errors
    /// When the accounts service's address is no address.
    pub fn url(&self) -> Result<String> {
        let mut url = Url::parse(&self.wire.authorize_url()).map_err(|error| {
            Error::usage("SPOTIFY_AUTH_BASE_URL is no address").because(error).hint("leave it out to use Spotify's own")
        })?;
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &self.app.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &self.app.redirect_uri)
            .append_pair("scope", &SCOPES.join(" "))
            .append_pair("state", self.state.expose_secret());
        if let Some(verifier) = &self.verifier {
            let challenge = ring::digest::digest(&ring::digest::SHA256, verifier.expose_secret().as_bytes());
            query
                .append_pair("code_challenge_method", "S256")
                .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge.as_ref()));
        }
        drop(query);
        Ok(url.into())
    }

    /// Reads the address that the browser was sent to, or its query alone.
    #[must_use]
    pub fn read(&self, redirected: &str) -> Redirect {
        let query = redirected.split_once('?').map_or(redirected, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default().trim();
        let value = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        match (value("state"), value("code"), value("error")) {
            (None, _, _) => Redirect::Stray("it carries no `state`"),
            (Some(state), _, _) if state != self.state.expose_secret() => {
                Redirect::Stray("its `state` is not that of this login")
            }
            (_, _, Some(error)) => Redirect::Denied(error),
            (_, Some(code), None) => Redirect::Code(code.into()),
            (_, None, None) => Redirect::Stray("it carries no code"),
        }
    }

    /// Buys the token and keeps it. The answer says whose account it is, as far as Spotify tells.
    ///
    /// # Errors
    /// When Spotify gives no token, or the account is not the one whose plays this listener's are.
    pub async fn finish(
        &self,
        code: &SecretString,
        user_id: &str,
        keeping: &Keeping,
    ) -> Result<(Authorization, Option<Forbidden>)> {
        let granted = self.exchange(code, keeping).await?;
        let authorization = granted.first(&self.app, user_id, &SCOPES, keeping.clock.now()).ok_or_else(|| {
            Error::failure("Spotify gave no refresh token")
                .hint("log in again; without one the authorization would end in an hour")
        })?;
        if let Some(missing) = SCOPES.iter().find(|scope| !authorization.scopes.iter().any(|granted| granted == *scope)) {
            return Err(Error::authorization(format!("Spotify granted the login, but not {missing}"))
                .hint("log in again and leave all permissions ticked"));
        }
        let (account, forbidden) = self.account(&authorization, keeping).await;
        let known = keeping.state.read().accounts.get(user_id).cloned();
        if known.is_some() && account.is_none() && forbidden.is_none() {
            return Err(Error::failure("Spotify does not tell whose account this is").hint("log in again in a moment"));
        }
        if let (Some(known), Some(account)) = (&known, &account)
            && known != account
        {
            return Err(Error::failure(format!("the plays of `{user_id}` in this lake come from another Spotify account"))
                .hint("log in to that account, or name another listener (--user) or another lake (--lake)"));
        }
        let _nobody_refreshes = keeping.token.lock().await?;
        keeping.token.save(&authorization)?;
        keeping.state.update(|state| {
            state.login_needed = None;
            state.audio_features_denied_at = None;
            state.accounts.extend(account.map(|account| (user_id.to_owned(), account)));
        })?;
        Ok((authorization, forbidden))
    }

    async fn exchange(&self, code: &SecretString, keeping: &Keeping) -> Result<Granted> {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose_secret()),
            ("redirect_uri", self.app.redirect_uri.as_str()),
        ];
        if let Some(verifier) = &self.verifier {
            form.extend([("client_id", self.app.client_id.as_str()), ("code_verifier", verifier.expose_secret())]);
        }
        let secret = self.app.client_secret.as_ref().map(|secret| (self.app.client_id.as_str(), secret));
        let granted = patiently("buying the token", &keeping.patience, keeping.clock, async || {
            match self.wire.token(&form, secret, keeping.patience.timeout, keeping.clock.now()).await {
                Reply::Answer(body) => Granted::read(&body).map_err(|fault| Miss::Fault(Fault::unreadable(fault))),
                Reply::Refusal { status, body, .. } if !is_passing(status) => {
                    let (word, says) = account_error(&body);
                    Err(Miss::Final(Error::authorization(format!("Spotify gives no token: {says} ({word}, {status})")).hint(
                        "is the client id right, and the redirect address registered exactly as it is set? begin the login anew",
                    )))
                }
                passing => Err(Miss::Fault(Fault::of(passing))),
            }
        })
        .await;
        granted.map_err(|end| match end {
            End::Final(error) => error,
            End::TooLong(_, fault) | End::GaveUp(_, fault) => {
                Error::failure(format!("Spotify's accounts service gives no answer: {}", fault.says))
                    .hint("try again later with `moodlake auth login`")
            }
        })
    }

    /// A fingerprint of the account, where Spotify tells which it is, and its refusal where it refuses.
    async fn account(&self, authorization: &Authorization, keeping: &Keeping) -> (Option<String>, Option<Forbidden>) {
        let account = patiently("asking whose account it is", &keeping.patience, keeping.clock, async || {
            let (token, now) = (&authorization.access_token, keeping.clock.now());
            match self.wire.get("me", &[], token, keeping.patience.timeout, now).await {
                Reply::Answer(body) => account_id(&body).ok_or_else(|| Miss::Fault(Fault::of(Reply::Answer(body)))),
                Reply::Refusal { status: 403, body, .. } => Err(Miss::Final(Forbidden::read(&body))),
                other => Err(Miss::Fault(Fault::of(other))),
            }
        })
        .await;
        match account {
            Ok(id) => (Some(fingerprint::of(format!("spotify account {id}"))), None),
            Err(End::Final(forbidden)) => (None, Some(forbidden)),
            Err(End::TooLong(..) | End::GaveUp(..)) => (None, None),
        }
    }
}

fn account_id(body: &str) -> Option<String> {
    let profile: serde_json::Value = serde_json::from_str(body).ok()?;
    ["account_id", "id"].iter().find_map(|key| profile[key].as_str()).map(str::to_owned)
}

const REGISTER: &str = "register http://127.0.0.1:8888/callback for the app and leave SPOTIFY_REDIRECT_URI out";

/// The address to listen at and its path; no address where the browser is sent to another machine and the person has to paste.
///
/// # Errors
/// When Spotify would reject the redirect address.
pub fn redirect(app: &App) -> Result<(Option<SocketAddr>, String)> {
    let given = &app.redirect_uri;
    let url = Url::parse(given)
        .map_err(|error| Error::usage(format!("SPOTIFY_REDIRECT_URI={given} is no address")).because(error).hint(REGISTER))?;
    let wrong = |why: &str| Error::usage(format!("SPOTIFY_REDIRECT_URI={given}: {why}")).hint(REGISTER);
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host.parse::<IpAddr>().ok().filter(IpAddr::is_loopback);
    match (url.scheme(), loopback) {
        ("http", Some(address)) => {
            Ok((Some(SocketAddr::new(address, url.port_or_known_default().unwrap_or(80))), url.path().to_owned()))
        }
        ("https", _) => Ok((None, url.path().to_owned())),
        ("http", None) if host == "localhost" => Err(wrong("Spotify rejects the name localhost")),
        _ => Err(wrong("Spotify takes https, or http to a loopback address")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Login, Redirect, redirect};
    use crate::spotify::app::{API_BASE_URL, AUTH_BASE_URL, App, REDIRECT_URI};
    use secrecy::ExposeSecret;

    fn app(redirect_uri: &str, secret: Option<&str>) -> App {
        App {
            client_id: "the-app".to_owned(),
            client_secret: secret.map(|secret| secret.to_owned().into()),
            redirect_uri: redirect_uri.to_owned(),
            api_base_url: API_BASE_URL.to_owned(),
            auth_base_url: AUTH_BASE_URL.to_owned(),
        }
    }

    #[test]
    fn the_consent_address_carries_a_challenge_and_never_the_verifier_or_the_secret() {
        let login = Login::begin(&app(REDIRECT_URI, None)).unwrap();
        let url = login.url().unwrap();
        assert!(url.starts_with("https://accounts.spotify.com/authorize?client_id=the-app&response_type=code"));
        assert!(
            url.contains("code_challenge_method=S256") && url.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A8888%2Fcallback")
        );
        assert!(!url.contains(login.verifier.as_ref().unwrap().expose_secret()));
        let with_secret = Login::begin(&app(REDIRECT_URI, Some("hush"))).unwrap().url().unwrap();
        assert!(!with_secret.contains("challenge") && !with_secret.contains("hush"));
    }

    #[test]
    fn only_an_answer_to_this_very_login_counts() {
        let login = Login::begin(&app(REDIRECT_URI, None)).unwrap();
        let state = login.state.expose_secret();
        assert!(
            matches!(login.read(&format!("{REDIRECT_URI}?code=abc&state={state}")), Redirect::Code(code) if code.expose_secret() == "abc")
        );
        assert!(matches!(login.read(&format!("code=abc&state={state}#_=_\n")), Redirect::Code(_)));
        assert!(
            matches!(login.read(&format!("?error=access_denied&state={state}")), Redirect::Denied(error) if error == "access_denied")
        );
        assert!(matches!(login.read(&format!("{REDIRECT_URI}?code=abc&state=other")), Redirect::Stray(_)));
        assert!(matches!(login.read(&format!("{REDIRECT_URI}?code=abc")), Redirect::Stray(_)));
        assert!(matches!(login.read(&format!("{REDIRECT_URI}?state={state}")), Redirect::Stray(_)));
        assert!(matches!(login.read("hello"), Redirect::Stray(_)));
    }

    #[test]
    fn redirect_addresses_are_checked_as_spotify_checks_them() {
        let (address, path) = redirect(&app(REDIRECT_URI, None)).unwrap();
        assert_eq!((address.unwrap().to_string().as_str(), path.as_str()), ("127.0.0.1:8888", "/callback"));
        assert_eq!(redirect(&app("http://[::1]:9000/x", None)).unwrap().0.unwrap().to_string(), "[::1]:9000");
        assert_eq!(redirect(&app("https://example.org/cb", None)).unwrap().0, None);
        for bad in ["http://localhost:8888/callback", "http://example.org/cb", "nonsense", "ftp://127.0.0.1/x"] {
            assert!(redirect(&app(bad, None)).is_err(), "{bad}");
        }
    }
}
