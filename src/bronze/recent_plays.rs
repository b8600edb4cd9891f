//! Spotify's recent plays into the history.
//!
//! Owns the merge of one answer: all of its plays every time, since late ones arrive with older times; a gap when none of them is
//! known; track metadata from the same answer. The order of writes survives a crash: a gap is written before the plays that would
//! hide it, and tracks before the plays, since the next answer may not show them again. Rejected items come last: one that is known
//! vouches for the plays of its answer.

use super::export::redact::redact;
use super::history::{HistoryRows, only};
use super::play::{Play, Reject, Source, TimeBasis};
use super::raw_responses::without_accounts;
use super::rejects::{self, Rejected};
use super::{gaps, tracks};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::Result;
use crate::lake::Mode;
use crate::lake::merge::known_keys;
use crate::lake::rows::store;
use crate::lake::tables::{LISTENING_HISTORY, REJECTED_ROWS};
use crate::spotify::recently_played::{Item, Odd, Page, RecentPlay};
use serde_json::json;

/// What rejected items are filed under.
const FILE: &str = "spotify recently-played";
/// Bytes kept of an odd item's text: enough for a whole one with all its pictures and markets.
const RAW_BYTES_MAX: usize = 16 << 10;

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Spotify, just now.
    Live,
    /// A stored answer: it says nothing of what is missing today.
    Replay,
}

/// Merges one answer into the listener's history.
///
/// # Errors
/// When a table cannot be read or written.
pub async fn merge(context: &Context, user_id: &str, page: Page, origin: Origin) -> Result<Vec<Step>> {
    let watch = Stopwatch::start();
    let (mut plays, mut odd) = (Vec::new(), Vec::new());
    for item in page.items {
        match item {
            Item::Play(play) => plays.push(*play),
            Item::Odd(item) => odd.push(item),
        }
    }
    let mut times: Vec<i64> = plays.iter().map(|play| play.played_at_us).collect();
    times.extend(odd.iter().filter_map(|odd| odd.played_at_us));
    let rows = rows(user_id, &plays);
    let stored = context.lake.open(&LISTENING_HISTORY).await?;
    let known = known_keys(&context.engine, stored.as_ref(), &LISTENING_HISTORY, rows.keys(), &rows.narrow()).await?;
    let new = rows.is_new(&known);
    let kept = new.iter().filter(|&&is_new| is_new).count();
    // An odd item that was seen before shows that the answers meet, too; one without a time could be from any day.
    let (dated, undated): (Vec<_>, Vec<_>) = odd.into_iter().partition(|odd| odd.played_at_us.is_some());
    let mut odd: Vec<_> = dated.into_iter().map(rejected).collect();
    let is_connected = !known.is_empty() || rejects::any_known(context, &odd).await?;
    odd.extend(undated.into_iter().map(rejected));

    let mut steps = Vec::new();
    if origin == Origin::Live && !is_connected {
        steps.extend(gap(context, user_id, &times).await?);
    }
    // Metadata that cannot be written does not keep the plays from being stored: those may be gone by the next answer.
    let tracks = if plays.is_empty() { None } else { Some(metadata(context, &plays).await) };
    let mut step = Step::new("ingest", LISTENING_HISTORY.label());
    step.rows_read = (plays.len() + odd.len()) as u64;
    step.rows_duplicate = (plays.len() - kept) as u64;
    step.rows_rejected = odd.len() as u64;
    if kept > 0 {
        let batch = only(&rows.into_batch(context.clock.now(), &context.run_id)?, new)?;
        let note = context.note(json!({ "source": Source::SpotifyApi.name() }));
        step = step.wrote(store(&context.lake, &LISTENING_HISTORY, vec![batch], Mode::Append, &note).await?);
    } else {
        step.outcome = Outcome::UpToDate;
        step.version = stored.as_ref().map(crate::lake::Snapshot::version);
    }
    steps.push(step.took(watch));
    if let Some(written) = rejects::keep(context, Some(user_id), &odd).await? {
        steps.push(Step::new("ingest", REJECTED_ROWS.label()).wrote(written));
    }
    steps.extend(tracks.transpose()?);
    Ok(steps)
}

async fn metadata(context: &Context, plays: &[RecentPlay]) -> Result<Step> {
    let told: Vec<_> = plays.iter().map(|play| &play.track).collect();
    let rows = tracks::metadata(&told, context.clock.now().timestamp_micros())?;
    tracks::merge_rows(context, "ingest", rows).await
}

/// The plays of an answer as rows of the history. It may tell a play twice: the second counts as known.
#[must_use]
pub fn rows(user_id: &str, plays: &[RecentPlay]) -> HistoryRows {
    let mut rows = HistoryRows::default();
    plays.iter().for_each(|play| {
        rows.push(user_id, 0, &as_play(play));
    });
    rows
}

/// Nothing of the answer is known: from the newest play that is, to the oldest one that is newer, something may be missing.
async fn gap(context: &Context, user_id: &str, times: &[i64]) -> Result<Option<Step>> {
    if times.is_empty() {
        return Ok(None);
    }
    let Some(newest) = gaps::newest_from_api(context, user_id).await? else { return Ok(None) };
    match times.iter().filter(|&&time| time > newest).min() {
        Some(&oldest) => gaps::record(context, user_id, newest, oldest).await,
        None => Ok(None),
    }
}

fn as_play(recent: &RecentPlay) -> Play {
    Play::of(&recent.track, recent.played_at_us, Source::SpotifyApi, TimeBasis::Unknown, recent.context_uri.as_ref())
}

/// An odd item as a rejected row, its text cut and without accounts.
#[must_use]
pub fn rejected(odd: Odd) -> Rejected {
    let raw = redact(&without_accounts(&odd.raw), RAW_BYTES_MAX);
    Rejected { file: FILE.to_owned(), reject: Reject { position: 0, reason: odd.reason, raw }, identity: Some(odd.identity) }
}
