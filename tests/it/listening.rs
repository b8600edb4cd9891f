//! A lake of plays and what is known of their tracks, in which arrivals of all kinds take place in any order.

use crate::relations::rows_of;
use crate::workspace::Workspace;
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::scalar::ScalarValue;
use moodlake::bronze::synthetic::{Extent, populate};
use moodlake::clock::Clock;
use moodlake::context::{Context, Silent, Step};
use moodlake::engine::Engine;
use moodlake::lake::catalog::relation;
use moodlake::lake::rows::store;
use moodlake::lake::tables::{KAGGLE_TRACKS, LISTENING_HISTORY, LISTENING_WITH_FEATURES, SYNTHETIC_FEATURES, TRACK_FEATURES};
use moodlake::lake::{Lake, Mode, Table};
use moodlake::pipeline::Journal;
use moodlake::pipeline::maintain::{Care, maintain};
use moodlake::silver::{self, Build};
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

pub const PLAYS: &str = "play_id,user_id,played_at,month,track_id,artist_name,track_name,source,time_basis,ms_played,duration_ms";

/// listener, twenty seconds, track, source, seconds listened
pub type Drawn = (u8, u16, u8, u8, u8);

#[derive(Clone, Debug)]
pub enum Event {
    Plays(Vec<Drawn>),
    Real(Vec<(u8, Option<u8>)>),
    Synthetic(Vec<(u8, u8)>),
    Catalogue(Vec<(u8, u8, u8)>),
    Populate,
    Upkeep,
    Zone,
}

pub fn events() -> impl Strategy<Value = Vec<Event>> {
    let plays = || prop::collection::vec((0..3_u8, 0..150_u16, 0..9_u8, 0..4_u8, any::<u8>()), 1..12).prop_map(Event::Plays);
    let event = prop_oneof![
        6 => plays(),
        2 => prop::collection::vec((0..9_u8, prop::option::of(any::<u8>())), 1..4).prop_map(Event::Real),
        2 => prop::collection::vec((0..9_u8, any::<u8>()), 1..4).prop_map(Event::Synthetic),
        2 => prop::collection::vec((0..9_u8, any::<u8>(), 0..3_u8), 1..4).prop_map(Event::Catalogue),
        4 => Just(Event::Populate),
        2 => Just(Event::Upkeep),
        1 => Just(Event::Zone),
    ];
    (plays(), prop::collection::vec(event, 4..9)).prop_map(|(first, rest)| [vec![first], rest].concat())
}

/// A lake of plays whose tables are written as the layers below write them.
pub struct Listening {
    pub workspace: Workspace,
    pub zone: chrono_tz::Tz,
    pub plays: usize,
    pub catalogue_rows: usize,
    pub real: BTreeMap<u8, Option<u8>>,
    pub synthetic: BTreeMap<u8, u8>,
}

impl Listening {
    pub fn new() -> Self {
        let workspace = Workspace::new();
        let zone = chrono_tz::Europe::Madrid;
        Self { workspace, zone, plays: 0, catalogue_rows: 0, real: BTreeMap::new(), synthetic: BTreeMap::new() }
    }

    pub fn context(&self) -> Context {
        Context {
            lake: Lake::at(self.workspace.path("data").to_str().unwrap()).unwrap(),
            engine: Engine::new(self.zone).unwrap(),
            clock: Clock::System,
            run_id: "test".to_owned(),
            zone: self.zone,
            progress: Arc::new(Silent),
        }
    }

    pub async fn store(&self, table: &Table, csv: &str, mode: Mode) {
        store(&self.context().lake, table, vec![rows_of(table, csv)], mode, &json!({})).await.unwrap();
    }

