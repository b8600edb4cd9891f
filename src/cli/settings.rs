//! Flags, then the environment, then `.env`, then defaults: the only reader of the environment.
//!
//! Owns the precedence and the meaning of every setting. What it hands on is checked: a time zone that exists, a truth value
//! that is one.

mod mail;
mod writers;

pub use mail::Mail;
pub use writers::Writers;

use super::args::Global;
use crate::aws::Account;
use crate::error::{Error, Result};
use crate::fingerprint;
use crate::lake::Lake;
use crate::lake::remote::{self, Access};
use crate::pipeline::FeatureProvider;
use crate::reccobeats;
use crate::spotify::app;
use chrono_tz::Tz;
use secrecy::SecretString;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The lake's address as it was given, or none.
    pub lake: Option<String>,
    /// The listener's zone.
    pub zone: Tz,
    /// Whether synthetic features may be made and used.
    pub allow_synthetic: bool,
    /// Spotify and the services beside it.
    pub services: Services,
    /// Lakes in a bucket.
    pub remote: Remote,
    /// Amazon's other services: streams and tables.
    pub aws: Account,
    /// `PGPASSWORD`: of PostgreSQL, where an address holds none.
    pub postgres_password: Option<SecretString>,
    /// The server that takes mail, and whom recaps are for.
    pub mail: Mail,
    /// Language models that may write a recap's paragraphs.
    pub writers: Writers,
}

/// What the environment says of lakes in a bucket.
#[derive(Clone, Debug)]
pub struct Remote {
    /// The store's own settings.
    pub access: Access,
    /// Where this machine keeps what is not a table: `MOODLAKE_STATE_DIR` as it is, or a folder for the states of all lakes.
    pub state: State,
}

/// A folder for what is not a table of a lake in a bucket.
#[derive(Clone, Debug)]
pub enum State {
    /// Of this lake.
    Of(PathBuf),
    /// Of all lakes, each in a folder of its own.
    Below(PathBuf),
}

/// What the environment says of services on the network.
#[derive(Clone, Debug)]
pub struct Services {
    /// `SPOTIFY_CLIENT_ID`.
    pub client_id: Option<String>,
    /// `SPOTIFY_CLIENT_SECRET`.
    pub client_secret: Option<SecretString>,
    /// `SPOTIFY_REDIRECT_URI`.
    pub redirect_uri: String,
    /// `SPOTIFY_API_BASE_URL`, with a slash at its end.
    pub api_base_url: String,
    /// `SPOTIFY_AUTH_BASE_URL`, with a slash at its end.
    pub auth_base_url: String,
    /// `RECCOBEATS_API_BASE_URL`, with a slash at its end.
    pub reccobeats_base_url: String,
    /// `AUDIO_FEATURES_PROVIDER`.
    pub features: FeatureProvider,
    /// `MOODLAKE_TOKEN_PATH`.
    pub token_path: Option<PathBuf>,
}

/// Where the lake is when nobody says.
const DEFAULT_LAKE: &str = "./data";

impl Settings {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// When a value means nothing.
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    pub fn read(global: &Global) -> Result<Self> {
        let file = match dotenvy::dotenv_iter() {
            Ok(entries) => entries.collect::<Result<HashMap<_, _>, _>>().map_err(|error| {
                let told = Error::usage(".env: a line cannot be read").hint("each line is NAME=value; quote values with spaces");
                // The parser quotes the line, and the line may hold a secret.
                if matches!(error, dotenvy::Error::LineParse(..)) { told } else { told.because(error) }
            })?,
            Err(_) => HashMap::new(),
        };
        let settings = Self::resolve(global, |name| {
            std::env::var(name).ok().or_else(|| file.get(name).cloned()).filter(|value| !value.is_empty())
        })?;
        remote::register(settings.remote.access.clone());
        Ok(settings)
    }

    fn resolve(global: &Global, lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let lake = global.lake.clone().or_else(|| lookup("MOODLAKE_LAKE"));
        let zone = match global.timezone.clone().or_else(|| lookup("MOODLAKE_TIMEZONE")) {
            Some(name) => zone(&name)?,
            None => system_zone(),
        };
        let allow_synthetic = lookup("ALLOW_SYNTHETIC").map_or(Ok(true), |text| truth("ALLOW_SYNTHETIC", &text))?;
        let (services, remote) = (Services::resolve(&lookup)?, Remote::resolve(&lookup));
        let (postgres_password, mail, writers) =
            (lookup("PGPASSWORD").map(Into::into), Mail::read(&lookup), Writers::read(&lookup));
        Ok(Self { lake, zone, allow_synthetic, services, remote, aws: Account::read(&lookup), postgres_password, mail, writers })
    }

    /// The lake, at the place of `default` when none was named.
    ///
    /// # Errors
    /// When the address is a URL of a store that this build cannot reach.
    pub fn lake_or(&self, default: &str) -> Result<Lake> {
        Lake::with_home(self.lake.as_deref().unwrap_or(default), |address| self.remote.home(address))
    }

    /// The lake.
    ///
    /// # Errors
    /// When the address is a URL of a store that this build cannot reach.
    pub fn lake(&self) -> Result<Lake> {
        self.lake_or(DEFAULT_LAKE)
    }
}

impl Remote {
    fn resolve(lookup: &impl Fn(&str) -> Option<String>) -> Self {
        let state = match (lookup("MOODLAKE_STATE_DIR"), lookup("XDG_STATE_HOME"), lookup("HOME")) {
            (Some(folder), _, _) => State::Of(folder.into()),
            (_, Some(states), _) => State::Below(Path::new(&states).join("moodlake")),
            (_, _, home) => State::Below(PathBuf::from(home.unwrap_or_default()).join(".local/state/moodlake")),
        };
        Self { access: Access::read(lookup), state }
    }

