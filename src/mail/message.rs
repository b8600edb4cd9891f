//! A letter as the bytes that servers and mail programs read.
//!
//! Owns its parts: plain text, and beside it HTML with its pictures. Everything is ASCII in short lines, so that any server takes it as
//! it is. The same letter gives the same bytes. No line of a text can become a header.

use super::{Address, Letter};
use crate::error::{Error, Explain as _, Result};
use crate::fingerprint;
use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::header::{ContentDisposition, ContentId, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, MultiPart, SinglePart};
use std::time::SystemTime;

/// Letters of a subject that are kept.
const SUBJECT_MAX: usize = 200;
/// Bytes of an address in List-Unsubscribe: a line of a header has a limit.
const UNSUBSCRIBE_MAX: usize = 800;
/// What dates of mail can tell.
const DATES: (i64, i64) = (0, 253_402_300_000);

/// The letter as a file: what is sent, and what `.eml` files hold.
///
/// # Errors
/// When the address to unsubscribe at is none.
pub fn message(letter: &Letter) -> Result<Vec<u8>> {
    let failed = || "the mail cannot be written".to_owned();
    let id = fingerprint::key([&letter.key, letter.from.bare(), letter.to.bare()].map(str::as_bytes));
    let related = letter.pictures.iter().fold(
        multipart("related; type=\"text/html\"", &format!("r{id}"))?.singlepart(words(ContentType::TEXT_HTML, &letter.html)?),
        |parts, picture| parts.singlepart(shown(picture.id, &picture.png)),
    );
    let body =
        multipart("alternative", &format!("a{id}"))?.singlepart(words(ContentType::TEXT_PLAIN, &letter.text)?).multipart(related);
    let header = |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
    let built = Message::builder()
        .from(letter.from.0.clone())
        .to(letter.to.0.clone())
        .subject(in_line(&letter.subject, SUBJECT_MAX))
        .date(date(letter.sent_at))
        .message_id(Some(format!("<{id}@{}>", letter.from.domain())))
        .raw_header(header("List-Unsubscribe", format!("<{}>", unsubscribe(letter)?)))
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
        .multipart(body)
        .explain(failed)?;
    Ok(built.formatted())
}

fn multipart(kind: &str, boundary: &str) -> Result<MultiPart> {
    let kind = ContentType::parse(&format!("multipart/{kind}; boundary=\"=_{boundary}\""));
    Ok(MultiPart::builder().header(kind.explain(|| "the mail cannot be written".to_owned())?).build())
}

/// A part in words. Always in this encoding: its lines are short, and a blank at their end stays.
fn words(kind: ContentType, text: &str) -> Result<SinglePart> {
    let kept: String = text.replace("\r\n", "\n").chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect();
    let body = Body::new_with_encoding(kept, ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| Error::failure("the mail cannot be written"))?;
    Ok(SinglePart::builder().header(kind).body(body))
}

/// A picture that stands in the text.
fn shown(id: &str, png: &[u8]) -> SinglePart {
    let kind = ContentType::parse("image/png").unwrap_or(ContentType::TEXT_PLAIN);
    let encoded = Body::new_with_encoding(png.to_vec(), ContentTransferEncoding::Base64);
    SinglePart::builder()
        .header(kind)
        .header(ContentId::from(format!("<{id}>")))
        .header(ContentDisposition::inline_with_name(&format!("{id}.png")))
        .body(encoded.unwrap_or_else(Body::new))
}

fn date(time: DateTime<Utc>) -> SystemTime {
    DateTime::from_timestamp(time.timestamp().clamp(DATES.0, DATES.1), 0).unwrap_or_default().into()
}

/// Where to say that no more is wanted.
fn unsubscribe(letter: &Letter) -> Result<String> {
    match &letter.unsubscribe {
        Some(text) => unsubscribe_at(text),
        None => Ok(format!("mailto:{}?subject=unsubscribe", escaped(&letter.from))),
    }
}

/// Reads an address to unsubscribe at, as headers hold it.
///
/// # Errors
/// When it is none, or one that mail programs would not follow.
pub fn unsubscribe_at(text: &str) -> Result<String> {
    let wrong = || {
        Error::usage("MOODLAKE_RECAP_UNSUBSCRIBE is no address to unsubscribe at")
            .hint("give a page (https://…) or an address (mailto:…); leave it out for a mail to whom the recap is from")
    };
    let url = url::Url::parse(text.trim()).map_err(|_| wrong())?;
    let told: String = url.as_str().chars().map(|c| if c == '<' || c == '>' { '-' } else { c }).collect();
    let is_fine = (url.scheme() == "https" && url.has_host()) || (url.scheme() == "mailto" && url.path().contains('@'));
    if is_fine && told.is_ascii() && !told.contains(|c: char| c.is_ascii_control() || c == ' ') && told.len() <= UNSUBSCRIBE_MAX {
        Ok(told)
    } else {
        Err(wrong())
    }
}

