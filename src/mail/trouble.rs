//! What it means that a letter was not taken.
//!
//! Owns which refusals may pass, which leave it in doubt whether the letter was taken, and what to do about each.

use super::veil::Veil;
use super::{Security, Server};
use crate::error::Error;
use std::error::Error as StdError;

/// How far a try came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The connection, its encryption, the greetings.
    Reach,
    /// Who sends.
    LogIn,
    /// Whom it is from and for.
    Address,
    /// The letter itself.
    Content,
}

/// Why a try failed.
#[derive(Debug)]
pub struct Trouble {
    /// In words that may be told.
    pub says: String,
    /// Trying again may help.
    pub may_pass: bool,
    /// The server may have the letter all the same.
    pub in_doubt: bool,
    what: &'static str,
    hint: &'static str,
}

const UNREACHABLE: (&str, &str) = (
    "cannot be reached",
    "is it running, and are SMTP_HOST and SMTP_PORT right? some networks let no mail out: try port 465 or 587",
);
const UNENCRYPTED: (&str, &str) = (
    "offers no encrypted connection",
    "nothing was sent: a recap and its password never travel in the open; try SMTP_PORT=465 with SMTP_TLS=tls. \
     A server on this machine may go without: SMTP_TLS=none",
);
const UNTRUSTED: (&str, &str) = (
    "cannot be spoken to in private",
    "its certificate has to be the host's and of an authority that this machine knows: name a file with others in SSL_CERT_FILE; \
     SMTP_TLS is tls where encryption comes first (port 465), starttls where it comes later (port 587)",
);
const REFUSED_LOGIN: (&str, &str) = (
    "does not let the user in",
    "are SMTP_USER and SMTP_PASSWORD right? where accounts have a second factor, the provider gives passwords for programs",
);
const REFUSED_ADDRESS: (&str, &str) = (
    "does not take mail from or for this address",
    "is the address right (--email, MOODLAKE_RECAP_TO), and may this user send as SMTP_FROM? the server says why",
);
const REFUSED_CONTENT: (&str, &str) = ("does not take this mail", "the server says why");
const LATER: (&str, &str) = ("does not take the mail now", "nothing was sent: try again later, the same mail is sent then");
const LOST: (&str, &str) = (
    "did not confirm that it has the mail",
    "it may have arrived: look before sending it again; mail programs recognize a second one by its Message-ID",
);
const STRANGE: (&str, &str) = (
    "does not speak as mail servers do",
    "are SMTP_HOST, SMTP_PORT and SMTP_TLS right? tls is for port 465, starttls for port 587",
);

impl Trouble {
    /// What the library says of a try.
    pub fn of(step: Step, error: &lettre::transport::smtp::Error, veil: &Veil) -> Self {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        if let Some(code) = error.status() {
            let says = veil.drawn(&format!("{code} {text}"));
            let (what, hint) = match step {
                _ if error.is_transient() => LATER,
                Step::Reach => STRANGE,
                Step::LogIn => REFUSED_LOGIN,
                Step::Address => REFUSED_ADDRESS,
                Step::Content => REFUSED_CONTENT,
            };
            return Self { says, may_pass: error.is_transient(), in_doubt: false, what, hint };
        }
        let says = veil.drawn(&deepest(error));
        let in_doubt = step == Step::Content;
        let is_private = !is_about_encryption(error);
        // Half an answer is a connection that ended.
        let is_cut = error.is_response() && text.contains("incomplete");
        let ((what, hint), may_pass) = match () {
            () if in_doubt => (LOST, false),
            () if !is_private || error.is_tls() => (UNTRUSTED, false),
            () if error.is_client() && text.contains("STARTTLS") => (UNENCRYPTED, false),
            () if error.is_client() && step == Step::LogIn => (REFUSED_LOGIN, false),
            () if error.is_client() || (error.is_response() && !is_cut) => (STRANGE, false),
            () => (UNREACHABLE, true),
        };
        Self { says, may_pass, in_doubt, what, hint }
    }

    /// No end within the time.
    pub fn late(step: Step, server: &Server) -> Self {
        let in_doubt = step == Step::Content;
        let (what, hint) = match (in_doubt, step, server.security) {
            (true, ..) => LOST,
            // Whoever waits for the other's first byte waits in vain.
            (_, Step::Reach, Security::StartTls) if server.port == 465 => STRANGE,
            _ => UNREACHABLE,
        };
        let says = format!("no answer in {} seconds", server.timeout.as_secs());
        Self { says, may_pass: !in_doubt, in_doubt, what, hint }
    }

    /// An answer that is positive and out of turn.
    pub fn out_of_turn(step: Step) -> Self {
        let in_doubt = step == Step::Content;
        let (what, hint) = if in_doubt { LOST } else { STRANGE };
        Self { says: "an answer out of turn".to_owned(), may_pass: false, in_doubt, what, hint }
    }

    /// The error that a person reads, after so many tries.
    pub fn told(self, server: &Server, tries: u32) -> Error {
        let often = if tries > 1 { format!(" ({tries} tries)") } else { String::new() };
        Error::failure(format!("the mail server {server} {}{often}", self.what)).because(self.says).hint(self.hint)
    }
}

fn chain(error: &lettre::transport::smtp::Error) -> Vec<&(dyn StdError + 'static)> {
    let mut chain: Vec<&(dyn StdError + 'static)> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        chain.push(cause);
        next = cause.source();
    }
    chain
}

/// The cause of all: what libraries put around it says no more.
fn deepest(error: &lettre::transport::smtp::Error) -> String {
    let chain = chain(error);
    let cause: &dyn StdError = chain.last().copied().unwrap_or(error);
    cause.to_string()
}

fn is_about_encryption(error: &lettre::transport::smtp::Error) -> bool {
    chain(error).iter().any(|cause| {
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause.is::<rustls::Error>() || matches!(inner, Some(inner) if inner.is::<rustls::Error>())
    })
}
