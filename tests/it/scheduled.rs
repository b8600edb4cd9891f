//! Weeks of a scripted listener, more than a thousand polls, and nearly a third of all calls going wrong.

use crate::fake_spotify::listener;
use crate::simulation::Simulation;
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use moodlake::error::Kind;
use moodlake::gold::mood::{Clusters, MoodOptions};
use moodlake::pipeline::{self, FeatureProvider, Ingest, Journal, Options, Sources, WithoutSpotify};
use moodlake::schedule::due::{Plan, Times, Work};
use moodlake::schedule::state::{Last, State};
use moodlake::spotify::Trouble;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

const HOUR_US: i64 = 3_600_000_000;

/// Somebody who listens for so many weeks.
fn listening_for(weeks: i64) -> Simulation {
    Simulation::new(|world, start_us| world.plays = listener::weeks(start_us, weeks, 3))
}

impl Simulation {
    fn sources(&self) -> Sources {
        Sources { spotify: Some(self.client(self.patience())), reccobeats: None, features: FeatureProvider::Auto }
    }

    async fn run(&self, work: Work) -> Option<Kind> {
        let context = self.context();
        let ingest = Ingest { history_only: work == Work::Poll, without_spotify: WithoutSpotify::Fails, allow_synthetic: true };
        let mut journal = Journal::new(&|_| {});
        // Silver and gold need no network: they are built at the end, and not two hundred times.
        pipeline::ingest(&context, &self.sources(), &ingest, &mut journal).await;
        journal.verdict().err().map(|error| {
            assert!(
                matches!(error.kind(), Kind::Authorization) || error.to_string().contains("tries"),
                "a run failed for another reason than the network: {}",
                error.in_one_line()
            );
            error.kind()
        })
    }

    /// The layers above, from what is there.
    async fn build(&self) {
        let context = self.context();
        let ingest = Ingest { history_only: false, without_spotify: WithoutSpotify::IsFine, allow_synthetic: true };
        let features = ["valence", "energy"].map(str::to_owned);
        let options = Options { ingest, mood: MoodOptions::new(Clusters::Fixed(3), &features, 7, true).unwrap() };
        let mut journal = Journal::new(&|_| {});
        pipeline::run(&context, &Sources::default(), &options, &mut journal).await.unwrap();
        journal.verdict().unwrap();
    }

    /// The stored API plays with how often each is there, and the gaps.
    async fn stored(&self) -> (BTreeMap<(i64, String), usize>, Vec<(i64, i64)>) {
        let context = self.context();
        let rows = async |sql: &str| {
            let scope = context.engine.query_scope();
            let tables = ["bronze.listening_history_bronze", "ops.history_gaps"]
                .iter()
                .filter(|name| sql.contains(*name))
                .map(|name| {
                    let (layer, table) = name.split_once('.').unwrap();
                    datafusion::common::TableReference::partial(layer, table)
                })
                .collect::<Vec<_>>();
            moodlake::lake::catalog::register(&context.lake, &scope, &tables, moodlake::lake::snapshot::AsOf::Latest)
                .await
                .unwrap();
            scope.context().sql(sql).await.unwrap().collect().await.unwrap()
        };
        let mut plays = BTreeMap::new();
        let sql = "SELECT CAST(played_at AS BIGINT), arrow_cast(track_uri, 'Utf8') FROM bronze.listening_history_bronze WHERE source = 'spotify_api'";
        for batch in rows(sql).await {
            let (times, uris) = (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_string::<i32>());
            for row in 0..batch.num_rows() {
                *plays.entry((times.value(row), uris.value(row).to_owned())).or_insert(0) += 1;
            }
        }
        let mut gaps = Vec::new();
        for batch in rows("SELECT CAST(from_at AS BIGINT), CAST(to_at AS BIGINT) FROM ops.history_gaps").await {
            let (from, to) = (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_primitive::<Int64Type>());
            gaps.extend((0..batch.num_rows()).map(|row| (from.value(row), to.value(row))));
        }
        (plays, gaps)
    }
}

#[test]
fn in_weeks_of_polls_with_a_third_of_the_calls_failing_no_play_is_lost_unknown_or_counted_twice() {
    // A week: as much of it as fits into every run of the tests.
    simulate(200, 4, 0);
}

#[test]
#[ignore = "takes minutes; scripts/check.sh runs it"]
fn in_a_thousand_polls_it_is_the_same() {
    simulate(1000, 30, 3);
}

