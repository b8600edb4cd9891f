//! `simulate`: play events of a crowd that never was, or of the lake's plays, as a stream.
//!
//! Owns where tracks and plays come from, and the pace at which events are written. What a crowd does is `bronze::crowd`'s business.

use super::query::plan;
use super::sample;
use crate::bronze::crowd::{Crowd, CrowdEvent, CrowdTrack, Late};
use crate::cli::args::SimulateArgs;
use crate::cli::output::{is_read, json_line};
use crate::cli::settings::Settings;
use crate::clock::{Clock, Stopwatch};
use crate::engine::{Columns, Engine};
use crate::error::{Error, Explain, Result};
use crate::lake::snapshot::AsOf;
use crate::lake::tables::{CATALOG_TRACKS, LISTENING_WITH_FEATURES};
use arrow::array::{Array, StringArray};
use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use std::io::{BufWriter, Write as _};
use std::time::Duration;
use tokio::sync::mpsc;

const TRACKS: &str = "SELECT track_id, track_name, artist_name, track_genre, popularity, duration_ms FROM silver.catalog_tracks
WHERE track_genre IS NOT NULL AND track_name IS NOT NULL AND artist_name IS NOT NULL AND duration_ms > 0";

/// A play of which nobody knows how long it was listened to is one that Spotify counted: half a minute at least.
const PLAYS: &str = "SELECT play_id, user_id, track_id, track_name, artist_name, track_genre, ms_played,
       coalesce(ms_played, duration_ms, 30000) >= 30000 AS is_complete,
       CAST(arrow_cast(played_at, 'Timestamp(Microsecond, Some(\"UTC\"))') AS BIGINT) AS ended_us
FROM silver.listening_with_features ORDER BY played_at, play_id";

/// Events are handed on together as far as the pace allows, and others may have their turn in between.
const TOGETHER: u64 = 1_000;
/// A pace of thousands a second is kept in steps of this length.
const STEP: Duration = Duration::from_millis(10);

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
    let mut sink = Sink::new(Late::new(args.late, late_by_us, args.seed), args.rate, args.total.unwrap_or(u64::MAX));
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
        Some(()) = stops.recv() => return is_read(sink.out.flush()).map(drop),
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
        let of = |row: sample::Row| CrowdTrack {
            artist_name: row.artists().swap_remove(0),
            track_id: row.track_id,
            track_name: row.track_name,
            genre: row.track_genre,
            duration_ms: row.duration_ms,
            popularity: row.popularity,
        };
        return Ok(sample::rows()?.into_iter().map(of).collect());
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

/// The lake's plays in the order of time.
async fn replay(settings: &Settings, sink: &mut Sink) -> Result<()> {
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

/// Where events go, and how fast.
struct Sink {
    late: Late,
    out: BufWriter<std::io::Stdout>,
    rate: Option<f64>,
    begun: Stopwatch,
    written: u64,
    most: u64,
}

impl Sink {
    fn new(late: Late, rate: Option<f64>, most: u64) -> Self {
        let out = BufWriter::with_capacity(1 << 16, std::io::stdout());
        Self { late, out, rate, begun: Stopwatch::start(), written: 0, most }
    }

    /// One more event; false when there is no use in any more.
    async fn take(&mut self, event: CrowdEvent) -> Result<bool> {
        let mut ready = Vec::new();
        self.late.pass(event, &mut ready);
        self.write(&ready).await
    }

    async fn end(mut self) -> Result<()> {
        let mut rest = Vec::new();
        self.late.rest(&mut rest);
        if self.written < self.most {
            self.write(&rest).await?;
        }
        is_read(self.out.flush()).map(drop)
    }

    async fn write(&mut self, events: &[CrowdEvent]) -> Result<bool> {
        for event in events {
            if self.written >= self.most {
                return Ok(false);
            }
            self.keep_pace().await?;
            if !is_read(self.out.write_all(json_line(&event.document()).as_bytes()))? {
                return Ok(false);
            }
            self.written += 1;
        }
        Ok(self.written < self.most)
    }

    /// Waits until the next event is due.
    async fn keep_pace(&mut self) -> Result<()> {
        let Some(rate) = self.rate else {
            if self.written.is_multiple_of(TOGETHER) {
                tokio::task::yield_now().await;
            }
            return Ok(());
        };
        let early = self.written as f64 / rate - self.begun.seconds();
        if early > 0.0 {
            // Whoever reads is not to wait for the buffer to fill.
            is_read(self.out.flush())?;
            tokio::time::sleep(Duration::from_secs_f64(early).max(STEP)).await;
        }
        Ok(())
    }
}
