//! `ingest`, and what it shares with `run`: which services are asked, and how a run of several parts ends.

use super::writing;
use crate::cli::args::{Global, IngestArgs, ReportFormat};
use crate::cli::output::{json_line, print, tell};
use crate::cli::settings::Settings;
use crate::context::{Context, Outcome};
use crate::error::Result;
use crate::lake::Lake;
use crate::pipeline::{self, FeatureProvider, Ingest, Journal, Sources, WithoutSpotify};
use crate::reccobeats::ReccoBeats;
use crate::spotify::state::StateFile;
use crate::spotify::token::TokenFile;
use crate::spotify::{App, Client};
use crate::web::Patience;
use chrono::{DateTime, Utc};
use serde_json::json;

pub async fn ingest(global: &Global, settings: &Settings, args: IngestArgs) -> Result<()> {
    let (context, _lock) = writing(global, settings, settings.lake()?)?;
    let started = context.clock.now();
    let mut journal = Journal::new(&tell);
    let outcome = if args.replay.is_empty() {
        let sources = sources(settings, &context)?;
        let options = Ingest {
            history_only: args.history_only,
            without_spotify: WithoutSpotify::Fails,
            allow_synthetic: settings.allow_synthetic,
        };
        pipeline::ingest(&context, &sources, &options, &mut journal).await;
        Ok(())
    } else {
        pipeline::replay(&context, &args.replay, &mut journal).await
    };
    conclude(&context, "ingest", started, journal, args.format, args.history_only, outcome).await
}

/// Records the steps, failed ones included, tells them as JSON where that is wanted, and ends with what failed.
pub async fn conclude(
    context: &Context,
    command: &str,
    started: DateTime<Utc>,
    journal: Journal<'_>,
    format: ReportFormat,
    history_only: bool,
    outcome: Result<()>,
) -> Result<()> {
    // A poll that found nothing new, as most of nine thousand a year do, would only add a file to `ops/runs`.
    let nothing_new = history_only && journal.steps().iter().all(|step| step.outcome == Outcome::UpToDate);
    let recorded = if nothing_new { Ok(()) } else { pipeline::record(context, command, started, journal.steps()).await };
    if format == ReportFormat::Json {
        let document = json!({ "run_id": context.run_id, "command": command, "steps": journal.steps() });
        print(&json_line(&document))?;
    }
    outcome.and_then(|()| journal.verdict()).and(recorded)
}

/// The services that the settings name.
pub fn sources(settings: &Settings, context: &Context) -> Result<Sources> {
    let (token, state) = (token_file(settings, &context.lake), state_file(&context.lake));
    let services = &settings.services;
    let patience = Patience::default();
    let spotify = app(settings, &token).map(|app| Client::new(&app, token, state.clone(), context.clock, patience));
    let reccobeats = match services.features {
        FeatureProvider::ReccoBeats => Some(ReccoBeats::new(&services.reccobeats_base_url, state, context.clock, patience)?),
        _ => None,
    };
    Ok(Sources { spotify, reccobeats, features: services.features })
}

/// The app that the settings name, else the one that the person has logged in to: without a secret its id is all it takes.
pub fn app(settings: &Settings, token: &TokenFile) -> Option<App> {
    let services = &settings.services;
    let client_id = services
        .client_id
        .clone()
        // A token file that cannot be read is told when it is used.
        .or_else(|| token.path().is_file().then(|| token.load().ok().flatten().map(|kept| kept.client_id).unwrap_or_default()))?;
    Some(App {
        client_id,
        client_secret: services.client_secret.clone(),
        redirect_uri: services.redirect_uri.clone(),
        api_base_url: services.api_base_url.clone(),
        auth_base_url: services.auth_base_url.clone(),
    })
}

/// Where the authorization is kept.
pub fn token_file(settings: &Settings, lake: &Lake) -> TokenFile {
    TokenFile::at(settings.services.token_path.clone().unwrap_or_else(|| lake.home().join(".spotify_tokens.json")))
}

/// Where what is known of Spotify is kept.
pub fn state_file(lake: &Lake) -> StateFile {
    StateFile::at(lake.home().join(".spotify_state.json"))
}