/// So many polls, with a consent that dies after so many days; there are more than so many gaps.
fn simulate(polls_wanted: u32, dies_after_days: i64, gaps_min: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let simulation = listening_for(8);
        simulation.log_in().await;
        let start_us = simulation.time.load(Ordering::SeqCst);
        // Six months from the first of December are 182 days.
        simulation.fake.world().authorized_at(start_us - (182 - dies_after_days) * listener::DAY_US);
        simulation.fake.world().faults_per_mille = 300;
        let plan = Plan { full: Times::Every(chrono::Duration::hours(6)), poll: Some(chrono::Duration::hours(1)), recaps: None };
        let (mut state, mut polls, mut logins, mut login_needed_since) = (State::default(), 0, 1, None);
        while polls < polls_wanted {
            let now = simulation.clock.now();
            let Some(work) = plan.due(&state, now) else {
                let next = plan.next_full(&state, now).min(plan.next_poll(&state, now).unwrap());
                simulation.time.store(next.timestamp_micros(), Ordering::SeqCst);
                continue;
            };
            state.begin(work, now);
            let failed = simulation.run(work).await;
            let ended = simulation.clock.now();
            let code = failed.map_or(0, |kind| i32::from(kind.exit_code()));
            state.end(work, Last { started_at: Some(now), ended_at: Some(ended), code: Some(code), failures: 0 });
            polls += 1;
            if failed == Some(Kind::Authorization) {
                let since = *login_needed_since.get_or_insert(ended);
                // The person comes by a day later.
                if ended - since > chrono::Duration::days(1) {
                    simulation.log_in().await;
                    (logins, login_needed_since) = (logins + 1, None);
                }
            }
        }
        let calls = simulation.fake.world().calls.clone();
        let failed = calls.iter().filter(|call| call.status != 200).count();
        let days = (simulation.time.load(Ordering::SeqCst) - start_us) / listener::DAY_US;
        let (stored, gaps) = simulation.stored().await;
        simulation.build().await;
        let world = simulation.fake.world();
        eprintln!(
            "{polls} polls over {days} days, {} calls, {failed} of them failed, {} plays stored, {} gaps, {logins} logins",
            calls.len(),
            stored.len(),
            gaps.len()
        );
        assert!(failed * 100 > calls.len() * 25, "the faults were there");
        assert_eq!(logins, 2, "the authorization died once and was given anew");
        assert!(gaps.len() > gaps_min, "the script has stretches that Spotify could not show");

        // Whatever a complete answer showed is stored exactly once, and nothing else is.
        let key = |play: &listener::FakePlay| (play.played_at_us, play.uri());
        let shown: BTreeSet<_> = world
            .shown
            .iter()
            .map(|&place| &world.plays[place])
            .filter(|play| play.kind != listener::Kind::Episode)
            .map(key)
            .collect();
        let twice: Vec<_> = stored.iter().filter(|(_, count)| **count != 1).collect();
        assert!(twice.is_empty(), "counted twice: {twice:?}");
        let kept: BTreeSet<_> = stored.into_keys().collect();
        assert_eq!(shown.difference(&kept).collect::<Vec<_>>(), Vec::<&(i64, String)>::new(), "shown and not stored");
        assert_eq!(kept.difference(&shown).collect::<Vec<_>>(), Vec::<&(i64, String)>::new(), "stored and never shown");

        // Whatever was never shown lies in a recorded gap, but for late arrivals.
        let unknown: Vec<_> = (0..world.plays.len())
            .filter(|place| !world.shown.contains(place))
            .map(|place| &world.plays[place])
            .filter(|play| play.known_at_us <= world.last_answer_us && !play.is_late())
            .filter(|play| !gaps.iter().any(|&(from, to)| (from..=to).contains(&play.played_at_us)))
            .collect();
        assert!(unknown.is_empty(), "missing without a gap: {unknown:?}");
        // And a gap is no blanket: it lies between two plays that were shown, and all of them together are a small part.
        let total: i64 = gaps.iter().map(|(from, to)| to - from).sum();
        for (from, to) in &gaps {
            assert!(kept.iter().any(|(time, _)| time == from), "a gap begins at a play that is there");
            assert!(world.shown.iter().any(|&place| world.plays[place].played_at_us == *to), "and ends at one");
        }
        assert!(total < days * listener::DAY_US / 2, "{} hours of gaps", total / HOUR_US);
    });
}

#[test]
fn a_service_that_keeps_failing_defers_or_fails_and_never_forgets_the_authorization() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let simulation = listening_for(1);
        simulation.log_in().await;
        simulation.fake.world().faults_per_mille = 1000;
        for _ in 0..60 {
            simulation.time.fetch_add(2 * HOUR_US, Ordering::SeqCst);
            let client = simulation.sources().spotify.unwrap();
            match client.recently_played().await {
                Err(Trouble::Deferred { until, .. }) => assert!(until > simulation.clock.now()),
                Err(Trouble::Failed(error)) => assert_eq!(error.kind(), Kind::Failure, "{}", error.in_one_line()),
                other => panic!("{other:?}"),
            }
            assert!(simulation.token().load().unwrap().is_some(), "the authorization is kept");
        }
    });
}
