//! Real audio features: which tracks lack them, whom to ask, and what became of it.
//!
//! Owns the choice of the provider and the budget of one run. What a provider does not know is remembered; that this app may not
//! ask Spotify is remembered too. Answers are stored as they come, so that an interrupted run loses nothing it paid for.

use super::play::Reject;
use super::rejects::{self, Rejected};
use super::{feature_misses, tracks};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Explain, Result};
use crate::lake::catalog::relation;
use crate::lake::tables::{FEATURE_MISSES, LISTENING_HISTORY, TRACK_FEATURES};
use crate::reccobeats::{self, Asked, ReccoBeats};
use crate::spotify::audio_features::{AudioFeatures, Found};
use crate::spotify::{AUDIO_FEATURES_IDS_MAX, Client, Forbidden, Trouble};
use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use chrono::{DateTime, Duration, Utc};
use datafusion::scalar::ScalarValue;
use std::collections::BTreeSet;

/// The model that finds tracks without values.
pub const WANTED: &str = include_str!("wanted_features.sql");
/// Requests of one run: at one a second, the longest that a first run after a large import takes is under two minutes. The most
/// played tracks come first, and the next run goes on.
pub const CALLS_MAX: usize = 100;
/// Answers that are stored together.
const CALLS_PER_COMMIT: usize = 25;
/// Days after which Spotify is asked again whether this app may read audio features.
pub const PROBE_AGAIN_DAYS: i64 = 30;
/// Bytes kept of an odd answer's text.
const RAW_BYTES_MAX: usize = 4096;

/// Who is asked.
#[derive(Clone, Copy, Debug)]
pub enum Provider<'a> {
    /// Spotify's own audio features.
    Spotify(&'a Client),
    /// `ReccoBeats`.
    ReccoBeats(&'a ReccoBeats),
}

enum Answer {
    Found(Vec<Found>),
    /// Nothing more in this run; the words say why.
    Enough(String),
}

impl Provider<'_> {
    const fn name(self) -> &'static str {
        match self {
            Self::Spotify(_) => "spotify",
            Self::ReccoBeats(_) => "reccobeats",
        }
    }

    const fn ids_max(self) -> usize {
        match self {
            Self::Spotify(_) => AUDIO_FEATURES_IDS_MAX,
            Self::ReccoBeats(_) => reccobeats::IDS_MAX,
        }
    }

    async fn ask(self, context: &Context, ids: &[String]) -> Result<Answer> {
        let wait = |until: DateTime<Utc>| Answer::Enough(format!("deferred until {}", until.format("%Y-%m-%d %H:%M UTC")));
        match self {
            Self::ReccoBeats(service) => match service.audio_features(ids).await? {
                Asked::Answer(found) => Ok(Answer::Found(found)),
                Asked::Deferred(until) => Ok(wait(until)),
            },
            Self::Spotify(client) => match client.audio_features(ids).await {
                Ok(found) => Ok(Answer::Found(found)),
                Err(Trouble::Deferred { until, .. }) => Ok(wait(until)),
                Err(Trouble::Forbidden(Forbidden::Endpoint(_))) => {
                    let now = context.clock.now();
                    client.state().update(|state| state.audio_features_denied_at = Some(now))?;
                    Ok(Answer::Enough(DENIED.to_owned()))
                }
                Err(other) => Err(other.into_error()),
            },
        }
    }
}

/// Whether Spotify's word that this app may not read audio features still counts.
#[must_use]
pub fn is_denied(since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    // Counted from the clock: the state file may name a time at the end of all calendars.
    now - Duration::days(PROBE_AGAIN_DAYS) < since
}

const DENIED: &str = "Spotify does not give audio features to this app (403); AUDIO_FEATURES_PROVIDER=reccobeats is another way";

