//! Silver that follows its inputs is the silver that is built from all of them.
//!
//! Sequences of arrivals, features, catalogues and upkeep in any order; after each the table that followed is held against one built
//! as a whole from the same bronze, and the tracks with made-up features against those that should have some.

use crate::relations::rows_of;
use crate::workspace::Workspace;
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::DataType;
use arrow::util::pretty::pretty_format_batches;
use datafusion::scalar::ScalarValue;
use moodlake::bronze::synthetic::{Extent, populate};
use moodlake::clock::Clock;
use moodlake::context::{Context, Outcome, Silent, Step};
use moodlake::engine::Engine;
use moodlake::lake::catalog::relation;
use moodlake::lake::rows::store;
use moodlake::lake::tables::{KAGGLE_TRACKS, LISTENING_HISTORY, LISTENING_WITH_FEATURES, SYNTHETIC_FEATURES, TRACK_FEATURES};
use moodlake::lake::{Lake, Mode, Table, TableAt};
use moodlake::pipeline::Journal;
use moodlake::pipeline::maintain::{Care, maintain};
use moodlake::silver::{self, Build};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const PLAYS: &str = "play_id,user_id,played_at,month,track_id,artist_name,track_name,source,time_basis,ms_played,duration_ms";

/// listener, twenty seconds, track, source, seconds listened
type Drawn = (u8, u16, u8, u8, u8);

#[derive(Clone, Debug)]
enum Event {
    Plays(Vec<Drawn>),
    Real(Vec<(u8, Option<u8>)>),
    Synthetic(Vec<(u8, u8)>),
    Catalogue(Vec<(u8, u8, u8)>),
    Populate,
    Upkeep,
    Zone,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let plays = || prop::collection::vec((0..2_u8, 0..150_u16, 0..9_u8, 0..4_u8, any::<u8>()), 1..12).prop_map(Event::Plays);
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
struct Listening {
    workspace: Workspace,
    zone: chrono_tz::Tz,
    plays: usize,
    catalogue_rows: usize,
    real: BTreeMap<u8, Option<u8>>,
    synthetic: BTreeMap<u8, u8>,
}

impl Listening {
    fn new() -> Self {
        let workspace = Workspace::new();
        let zone = chrono_tz::Europe::Madrid;
        Self { workspace, zone, plays: 0, catalogue_rows: 0, real: BTreeMap::new(), synthetic: BTreeMap::new() }
    }

    fn context(&self) -> Context {
        Context {
            lake: Lake::at(self.workspace.path("data").to_str().unwrap()).unwrap(),
            engine: Engine::new(self.zone).unwrap(),
            clock: Clock::System,
            run_id: "test".to_owned(),
            zone: self.zone,
            progress: Arc::new(Silent),
        }
    }

    async fn store(&self, table: &Table, csv: &str, mode: Mode) {
        store(&self.context().lake, table, vec![rows_of(table, csv)], mode, &json!({})).await.unwrap();
    }

    async fn takes_place(&mut self, event: &Event) {
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

    async fn hear(&mut self, drawn: &[Drawn]) {
        let mut csv = format!("{PLAYS}\n");
        for (user, twenties, track, source, seconds) in drawn {
            let source = ["extended_export", "account_export", "spotify_api", "simulated"][usize::from(*source)];
            let id = if source == "account_export" || seconds % 7 == 0 { String::new() } else { format!("t{track}") };
            let title = if seconds % 2 == 0 { "Title" } else { "TITLE" };
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
                "p{number:04},u{user},{time},{month},{id},Artist,{title} {track},{source},{basis},{listened},{length}"
            );
            self.plays += 1;
        }
        self.store(&LISTENING_HISTORY, &csv, Mode::Append).await;
    }

