//! What a watcher saw, into bronze: events of the player, plays that are over, and the plays of the history.
//!
//! Owns the rows and their order: tracks and plays before the events that speak of them, so that a crash in between is mended by
//! landing the same events again. Every table knows its keys, so that nothing is stored twice.

use super::history::{HistoryRows, only, play_id};
use super::play::{Play, Source, TimeBasis};
use super::tracks;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Explain, Result};
use crate::lake::merge::{Narrow, known_keys};
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::{LISTENING_HISTORY, PLAY_EVENTS, PLAYER_EVENTS};
use crate::lake::{Mode, Snapshot, Table};
use crate::spotify::track::Track;
use crate::watch::{Event, PlayEvent, PlayerEvent, Status};
use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;

/// The step's name.
const STEP: &str = "watch";

/// Stores events of a listener; those that are stored already are counted.
///
/// # Errors
/// When a table cannot be read or written; landing the same events again goes on where it failed.
pub async fn land(context: &Context, user_id: &str, events: &[Event]) -> Result<Vec<Step>> {
    let (mut player, mut plays) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            Event::Player(seen) => player.push((event.id(user_id), seen)),
            Event::Play(over) => plays.push((event.id(user_id), over)),
        }
    }
    let mut steps = Vec::new();
    if !plays.is_empty() {
        let told: Vec<_> = plays.iter().map(|(_, event)| &event.track).collect();
        let rows = tracks::metadata(&told, context.clock.now().timestamp_micros())?;
        if rows.num_rows() > 0 {
            steps.push(tracks::merge_rows(context, STEP, rows).await?);
        }
        steps.push(history(context, user_id, &plays).await?);
        steps.push(append(context, &PLAY_EVENTS, play_rows(context, user_id, &plays)?).await?);
    }
    if !player.is_empty() {
        steps.push(append(context, &PLAYER_EVENTS, player_rows(context, user_id, &player)?).await?);
    }
    Ok(steps)
}

/// The play of the history that an event tells of. Of a play that was not seen from beginning to end nobody knows how long it was
/// listened to.
fn as_play(event: &PlayEvent) -> Play {
    let context_uri = event.context_uri.as_ref();
    Play {
        ms_played: event.is_whole.then_some(event.listened_ms),
        skipped: event.is_whole.then_some(event.status == Status::Skipped),
        ..Play::of(&event.track, event.ended_us, Source::NowPlaying, TimeBasis::End, context_uri)
    }
}

async fn history(context: &Context, user_id: &str, plays: &[(String, &PlayEvent)]) -> Result<Step> {
    let watch = Stopwatch::start();
    let mut rows = HistoryRows::default();
    for (_, event) in plays {
        rows.push(user_id, 0, &as_play(event));
    }
    let stored = context.lake.open(&LISTENING_HISTORY).await?;
    let known = known_keys(&context.engine, stored.as_ref(), &LISTENING_HISTORY, rows.keys(), &rows.narrow()).await?;
    let new = rows.is_new(&known);
    let batch = only(&rows.into_batch(user_id, context.clock.now(), &context.run_id)?, new)?;
    Ok(stored_rows(context, &LISTENING_HISTORY, stored.as_ref(), batch, plays.len()).await?.took(watch))
}

/// Adds those rows whose key the table does not hold.
async fn append(context: &Context, table: &Table, rows: RecordBatch) -> Result<Step> {
    use arrow::array::AsArray as _;
    let watch = Stopwatch::start();
    let keys = rows.column(0).as_string::<i32>();
    let wanted: HashSet<String> = keys.iter().flatten().map(str::to_owned).collect();
    let stored = context.lake.open(table).await?;
    let known = known_keys(&context.engine, stored.as_ref(), table, &wanted, &Narrow::default()).await?;
    let mut seen = HashSet::new();
    let new = keys.iter().map(|key| key.is_some_and(|key| !known.contains(key) && seen.insert(key))).collect::<Vec<_>>();
    let new_rows = filter_record_batch(&rows, &BooleanArray::from(new))
        .explain(|| format!("table {}: its new rows cannot be told", table.label()))?;
    Ok(stored_rows(context, table, stored.as_ref(), new_rows, rows.num_rows()).await?.took(watch))
}

