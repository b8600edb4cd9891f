//! PostgreSQL: where a database is, and a connection to it.
//!
//! Owns addresses, when a connection is encrypted and with whom, and what the errors of connecting mean. What is in the database is
//! not known here.

mod address;
mod ask;
mod tls;

pub use address::Address;
pub use ask::{Value, ask};

use crate::error::{Error, Result};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;
use tokio_postgres::Client;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;

/// A host that does not answer for so long is not there.
const ANSWER: Duration = Duration::from_secs(10);
/// All hosts of an address together, and the greetings that follow.
const READY: Duration = Duration::from_secs(30);
/// What was sent and is not confirmed for so long is lost, and so is the connection: else a call would wait for a quarter of an hour.
const UNCONFIRMED: Duration = Duration::from_secs(30);

/// Connects. The password counts where the address holds none.
///
/// # Errors
/// When nobody answers, or the server does not let this user in.
pub async fn connect(address: &Address, password: Option<&SecretString>) -> Result<Client> {
    let mut config = address.config().clone();
    if let (None, Some(password)) = (config.get_password(), password) {
        config.password(password.expose_secret());
    }
    if config.get_application_name().is_none() {
        config.application_name("moodlake");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(ANSWER);
    }
    config.keepalives_idle(UNCONFIRMED);
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(UNCONFIRMED);
    }
    if address.is_here() && config.get_ssl_mode() == SslMode::Prefer {
        config.ssl_mode(SslMode::Disable);
    }
    let tls = tls::connector(config.get_ssl_mode())?;
    let connecting: BoxFuture<'_, _> = Box::pin(async { config.connect(tls).await });
    let connected = tokio::time::timeout(READY, connecting).await;
    let (client, connection) = connected.map_err(|_| unreachable(address))?.map_err(|error| refused(address, error))?;
    // It ends with the client; why it ended before, the next call tells.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("PostgreSQL: the connection ended: {error}");
        }
    });
    Ok(client)
}

fn unreachable(address: &Address) -> Error {
    Error::failure(format!("PostgreSQL at {address} cannot be reached"))
        .hint("is it running, and are host and port right? does it listen for others than itself (listen_addresses)?")
}

/// What an error of connecting means.
fn refused(address: &Address, error: tokio_postgres::Error) -> Error {
    let told = match error.code() {
        Some(code) if [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(code) => {
            Error::failure(format!("PostgreSQL does not let the user in: {address}"))
                .hint("are user and password right? the password is taken from PGPASSWORD; which users may come from where, pg_hba.conf says")
        }
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => Error::failure(format!("there is no such database: {address}"))
            .hint("is its name right? make it with `createdb`"),
        Some(_) => Error::failure(format!("PostgreSQL at {address} does not take the connection"))
            .hint("the server says why; try again when it is ready"),
        // What the library knows only in words.
        None => match error.to_string() {
            text if text.contains("configuration") => Error::failure(format!("PostgreSQL asks for a password: {address}"))
                .hint("set PGPASSWORD, in the environment or in .env"),
            text if text.contains("authentication") => {
                Error::failure(format!("PostgreSQL and moodlake do not agree on how the user proves who it is: {address}"))
                    .hint("moodlake knows passwords (SCRAM, MD5 and in clear text) and `trust`; pg_hba.conf says what is asked for")
            }
            text if text.contains("TLS") => tls::refused(address),
            _ => unreachable(address),
        },
    };
    told.because(error)
}
