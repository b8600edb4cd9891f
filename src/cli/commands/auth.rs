//! `auth login`, `auth status`, `auth logout`.
//!
//! Owns the conversation with the person: the address to open, the pasted answer, how long the authorization lives. Of what is kept
//! it shows everything but the secrets.

use super::ingest::{app, state_file, token_file};
use crate::cli::args::{AuthCommand, LoginArgs, ReportFormat, StatusArgs};
use crate::cli::output::{json_text, print};
use crate::cli::printable::in_line;
use crate::cli::settings::Settings;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::spotify::login::{self, Keeping, Login, Redirect};
use crate::spotify::token::Authorization;
use crate::web::Patience;
use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::io::{BufRead as _, IsTerminal as _};
use std::sync::Arc;
use std::time::Duration;

pub async fn auth(settings: &Settings, command: AuthCommand) -> Result<()> {
    match command {
        AuthCommand::Login(args) => log_in(settings, args).await,
        AuthCommand::Status(args) => status(settings, &args),
        AuthCommand::Logout => log_out(settings).await,
    }
}

async fn log_in(settings: &Settings, args: LoginArgs) -> Result<()> {
    let lake = settings.lake()?;
    let (token, state) = (token_file(settings, &lake), state_file(&lake));
    let app = app(settings, &token).filter(|app| !app.client_id.is_empty()).ok_or_else(|| {
        Error::usage("SPOTIFY_CLIENT_ID is not set")
            .hint("register an app at developer.spotify.com/dashboard and put SPOTIFY_CLIENT_ID=… into .env (docs/spotify.md)")
    })?;
    let keeping = Keeping { token, state, clock: Clock::System, patience: Patience::default() };
    let login = Arc::new(Login::begin(&app)?);
    let (redirect_at, path) = login::redirect(&app)?;
    let url = login.url()?;
    let listener = match if args.paste { None } else { args.listen.or(redirect_at) } {
        Some(address) => Some(login::listen(address).await?),
        None => None,
    };
    eprintln!("Open this address in a browser and agree:\n\n  {url}\n");
    if !args.no_browser && open::that_detached(&url).is_err() {
        tracing::debug!("no browser could be opened");
    }
    let reader = Arc::clone(&login);
    let code = if let Some(listener) = listener {
        eprintln!("Waiting for the answer at {} …", app.redirect_uri);
        let listening = login::receive(listener, path, Duration::from_secs(args.timeout), move |query| reader.read(query));
        if std::io::stdin().is_terminal() {
            eprintln!("Is the browser on another machine? Paste here the address that it was sent to.");
            tokio::select! {
                heard = listening => heard?,
                pasted = pasted(&login) => pasted?,
            }
        } else {
            listening.await?
        }
    } else {
        eprintln!("Paste here the address that the browser was sent to; the page itself may fail to load:");
        tokio::time::timeout(Duration::from_secs(args.timeout), pasted(&login)).await.map_err(|_| {
            Error::authorization(format!("nobody pasted an address within {} s", args.timeout))
                .hint("begin anew with `moodlake auth login`; --timeout gives more time")
        })??
    };
    let (authorization, forbidden) = login.finish(&code, &args.user, &keeping).await?;
    eprintln!("Logged in. {}", lives(&authorization, keeping.clock));
    if let Some(cause) = forbidden {
        // The authorization is good and kept; what Spotify refuses, a person has to put right.
        return Err(cause.into_error());
    }
    eprintln!("`moodlake ingest` brings the recent plays; `moodlake schedule` goes on doing so.");
    Ok(())
}

