//! What a watcher saw, into bronze: events of the player, plays that are over, and the plays of the history.
//!
//! Owns the rows and their order: tracks and plays before the events that speak of them, so that a crash in between is mended by
//! landing the same events again. Every table knows its keys, so that nothing is stored twice.

use super::history::{HistoryRows, play_id};
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
use arrow::array::{ArrayRef, AsArray as _, BooleanArray, Int64Array, RecordBatch, StringArray};
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
        let (rows, narrow) = history_rows(context, user_id, &plays)?;
        steps.push(append(context, &LISTENING_HISTORY, rows, narrow).await?);
        steps.push(append(context, &PLAY_EVENTS, play_rows(context, user_id, &plays)?, Narrow::default()).await?);
    }
    if !player.is_empty() {
        steps.push(append(context, &PLAYER_EVENTS, player_rows(context, user_id, &player)?, Narrow::default()).await?);
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

/// The plays as rows of the history, and where their keys can stand in it.
fn history_rows(context: &Context, user_id: &str, plays: &[(String, &PlayEvent)]) -> Result<(RecordBatch, Narrow)> {
    let mut rows = HistoryRows::default();
    for (_, event) in plays {
        rows.push(user_id, 0, &as_play(event));
    }
    let narrow = rows.narrow();
    Ok((rows.into_batch(context.clock.now(), &context.run_id)?, narrow))
}

/// Adds those rows whose key, the first column, the table does not hold.
async fn append(context: &Context, table: &Table, rows: RecordBatch, narrow: Narrow) -> Result<Step> {
    let watch = Stopwatch::start();
    let keys = rows.column(0).as_string::<i32>();
    let wanted: HashSet<String> = keys.iter().flatten().map(str::to_owned).collect();
    let stored = context.lake.open(table).await?;
    let known = known_keys(&context.engine, stored.as_ref(), table, &wanted, &narrow).await?;
    let mut seen = HashSet::new();
    let is_new: BooleanArray =
        keys.iter().map(|key| Some(key.is_some_and(|key| !known.contains(key) && seen.insert(key)))).collect();
    let mut step = Step::new(STEP, table.label());
    step.rows_read = rows.num_rows() as u64;
    step.rows_duplicate = is_new.false_count() as u64;
    if is_new.true_count() == 0 {
        step.outcome = Outcome::UpToDate;
        step.version = stored.as_ref().map(Snapshot::version);
        return Ok(step.took(watch));
    }
    let new = filter_record_batch(&rows, &is_new).explain(|| format!("table {}: its new rows cannot be told", table.label()))?;
    let note = context.note(json!({ "source": Source::NowPlaying.name() }));
    Ok(step.wrote(store(&context.lake, table, vec![new], Mode::Append, &note).await?).took(watch))
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