    pub async fn takes_place(&mut self, event: &Event) {
        match event {
            Event::Plays(drawn) => self.hear(drawn).await,
            Event::Real(rows) => {
                self.real.extend(rows.iter().copied());
                let mut csv = "track_id,track_name,source,valence,energy,fetched_at\n".to_owned();
                for (track, value) in &self.real {
                    let value = value.map_or_else(String::new, |value| format!("0.{value:03}"));
                    let _ = writeln!(csv, "t{track},Title,spotify,{value},{value},2026-01-01T00:00:00Z");
                }
                self.store(&TRACK_FEATURES, &csv, Mode::Replace).await;
            }
            Event::Synthetic(rows) => {
                self.synthetic.extend(rows.iter().copied());
                let mut csv = "track_id,valence,energy,generated_at\n".to_owned();
                for (track, value) in &self.synthetic {
                    let _ = writeln!(csv, "t{track},0.{value:03},0.5,2026-01-01T00:00:00Z");
                }
                self.store(&SYNTHETIC_FEATURES, &csv, Mode::Replace).await;
            }
            Event::Catalogue(rows) => {
                let mut csv = "csv_index,track_id,artists,track_name,popularity,valence,energy,track_genre\n".to_owned();
                for (track, value, genre) in rows {
                    // The catalogue has ids of its own for some titles: those are found by name.
                    let id = if value % 3 == 0 { format!("k{track}") } else { format!("t{track}") };
                    let _ = writeln!(
                        csv,
                        "{},{id},Artist;Guest,Title {track},{value},0.{track}1,0.7,genre {genre}",
                        self.catalogue_rows
                    );
                    self.catalogue_rows += 1;
                }
                self.store(&KAGGLE_TRACKS, &csv, Mode::Append).await;
            }
            Event::Populate => {
                populate(&self.context(), Extent::Missing).await.unwrap();
                let (made, missing) = self.made_up().await;
                assert_eq!(made, missing);
            }
            Event::Upkeep => {
                let care = Care { only_when_due: false, ..Care::when_due(chrono::Duration::days(30)) };
                let tables = [&LISTENING_HISTORY, &KAGGLE_TRACKS, &SYNTHETIC_FEATURES, &LISTENING_WITH_FEATURES];
                let mut journal = Journal::new(&|_| {});
                maintain(&self.context(), &tables, &care, &mut journal).await;
                journal.verdict().unwrap();
            }
            Event::Zone => {
                let utc = chrono_tz::UTC;
                self.zone = if self.zone == utc { chrono_tz::Europe::Madrid } else { utc };
            }
        }
    }

    pub async fn hear(&mut self, drawn: &[Drawn]) {
        let mut csv = format!("{PLAYS}\n");
        for (user, twenties, track, source, seconds) in drawn {
            let source = ["extended_export", "account_export", "spotify_api", "simulated"][usize::from(*source)];
            // A file of one's own that says its title and nothing else.
            let is_untagged = seconds % 13 == 0;
            let is_unnumbered = source == "account_export" || seconds % 7 == 0 || is_untagged;
            let id = if is_unnumbered { String::new() } else { format!("t{track}") };
            let artist = if is_untagged { "" } else { "Artist" };
            // The catalogue knows the first two.
            let title = if seconds % 11 == 0 { "Remastered" } else { ["Title", "TITLE"][usize::from(seconds % 2)] };
            let basis = if seconds % 5 == 0 { "start" } else { "end" };
            let time = chrono::DateTime::from_timestamp(1_774_700_000 + i64::from(*twenties) * 20, 0).unwrap();
            let (listened, length) = match seconds % 4 {
                0 => (String::new(), "200000".to_owned()),
                1 => (String::new(), String::new()),
                _ => ((u32::from(*seconds) * 1000).to_string(), "200000".to_owned()),
            };
            let (month, time) = (time.format("%Y-%m"), time.to_rfc3339());
            let number = self.plays;
            let _ = writeln!(
                csv,
                "p{number:04},u{user},{time},{month},{id},{artist},{title} {track},{source},{basis},{listened},{length}"
            );
            self.plays += 1;
        }
        self.store(&LISTENING_HISTORY, &csv, Mode::Append).await;
    }

    /// The tracks that have made-up features, and those that should: the missing ones, and those that were given some otherwise.
    pub async fn made_up(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let context = self.context();
        let scope = context.engine.scope();
        for (name, table) in [("history", &LISTENING_HISTORY), ("real_features", &TRACK_FEATURES), ("kaggle", &KAGGLE_TRACKS)] {
            relation(&context.lake, &scope, name, table).await.unwrap();
        }
        relation(&context.lake, &scope, "made", &SYNTHETIC_FEATURES).await.unwrap();
        let ids = async |sql: &str| -> BTreeSet<String> {
            let rows = scope.model("ids", sql, Vec::<(String, ScalarValue)>::new()).await.unwrap().collect().await.unwrap();
            let column = |rows: &RecordBatch| cast(rows.column(0), &DataType::Utf8).unwrap();
            rows.iter()
                .flat_map(|rows| column(rows).as_string::<i32>().iter().flatten().map(str::to_owned).collect::<Vec<_>>())
                .collect()
        };
        let mut missing = ids(include_str!("../../src/bronze/missing_features.sql")).await;
        missing.extend(ids("SELECT track_id FROM made WHERE generated_by IS DISTINCT FROM 'populate-missing'").await);
        (ids("SELECT track_id FROM made").await, missing)
    }

    pub async fn follow(&self) -> Step {
        let context = self.context();
        silver::build(&context, &Build::in_lake(&context).unwrap()).await.unwrap()
    }
}

pub fn running<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}
