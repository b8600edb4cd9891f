//! What came back: an answer, a refusal with its status, or something broken on the way.

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::error::Error as _;
use std::time::Duration;

/// Bytes of a body that are read; Spotify's largest answers are a hundredth of it.
const BODY_BYTES_MAX: usize = 16 << 20;

/// What came back from a service.
#[derive(Debug)]
pub enum Reply {
    /// Status 2xx and its body, complete.
    Answer(String),
    /// Another status.
    Refusal {
        /// The status code.
        status: u16,
        /// How long to wait, when the service says so.
        retry_after: Option<Duration>,
        /// The body, JSON or text or nothing.
        body: String,
    },
    /// No complete reply: a time-out, a reset connection, half a body. The text says which.
    Broken(String),
}

impl Reply {
    /// Reads a response to its end. `now` is what a date in `Retry-After` is counted from.
    pub async fn read(mut response: reqwest::Response, now: DateTime<Utc>) -> Self {
        let status = response.status();
        let retry_after = retry_after(response.headers(), now);
        let mut bytes = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= BODY_BYTES_MAX => bytes.extend_from_slice(&chunk),
                Ok(Some(_)) => return Self::Broken(format!("the answer is larger than {BODY_BYTES_MAX} bytes")),
                Ok(None) => break,
                // A refusal is one even when its body is cut off.
                Err(_) if !status.is_success() => break,
                Err(error) => return Self::broken(&error),
            }
        }
        let body = String::from_utf8_lossy(&bytes).into_owned();
        if status.is_success() { Self::Answer(body) } else { Self::Refusal { status: status.as_u16(), retry_after, body } }
    }

    /// A fault of the network in words, without the address: it may hold identifiers.
    #[must_use]
    pub fn broken(error: &reqwest::Error) -> Self {
        let kind = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection"
        } else if error.is_body() || error.is_decode() {
            "the answer broke off"
        } else {
            "the connection broke"
        };
        let mut cause = error.source();
        while let Some(deeper) = cause.and_then(std::error::Error::source) {
            cause = Some(deeper);
        }
        Self::Broken(cause.map_or_else(|| kind.to_owned(), |cause| format!("{kind} ({cause})")))
    }
}

/// Seconds, or a date as HTTP also allows.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some((date.with_timezone(&Utc) - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::retry_after;
    use chrono::{DateTime, Utc};
    use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
    use std::time::Duration;

    #[test]
    fn retry_after_is_seconds_or_a_date_or_nothing() {
        let now = DateTime::<Utc>::from_timestamp(1_792_130_400, 0).unwrap();
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(text));
            retry_after(&headers, now)
        };
        assert_eq!(of("0"), Some(Duration::ZERO));
        assert_eq!(of(" 7200 "), Some(Duration::from_hours(2)));
        assert_eq!(of("Fri, 16 Oct 2026 06:01:30 GMT"), Some(Duration::from_secs(90)));
        assert_eq!(of("Fri, 16 Oct 2026 05:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(of("soon"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
