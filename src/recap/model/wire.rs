//! One request, and an answer of bounded size in bounded time.
//!
//! Owns how services are reached. The protocol is `async-openai`'s, the sending is not: its client tries up to four times by itself,
//! waits as long as it is told to, reads answers of any length, and logs those that it cannot read. No request and no answer is logged
//! here, and of what fails only the kind is told: addresses and bodies may hold secrets and names.

use super::Model;
use super::fault::{Asked, Fault};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use secrecy::ExposeSecret as _;
use serde::Serialize;

/// Bytes of an answer that are read; three paragraphs are a hundredth of it, and models that think aloud need some room.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// A client that sends every request once and goes where it is told: no redirections, no connection that may have died meanwhile.
pub fn client() -> Result<reqwest::Client, Fault> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .user_agent(concat!("moodlake/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| Fault::Broken("the network library cannot start"))
}

/// The body of the answer to one request.
pub async fn ask(http: &reqwest::Client, model: &Model, request: &impl Serialize) -> Result<Vec<u8>, Fault> {
    let body = serde_json::to_vec(request).map_err(|_| Fault::Broken("the request cannot be written"))?;
    let url = format!("{}/chat/completions", model.base_url.trim_end_matches('/'));
    let mut post = http.post(url).header(CONTENT_TYPE, "application/json").body(body);
    if let Some(key) = &model.key {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()))
            .map_err(|_| Fault::Broken("the key has characters that no key has"))?;
        bearer.set_sensitive(true);
        post = post.header(AUTHORIZATION, bearer);
    }
    tokio::time::timeout(model.patience, exchange(post)).await.unwrap_or(Err(Fault::Late(model.patience)))
}

async fn exchange(post: reqwest::RequestBuilder) -> Result<Vec<u8>, Fault> {
    let mut response = post.send().await.map_err(|error| {
        let is_address = error.is_builder();
        Fault::Broken(match error.is_connect() {
            true => "no connection",
            false if is_address => "the address of the service is none",
            false => "the connection broke",
        })
    })?;
    if !response.status().is_success() {
        return Err(Fault::Status(response.status().as_u16(), asked(response.headers())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Fault::Broken("the answer broke off"))? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Fault::Large(ANSWER_BYTES_MAX));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn asked(headers: &HeaderMap) -> Asked {
    let Some(value) = headers.get(RETRY_AFTER) else { return Asked::Nothing };
    value.to_str().ok().and_then(|text| text.trim().parse().ok()).map_or(Asked::Otherwise, Asked::Seconds)
}