    /// The folder of the lake at this address.
    fn home(&self, address: &str) -> PathBuf {
        match &self.state {
            State::Of(folder) => folder.clone(),
            State::Below(states) => {
                // `s3://a/b-c` and `s3://a-b/c` are two lakes.
                let readable = address.trim_start_matches("s3://").replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-");
                let unique: String = fingerprint::of(address).chars().take(8).collect();
                states.join(format!("{readable}-{unique}"))
            }
        }
    }
}

impl Services {
    fn resolve(lookup: &impl Fn(&str) -> Option<String>) -> Result<Self> {
        // The short names are those of other tools' `.env` files.
        let either = |long: &str, short: &str| lookup(long).or_else(|| lookup(short));
        let features = match lookup("AUDIO_FEATURES_PROVIDER").map(|name| name.to_ascii_lowercase()).as_deref() {
            None | Some("auto") => FeatureProvider::Auto,
            Some("reccobeats") => FeatureProvider::ReccoBeats,
            Some("none") => FeatureProvider::None,
            Some(other) => {
                return Err(Error::usage(format!("AUDIO_FEATURES_PROVIDER={other} is no provider"))
                    .hint("set auto (Spotify, until it says 403), reccobeats (learns your track ids) or none"));
            }
        };
        Ok(Self {
            client_id: either("SPOTIFY_CLIENT_ID", "CLIENT_ID"),
            client_secret: either("SPOTIFY_CLIENT_SECRET", "CLIENT_SECRET").map(Into::into),
            redirect_uri: either("SPOTIFY_REDIRECT_URI", "REDIRECT_URI").unwrap_or_else(|| app::REDIRECT_URI.to_owned()),
            api_base_url: base_url(lookup, "SPOTIFY_API_BASE_URL", app::API_BASE_URL)?,
            auth_base_url: base_url(lookup, "SPOTIFY_AUTH_BASE_URL", app::AUTH_BASE_URL)?,
            reccobeats_base_url: base_url(lookup, "RECCOBEATS_API_BASE_URL", reccobeats::BASE_URL)?,
            features,
            token_path: lookup("MOODLAKE_TOKEN_PATH").map(PathBuf::from),
        })
    }
}

fn base_url(lookup: &impl Fn(&str) -> Option<String>, name: &str, default: &str) -> Result<String> {
    let mut url = lookup(name).unwrap_or_else(|| default.to_owned());
    if !url.ends_with('/') {
        url.push('/');
    }
    match url::Url::parse(&url) {
        Ok(parsed) if ["http", "https"].contains(&parsed.scheme()) && parsed.has_host() => Ok(url),
        _ => Err(Error::usage(format!("{name}={url} is no web address")).hint("leave it out to use the service's own")),
    }
}

fn zone(name: &str) -> Result<Tz> {
    name.parse().map_err(|_| {
        Error::usage(format!("unknown time zone `{name}`"))
            .hint("give an IANA name such as Europe/Madrid, America/New_York or UTC, with --timezone or MOODLAKE_TIMEZONE")
    })
}

fn system_zone() -> Tz {
    iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or_else(|| {
        tracing::warn!("the system's time zone is not known: local hours are UTC; say --timezone to change it");
        Tz::UTC
    })
}

fn truth(name: &str, text: &str) -> Result<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => {
            Err(Error::usage(format!("{name}={text} is neither true nor false")).hint(format!("set {name}=true or {name}=false")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Global, Settings};

    fn environment(name: &str) -> Option<String> {
        match name {
            "MOODLAKE_TIMEZONE" => Some("Asia/Tokyo".to_owned()),
            "ALLOW_SYNTHETIC" => Some("FALSE".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn a_flag_wins_over_the_environment() {
        let global = Global { timezone: Some("Europe/Madrid".to_owned()), ..Global::default() };
        let settings = Settings::resolve(&global, environment).map(|settings| (settings.zone.name(), settings.allow_synthetic));
        assert_eq!(settings.ok(), Some(("Europe/Madrid", false)));
        let settings = Settings::resolve(&Global::default(), environment).map(|settings| settings.zone.name());
        assert_eq!(settings.ok(), Some("Asia/Tokyo"));
    }

    #[test]
    fn a_value_that_means_nothing_is_a_usage_error() {
        let bad_zone = Global { timezone: Some("Mars/Olympus".to_owned()), ..Global::default() };
        assert!(Settings::resolve(&bad_zone, |_| None).is_err());
        for (name, value) in [
            ("ALLOW_SYNTHETIC", "maybe"),
            ("AUDIO_FEATURES_PROVIDER", "essentia"),
            ("SPOTIFY_API_BASE_URL", "not an address"),
            ("RECCOBEATS_API_BASE_URL", "file:///etc"),
        ] {
            assert!(Settings::resolve(&Global::default(), |asked| (asked == name).then(|| value.to_owned())).is_err(), "{name}");
        }
    }

    #[test]
    fn the_long_names_of_the_app_win_over_the_short_ones_and_a_secret_is_never_shown() {
        let lookup = |name: &str| match name {
            "CLIENT_ID" => Some("short".to_owned()),
            "SPOTIFY_CLIENT_ID" => Some("long".to_owned()),
            "CLIENT_SECRET" => Some("hush-hush".to_owned()),
            "SPOTIFY_API_BASE_URL" => Some("http://127.0.0.1:9/v1".to_owned()),
            _ => None,
        };
        let settings = Settings::resolve(&Global::default(), lookup).unwrap();
        assert_eq!(settings.services.client_id.as_deref(), Some("long"));
        assert_eq!(settings.services.api_base_url, "http://127.0.0.1:9/v1/");
        assert!(settings.services.client_secret.is_some() && !format!("{settings:?}").contains("hush"));
    }
}
