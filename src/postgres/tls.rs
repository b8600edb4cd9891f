//! Encrypted connections to PostgreSQL.
//!
//! Owns whom to trust: the certificate authorities of this machine, or those that `SSL_CERT_FILE` names. Where a connection is
//! encrypted, the certificate is checked, and that it is the host's: also for `sslmode=require`, for which `psql` takes any. So there
//! is no need of `verify-full`, which is what every connection here is.

use super::Address;
use crate::error::{Error, Explain as _, Result};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// # Errors
/// When the library has no cipher it could offer.
pub fn connector(mode: SslMode) -> Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    if mode != SslMode::Disable {
        let found = rustls_native_certs::load_native_certs();
        found.errors.iter().for_each(|error| tracing::debug!("certificates of this machine: {error}"));
        // Single ones that cannot be read are no reason to trust none.
        roots.add_parsable_certificates(found.certs);
    }
    // Named, since libraries bring two of them and the process has no default.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .explain(|| "encrypted connections to PostgreSQL cannot be set up".to_owned())?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}

pub fn refused(address: &Address) -> Error {
    Error::failure(format!("no encrypted connection to PostgreSQL at {address}")).hint(
        "its certificate has to be the host's and of an authority that this machine knows: name a file with others in SSL_CERT_FILE; \
         or, in a network that is yours alone, write ?sslmode=disable behind the address",
    )
}
