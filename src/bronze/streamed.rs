//! Plays that a stream told, into the listening history.
//!
//! Owns what an event says of a play: the same as the watcher that told it, so that a play which came by both ways is one row. What was
//! made up stays known as made up.

use super::history::{HistoryRows, only};
use super::play::{Play, Source, TimeBasis};
use super::track_metadata;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::engine::Columns;
use crate::error::{Error, Result};
use crate::lake::Snapshot;
use crate::lake::marks::{self, Appended, Marks};
use crate::lake::merge::known_keys;
use crate::lake::tables::LISTENING_HISTORY;
use crate::spotify::track::{Track, is_id};
use crate::watch::Status;
use arrow::array::{Array as _, StringArray};
use serde_json::json;

/// The step's name.
const STEP: &str = "stream";

/// The model of the plays among new events.
pub const PLAYS: &str = include_str!("streamed_plays.sql");

/// Adds those plays that the history does not hold, and moves marks with them where there are any; what the history got is the last
/// step. The lake's lock is held by the caller.
///
/// # Errors
/// When a table cannot be read or written; landing the same plays again goes on where it failed.
pub async fn land(context: &Context, history: &mut Snapshot, told: &Columns, marks: &Marks) -> Result<Vec<Step>> {
    let watch = Stopwatch::start();
    *history = history.renewed().await?;
    let mut step = Step::new(STEP, LISTENING_HISTORY.label());
    let (rows, nameless) = gathered(told)?;
    step.rows_read = told.len() as u64;
    step.rows_rejected = nameless;
    let known = known_keys(&context.engine, Some(&*history), &LISTENING_HISTORY, rows.keys(), &rows.narrow()).await?;
    let is_new = rows.is_new(&known);
    let count = is_new.iter().filter(|is_new| **is_new).count() as u64;
    step.rows_duplicate = step.rows_read - nameless - count;
    step.version = Some(history.version());
    if count == 0 {
        step.outcome = Outcome::UpToDate;
        return Ok(vec![step.took(watch)]);
    }
    let plays = only(&rows.into_batch(context.clock.now(), &context.run_id)?, is_new)?;
    // Tracks before the plays that speak of them, so that a crash in between is mended by landing the same plays again.
    let tracks = track_metadata::keep(context, STEP, plays.clone()).await?;
    let version = history.version();
    let note = context.note(json!({ "source": Source::NowPlaying.name() }));
    match marks::append(history, &LISTENING_HISTORY, version, vec![plays], marks, &note).await? {
        Appended::Stored(written) => Ok(vec![tracks, step.wrote(written).took(watch)]),
        Appended::Overtaken => {
            Err(Error::failure(format!("table {}: another process adds plays of this stream", history.at().label()))
                .hint("was the lake's lock file removed while one was running? nothing was written"))
        }
    }
}

/// The plays, and how many events name no track that a play could be of.
fn gathered(told: &Columns) -> Result<(HistoryRows, u64)> {
    let text = |name: &str| told.text(name);
    let (user, id, uri) = (text("user_id")?, text("track_id")?, text("track_uri")?);
    let (track, artist, status) = (text("track_name")?, text("artist_name")?, text("status")?);
    let (ended, listened) = (told.whole("ended_us")?, told.whole("duration_listened")?);
    let (is_whole, is_simulated) = (told.truth("is_whole")?, told.truth("is_simulated")?);
    let (mut rows, mut nameless) = (HistoryRows::default(), 0);
    for row in 0..told.len() {
        let said = |column: &StringArray| (!column.is_null(row)).then(|| column.value(row).to_owned());
        let id = said(&id).filter(|id| is_id(id));
        let uri = id.as_ref().map(|id| format!("spotify:track:{id}")).or_else(|| said(&uri));
        let track = Track { id, uri, name: said(&track), artists: said(&artist).into_iter().collect(), ..Track::default() };
        if track.uri.is_none() && track.name.is_none() {
            nameless += 1;
            continue;
        }
        let source = if is_simulated.value(row) { Source::Simulated } else { Source::NowPlaying };
        // Of a play that was not seen from beginning to end nobody knows how long it was listened to.
        let is_whole = is_whole.value(row);
        let play = Play {
            ms_played: (is_whole && !listened.is_null(row)).then(|| listened.value(row)),
            skipped: is_whole.then(|| status.value(row) == Status::Skipped.name()),
            ..Play::of(&track, ended.value(row), source, TimeBasis::End, None)
        };
        rows.push(user.value(row), 0, &play);
    }
    Ok((rows, nameless))
}
