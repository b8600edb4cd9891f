//! The page on this machine that Spotify sends the browser to after the login.
//!
//! Owns the listener. Browsers ask for icons, other programs knock, requests are forged or break off: whatever is not the answer
//! to this login gets a page that says so, and the waiting goes on until the time is up.

use super::login::Redirect;
use crate::error::{Error, Result};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use secrecy::SecretString;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// A connection that sends no request is closed after this.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a browser may take to receive its page once the login has ended.
const FAREWELL: Duration = Duration::from_secs(1);
/// More connections at once are not a browser's.
const CONNECTIONS_MAX: usize = 32;

type Outcome = std::result::Result<SecretString, String>;

/// Listens at an address, before the person is told where to go.
///
/// # Errors
/// When it cannot be listened at.
pub async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Error::failure(format!("cannot listen at {address} for the answer of the login"))
            .because(error)
            .hint("is another login or program there? `--paste` goes without listening")
    })
}

/// Waits for the browser and gives the code it brings.
///
/// # Errors
/// When the time is up, or the person said no.
pub async fn receive(
    listener: TcpListener,
    path: String,
    timeout: Duration,
    read: impl Fn(&str) -> Redirect + Send + Sync + 'static,
) -> Result<SecretString> {
    let (answers, mut answer) = mpsc::channel::<Outcome>(1);
    let desk = Arc::new(Desk { path, read: Box::new(read), answers });
    let mut connections = JoinSet::new();
    let deadline = tokio::time::sleep(timeout);
    tokio::pin!(deadline);
    let outcome = loop {
        tokio::select! {
            () = &mut deadline => {
                return Err(Error::authorization(format!("nobody logged in within {} s", timeout.as_secs()))
                    .hint("begin anew with `moodlake auth login`; --timeout gives more time"));
            }
            Some(outcome) = answer.recv() => break outcome,
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                let Ok((stream, _)) = accepted else {
                    // No files left to open, for instance: it passes, or the time is up.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                let desk = Arc::clone(&desk);
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let desk = Arc::clone(&desk);
                        async move { Ok::<_, Infallible>(desk.serve(&request)) }
                    });
                    // A connection that breaks is its browser's business.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(HEADER_TIMEOUT)
                        .keep_alive(false)
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    };
    let farewell = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(FAREWELL, farewell).await;
    outcome.map_err(|word| {
        let says = if word == "access_denied" { "you declined".to_owned() } else { format!("Spotify says {word}") };
        Error::authorization(format!("the login was not granted: {says}"))
            .hint("nothing was changed; `moodlake auth login` begins anew")
    })
}

struct Desk {
    path: String,
    read: Box<dyn Fn(&str) -> Redirect + Send + Sync>,
    answers: mpsc::Sender<Outcome>,
}

impl Desk {
    fn serve(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if request.uri().path() != self.path {
            return page(StatusCode::NOT_FOUND, "Nothing is here.");
        }
        if request.method() != Method::GET {
            return page(StatusCode::METHOD_NOT_ALLOWED, "Only a browser's visit is expected here.");
        }
        match (self.read)(request.uri().query().unwrap_or_default()) {
            Redirect::Code(code) => {
                // Full only when an answer is there already.
                let _ = self.answers.try_send(Ok(code));
                page(StatusCode::OK, "moodlake has the answer. You can close this window and go back to the terminal.")
            }
            Redirect::Denied(word) => {
                let _ = self.answers.try_send(Err(word));
                page(StatusCode::OK, "The login was not granted. You can close this window.")
            }
            Redirect::Stray(why) => {
                tracing::warn!("a visit to the login page was ignored: {why}");
                page(
                    StatusCode::BAD_REQUEST,
                    "This is not the answer to the login that is waiting. Open the address in the terminal again.",
                )
            }
        }
    }
}

fn page(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let html = format!(
        "<!doctype html><meta charset=utf-8><title>moodlake</title><body style=\"font:1.2rem sans-serif;margin:3rem\"><p>{text}</p>"
    );
    let mut response = Response::new(Full::new(Bytes::from(html)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONNECTION, hyper::header::HeaderValue::from_static("close"));
    response
}
