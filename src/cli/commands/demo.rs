//! `demo`: the whole pipeline on a bundled sample and a simulated listener.
//!
//! Owns the demonstration's lake and its question. It takes the ways a person's own data takes: the catalogue's importer, the
//! history's merge, the pipeline. A lake with a person's plays is refused.

use super::{query, report, sample, writing};
use crate::bronze::catalog;
use crate::bronze::import::import_plays;
use crate::bronze::simulated::{SimTrack, plays};
use crate::cli::args::Global;
use crate::cli::output::{print, tell, thousands};
use crate::cli::printable::printable;
use crate::cli::settings::Settings;
use crate::context::Context;
use crate::error::{Error, Explain, Result};
use crate::gold::mood::{Clusters, MoodOptions};
use crate::lake::snapshot::AsOf;
use crate::lake::tables::LISTENING_HISTORY;
use crate::pipeline::{self, Ingest, Journal, Sources, WithoutSpotify};
use arrow::util::pretty::pretty_format_batches;
use chrono::NaiveDate;
use std::fmt::Write as _;
use std::path::Path;

/// 90 days from a Monday: enough for weekly habits, and Europe's clocks change within.
const FIRST_DAY: (i32, u32, u32) = (2026, 1, 5);
const DAYS: u32 = 90;
const SEED: u64 = 2;
const LISTENER: &str = "demo";

const QUESTION: &str =
    "SELECT s.part_of_day, m.mood, count(*) AS plays, round(avg(s.valence), 3) AS valence, round(avg(s.energy), 3) AS energy
FROM silver.listening_with_features s JOIN gold.mood_clusters m ON m.track_id = s.track_id
WHERE s.feature_source <> 'synthetic'
GROUP BY s.part_of_day, m.mood
ORDER BY array_position(make_array('night', 'morning', 'afternoon', 'evening'), s.part_of_day), plays DESC";

pub async fn demo(global: &Global, settings: &Settings) -> Result<()> {
    let lake = settings.lake_or("./data/demo")?;
    let (context, _lock) = writing(global, settings, lake)?;
    refuse_a_persons_lake(&context).await?;
    let started = context.clock.now();
    let mut journal = Journal::new(&tell);
    journal.note(catalog::import_bundled(&context, "data/sample/catalog.csv", sample::SAMPLE).await?.steps);
    let first_day = NaiveDate::from_ymd_opt(FIRST_DAY.0, FIRST_DAY.1, FIRST_DAY.2).unwrap_or_default();
    let heard = plays(&sample_tracks()?, context.zone, first_day, DAYS, SEED);
    journal.note(import_plays(&context, LISTENER, "simulated", &heard).await?.steps);
    let features = ["valence", "energy", "danceability", "acousticness"].map(str::to_owned);
    let options = pipeline::Options {
        ingest: Ingest {
            history_only: false,
            without_spotify: WithoutSpotify::IsFine,
            allow_synthetic: settings.allow_synthetic,
        },
        mood: MoodOptions::new(Clusters::Auto, &features, 7, false)?.allowing_synthetic(settings.allow_synthetic),
    };
    let outcome = pipeline::run(&context, &Sources::default(), &options, &mut journal).await;
    pipeline::record(&context, "demo", started, journal.steps()).await?;
    outcome.and_then(|()| journal.verdict())?;
    let page = report::page_of(&context.lake);
    report::write_page(&report::read(&context.lake, context.zone, None).await?, &page)?;
    print(&summary(&context, heard.len() as u64, &page).await?)
}

async fn refuse_a_persons_lake(context: &Context) -> Result<()> {
    let sql = "SELECT 1 FROM bronze.listening_history_bronze WHERE source <> 'simulated' LIMIT 1";
    if !query::finds(context, &LISTENING_HISTORY, sql).await? {
        return Ok(());
    }
    Err(Error::usage(format!(
        "the lake {} holds a person's plays: the demonstration would mix with them",
        context.lake.address()
    ))
    .hint("leave --lake out for a lake of its own (./data/demo), or name an empty folder"))
}

/// The sample's tracks as the simulated listener knows them.
fn sample_tracks() -> Result<Vec<SimTrack>> {
    let of = |row: sample::Row| {
        let artists = row.artists();
        SimTrack {
            artist_name: artists.first().cloned().unwrap_or_default(),
            artists,
            track_id: row.track_id,
            track_name: row.track_name,
            album_name: row.album_name,
            duration_ms: row.duration_ms,
            valence: row.valence,
            energy: row.energy,
        }
    };
    Ok(sample::rows()?.into_iter().map(of).collect())
}

async fn summary(context: &Context, heard: u64, page: &Path) -> Result<String> {
    let scope = context.engine.query_scope();
    let answer = query::plan(&context.lake, &scope, QUESTION, AsOf::Latest).await?;
    let failed = || "the demonstration's question cannot be answered".to_owned();
    let rows = pretty_format_batches(&answer.collect().await.explain(failed)?).explain(failed)?;
    let lake = context.lake.address();
    let mut text = format!(
        "{} plays of a simulated listener over {DAYS} days ({}) are in the lake {lake}.\n\nWhich moods, at which time of day?\n\n{}\n\n{rows}\n",
        thousands(heard),
        context.zone.name(),
        QUESTION,
    );
    let _ = write!(
        text,
        "\nThe report with the five analyses is {}: open it in a browser, offline.\n\nNext:\n  moodlake status --lake {lake}\n  \
         moodlake query --lake {lake} --example mood-through-the-day\n  moodlake report --lake {lake} --format text\n  \
         moodlake import my_spotify_data.zip      # your own plays, into ./data\n  \
         moodlake import-catalog archive.zip      # the whole Kaggle catalogue\n  moodlake run\n",
        page.display()
    );
    Ok(printable(&text))
}
