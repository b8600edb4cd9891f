//! Mail: a letter with pictures, handed to a server once.
//!
//! Owns what a message looks like (`message`), which addresses are ones (`address`), how it is handed over (`handover`), what a refusal
//! means (`trouble`), what of a server's words is told (`veil`), and what was sent (`sent`). Knows nothing of what a letter says. No
//! address, no user and no password is logged or told again, whatever a server quotes.

mod address;
mod handover;
mod message;
mod sent;
mod trouble;
mod veil;

pub use address::Address;
pub use message::{message, unsubscribe_at};
pub use sent::{Delivery, deliver, key, sent_before};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::web::{Patience, Pause};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;
use trouble::Trouble;

/// A picture that the HTML shows.
#[derive(Clone, Debug)]
pub struct Picture {
    /// What the HTML calls it: `cid:ID`.
    pub id: &'static str,
    /// The picture as PNG.
    pub png: Vec<u8>,
}

/// A letter to one person.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Whom it is from.
    pub from: Address,
    /// Whom it is for.
    pub to: Address,
    /// One line.
    pub subject: String,
    /// What it says, for programs that show no HTML.
    pub text: String,
    /// What it says, with pictures as `cid:ID`.
    pub html: String,
    /// The pictures of the HTML.
    pub pictures: Vec<Picture>,
    /// What is sent again has the same key, and so the same Message-ID.
    pub key: String,
    /// When it is sent.
    pub sent_at: DateTime<Utc>,
    /// Where to say that no more is wanted, an address of the web or `mailto:`; else a mail to whom it is from.
    pub unsubscribe: Option<String>,
}

/// How the way to a server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte on.
    Tls,
    /// From `STARTTLS` on, and nothing is said before it.
    StartTls,
    /// Not at all: a server on this machine, or one that needs no password.
    None,
}

/// A server that takes mail.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name or number.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is encrypted.
    pub security: Security,
    /// Who sends, where the server asks.
    pub login: Option<Login>,
    /// How long one try to hand over may take.
    pub timeout: Duration,
}

/// Who sends.
#[derive(Clone, Debug)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// How long one try to hand over may take.
pub const TIMEOUT: Duration = Duration::from_mins(1);
/// Tries and the pauses between them: 1.5 to 3 seconds, then 3 to 6.
const PATIENCE: Patience = Patience {
    attempts_max: 3,
    backoff: Duration::from_secs(3),
    backoff_max: Duration::from_secs(30),
    wait_max: Duration::from_secs(90),
    timeout: TIMEOUT,
};

impl Server {
    /// Whether nothing leaves this machine on the way.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// Checks that no password would travel in the open.
    ///
    /// # Errors
    /// When it would.
    pub fn check(&self) -> Result<()> {
        if self.security == Security::None && self.login.is_some() && !self.is_here() {
            return Err(Error::usage(format!("the password of the mail server {self} would travel unencrypted"))
                .hint("set SMTP_TLS=starttls (port 587) or SMTP_TLS=tls (port 465); none is for a server on this machine"));
        }
        Ok(())
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Hands a letter to a server; what may pass is waited out.
///
/// # Errors
/// When it cannot be written, or the server does not take it.
pub async fn send(server: &Server, letter: &Letter, clock: Clock) -> Result<()> {
    let bytes = message(letter)?;
    hand_over(server, letter, &bytes, clock).await.map_err(|failed| failed.error)
}

/// Why a letter was not handed over.
struct Failed {
    error: Error,
    /// It may have been taken all the same.
    in_doubt: bool,
}

async fn hand_over(server: &Server, letter: &Letter, bytes: &[u8], clock: Clock) -> Result<(), Failed> {
    server.check().map_err(|error| Failed { error, in_doubt: false })?;
    let mut tries = 0;
    loop {
        tries += 1;
        let trouble: Trouble = match handover::once(server, letter, bytes).await {
            Ok(()) => return Ok(()),
            Err(trouble) => trouble,
        };
        match PATIENCE.pause(tries, None) {
            Pause::Wait(wait) if trouble.may_pass => {
                tracing::debug!("the mail server {server}: {}; trying again in {:.1} s", trouble.says, wait.as_secs_f64());
                clock.sleep(wait).await;
            }
            _ => return Err(Failed { in_doubt: trouble.in_doubt, error: trouble.told(server, tries) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Login, Security, Server, TIMEOUT};

    #[test]
    fn a_password_travels_in_the_open_on_this_machine_only() {
        let server = |host: &str, security, has_login: bool| Server {
            host: host.to_owned(),
            port: 25,
            security,
            login: has_login.then(|| Login { user: "ana".to_owned(), password: "hush".into() }),
            timeout: TIMEOUT,
        };
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1"] {
            assert!(server(host, Security::None, true).check().is_ok(), "{host}");
        }
        for host in ["mail.example", "10.0.0.1", "localhost.example", "::2"] {
            let error = server(host, Security::None, true).check().unwrap_err();
            assert_eq!(error.kind(), crate::error::Kind::Usage);
            assert!(!format!("{error:?}").contains("hush"));
            assert!(server(host, Security::None, false).check().is_ok() && server(host, Security::Tls, true).check().is_ok());
        }
        assert_eq!(server("::1", Security::None, false).to_string(), "[::1]:25");
        assert!(!format!("{:?}", server("::1", Security::None, true)).contains("hush"));
    }
}