/// An address as `mailto:` holds it.
fn escaped(address: &Address) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_~+".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    address.bare().bytes().map(escape).collect()
}

/// A text as one line of a header, freed of what would steer whoever shows it.
pub fn in_line(text: &str, letters_max: usize) -> String {
    let steers = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let blank = text.chars().map(|c| if c.is_control() || steers(c) { ' ' } else { c }).collect::<String>();
    let line = blank.split_whitespace().collect::<Vec<_>>().join(" ");
    // What looks encoded would be decoded.
    line.replace("=?", "= ?").chars().take(letters_max).collect()
}

#[cfg(test)]
mod tests {
    use super::{in_line, message, unsubscribe_at};
    use crate::mail::{Address, Letter, Picture};

    fn letter() -> Letter {
        Letter {
            from: Address::of("Moodlake <ana@example.com>").unwrap(),
            to: Address::of("ben+week@example.org").unwrap(),
            subject: "Your week 2026-W46 — 🎵".to_owned(),
            text: "Plays: 12\n.\nFrom ñ\u{7} to 日本 \n".to_owned(),
            html: format!("<p>{}</p><img src=\"cid:days\">\n", "é".repeat(2000)),
            pictures: vec![Picture { id: "days", png: b"\x89PNG\r\n\x1a\n.\r\n".to_vec() }],
            key: "key".to_owned(),
            sent_at: "2026-11-23T07:00:00Z".parse().unwrap(),
            unsubscribe: None,
        }
    }

    #[test]
    fn a_message_is_ascii_in_short_lines_and_the_same_each_time() {
        let bytes = message(&letter()).unwrap();
        assert_eq!(bytes, message(&letter()).unwrap());
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n']));
        assert!(text.split("\r\n").all(|line| line.len() <= 78), "{text}");
        let id = text.lines().find(|line| line.starts_with("Message-ID:")).unwrap();
        let other =
            message(&Letter { subject: "another".to_owned(), sent_at: "2026-11-24T07:00:00Z".parse().unwrap(), ..letter() });
        assert!(id.ends_with("@example.com>") && String::from_utf8(other.unwrap()).unwrap().contains(id));
        for line in [
            "MIME-Version: 1.0",
            "Date: Mon, 23 Nov 2026 07:00:00 +0000",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <mailto:ana@example.com?subject=unsubscribe>",
            "Content-ID: <days>",
            "Content-Disposition: inline; filename=\"days.png\"",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8",
            "iVBORw0KGgouDQo=",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn no_text_becomes_a_header() {
        let hostile = "a\r\nBcc: eve@example.com\n\n<b> =?utf-8?q?=0ABcc:_x?= \u{202e}";
        let letter = Letter { subject: hostile.to_owned(), text: hostile.to_owned(), html: hostile.to_owned(), ..letter() };
        let text = String::from_utf8(message(&letter).unwrap()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert_eq!(in_line(hostile, 200), "a Bcc: eve@example.com <b> = ?utf-8?q?=0ABcc:_x?=");
        let long = Letter { subject: "a".repeat(5000), ..letter };
        assert!(String::from_utf8(message(&long).unwrap()).unwrap().lines().all(|line| line.len() < 300));
    }

    #[test]
    fn only_pages_and_addresses_are_there_to_unsubscribe_at() {
        for (text, told) in [
            ("https://example.com/stop?who=ana", "https://example.com/stop?who=ana"),
            ("mailto:stop@example.com?subject=stop it", "mailto:stop@example.com?subject=stop%20it"),
            ("https://example.com/ñ>\r\nBcc: x", "https://example.com/%C3%B1%3EBcc:%20x"),
        ] {
            assert_eq!(unsubscribe_at(text).unwrap(), told);
        }
        for wrong in ["", "stop", "http://example.com", "javascript:alert(1)", "mailto:", "https://", "file:///etc/passwd"] {
            assert_eq!(unsubscribe_at(wrong).unwrap_err().kind(), crate::error::Kind::Usage, "{wrong}");
        }
    }
}
