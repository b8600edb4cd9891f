//! Silver that follows its inputs is the silver that is built from all of them.
//!
//! Sequences of arrivals, features, catalogues and upkeep in any order; after each the table that followed is held against one built
//! as a whole from the same bronze, and the tracks with made-up features against those that should have some.

use crate::listening::{Drawn, Listening, events, running};
use arrow::compute::concat_batches;
use arrow::util::pretty::pretty_format_batches;
use moodlake::context::Outcome;
use moodlake::lake::tables::{LISTENING_WITH_FEATURES, TRACK_FEATURES};
use moodlake::lake::{Mode, TableAt};
use moodlake::silver::{self, Build};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::sync::atomic::{AtomicUsize, Ordering};

impl Listening {
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

#[test]
fn after_any_sequence_of_arrivals_the_table_that_followed_is_the_one_built_anew() {
    let ways = [const { AtomicUsize::new(0) }; 3];
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() };
    let run = || {
        TestRunner::new(config.clone()).run(&events(), |events| {
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
        })
    };
    // Plays that only add rows are rare among them: where chance brought none, others are tried.
    for _ in 0..4 {
        run().unwrap();
        if ways.iter().all(|way| way.load(Ordering::Relaxed) > 0) {
            break;
        }
    }
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