/// Asks for the values that are missing.
///
/// # Errors
/// When the provider gives no answer or a table cannot be written; what came before is stored.
pub async fn fetch(context: &Context, provider: Provider<'_>) -> Result<Step> {
    let watch = Stopwatch::start();
    let mut step = Step::new("audio-features", TRACK_FEATURES.label());
    step.outcome = Outcome::UpToDate;
    if let Provider::Spotify(client) = provider
        && let Some(denied) = client.state().read().audio_features_denied_at
        && is_denied(denied, context.clock.now())
    {
        step.outcome = Outcome::Skipped;
        step.remark = Some(DENIED.to_owned());
        return Ok(step.took(watch));
    }
    let wanted = wanted(context, provider.name()).await?;
    step.rows_read = wanted.len() as u64;
    let mut gathered = Gathered::default();
    for (call, ids) in wanted.chunks(provider.ids_max()).take(CALLS_MAX).enumerate() {
        let answer = match provider.ask(context, ids).await {
            Ok(answer) => answer,
            Err(error) => {
                gathered.store(context, provider, &mut step).await?;
                return Err(error);
            }
        };
        match answer {
            Answer::Found(found) => gathered.take(ids, found),
            Answer::Enough(why) => {
                step.remark = Some(why);
                break;
            }
        }
        if call % CALLS_PER_COMMIT == CALLS_PER_COMMIT - 1 {
            gathered.store(context, provider, &mut step).await?;
        }
    }
    gathered.store(context, provider, &mut step).await?;
    if step.remark.is_some() && step.outcome == Outcome::UpToDate {
        step.outcome = Outcome::Skipped;
    }
    let asked = CALLS_MAX * provider.ids_max();
    if step.remark.is_none() && wanted.len() > asked {
        step.remark = Some(format!("{} tracks more with the next runs", wanted.len() - asked));
    }
    Ok(step.took(watch))
}

#[derive(Default)]
struct Gathered {
    features: Vec<AudioFeatures>,
    odd: Vec<Reject>,
    misses: Vec<String>,
}

impl Gathered {
    fn take(&mut self, asked: &[String], found: Vec<Found>) {
        let mut missing: BTreeSet<&String> = asked.iter().collect();
        for found in found {
            match found {
                // What was not asked for is not believed either.
                Found::Features(features) => {
                    if missing.remove(&features.track_id) {
                        self.features.push(*features);
                    }
                }
                Found::Odd { reason, raw } => {
                    let raw = super::export::redact::redact(&raw, RAW_BYTES_MAX);
                    self.odd.push(Reject { position: 0, reason, raw });
                }
            }
        }
        self.misses.extend(missing.into_iter().cloned());
    }

    async fn store(&mut self, context: &Context, provider: Provider<'_>, step: &mut Step) -> Result<()> {
        let features = std::mem::take(&mut self.features);
        if !features.is_empty() {
            let rows = tracks::audio(&features, provider.name(), context.clock.now().timestamp_micros())?;
            let merged = tracks::merge_rows(context, step.step, rows).await?;
            step.rows_written += merged.rows_written;
            step.version = merged.version.or(step.version);
            if merged.outcome == Outcome::Wrote {
                step.outcome = Outcome::Wrote;
            }
        }
        let file = format!("{} audio-features", provider.name());
        let odd: Vec<_> = std::mem::take(&mut self.odd)
            .into_iter()
            .map(|reject| Rejected { file: file.clone(), reject, identity: None })
            .collect();
        step.rows_rejected += odd.len() as u64;
        rejects::keep(context, None, &odd).await?;
        feature_misses::remember(context, provider.name(), &std::mem::take(&mut self.misses)).await
    }
}

async fn wanted(context: &Context, provider: &str) -> Result<Vec<String>> {
    let failed = || format!("table {}: the tracks without audio features cannot be found", TRACK_FEATURES.label());
    let scope = context.engine.scope();
    relation(&context.lake, &scope, "history", &LISTENING_HISTORY).await?;
    relation(&context.lake, &scope, "real_features", &TRACK_FEATURES).await?;
    relation(&context.lake, &scope, "misses", &FEATURE_MISSES).await?;
    let since = feature_misses::asked_since(context.clock.now()).timestamp_micros();
    let values = vec![
        ("provider", ScalarValue::Utf8(Some(provider.to_owned()))),
        ("asked_since", ScalarValue::TimestampMicrosecond(Some(since), Some("UTC".into()))),
    ];
    let mut ids = Vec::new();
    for batch in scope.model("wanted_features", WANTED, values).await?.collect().await.explain(failed)? {
        let column = cast(batch.column(0), &DataType::Utf8).explain(failed)?;
        ids.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    Ok(ids)
}