async fn stored_rows(context: &Context, table: &Table, stored: Option<&Snapshot>, new: RecordBatch, read: usize) -> Result<Step> {
    let mut step = Step::new(STEP, table.label());
    step.rows_read = read as u64;
    step.rows_duplicate = (read - new.num_rows()) as u64;
    if new.num_rows() == 0 {
        step.outcome = Outcome::UpToDate;
        step.version = stored.map(Snapshot::version);
        return Ok(step);
    }
    let note = context.note(json!({ "source": Source::NowPlaying.name() }));
    Ok(step.wrote(store(&context.lake, table, vec![new], Mode::Append, &note).await?))
}

fn player_rows(context: &Context, user_id: &str, events: &[(String, &PlayerEvent)]) -> Result<RecordBatch> {
    let mut columns = common(context, user_id, events, |event| (&event.track, event.context_uri.as_deref(), event.at_us));
    columns.push(("event_type", texts(events, |event| Some(event.change.name()))));
    columns.push(("progress_ms", Arc::new(Int64Array::from_iter_values(events.iter().map(|(_, event)| event.progress_ms)))));
    batch(&PLAYER_EVENTS, &columns)
}

fn play_rows(context: &Context, user_id: &str, events: &[(String, &PlayEvent)]) -> Result<RecordBatch> {
    let mut columns = common(context, user_id, events, |event| (&event.track, event.context_uri.as_deref(), event.ended_us));
    let play_ids = StringArray::from_iter_values(events.iter().map(|(_, event)| play_id(user_id, &as_play(event))));
    columns.extend([
        ("event_type", texts(events, |_| Some(PlayEvent::TYPE))),
        ("started_at", Arc::new(instants(events.iter().map(|(_, event)| event.started_us))) as ArrayRef),
        ("status", texts(events, |event| Some(event.status.name()))),
        ("duration_listened", Arc::new(Int64Array::from_iter_values(events.iter().map(|(_, event)| event.listened_ms)))),
        ("is_whole", Arc::new(BooleanArray::from_iter(events.iter().map(|(_, event)| Some(event.is_whole))))),
        ("processing_path", texts(events, |event| Some(event.path().name()))),
        ("play_id", Arc::new(play_ids)),
    ]);
    batch(&PLAY_EVENTS, &columns)
}

fn texts<E>(events: &[(String, &E)], value: impl Fn(&E) -> Option<&str>) -> ArrayRef {
    Arc::new(StringArray::from_iter(events.iter().map(|(_, event)| value(event))))
}

/// The columns that both tables have.
fn common<E>(
    context: &Context,
    user_id: &str,
    events: &[(String, &E)],
    of: impl Fn(&E) -> (&Track, Option<&str>, i64),
) -> Vec<(&'static str, ArrayRef)> {
    let now_us = context.clock.now().timestamp_micros();
    let same = |text: &str| Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, events.len()))) as ArrayRef;
    let track = |value: fn(&Track) -> Option<&str>| {
        Arc::new(StringArray::from_iter(events.iter().map(|(_, event)| value(of(event).0)))) as ArrayRef
    };
    vec![
        ("event_id", Arc::new(StringArray::from_iter_values(events.iter().map(|(id, _)| id)))),
        ("user_id", same(user_id)),
        ("event_at", Arc::new(instants(events.iter().map(|(_, event)| of(event).2)))),
        ("track_id", track(|track| track.id.as_deref())),
        ("track_uri", track(|track| track.uri.as_deref())),
        ("track_name", track(|track| track.name.as_deref())),
        ("artist_name", track(|track| track.artists.first().map(String::as_str))),
        ("context_uri", Arc::new(StringArray::from_iter(events.iter().map(|(_, event)| of(event).1)))),
        ("ingested_at", Arc::new(instants(std::iter::repeat_n(now_us, events.len())))),
        ("run_id", same(&context.run_id)),
    ]
}
