//! The app that a person registered with Spotify, and where Spotify is.

use secrecy::SecretString;

/// Where the Web API is unless a setting says otherwise.
pub const API_BASE_URL: &str = "https://api.spotify.com/v1/";
/// Where accounts are unless a setting says otherwise.
pub const AUTH_BASE_URL: &str = "https://accounts.spotify.com/";
/// Loopback by address: Spotify rejects the name `localhost`.
pub const REDIRECT_URI: &str = "http://127.0.0.1:8888/callback";
/// What moodlake asks for, and nothing more.
pub const SCOPES: [&str; 2] = ["user-read-recently-played", "user-read-currently-playing"];

/// A registered app.
#[derive(Clone, Debug)]
pub struct App {
    /// Its public id.
    pub client_id: String,
    /// Its secret; with one the code flow is used, without one PKCE.
    pub client_secret: Option<SecretString>,
    /// Where Spotify sends the browser after the login, exactly as registered.
    pub redirect_uri: String,
    /// Base of the Web API, with a slash at its end.
    pub api_base_url: String,
    /// Base of the accounts service, with a slash at its end.
    pub auth_base_url: String,
}
