//! Flags, then the environment, then `.env`, then defaults: the only reader of the environment.
//!
//! Owns the precedence and the meaning of every setting. What it hands on is checked: a time zone that exists, a truth value
//! that is one.

use super::args::Global;
use crate::error::{Error, Result};
use crate::lake::Lake;
use chrono_tz::Tz;
use std::collections::HashMap;

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The lake's address as it was given, or none.
    pub lake: Option<String>,
    /// The listener's zone.
    pub zone: Tz,
    /// Whether synthetic features may be made and used.
    pub allow_synthetic: bool,
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
                Error::usage(".env: a line cannot be read")
                    .because(error)
                    .hint("each line is NAME=value; quote values with spaces")
            })?,
            Err(_) => HashMap::new(),
        };
        Self::resolve(global, |name| {
            std::env::var(name).ok().or_else(|| file.get(name).cloned()).filter(|value| !value.is_empty())
        })
    }

    fn resolve(global: &Global, lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let lake = global.lake.clone().or_else(|| lookup("MOODLAKE_LAKE"));
        let zone = match global.timezone.clone().or_else(|| lookup("MOODLAKE_TIMEZONE")) {
            Some(name) => zone(&name)?,
            None => system_zone(),
        };
        let allow_synthetic = lookup("ALLOW_SYNTHETIC").map_or(Ok(true), |text| truth("ALLOW_SYNTHETIC", &text))?;
        Ok(Self { lake, zone, allow_synthetic })
    }

    /// The lake, at the place of `default` when none was named.
    ///
    /// # Errors
    /// When the address is a URL of a store that this build cannot reach.
    pub fn lake_or(&self, default: &str) -> Result<Lake> {
        Lake::at(self.lake.as_deref().unwrap_or(default))
    }

    /// The lake.
    ///
    /// # Errors
    /// When the address is a URL of a store that this build cannot reach.
    pub fn lake(&self) -> Result<Lake> {
        self.lake_or(DEFAULT_LAKE)
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
        assert!(Settings::resolve(&Global::default(), |name| (name == "ALLOW_SYNTHETIC").then(|| "maybe".to_owned())).is_err());
    }
}
