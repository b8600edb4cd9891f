//! What the environment says of mail.
//!
//! Owns the meaning of `SMTP_…` and of the recap's addresses. They are read when mail is to be sent, so that a wrong one stops nothing
//! else; then a wrong one is told before anything is sent, and no value is told again: each may hold a password by mistake.

use crate::error::{Error, Result};
use crate::mail::{Address, Login, Security, Server, TIMEOUT, unsubscribe_at};
use secrecy::SecretString;
use std::fmt;

/// The settings of mail as they are given.
#[derive(Clone, Default)]
pub struct Mail {
    host: Option<String>,
    port: Option<String>,
    security: Option<String>,
    user: Option<String>,
    password: Option<SecretString>,
    from: Option<String>,
    to: Option<String>,
    unsubscribe: Option<String>,
}

/// Where encryption comes first, and where it comes later.
const PORTS: (u16, u16, u16) = (465, 587, 25);
const DOCUMENTED: &str = "docs/recap.md tells the settings of mail";

impl Mail {
    pub(super) fn read(lookup: &impl Fn(&str) -> Option<String>) -> Self {
        Self {
            host: lookup("SMTP_HOST"),
            port: lookup("SMTP_PORT"),
            security: lookup("SMTP_TLS"),
            user: lookup("SMTP_USER"),
            password: lookup("SMTP_PASSWORD").map(Into::into),
            from: lookup("SMTP_FROM"),
            to: lookup("MOODLAKE_RECAP_TO"),
            unsubscribe: lookup("MOODLAKE_RECAP_UNSUBSCRIBE"),
        }
    }

    /// The server that takes mail.
    ///
    /// # Errors
    /// When none is set, or a setting means nothing.
    pub fn server(&self) -> Result<Server> {
        let host = self.host.as_deref().ok_or_else(|| {
            Error::usage("SMTP_HOST is not set: no server takes mail").hint(
                "set SMTP_HOST, SMTP_USER and SMTP_PASSWORD to those of your mail account, in the environment or in .env (docs/recap.md)",
            )
        })?;
        let host = match url::Host::parse(host) {
            Ok(url::Host::Domain(name)) => name.trim_end_matches('.').to_owned(),
            Ok(url::Host::Ipv4(number)) => number.to_string(),
            Ok(url::Host::Ipv6(number)) => number.to_string(),
            Err(_) => {
                return Err(
                    Error::usage("SMTP_HOST is no name of a host").hint("a name such as smtp.example.com; its port is SMTP_PORT")
                );
            }
        };
        let port = match self.port.as_deref() {
            Some(text) => Some(text.parse::<u16>().ok().filter(|&port| port > 0).ok_or_else(|| {
                Error::usage("SMTP_PORT is no port")
                    .hint("587 and 465 are usual; leave it out for the one that SMTP_TLS stands for")
            })?),
            None => None,
        };
        let security = match (self.security.as_deref(), port) {
            (Some("tls"), _) | (None, Some(465)) => Security::Tls,
            (Some("starttls") | None, _) => Security::StartTls,
            (Some("none"), _) => Security::None,
            (Some(_), _) => return Err(Error::usage("SMTP_TLS is none of tls, starttls and none").hint(DOCUMENTED)),
        };
        let usual = match security {
            Security::Tls => PORTS.0,
            Security::StartTls => PORTS.1,
            Security::None => PORTS.2,
        };
        let login = match (&self.user, &self.password) {
            (Some(user), Some(password)) => Some(Login { user: user.clone(), password: password.clone() }),
            (None, None) => None,
            (Some(_), None) => return Err(Error::usage("SMTP_USER is set, and SMTP_PASSWORD is not").hint(DOCUMENTED)),
            (None, Some(_)) => return Err(Error::usage("SMTP_PASSWORD is set, and SMTP_USER is not").hint(DOCUMENTED)),
        };
        let server = Server { host, port: port.unwrap_or(usual), security, login, timeout: TIMEOUT };
        server.check()?;
        Ok(server)
    }

    /// Whom mail is from: `SMTP_FROM`, else the user.
    ///
    /// # Errors
    /// When neither is an address.
    pub fn from(&self) -> Result<Address> {
        match (&self.from, self.user.as_deref().and_then(Address::of)) {
            (Some(from), _) => Address::read("SMTP_FROM", from),
            (None, Some(user)) => Ok(user),
            (None, None) => Err(Error::usage("SMTP_FROM is not set, and SMTP_USER is no address: whom is the mail from?")
                .hint("set SMTP_FROM to the address of your mail account, such as 'Moodlake <ana@example.com>'")),
        }
    }

