//! The one source of bytes that nobody can guess: for authorization requests and for the jitter of retries.
//!
//! Owns the operating system's generator. Nothing that ends up in a table is made of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};

/// 32 random bytes as 43 characters that are safe in a URL: a PKCE verifier or a `state`, as RFC 7636 recommends.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn url_safe() -> crate::error::Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| crate::error::Error::failure("the operating system gives no random bytes"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A number from 0 to 1, evenly spread; the middle where there is no randomness.
#[must_use]
pub fn fraction() -> f64 {
    let mut bytes = [0; 4];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}
