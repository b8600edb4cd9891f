//! What Spotify means by a status and a body.
//!
//! Owns the reading of error bodies: JSON in two forms, plain text, or nothing at all. The text itself is shown to people, since
//! it is Spotify's own; requests, which hold secrets, are not.

use crate::error::Error;
use serde_json::Value;

/// Characters of a body that a message shows.
const SHOWN_MAX: usize = 300;

/// Why Spotify forbids something (status 403).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// The app's owner has no Premium subscription.
    Premium(String),
    /// The person is not on the app's list of users.
    NotRegistered(String),
    /// The authorization does not include what this needs.
    Scope(String),
    /// The endpoint is not there for this app: removed, or never granted.
    Endpoint(String),
}

impl Forbidden {
    /// Tells the causes apart by the body's words.
    #[must_use]
    pub fn read(body: &str) -> Self {
        let says = message(body);
        let lower = says.to_lowercase();
        if lower.contains("premium") {
            Self::Premium(says)
        } else if lower.contains("not be registered") || lower.contains("not registered") || lower.contains("allowlist") {
            Self::NotRegistered(says)
        } else if lower.contains("scope") {
            Self::Scope(says)
        } else {
            Self::Endpoint(says)
        }
    }

    /// As an error with the way out.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self {
            Self::Premium(says) => Error::failure(format!("Spotify refuses (403): {says}"))
                .hint("the owner of the Spotify app needs a Premium subscription; it may take some hours to be noticed"),
            Self::NotRegistered(says) => Error::failure(format!("Spotify refuses (403): {says}")).hint(
                "add the listener under User Management of the app at developer.spotify.com/dashboard (at most five people)",
            ),
            Self::Scope(says) => Error::authorization(format!("Spotify refuses (403): {says}"))
                .hint("log in again with `moodlake auth login` and grant what it asks for"),
            Self::Endpoint(says) if says.is_empty() => Error::failure("Spotify refuses (403) without a word")
                .hint("this app may not use this part of the Web API; docs/spotify.md lists what is left to new apps"),
            Self::Endpoint(says) => Error::failure(format!("Spotify refuses (403): {says}"))
                .hint("this app may not use this part of the Web API; docs/spotify.md lists what is left to new apps"),
        }
    }
}

/// What the accounts service says is wrong: its `error` word and the description.
#[must_use]
pub fn account_error(body: &str) -> (String, String) {
    let document: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| document[key].as_str().map(str::to_owned);
    let word = text("error").unwrap_or_default();
    let description = text("error_description").unwrap_or_else(|| message(body));
    (word, shortened(&description))
}

/// Whether a 429 is the quota's and not the rate limit's.
#[must_use]
pub fn is_quota(body: &str) -> bool {
    let document: Value = serde_json::from_str(body).unwrap_or_default();
    document["error"]["reason"].as_str().is_some_and(|reason| reason.to_uppercase().contains("QUOTA"))
}

/// The message of an error body, whatever its form; empty when it has none.
#[must_use]
pub fn message(body: &str) -> String {
    let trimmed = body.trim();
    let Ok(document) = serde_json::from_str::<Value>(trimmed) else {
        // Proxies answer with whole web pages.
        return if trimmed.starts_with('<') { "(a web page)".to_owned() } else { shortened(trimmed) };
    };
    let error = &document["error"];
    let says = error["message"].as_str().or_else(|| document["error_description"].as_str()).or_else(|| error.as_str());
    shortened(says.or_else(|| document.as_str()).unwrap_or_default())
}

/// The message of an error body for a person, who is told that there is none.
#[must_use]
pub fn words(body: &str) -> String {
    let says = message(body);
    if says.is_empty() { "without a word".to_owned() } else { says }
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN_MAX { line } else { line.chars().take(SHOWN_MAX).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::{Forbidden, account_error, is_quota, message};

    #[test]
    fn the_causes_of_a_403_are_told_apart_in_json_and_in_plain_text() {
        let premium = "Active premium subscription required for the owner of the app. ";
        assert!(matches!(Forbidden::read(premium), Forbidden::Premium(says) if says == premium.trim()));
        let stranger = "Check settings on developer.spotify.com/dashboard, the user may not be registered.";
        assert!(matches!(Forbidden::read(stranger), Forbidden::NotRegistered(_)));
        let scope = r#"{"error":{"status":403,"message":"Insufficient client scope"}}"#;
        assert!(matches!(Forbidden::read(scope), Forbidden::Scope(_)));
        let removed = r#"{"error": {"status": 403, "message": "Forbidden"}}"#;
        assert_eq!(Forbidden::read(removed), Forbidden::Endpoint("Forbidden".to_owned()));
        assert_eq!(Forbidden::read("{\n  \"error\" : {\n    \"status\" : 403\n  }\n}"), Forbidden::Endpoint(String::new()));
        assert_eq!(Forbidden::read(""), Forbidden::Endpoint(String::new()));
    }

    #[test]
    fn quota_and_rate_limit_are_told_apart() {
        assert!(is_quota(r#"{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}"#));
        assert!(!is_quota(r#"{"error": {"status": 429, "message": "API rate limit exceeded"}}"#));
        assert!(!is_quota(""));
    }

    #[test]
    fn messages_of_every_form_are_found_and_short() {
        assert_eq!(message("<html><body>Bad gateway"), "(a web page)");
        assert_eq!(message(r#"{"error":"invalid_client","error_description":"Invalid client"}"#), "Invalid client");
        assert_eq!(message(&"x".repeat(900)).chars().count(), 301);
        let ended = r#"{"error":"invalid_grant","error_description":"Refresh token expired"}"#;
        assert_eq!(account_error(ended), ("invalid_grant".to_owned(), "Refresh token expired".to_owned()));
    }
}
