//! Addresses of mail, each of one person.
//!
//! Owns which texts are ones: `ana@example.com`, or `Ana <ana@example.com>`. What is none is not told again, since there may be a
//! password in it. Refuses several addresses in one text, and names or domains that would steer a header.

use super::message::in_line;
use crate::error::{Error, Result};
use lettre::message::Mailbox;
use std::fmt;

/// One person's address, with a name where one was given.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(pub(super) Mailbox);

/// Letters of a name that are kept.
const NAME_MAX: usize = 100;
const HINT: &str = "write it as ana@example.com, or as 'Ana <ana@example.com>'; one address, without a password";

impl Address {
    /// Reads an address; `named` is where it stands, such as `SMTP_FROM`.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(named: &str, text: &str) -> Result<Self> {
        Self::of(text).ok_or_else(|| Error::usage(format!("{named} is no mail address")).hint(HINT))
    }

    /// The address, if the text is one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, bare) = match text.strip_suffix('>') {
            Some(head) => head.rsplit_once('<')?,
            None => ("", text),
        };
        let (user, domain) = bare.rsplit_once('@')?;
        // Quoted ones, with blanks and commas in them, are as rare as they are risky.
        if !user.is_ascii() || user.contains(|c: char| c.is_ascii_control() || "\"\\ ,;:<>()[]".contains(c)) {
            return None;
        }
        // Numbers are none: they stand in brackets, and nobody has such an address.
        let url::Host::Domain(domain) = url::Host::parse(domain).ok()? else { return None };
        let email = lettre::Address::new(user, domain).ok()?;
        let name = shown(name)?;
        Some(Self(Mailbox::new((!name.is_empty()).then_some(name), email)))
    }

    /// The address without the name.
    #[must_use]
    pub fn bare(&self) -> &str {
        self.0.email.as_ref()
    }

    /// The address with its name, as it is read again.
    #[must_use]
    pub fn written(&self) -> String {
        match &self.0.name {
            Some(name) => format!("\"{}\" <{}>", name.replace(['"', '\\'], "'"), self.0.email),
            None => self.bare().to_owned(),
        }
    }

    pub(super) fn user(&self) -> &str {
        self.0.email.user()
    }

    pub(super) fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

/// The name before an address; a text with several addresses in it is none.
fn shown(name: &str) -> Option<String> {
    let name = name.trim();
    let plain = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None if name.contains([',', ';', '<', '>', '@', '"']) => return None,
        None => name.to_owned(),
    };
    Some(in_line(&plain, NAME_MAX))
}

/// Whom a letter is from or for is nobody's business.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn one_address_with_or_without_a_name_is_one() {
        for (text, name, bare) in [
            ("ana@example.com", None, "ana@example.com"),
            (" Ana <ana+week@Mail.Example.com> ", Some("Ana"), "ana+week@mail.example.com"),
            ("\"Ruiz, Ana\" <ana@example.com>", Some("Ruiz, Ana"), "ana@example.com"),
            ("Aña 🎵 <ana@example.com>", Some("Aña 🎵"), "ana@example.com"),
            ("<ana@localhost>", None, "ana@localhost"),
            ("ana@müsik.example", None, "ana@xn--msik-0ra.example"),
            ("Ana\r\nBcc: x <ana@example.com>", Some("Ana Bcc: x"), "ana@example.com"),
        ] {
            let address = Address::of(text).unwrap();
            assert_eq!((address.0.name.as_deref(), address.bare()), (name, bare), "{text:?}");
            assert!(Address::of(&address.written()) == Some(address), "{text:?}");
        }
    }

    #[test]
    fn what_is_none_is_not_told_again() {
        for text in [
            "",
            "hush",
            "hush@",
            "@example.com",
            "ana@hush, ben@example.com",
            "ana@example.com, Ben <hush@example.com>",
            "ana@example.com\r\nBcc: hush@example.com",
            "smtp://ana:hush@mail.example",
            "ana:hush@mail.example",
            "ana hush@mail.example",
            "\"hush\"@mail.example",
            "ñandú@mail.example",
            "ana@[10.0.0.1]",
            "ana@mail example",
            "Ana <hush@example.com",
        ] {
            let error = Address::read("SMTP_FROM", text).unwrap_err();
            assert_eq!(error.kind(), crate::error::Kind::Usage, "{text:?}");
            assert!(!format!("{error:?} {error}").contains("hush") && error.to_string().contains("SMTP_FROM"), "{error:?}");
        }
    }
}
