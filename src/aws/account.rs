//! What the settings say of Amazon's services.
//!
//! Owns their names, which are those of AWS' own tools, and the rule that plain http stays on this machine unless somebody says
//! otherwise. Nothing is checked before a service is used: whoever has a lake in a folder may have any AWS_* in the environment.

use crate::error::{Error, Result};
use secrecy::SecretString;
use std::fmt;
use url::Url;

/// A service with an endpoint of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Streams.
    Kinesis,
    /// Tables of keys and values.
    DynamoDb,
}

impl Service {
    /// How people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kinesis => "Kinesis",
            Self::DynamoDb => "DynamoDB",
        }
    }

    const fn setting(self) -> &'static str {
        match self {
            Self::Kinesis => "AWS_ENDPOINT_URL_KINESIS",
            Self::DynamoDb => "AWS_ENDPOINT_URL_DYNAMODB",
        }
    }
}

/// Who asks, and where.
#[derive(Clone, Default)]
pub struct Account {
    region: Option<String>,
    profile: Option<String>,
    kinesis: Option<String>,
    dynamodb: Option<String>,
    endpoint: Option<String>,
    key: Option<SecretString>,
    secret: Option<SecretString>,
    session: Option<SecretString>,
    allows_http: bool,
}

/// A key as it was given.
#[derive(Clone, Debug)]
pub struct Keys {
    /// `AWS_ACCESS_KEY_ID`.
    pub key: SecretString,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret: SecretString,
    /// `AWS_SESSION_TOKEN`.
    pub session: Option<SecretString>,
}

/// Keys are secret, and an endpoint may have a password in it.
impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Account");
        shown.field("region", &self.region).field("profile", &self.profile).field("has_key", &self.key.is_some());
        shown.finish_non_exhaustive()
    }
}

impl Account {
    /// Asks for each setting by its name.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            region: lookup("AWS_REGION").or_else(|| lookup("AWS_DEFAULT_REGION")),
            profile: lookup("AWS_PROFILE"),
            kinesis: lookup(Service::Kinesis.setting()),
            dynamodb: lookup(Service::DynamoDb.setting()),
            endpoint: lookup("AWS_ENDPOINT_URL"),
            key: lookup("AWS_ACCESS_KEY_ID").map(Into::into),
            secret: lookup("AWS_SECRET_ACCESS_KEY").map(Into::into),
            session: lookup("AWS_SESSION_TOKEN").map(Into::into),
            allows_http: lookup("AWS_ALLOW_HTTP").is_some_and(|it| it == "true"),
        }
    }

    /// The region; none where a profile or the machine may know it.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The profile that was named.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// The keys; none where they are to be found elsewhere.
    ///
    /// # Errors
    /// When there is half a pair.
    pub fn keys(&self) -> Result<Option<Keys>> {
        match (&self.key, &self.secret) {
            (None, None) => Ok(None),
            (Some(key), Some(secret)) => {
                Ok(Some(Keys { key: key.clone(), secret: secret.clone(), session: self.session.clone() }))
            }
            (Some(_), None) => Err(half("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")),
            (None, Some(_)) => Err(half("AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not")),
        }
    }

    /// Where the service is; none for Amazon's own place.
    ///
    /// # Errors
    /// When the address is none, or would send everything in the clear over a network.
    pub fn endpoint(&self, service: Service) -> Result<Option<&str>> {
        let own = match service {
            Service::Kinesis => &self.kinesis,
            Service::DynamoDb => &self.dynamodb,
        };
        let (name, address) = match (own, &self.endpoint) {
            (Some(address), _) => (service.setting(), address),
            (None, Some(address)) => ("AWS_ENDPOINT_URL", address),
            (None, None) => return Ok(None),
        };
        self.checked(name, address)?;
        Ok(Some(address))
    }

    /// Whether an address that stands in a setting may be asked.
    ///
    /// # Errors
    /// When it is none, or would send everything in the clear over a network. It is not shown: there may be a password in it.
    pub fn checked(&self, name: &str, address: &str) -> Result<()> {
        match Url::parse(address) {
            Ok(url) if url.scheme() == "https" && url.has_host() => Ok(()),
            Ok(url) if url.scheme() == "http" && (is_here(&url) || self.allows_http) => Ok(()),
            Ok(url) if url.scheme() == "http" => {
                Err(Error::usage(format!("{name}: plain http would send what you listen to in the clear"))
                    .hint("use https, or set AWS_ALLOW_HTTP=true in a network that you trust"))
            }
            _ => Err(Error::usage(format!("{name} is no web address"))
                .hint("write it with its scheme, such as https://localhost:4566, or leave it out for Amazon's own")),
        }
    }
}

fn half(what: &str) -> Error {
    Error::usage(what).hint("set both, or neither and AWS_PROFILE")
}

/// Whether the address is this machine's own.
#[must_use]
pub fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Service};

    fn account(settings: &[(&str, &str)]) -> Account {
        Account::read(|asked| settings.iter().find(|(name, _)| *name == asked).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_service_has_its_own_endpoint_before_the_common_one() {
        let both = [("AWS_ENDPOINT_URL", "https://a.example"), ("AWS_ENDPOINT_URL_KINESIS", "http://127.0.0.1:4566")];
        let both = account(&both);
        assert_eq!(both.endpoint(Service::Kinesis).unwrap(), Some("http://127.0.0.1:4566"));
        assert_eq!(both.endpoint(Service::DynamoDb).unwrap(), Some("https://a.example"));
        assert_eq!(account(&[]).endpoint(Service::Kinesis).unwrap(), None);
    }

    #[test]
    fn plain_http_stays_here_unless_it_is_allowed() {
        let away = ("AWS_ENDPOINT_URL", "http://me:hunter2@moto.example:5000");
        let error = account(&[away]).endpoint(Service::Kinesis).unwrap_err();
        assert!(!format!("{error} {error:?} {:?}", account(&[away])).contains("hunter2"), "{error:?}");
        assert!(account(&[away, ("AWS_ALLOW_HTTP", "true")]).endpoint(Service::Kinesis).is_ok());
        for here in ["http://localhost:1", "http://[::1]:1", "http://moto.localhost"] {
            assert!(account(&[("AWS_ENDPOINT_URL", here)]).endpoint(Service::Kinesis).is_ok(), "{here}");
        }
        for wrong in ["localhost:4566", "ftp://localhost", "moto"] {
            assert!(account(&[("AWS_ENDPOINT_URL", wrong)]).endpoint(Service::Kinesis).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_come_in_pairs_and_are_never_shown() {
        assert!(account(&[]).keys().unwrap().is_none());
        assert!(account(&[("AWS_ACCESS_KEY_ID", "AKIA")]).keys().is_err());
        assert!(account(&[("AWS_SECRET_ACCESS_KEY", "hush")]).keys().is_err());
        let settings = [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_SESSION_TOKEN", "token")];
        let given = account(&settings);
        let keys = given.keys().unwrap();
        assert!(keys.is_some());
        let shown = format!("{given:?} {keys:?}");
        assert!(!["AKIA", "hush", "token"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }

    #[test]
    fn the_region_has_two_names() {
        let both = account(&[("AWS_DEFAULT_REGION", "eu-west-1"), ("AWS_REGION", "eu-west-3")]);
        assert_eq!(both.region(), Some("eu-west-3"));
        assert_eq!(account(&[("AWS_DEFAULT_REGION", "eu-west-1")]).region(), Some("eu-west-1"));
    }
}
