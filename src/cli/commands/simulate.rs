//! `simulate`: play events of a crowd that never was, or of the lake's plays, as a stream.
//!
//! Owns where tracks and plays come from. What a crowd does is `bronze::crowd`'s business; where events go, and how fast, `outlet`'s.

use super::brokers;
use super::outlet::{Outlet, Way};
use super::query::plan;
use super::sample;
use crate::bronze::crowd::{Crowd, CrowdEvent, CrowdTrack, Late};
use crate::cli::args::SimulateArgs;
use crate::cli::settings::Settings;
use crate::cli::sinks::Sink;
use crate::clock::Clock;
use crate::engine::{Columns, Engine};
use crate::error::{Error, Explain, Result};
use crate::lake::snapshot::AsOf;
use crate::lake::tables::{CATALOG_TRACKS, LISTENING_WITH_FEATURES};
use arrow::array::{Array, StringArray};
use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use tokio::sync::mpsc;

const TRACKS: &str = "SELECT track_id, track_name, artist_name, track_genre, popularity, duration_ms FROM silver.catalog_tracks
WHERE track_genre IS NOT NULL AND track_name IS NOT NULL AND artist_name IS NOT NULL AND duration_ms > 0";

/// A play of which nobody knows how long it was listened to is one that Spotify counted: half a minute at least.
const PLAYS: &str = "SELECT play_id, user_id, track_id, track_name, artist_name, track_genre, ms_played,
       coalesce(ms_played, duration_ms, 30000) >= 30000 AS is_complete,
       CAST(arrow_cast(played_at, 'Timestamp(Microsecond, Some(\"UTC\"))') AS BIGINT) AS ended_us
FROM silver.listening_with_features ORDER BY played_at, play_id";

/// Writes events until there are enough, no more, or a stop is asked for.
pub async fn simulate(settings: &Settings, args: SimulateArgs, mut stops: mpsc::UnboundedReceiver<()>) -> Result<()> {
    let late_by = humantime::parse_duration(&args.late_by).map_err(|error| {
        Error::usage(format!("--late-by {}: {error}", args.late_by)).hint("write a number and its unit, such as 90s or 2m")
    })?;
    if !(0.0..=1.0).contains(&args.late) {
        return Err(
            Error::usage(format!("--late {}: it is no share", args.late)).hint("write a number from 0 to 1, such as 0.05")
        );
    }
    let late_by_us = i64::try_from(late_by.as_micros()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    let way = match args.sink.0.as_slice() {
        [Sink::Stdout] => Way::stdout(),
        [one] => match brokers::sink(settings, one, args.kafka_config.as_deref(), false)? {
            Some(sink) => Way::Broker(sink),
            None => return Err(elsewhere()),
        },
        _ => return Err(elsewhere()),
    };
    let mut sink = Outlet::new(way, Late::new(args.late, late_by_us, args.seed), args.rate, args.total.unwrap_or(u64::MAX));
    let written = async {
        if args.replay {
            return replay(settings, &mut sink).await;
        }
        let start = match &args.start {
            Some(text) => moment(text)?,
            None => Clock::System.now(),
        };
        let tracks = tracks(settings).await?;
        let crowd = Crowd::new(tracks, args.users as usize, start.timestamp_micros(), args.seed);
        for event in crowd.ok_or_else(|| Error::failure("there is no track to listen to"))? {
            if !sink.take(event).await? {
                break;
            }
        }
        Ok(())
    };
    tokio::select! {
        done = written => done?,
        Some(()) = stops.recv() => return sink.flush(),
    }
    sink.end().await
}

fn moment(text: &str) -> Result<DateTime<Utc>> {
    let parsed = DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc));
    parsed.map_err(|error| Error::usage(format!("--start {text}: {error}")).hint("write a time such as 2026-03-01T12:00:00Z"))
}

/// The lake's catalogue, or where it has none the bundled extract.
async fn tracks(settings: &Settings) -> Result<Vec<CrowdTrack>> {
    let lake = settings.lake()?;
    if !lake.holds(&CATALOG_TRACKS).await? {
        return bundled();
    }
    let engine = Engine::new(settings.zone)?;
    let rows = Columns::of(plan(&lake, &engine.query_scope(), TRACKS, AsOf::Latest).await?, "tracks").await?;
    let [id, name, artist, genre] = ["track_id", "track_name", "artist_name", "track_genre"].map(|name| rows.text(name));
    let (id, name, artist, genre) = (id?, name?, artist?, genre?);
    let (popularity, length) = (rows.whole("popularity")?, rows.whole("duration_ms")?);
    let of = |row: usize| CrowdTrack {
        track_id: id.value(row).to_owned(),
        track_name: name.value(row).to_owned(),
        artist_name: artist.value(row).to_owned(),
        genre: genre.value(row).to_owned(),
        duration_ms: length.value(row),
        popularity: if popularity.is_null(row) { 0 } else { popularity.value(row) },
    };
    Ok((0..rows.len()).map(of).collect())
}

/// The tracks of the sample that comes with the program.
pub fn bundled() -> Result<Vec<CrowdTrack>> {
    let of = |row: sample::Row| CrowdTrack {
        artist_name: row.artists().swap_remove(0),
        track_id: row.track_id,
        track_name: row.track_name,
        genre: row.track_genre,
        duration_ms: row.duration_ms,
        popularity: row.popularity,
    };
    Ok(sample::rows()?.into_iter().map(of).collect())
}

fn elsewhere() -> Error {
    Error::usage("--sink: simulated events go to one place, stdout, a topic or a stream")
        .hint("`moodlake stream` brings them from there into a lake")
}

/// The lake's plays in the order of time.
async fn replay(settings: &Settings, sink: &mut Outlet) -> Result<()> {
    let lake = settings.lake()?;
    if !lake.holds(&LISTENING_WITH_FEATURES).await? {
        return Err(Error::failure(format!("the lake {} holds no plays to replay", lake.address()))
            .hint("`moodlake run` builds silver from your plays; leave --replay out for a made-up crowd"));
    }
    let failed = || "the lake's plays cannot be read".to_owned();
    let engine = Engine::new(settings.zone)?;
    let mut rows = plan(&lake, &engine.query_scope(), PLAYS, AsOf::Latest).await?.execute_stream().await.explain(failed)?;
    while let Some(batch) = rows.next().await {
        for event in told(&Columns::in_batch(batch.explain(failed)?, "plays"))? {
            if !sink.take(event).await? {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn told(rows: &Columns) -> Result<Vec<CrowdEvent>> {
    let (id, user, track) = (rows.text("play_id")?, rows.text("user_id")?, rows.text("track_id")?);
    let (name, artist, genre) = (rows.text("track_name")?, rows.text("artist_name")?, rows.text("track_genre")?);
    let (listened, ended, is_complete) = (rows.whole("ms_played")?, rows.whole("ended_us")?, rows.truth("is_complete")?);
    let text = |column: &StringArray, row: usize| (!column.is_null(row)).then(|| column.value(row).to_owned());
    let event = |row: usize| CrowdEvent {
        event_id: text(&id, row).unwrap_or_default(),
        user_id: text(&user, row).unwrap_or_default(),
        track_id: text(&track, row),
        track_name: text(&name, row),
        artist_name: text(&artist, row),
        genre: text(&genre, row),
        listened_ms: (!listened.is_null(row)).then(|| listened.value(row)),
        is_complete: is_complete.value(row),
        ended_us: ended.value(row),
        told_us: ended.value(row),
    };
    Ok((0..rows.len()).map(event).collect())
}