    /// Whom a recap is for: the flag's value, else `MOODLAKE_RECAP_TO`. An empty value is none.
    ///
    /// # Errors
    /// When neither is given, or it is no address.
    pub fn to(&self, flag: &str, value: Option<&str>) -> Result<Address> {
        match (value.filter(|value| !value.is_empty()), &self.to) {
            (Some(value), _) => Address::read(flag, value),
            (None, Some(to)) => Address::read("MOODLAKE_RECAP_TO", to),
            (None, None) => Err(Error::usage(format!("whom the recap is for is not known: {flag} names nobody"))
                .hint(format!("write an address behind {flag}, or set MOODLAKE_RECAP_TO"))),
        }
    }

    /// Where to say that no more is wanted, where that is set.
    ///
    /// # Errors
    /// When it is no address.
    pub fn unsubscribe(&self) -> Result<Option<String>> {
        self.unsubscribe.as_deref().map(unsubscribe_at).transpose()
    }
}

/// Whether something is set is all that is shown.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail(server: {}, password: {})", self.host.is_some(), self.password.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::Mail;
    use crate::error::Kind;
    use crate::mail::Security;

    fn mail(values: &[(&str, &str)]) -> Mail {
        Mail::read(&|name: &str| values.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_port_tells_how_to_encrypt_and_the_other_way_round() {
        for (port, tls, told) in [
            ("", "", (587, Security::StartTls)),
            ("465", "", (465, Security::Tls)),
            ("2525", "", (2525, Security::StartTls)),
            ("", "tls", (465, Security::Tls)),
            ("465", "starttls", (465, Security::StartTls)),
            ("", "none", (25, Security::None)),
        ] {
            let values: Vec<_> = [("SMTP_HOST", "Mail.Example."), ("SMTP_PORT", port), ("SMTP_TLS", tls)]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect();
            let server = mail(&values).server().unwrap();
            assert_eq!((server.port, server.security), told, "{port} {tls}");
            assert_eq!((server.host.as_str(), server.login.is_none()), ("mail.example", true));
        }
    }

    #[test]
    fn a_wrong_setting_is_told_by_its_name_and_never_by_its_value() {
        let host = ("SMTP_HOST", "mail.example");
        for (values, name) in [
            (&[][..], "SMTP_HOST"),
            (&[("SMTP_HOST", "smtp://ana:hush@mail.example")], "SMTP_HOST"),
            (&[host, ("SMTP_PORT", "hush")], "SMTP_PORT"),
            (&[host, ("SMTP_PORT", "0")], "SMTP_PORT"),
            (&[host, ("SMTP_TLS", "hush")], "SMTP_TLS"),
            (&[host, ("SMTP_USER", "hush")], "SMTP_PASSWORD"),
            (&[host, ("SMTP_PASSWORD", "hush")], "SMTP_USER"),
            (&[host, ("SMTP_USER", "ana"), ("SMTP_PASSWORD", "hush"), ("SMTP_TLS", "none")], "unencrypted"),
        ] {
            let error = mail(values).server().unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.to_string().contains(name) && !format!("{error:?} {:?}", mail(values)).contains("hush"), "{error:?}");
        }
    }

    #[test]
    fn addresses_are_those_that_are_set() {
        let user = mail(&[("SMTP_USER", "ana@example.com")]);
        assert_eq!(user.from().unwrap().bare(), "ana@example.com");
        assert!(mail(&[("SMTP_USER", "ana")]).from().is_err() && mail(&[("SMTP_FROM", "ana")]).from().is_err());
        let set = mail(&[("SMTP_USER", "ana"), ("SMTP_FROM", "Ana <b@example.com>"), ("MOODLAKE_RECAP_TO", "c@example.com")]);
        assert_eq!(set.from().unwrap().bare(), "b@example.com");
        assert_eq!(set.to("--email", Some("")).unwrap().bare(), "c@example.com");
        assert_eq!(set.to("--email", Some("d@example.com")).unwrap().bare(), "d@example.com");
        assert!(user.to("--email", None).unwrap_err().to_string().contains("--email"));
        assert_eq!(user.unsubscribe().unwrap(), None);
        assert!(mail(&[("MOODLAKE_RECAP_UNSUBSCRIBE", "stop")]).unsubscribe().is_err());
    }
}