    /// The tracks that have made-up features, and those that should: the missing ones, and those that were given some otherwise.
    async fn made_up(&self) -> (BTreeSet<String>, BTreeSet<String>) {
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

    async fn follow(&self) -> Step {
        let context = self.context();
        silver::build(&context, &Build::in_lake(&context).unwrap()).await.unwrap()
    }

    /// What the table holds, and what one holds that is built from nothing.
    async fn both(&self) -> (String, String) {
        let context = self.context();
        let afresh = TableAt::at(self.workspace.path("afresh").to_str().unwrap()).unwrap();
        let whole = Build { out: afresh.clone(), full: true, ..Build::in_lake(&context).unwrap() };
        silver::build(&context, &whole).await.unwrap();
        let followed = context.lake.table(&LISTENING_WITH_FEATURES).unwrap();
        (self.shown(&followed).await, self.shown(&afresh).await)
    }

    async fn shown(&self, at: &TableAt) -> String {
        let scope = self.context().engine.scope();
        let snapshot = at.open().await.unwrap().unwrap();
        scope.register("rows", snapshot.provider(&scope.state()).await.unwrap()).unwrap();
        let rows = scope.table("rows").await.unwrap().sort_by(vec![datafusion::prelude::col("play_id")]).unwrap();
        let rows = rows.collect().await.unwrap();
        let Some(first) = rows.first() else { return String::new() };
        pretty_format_batches(&[concat_batches(&first.schema(), &rows).unwrap()]).unwrap().to_string()
    }

    /// How the newest version came about: `overwrite`, `append` or `update`.
    async fn way(&self) -> String {
        let version = self.context().lake.open(&LISTENING_WITH_FEATURES).await.unwrap().unwrap().version();
        let log = self.workspace.path(&format!("data/silver/listening_with_features/_delta_log/{version:020}.json"));
        let log = std::fs::read_to_string(log).unwrap();
        let info = log.lines().find(|line| line.contains("commitInfo")).unwrap().to_owned();
        match () {
            () if info.contains("\"UPDATE\"") => "update",
            () if info.contains("Append") => "append",
            () => "overwrite",
        }
        .to_owned()
    }
}

fn running<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

#[test]
fn after_any_sequence_of_arrivals_the_table_that_followed_is_the_one_built_anew() {
    let ways = [const { AtomicUsize::new(0) }; 3];
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&events(), |events| {
        running(async {
            let mut listening = Listening::new();
            for event in &events {
                listening.takes_place(event).await;
                let step = listening.follow().await;
                let (followed, afresh) = listening.both().await;
                prop_assert_eq!(followed, afresh, "after {:?}", event);
                if step.outcome == Outcome::Wrote {
                    let way = listening.way().await;
                    let place = ["overwrite", "append", "update"].iter().position(|known| *known == way).unwrap();
                    ways[place].fetch_add(1, Ordering::Relaxed);
                }
            }
            Ok(())
        })
    });
    outcome.unwrap();
    // A property that only ever saw full builds would say nothing.
    assert!(ways.iter().all(|way| way.load(Ordering::Relaxed) > 0), "{ways:?}");
}

#[test]
fn new_plays_are_added_and_the_others_are_left_where_they_are() {
    running(async {
        let mut listening = Listening::new();
        listening.hear(&(0..50).map(|n| (0, n * 10, 1, 0, 30)).collect::<Vec<_>>()).await;
        listening.follow().await;
        listening.hear(&[(0, 600, 1, 0, 30), (0, 620, 2, 2, 30)]).await;
        let step = listening.follow().await;
        assert_eq!((step.rows_read, step.rows_written, step.rows_total), (2, 2, Some(52)));
        assert_eq!(listening.way().await, "append");
    });
}

#[test]
fn files_of_a_few_plays_are_put_together_by_those_that_come_after() {
    running(async {
        let mut listening = Listening::new();
        listening.hear(&(0..100).map(|n| (0, n * 10, 1, 3, 30)).collect::<Vec<_>>()).await;
        listening.follow().await;
        let before = listening_files(&listening).await;
        for day in 0..30_u16 {
            listening.hear(&[(0, 2_000 + day * 10, 2, 3, 30)]).await;
            listening.follow().await;
        }
        let (after, rows) = (listening_files(&listening).await, listening.context().lake.open(&LISTENING_WITH_FEATURES).await);
        assert_eq!(rows.unwrap().unwrap().extent().unwrap().rows, Some(130));
        assert!(after <= before + 3, "{before} files became {after}");
        let (followed, afresh) = listening.both().await;
        assert_eq!(followed, afresh);
    });
}

async fn listening_files(listening: &Listening) -> u64 {
    listening.context().lake.open(&LISTENING_WITH_FEATURES).await.unwrap().unwrap().extent().unwrap().files
}

#[test]
fn a_play_that_a_more_telling_source_brings_later_takes_the_place_of_its_copy() {
    running(async {
        let mut listening = Listening::new();
        let kept: Vec<Drawn> = (0..40).map(|n| (0, n * 30, 1, 3, 30)).collect();
        listening.hear(&kept).await;
        listening.follow().await;
        listening.hear(&[(0, 1_300, 2, 2, 30)]).await;
        listening.follow().await;
        listening.hear(&[(0, 1_300, 2, 0, 30)]).await;
        let step = listening.follow().await;
        assert_eq!((step.rows_written, step.rows_total), (1, Some(41)));
        assert_eq!(listening.way().await, "update");
        let (followed, afresh) = listening.both().await;
        assert_eq!(followed, afresh);
        assert!(!followed.contains("spotify_api"));
    });
}

#[test]
fn what_changes_no_row_is_noted_and_makes_no_version_of_the_rows() {
    running(async {
        let mut listening = Listening::new();
        listening.hear(&[(0, 0, 1, 0, 30), (0, 60, 2, 0, 30)]).await;
        listening.follow().await;
        let identity =
            async || listening.context().lake.open(&LISTENING_WITH_FEATURES).await.unwrap().unwrap().identity().unwrap();
        let before = identity().await;
        // Of a track that nobody plays, and a row without a value.
        let csv = "track_id,source,valence,fetched_at\nt8,spotify,0.5,2026-01-01T00:00:00Z\nt1,spotify,,2026-01-01T00:00:00Z\n";
        listening.store(&TRACK_FEATURES, "track_id,source\nt7,spotify\n", Mode::Append).await;
        listening.follow().await;
        listening.store(&TRACK_FEATURES, csv, Mode::Append).await;
        let first = listening.follow().await;
        let again = listening.follow().await;
        assert_eq!((first.outcome, again.outcome), (Outcome::UpToDate, Outcome::UpToDate));
        assert_eq!(first.version, again.version, "what was noted once is not noted again");
        let (followed, afresh) = listening.both().await;
        assert_eq!(followed, afresh);
        assert_eq!(identity().await["id"], before["id"]);
    });
}

#[test]
fn another_zone_or_a_table_made_anew_is_built_as_a_whole() {
    running(async {
        let mut listening = Listening::new();
        listening.hear(&[(0, 0, 1, 0, 30), (0, 60, 2, 0, 30)]).await;
        listening.follow().await;
        listening.zone = chrono_tz::Asia::Kathmandu;
        listening.follow().await;
        assert_eq!(listening.way().await, "overwrite");
        std::fs::remove_dir_all(listening.workspace.path("data/bronze/listening_history_bronze")).unwrap();
        listening.hear(&[(0, 0, 3, 0, 30)]).await;
        let step = listening.follow().await;
        assert_eq!((step.rows_written, listening.way().await.as_str()), (1, "overwrite"));
    });
}
