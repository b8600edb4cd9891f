//! One try to hand a letter to a server.
//!
//! Owns the order of the conversation, step by step, so that it is known how far a try came. A password is said only where nobody else
//! hears it: behind encryption that was checked, or on this machine. Every answer has to be the one that its question asks for. What was
//! slipped in before the encryption, as answers to questions to come, is found out: nobody may speak unasked behind it.

use super::trouble::{Step, Trouble};
use super::veil::Veil;
use super::{Letter, Security, Server};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use secrecy::ExposeSecret as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// A goodbye that takes longer is left out.
const GOODBYE: Duration = Duration::from_secs(2);
/// What was slipped in is there at once; what comes later is out of turn by one answer.
const UNASKED: Duration = Duration::from_millis(250);
/// The answers that are asked for: let in, go on.
const LET_IN: u16 = 235;
const GO_ON: u16 = 354;

/// Tries it.
pub async fn once(server: &Server, letter: &Letter, bytes: &[u8]) -> Result<(), Trouble> {
    let veil = Veil::over(server, letter);
    let mut step = Step::Reach;
    let talk = async {
        let mut connection = reach(server).await.map_err(Said::No)?;
        if server.security == Security::StartTls {
            hear_nothing(&mut connection).await?;
        }
        let told = talk(&mut connection, server, letter, bytes, &mut step).await;
        // Whatever it answers, or whether it does, changes nothing any more, and nothing that is to be remembered waits for it.
        tokio::spawn(async move {
            let _ = tokio::time::timeout(GOODBYE, connection.abort()).await;
        });
        told
    };
    match tokio::time::timeout(server.timeout, talk).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Said::No(error))) => Err(Trouble::of(step, &error, &veil)),
        Ok(Err(Said::OutOfTurn)) => Err(Trouble::out_of_turn(step)),
        Err(_) => Err(Trouble::late(step, server)),
    }
}

/// The library keeps what came before the encryption in its buffer and would take it for answers.
async fn hear_nothing(connection: &mut AsyncSmtpConnection) -> Result<(), Said> {
    match tokio::time::timeout(UNASKED, connection.read_response()).await {
        Err(_) => Ok(()),
        Ok(Ok(_)) => Err(Said::OutOfTurn),
        Ok(Err(error)) => Err(Said::No(error)),
    }
}

/// What is no answer to go on with.
enum Said {
    No(Error),
    OutOfTurn,
}

impl From<Error> for Said {
    fn from(error: Error) -> Self {
        Self::No(error)
    }
}

/// A connection after the greetings, encrypted as the settings say.
async fn reach(server: &Server) -> Result<AsyncSmtpConnection, Error> {
    let (name, timeout) = (ClientId::default(), Some(server.timeout));
    let encryption = match server.security {
        Security::None => None,
        Security::Tls | Security::StartTls => Some(TlsParameters::new(server.host.clone())?),
    };
    let from_the_start = encryption.clone().filter(|_| server.security == Security::Tls);
    let mut connection = if server.host == "localhost" {
        // Nobody is asked where that is.
        let here: [SocketAddr; 2] = [(Ipv4Addr::LOCALHOST, server.port).into(), (Ipv6Addr::LOCALHOST, server.port).into()];
        AsyncSmtpConnection::connect_tokio1(&here[..], timeout, &name, from_the_start, None).await?
    } else {
        let there = (server.host.as_str(), server.port);
        AsyncSmtpConnection::connect_tokio1(there, timeout, &name, from_the_start, None).await?
    };
    if let (Security::StartTls, Some(encryption)) = (server.security, encryption) {
        connection.starttls(encryption, &name).await?;
    }
    Ok(connection)
}

async fn talk(
    connection: &mut AsyncSmtpConnection,
    server: &Server,
    letter: &Letter,
    bytes: &[u8],
    step: &mut Step,
) -> Result<(), Said> {
    if let Some(login) = &server.login {
        *step = Step::LogIn;
        let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
        in_turn(connection.auth(DEFAULT_MECHANISMS, &credentials).await?.has_code(LET_IN))?;
    }
    *step = Step::Address;
    is_done(&connection.command(Mail::new(Some(letter.from.0.email.clone()), Vec::new())).await?)?;
    is_done(&connection.command(Rcpt::new(letter.to.0.email.clone(), Vec::new())).await?)?;
    in_turn(connection.command(Data).await?.has_code(GO_ON))?;
    *step = Step::Content;
    // The library ends the last line itself.
    is_done(&connection.message(bytes.strip_suffix(b"\r\n").unwrap_or(bytes)).await?)
}

fn is_done(answer: &Response) -> Result<(), Said> {
    in_turn(answer.code().severity == Severity::PositiveCompletion)
}

fn in_turn(is_asked_for: bool) -> Result<(), Said> {
    if is_asked_for { Ok(()) } else { Err(Said::OutOfTurn) }
}
