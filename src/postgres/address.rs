//! `postgres://user@host:5432/database`, as PostgreSQL's own programs read it.
//!
//! Owns how an address is shown: never with its password. Behind a `?` stand the options of PostgreSQL's addresses; `sslmode` is one:
//! `disable`, `prefer` (encrypted where the server can, which is what counts where nothing is said) or `require`. What stays on this
//! machine is encrypted only for `require`.

use crate::error::{Error, Result};
use std::fmt;
use std::net::IpAddr;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// A database and who asks for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Box<Config>);

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];
const HINT: &str = "write it as postgres://user@host:5432/database, with the password in PGPASSWORD";
const PORT: u16 = 5432;

impl Address {
    /// Whether a text is meant as such an address.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        SCHEMES.iter().any(|scheme| text.starts_with(scheme))
    }

    /// Reads an address.
    ///
    /// # Errors
    /// When it is none; the text is not told again, as there may be a password in it.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = |what: &str| Error::usage(format!("an address of PostgreSQL {what}")).hint(HINT);
        if !Self::is_one(text) {
            return Err(wrong("begins with postgres:// or postgresql://"));
        }
        let config: Config = text.parse().map_err(|error: tokio_postgres::Error| {
            let why = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
            // The names of known options are all that is told: what is taken for another one may be a piece of a password.
            match why.strip_prefix("invalid value for option ") {
                Some(option) => wrong(&format!("cannot be read: {option} means nothing there")),
                None if why.starts_with("unknown option") => wrong("has an option that is not known"),
                None => wrong("cannot be read"),
            }
        })?;
        let named = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
        let has_host = !config.get_hostaddrs().is_empty()
            || (!config.get_hosts().is_empty() && config.get_hosts().iter().all(|host| *host != Host::Tcp(String::new())));
        for (is_there, what) in [
            (has_host, "names no host"),
            (named(config.get_user()), "names no user"),
            (named(config.get_dbname()), "names no database"),
        ] {
            if !is_there {
                return Err(wrong(what));
            }
        }
        Ok(Self(Box::new(config)))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0
    }

    /// Whether nothing leaves this machine on the way.
    pub(super) fn is_here(&self) -> bool {
        let is_here = |host: &Host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
            Host::Unix(_) => true,
        };
        // Where to go is the number, where one is given; the name is then whose certificate is asked for.
        match self.0.get_hostaddrs() {
            [] => self.0.get_hosts().iter().all(is_here),
            numbers => numbers.iter().all(IpAddr::is_loopback),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(config) = self;
        let ports = config.get_ports();
        let names = config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]"),
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) => folder.display().to_string(),
        });
        let numbers = config.get_hostaddrs().iter().map(ToString::to_string);
        let hosts: Vec<_> = if config.get_hosts().is_empty() { numbers.collect() } else { names.collect() };
        let port = |place: usize| ports.get(place).or(ports.first()).copied().unwrap_or(PORT);
        let hosts: Vec<_> = hosts.iter().enumerate().map(|(place, host)| format!("{host}:{}", port(place))).collect();
        let (user, database) = (config.get_user().unwrap_or_default(), config.get_dbname().unwrap_or_default());
        write!(f, "postgres://{user}@{}/{database}", hosts.join(","))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    fn shown(text: &str) -> String {
        Address::read(text).map_or_else(|error| error.to_string(), |address| format!("{address:?}"))
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(shown("postgres://ana:hush@db.example:5433/plays?sslmode=require"), "postgres://ana@db.example:5433/plays");
        assert_eq!(shown("postgresql://ana@db/plays"), "postgres://ana@db:5432/plays");
        assert_eq!(shown("postgres://ana@a,b:7/plays?password=hush"), "postgres://ana@a:5432,b:7/plays");
        assert_eq!(shown("postgres://ana@%2Frun%2Fpostgresql/plays"), "postgres://ana@/run/postgresql:5432/plays");
        assert_eq!(shown("postgres://ana@[::1]:1/plays"), "postgres://ana@[::1]:1/plays");
        for folder in ["postgres:///plays?host=/run/postgresql&user=ana", "postgres:///plays?user=ana&hostaddr=10.0.0.1"] {
            assert!(shown(folder).starts_with("postgres://ana@"), "{}", shown(folder));
        }
    }

    #[test]
    fn what_is_no_address_says_what_it_lacks_and_never_what_it_is() {
        for (text, says) in [
            ("host=hush user=hush", "begins with"),
            ("postgres://hush@/plays", "no host"),
            ("postgres://db.hush/plays", "no user"),
            ("postgres://ana:hush@db", "no database"),
            ("postgres://ana:hush@db/", "no database"),
            ("postgres://ana:hush@db:port/plays", "cannot be read"),
            ("postgres://ana:hush@db/plays?sslmode=verify-full", "`sslmode` means nothing"),
            ("postgres://ana:hush@db/plays?hush=red", "option that is not known"),
            ("postgres://ana:hu%zzsh@db/plays", "cannot be read"),
            ("postgres://ana:hush@[::1/plays", "cannot be read"),
        ] {
            let error = Address::read(text).unwrap_err();
            let told = format!("{error} {error:?} {}", error.in_one_line());
            assert!(told.contains(says) && !told.contains("hush") && error.advice().is_some(), "{text}: {told}");
        }
    }

    #[test]
    fn what_stays_on_this_machine_is_known() {
        for (text, is_here) in [
            ("postgres://ana@localhost/plays", true),
            ("postgres://ana@127.0.0.9/plays", true),
            ("postgres://ana@[::1]/plays", true),
            ("postgres://ana@%2Ftmp/plays", true),
            ("postgres://ana@localhost,db/plays", false),
            ("postgres://ana@localhost/plays?hostaddr=10.0.0.1", false),
            ("postgres://ana@localhost.example/plays", false),
        ] {
            assert_eq!(Address::read(text).unwrap().is_here(), is_here, "{text}");
        }
    }
}