/// Lines from stdin until one is the answer. Read on a thread of its own, which nobody waits for once the listener has heard.
async fn pasted(login: &Login) -> Result<SecretString> {
    let (lines, mut incoming) = tokio::sync::mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(std::io::Result::ok) {
            if lines.blocking_send(line).is_err() {
                break;
            }
        }
    });
    while let Some(line) = incoming.recv().await {
        match login.read(line.trim()) {
            Redirect::Code(code) => return Ok(code),
            Redirect::Denied(word) => {
                return Err(Error::authorization(format!("the login was not granted: Spotify says {}", in_line(&word)))
                    .hint("nothing was changed; `moodlake auth login` begins anew"));
            }
            Redirect::Stray(_) if line.trim().is_empty() => {}
            Redirect::Stray(why) => eprintln!("This is not the address of this login: {why}. Paste the whole address:"),
        }
    }
    Err(Error::authorization("stdin ended before the address was pasted").hint("begin anew with `moodlake auth login`"))
}

fn status(settings: &Settings, args: &StatusArgs) -> Result<()> {
    let document = summary(settings)?;
    if args.format == ReportFormat::Json {
        print(&json_text(&document)?)?;
    } else if document["authorized"] == true {
        let text = |key: &str| document[key].as_str().unwrap_or_default().to_owned();
        print(&format!(
            "listener            {}\nauthorized at       {}\nends at             {} ({} days left)\naccess token until  {} (renewed by itself)\n\
             permissions         {}\n",
            in_line(&text("user_id")),
            text("authorized_at"),
            text("ends_at"),
            document["days_left"],
            text("access_token_expires_at"),
            document["scopes"]
                .as_array()
                .map(|all| all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
                .unwrap_or_default(),
        ))?;
    }
    if let Some(until) = document["not_before"].as_str() {
        tracing::warn!("Spotify asks to wait until {until}: runs go without it until then");
    }
    if document["authorized"] == true {
        return Ok(());
    }
    let ended = &document["login_needed"];
    let says = match ended["reason"].as_str() {
        Some(reason) => {
            format!("the Spotify authorization has ended ({}): {reason}", ended["since"].as_str().unwrap_or_default())
        }
        None => "nobody has logged in to Spotify for this lake".to_owned(),
    };
    Err(Error::authorization(says).hint("log in with `moodlake auth login`"))
}

/// What is known of the authorization, less its secrets.
pub fn summary(settings: &Settings) -> Result<Value> {
    let lake = settings.lake()?;
    let (kept, state) = (token_file(settings, &lake).load()?, state_file(&lake).read());
    let now = Clock::System.now();
    let seconds = |time: DateTime<Utc>| json!(time.to_rfc3339_opts(SecondsFormat::Secs, true));
    let mut document = json!({
        "authorized": kept.is_some(),
        "login_needed": state.login_needed.map(|ended| json!({ "since": seconds(ended.since), "reason": ended.reason })),
        "not_before": state.not_before.filter(|&until| until > now).map(seconds),
        "audio_features_denied_at": state.audio_features_denied_at.map(seconds),
    });
    if let Some(kept) = kept {
        document["user_id"] = json!(kept.user_id);
        document["scopes"] = json!(kept.scopes);
        document["authorized_at"] = seconds(kept.authorized_at);
        document["ends_at"] = seconds(kept.ends_at());
        document["days_left"] = json!(kept.days_left(now));
        document["access_token_expires_at"] = seconds(kept.expires_at);
    }
    Ok(document)
}

fn lives(authorization: &Authorization, clock: Clock) -> String {
    format!(
        "The authorization ends on {}, in {} days; Spotify then asks for a new login.",
        authorization.ends_at().format("%Y-%m-%d"),
        authorization.days_left(clock.now())
    )
}

async fn log_out(settings: &Settings) -> Result<()> {
    let lake = settings.lake()?;
    let token = token_file(settings, &lake);
    // A refresh in flight would bring the file back.
    let _nobody_refreshes = if token.path().exists() { Some(token.lock().await?) } else { None };
    let existed = token.path().exists();
    token.remove()?;
    eprintln!("{}", if existed { "The authorization is forgotten." } else { "There was no authorization." });
    eprintln!("Your plays stay in the lake. To take the permission back at Spotify too: https://www.spotify.com/account/apps/");
    Ok(())
}
