//! What of a server's words may be told.
//!
//! Owns that addresses, users and passwords are struck out: servers quote them, also in pieces and encoded.

use super::{Letter, Server};
use crate::error::in_short;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;

/// What must not be told.
pub struct Veil {
    /// Struck out wherever they are.
    secrets: Vec<String>,
    /// Struck out where they are words, in any case.
    names: Vec<String>,
}

const STRUCK: &str = "<…>";

impl Veil {
    /// Of a letter on its way to a server.
    pub fn over(server: &Server, letter: &Letter) -> Self {
        let mut secrets = Vec::new();
        let mut names: Vec<String> =
            [&letter.from, &letter.to].iter().map(|address| address.user().to_ascii_lowercase()).collect();
        if let Some(login) = &server.login {
            let (user, password) = (login.user.as_str(), login.password.expose_secret());
            secrets.extend([STANDARD.encode(format!("\0{user}\0{password}")), STANDARD.encode(password), STANDARD.encode(user)]);
            secrets.push(password.to_owned());
            names.push(user.to_ascii_lowercase());
        }
        secrets.retain(|secret| !secret.is_empty());
        names.retain(|name| !name.is_empty());
        // The longer one first: it may hold the other.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self { secrets, names }
    }

    /// The text in one line, without them.
    pub fn drawn(&self, text: &str) -> String {
        let mut told = self.secrets.iter().fold(text.to_owned(), |told, secret| told.replace(secret.as_str(), STRUCK));
        told = told.split_whitespace().map(without_address).collect::<Vec<_>>().join(" ");
        for name in &self.names {
            told = without_word(&told, name);
        }
        in_short(&told)
    }
}

/// A word of a sentence, without the address in it.
fn without_address(word: &str) -> String {
    let plain = word.replace("%40", "@");
    let Some(at) = plain.find('@') else { return word.to_owned() };
    let is_part = |c: char| c.is_alphanumeric() || ".-_+%=!#$&'*/?^`{|}~@".contains(c);
    let begin = plain[..at].char_indices().rev().take_while(|(_, c)| is_part(*c)).last().map_or(at, |(place, _)| place);
    let end =
        plain[at..].char_indices().take_while(|(_, c)| is_part(*c)).last().map_or(at, |(place, c)| at + place + c.len_utf8());
    format!("{}{STRUCK}{}", &plain[..begin], without_address(&plain[end..]))
}

/// A text without a word, in any case of ASCII.
fn without_word(text: &str, word: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (mut told, mut from) = (String::new(), 0);
    for (at, found) in lower.match_indices(word) {
        let end = at + found.len();
        if at < from || is_letter(lower[..at].chars().next_back()) || is_letter(lower[end..].chars().next()) {
            continue;
        }
        let (Some(before), true) = (text.get(from..at), text.is_char_boundary(end)) else { continue };
        told.push_str(before);
        told.push_str(STRUCK);
        from = end;
    }
    told + text.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Veil;

    fn veil() -> Veil {
        let names = ["ana@mail.example", "ana.ruiz", "ben"].map(str::to_owned).to_vec();
        Veil { secrets: vec!["AGFuYQBodXNo".to_owned(), "hush".to_owned()], names }
    }

    #[test]
    fn what_servers_quote_is_struck_out() {
        for (said, told) in [
            ("5.1.1 <ana.ruiz@mail.example>: no such user", "5.1.1 <<…>>: no such user"),
            ("no mailbox here by that name: ana.ruiz", "no mailbox here by that name: <…>"),
            ("Ana.Ruiz's box is full, Benjamin", "<…>'s box is full, Benjamin"),
            ("see https://x.example/?e=ana%40mail.example;ip=10.0.0.1", "see https:<…>;ip=10.0.0.1"),
            ("unknown command AUTH PLAIN AGFuYQBodXNo", "unknown command AUTH PLAIN <…>"),
            ("bad password 'hush'\r\n for ben", "bad password '<…>' for <…>"),
            ("a@b.c,d@e.f", "<…>,<…>"),
            ("@ @@ ñ@ñ İ@ İ Ben", "<…> <…> <…> <…> İ <…>"),
            ("4.7.1 try again in 300 seconds", "4.7.1 try again in 300 seconds"),
        ] {
            assert_eq!(veil().drawn(said), told);
        }
    }
}
