//! The settings of Amazon's clients.
//!
//! Owns their patience, their TLS, and where keys come from: what was given wins, else the SDK's own chain looks for a profile, a web
//! identity, the container's or the instance's role.

use super::account::{Account, Keys, Service};
use crate::error::{Error, Result};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_kinesis::config::Credentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use secrecy::ExposeSecret as _;
use std::time::Duration;

/// Whoever does not answer a call for so long is not there.
const CONNECT: Duration = Duration::from_secs(5);
/// Ten megabytes on a slow line.
const ATTEMPT: Duration = Duration::from_secs(30);
/// The client's own tries; who waits longer than these does it where it is told.
const TRIES: u32 = 3;

/// What a client of this service is made of.
///
/// # Errors
/// When a setting is wrong, or nobody knows the region.
pub async fn config(account: &Account, service: Service) -> Result<SdkConfig> {
    let patience = TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(https)
        .timeout_config(patience)
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES));
    if let Some(region) = account.region() {
        loader = loader.region(Region::new(region.to_owned()));
    }
    if let Some(endpoint) = account.endpoint(service)? {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(name) = account.profile() {
        loader = loader.profile_name(name);
    }
    if let Some(keys) = account.keys()? {
        loader = loader.credentials_provider(credentials(&keys));
    }
    let config = loader.load().await;
    // A profile may have one, too.
    if let Some(endpoint) = config.endpoint_url() {
        account.checked("endpoint_url", endpoint)?;
    }
    // An empty AWS_REGION is one to the SDK.
    if config.region().is_none_or(|region| region.as_ref().is_empty()) {
        return Err(Error::usage(format!("nobody says in which region of Amazon's {} is", service.name()))
            .hint("set AWS_REGION, such as eu-west-1, or AWS_PROFILE to a profile that has one"));
    }
    Ok(config)
}

fn credentials(keys: &Keys) -> Credentials {
    let session = keys.session.as_ref().map(|session| session.expose_secret().to_owned());
    Credentials::new(keys.key.expose_secret(), keys.secret.expose_secret(), session, None, "moodlake")
}
