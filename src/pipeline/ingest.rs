//! Ingestion: the outside world into bronze, part by part.
//!
//! Owns which parts there are and that each fails alone.

use super::{Journal, part};
use crate::bronze::real_features::{self, Provider};
use crate::bronze::recent_plays::{self, Origin};
use crate::bronze::{catalog, raw_responses, synthetic};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Error, Result};
use crate::lake::tables::{KAGGLE_TRACKS, LISTENING_HISTORY, SYNTHETIC_FEATURES, TRACK_FEATURES};
use crate::reccobeats::ReccoBeats;
use crate::spotify::{Client, Trouble, recently_played};
use std::path::PathBuf;

/// Who gives real audio features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeatureProvider {
    /// Spotify, until it says that this app may not ask.
    #[default]
    Auto,
    /// `ReccoBeats`, which learns the track ids.
    ReccoBeats,
    /// Nobody.
    None,
}

/// The services that can be asked.
#[derive(Debug, Default)]
pub struct Sources {
    /// Spotify, where an app is configured.
    pub spotify: Option<Client>,
    /// `ReccoBeats`, where it is opted in.
    pub reccobeats: Option<ReccoBeats>,
    /// Who gives real audio features.
    pub features: FeatureProvider,
}

/// What it means that there is no Spotify app to ask with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutSpotify {
    /// The run fails: this is what it was for.
    Fails,
    /// It is told, and the other parts are done.
    IsTold,
    /// Nobody expected one.
    IsFine,
}

/// How the ingestion runs.
#[derive(Clone, Copy, Debug)]
pub struct Ingest {
    /// Reads the recent plays and nothing else: the light poll.
    pub history_only: bool,
    /// What it means that no Spotify app is configured.
    pub without_spotify: WithoutSpotify,
    /// Whether synthetic features may be made.
    pub allow_synthetic: bool,
}

/// Runs every part; what fails is in the journal.
pub async fn ingest(context: &Context, sources: &Sources, options: &Ingest, journal: &mut Journal<'_>) {
    let watch = Stopwatch::start();
    let answered = match history(context, sources, options).await {
        Ok(steps) => {
            let answered = steps.iter().all(|step| !matches!(step.outcome, Outcome::Deferred | Outcome::Skipped));
            journal.note(steps);
            answered
        }
        Err(error) => {
            journal.failed(Step::new("ingest", LISTENING_HISTORY.label()).took(watch), error);
            false
        }
    };
    if options.history_only {
        return;
    }
    let provider = match (sources.features, &sources.spotify, &sources.reccobeats) {
        // Where Spotify gave no history it gives no features either: it is asked again with the next run.
        (FeatureProvider::Auto, Some(client), _) if answered => Some(Provider::Spotify(client)),
        (FeatureProvider::ReccoBeats, _, Some(service)) => Some(Provider::ReccoBeats(service)),
        _ => None,
    };
    if let Some(provider) = provider {
        part(
            journal,
            Step::new("audio-features", TRACK_FEATURES.label()),
            real_features::fetch(context, provider).await.map(one),
        );
    }
    let catalogue = catalog::default_path(context);
    if catalogue.is_file() {
        let imported = catalog::import(context, &catalogue).await.map(|imported| imported.steps);
        part(journal, Step::new("import-catalog", KAGGLE_TRACKS.label()), imported);
    }
    let step = Step::new("populate-missing", SYNTHETIC_FEATURES.label());
    if !options.allow_synthetic {
        journal.note([step.remarked("ALLOW_SYNTHETIC is false")]);
        return;
    }
    match context.lake.holds(&LISTENING_HISTORY).await {
        Ok(true) => part(journal, step, synthetic::populate(context, synthetic::Extent::Missing).await.map(one)),
        Ok(false) => journal.note([step.remarked("there are no plays yet")]),
        Err(error) => journal.failed(step, error),
    }
}

/// Merges stored answers again, without the network.
///
/// # Errors
/// When an answer cannot be read or a table not written.
pub async fn replay(context: &Context, paths: &[PathBuf], journal: &mut Journal<'_>) -> Result<()> {
    for response in raw_responses::read(paths)? {
        let page = recently_played::read(&response.body).map_err(|fault| {
            Error::failure(format!("the stored answer of {} cannot be read: {fault}", response.requested_at))
                .hint("leave its file out; the others can be replayed without it")
        })?;
        journal.note(recent_plays::merge(context, &response.user_id, page, Origin::Replay).await?);
    }
    Ok(())
}

fn one(step: Step) -> Vec<Step> {
    vec![step]
}

async fn history(context: &Context, sources: &Sources, options: &Ingest) -> Result<Vec<Step>> {
    let watch = Stopwatch::start();
    let step = Step::new("ingest", LISTENING_HISTORY.label());
    let Some(client) = &sources.spotify else {
        let says = "no Spotify app is configured";
        match options.without_spotify {
            WithoutSpotify::IsFine => return Ok(Vec::new()),
            WithoutSpotify::IsTold => return Ok(vec![step.remarked(says)]),
            WithoutSpotify::Fails => {}
        }
        return Err(Error::authorization(says).hint(
            "register an app at developer.spotify.com/dashboard, set SPOTIFY_CLIENT_ID and run `moodlake auth login` (docs/spotify.md); \
             without an app, `moodlake import PATH` brings your own export",
        ));
    };
    // Asked for now: whoever logs in while Spotify is asked is not the one whose plays come back.
    let user_id = client.user_id()?;
    match client.recently_played().await {
        Ok((page, body)) => {
            if client.user_id().is_ok_and(|now| now != user_id) {
                return Err(Error::failure("another listener logged in while Spotify was asked").hint("the next run asks again"));
            }
            // The plays matter more than the copy of the answer.
            if let Err(error) = raw_responses::keep(context, &user_id, "recently_played", &body) {
                tracing::warn!("{}", error.in_one_line());
            }
            recent_plays::merge(context, &user_id, page, Origin::Live).await
        }
        Err(Trouble::Deferred { until, reason }) => {
            let says = format!("Spotify asks to wait until {} ({reason})", until.format("%Y-%m-%d %H:%M UTC"));
            Ok(vec![Step { outcome: Outcome::Deferred, ..step }.remarked(says).took(watch)])
        }
        Err(other) => Err(other.into_error()),
    }
}
