//! Gold that follows its listeners is the gold that is built from all plays, and the checks of what came find what checks of all
//! rows find.

use crate::listening::{Event, Listening, events, running};
use crate::workspace::Workspace;
use arrow::array::{RecordBatch, StringArray, new_null_array};
use arrow::util::pretty::pretty_format_batches;
use chrono::{DateTime, Duration};
use moodlake::check::{self, Finding, Kept};
use moodlake::clock::Clock;
use moodlake::context::{Context, Step};
use moodlake::gold::JOBS;
use moodlake::gold::mood::{Clusters, MoodOptions};
use moodlake::lake::rows::store;
use moodlake::lake::snapshot::AsOf;
use moodlake::lake::tables::{ALL, LISTENING_HISTORY, LISTENING_WITH_FEATURES, PLAY_MOODS, TOP_ITEMS};
use moodlake::lake::{Lake, Mode, Table};
use moodlake::pipeline::{Journal, gold};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::{ReadOptionsBuilder, SerializedFileReader};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn options() -> MoodOptions {
    let features = ["valence", "energy", "danceability", "acousticness"].map(str::to_owned);
    MoodOptions::new(Clusters::Fixed(2), &features[..2], 7, false).unwrap()
}

/// Builds all of gold; what each job wrote.
async fn build(context: &Context) -> Vec<Step> {
    let mut journal = Journal::new(&|_| {});
    gold(context, &JOBS, &options(), AsOf::Latest, &mut journal).await;
    let steps = journal.steps().to_vec();
    journal.verdict().unwrap();
    steps
}

/// The rows of a table, in one order; none where there is no table: without features there are no profiles.
async fn shown(context: &Context, table: &Table) -> Vec<String> {
    let scope = context.engine.scope();
    let Some(snapshot) = context.lake.open(table).await.unwrap() else { return Vec::new() };
    scope.register("rows", snapshot.provider(&scope.state()).await.unwrap()).unwrap();
    let rows = scope.table("rows").await.unwrap().collect().await.unwrap();
    let text = pretty_format_batches(&rows).unwrap().to_string();
    let mut lines: Vec<String> = text.lines().filter(|line| line.starts_with('|')).map(|line| line.replace(' ', "")).collect();
    lines.sort();
    lines
}

/// The rows of either that the other has not.
fn differing(one: &[String], other: &[String]) -> Vec<String> {
    let lacking = |of: &[String], from: &[String], sign| {
        from.iter().filter(|line| !of.contains(line)).map(|line| format!("{sign} {line}")).collect::<Vec<_>>()
    };
    [lacking(other, one, "followed"), lacking(one, other, "anew")].concat()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The same lake, in which no gold table knows any more what it was built from.
async fn forgetful(listening: &Listening, context: &Context) -> Context {
    let silver = context.lake.open(&LISTENING_WITH_FEATURES).await.unwrap().unwrap().identity().unwrap();
    let other = listening.workspace.path("other");
    drop(std::fs::remove_dir_all(&other));
    copy(&listening.workspace.path("data"), &other);
    for table in std::fs::read_dir(other.join("gold")).unwrap().flatten() {
        for file in std::fs::read_dir(table.path().join("_delta_log")).unwrap().flatten() {
            if file.path().extension().is_some_and(|end| end == "json") {
                let log = std::fs::read_to_string(file.path()).unwrap();
                std::fs::write(file.path(), log.replace(silver["id"].as_str().unwrap(), "of another table")).unwrap();
            }
        }
    }
    Context { lake: Lake::at(other.to_str().unwrap()).unwrap(), ..context.clone() }
}

/// What a check says of each rule, but for the versions.
fn told(findings: &[Finding]) -> Vec<String> {
    let told = |finding: &Finding| {
        let (table, rule, outcome) = (&finding.table, finding.rule, finding.outcome);
        format!("{table} {rule} {outcome:?} {:?} of {:?}: {:?}", finding.rows_failed, finding.rows_checked, finding.detail)
    };
    findings.iter().map(told).collect()
}

/// What a check finds that goes by the one before, and what one finds that reads all rows.
async fn checked(context: &Context) -> (Vec<String>, Vec<String>) {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    // The last check is told by its run.
    let context = &Context { run_id: format!("run {}", RUNS.fetch_add(1, Ordering::Relaxed)), ..context.clone() };
    let tables = check::chosen(&context.lake, &[]).await.unwrap();
    let kept = Arc::new(Kept::read(context).await.unwrap().reading_news_from(0));
    let by_news = check::check(context, &tables, 0, &kept).await;
    let of_all = check::check(context, &tables, 0, &Arc::default()).await;
    check::record(context, &by_news).await.unwrap();
    (told(&by_news.findings), told(&of_all.findings))
}

#[test]
fn after_any_sequence_of_arrivals_gold_that_followed_is_the_one_built_anew() {
    let followed = AtomicUsize::new(0);
    let config = ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&events(), |events| {
        running(async {
            let mut listening = Listening::new();
            for event in &events {
                listening.takes_place(event).await;
                listening.follow().await;
                // A model that is fitted tells when.
                let context =
                    Context { clock: Clock::Fixed(DateTime::UNIX_EPOCH + Duration::days(20_600)), ..listening.context() };
                let whole = if context.lake.holds(&TOP_ITEMS).await.unwrap() {
                    Some(forgetful(&listening, &context).await)
                } else {
                    None
                };
                let steps = build(&context).await;
                let (by_news, of_all) = checked(&context).await;
                prop_assert!(by_news == of_all, "after {event:?}: {:#?}", differing(&by_news, &of_all));
                let Some(whole) = whole else { continue };
                let of = |steps: &[Step]| steps.iter().filter(|step| is_of_some(step)).count();
                prop_assert_eq!(of(&build(&whole).await), 0);
                followed.fetch_add(of(&steps), Ordering::Relaxed);
                for table in ALL.iter().filter(|table| table.layer == "gold") {
                    let (one, other) = (shown(&context, table).await, shown(&whole, table).await);
                    let differing = differing(&one, &other);
                    prop_assert!(one == other, "{} after {event:?}: {differing:#?}", table.label());
                }
            }
            Ok(())
        })
    });
    outcome.unwrap();
    // A property that only ever saw full builds would say nothing.
    assert!(followed.load(Ordering::Relaxed) > 0);
}

fn is_of_some(step: &Step) -> bool {
    step.remark.as_ref().is_some_and(|remark| remark.starts_with("of ") && remark.contains("listener"))
}

#[test]
fn only_the_listeners_of_whom_there_is_something_new_are_built_anew() {
    running(async {
        let mut listening = Listening::new();
        let plays = (0..90).map(|n| ((n % 3) as u8, n * 10, (n % 9) as u8, 3, 30)).collect();
        listening.takes_place(&Event::Plays(plays)).await;
        listening.follow().await;
        build(&listening.context()).await;
        listening.takes_place(&Event::Plays(vec![(1, 2_000, 1, 3, 30)])).await;
        listening.follow().await;
        let steps = build(&listening.context()).await;
        let told: Vec<_> = steps.iter().filter(|step| is_of_some(step)).map(|step| step.table.clone()).collect();
        assert_eq!(told.len(), 12, "all tables but the clusters, their profiles and the dimensions: {told:?}");
        let moods = steps.iter().find(|step| step.table == "gold/play_moods").unwrap();
        assert_eq!((moods.rows_written, moods.rows_total, moods.remark.as_deref()), (31, Some(91), Some("of 1 listener")));
    });
}

#[test]
fn where_what_went_cannot_be_read_any_more_all_are_built() {
    running(async {
        let mut listening = Listening::new();
        let plays = (0..90).map(|n| ((n % 3) as u8, n * 10, (n % 9) as u8, 3, 30)).collect();
        listening.takes_place(&Event::Plays(plays)).await;
        listening.takes_place(&Event::Populate).await;
        listening.follow().await;
        build(&listening.context()).await;
        // Small files are put together with new plays, and those that held them are deleted, as a VACUUM does.
        let folder = listening.workspace.path("data/silver/listening_with_features");
        let before: Vec<_> = data_files(&folder);
        listening.takes_place(&Event::Plays((0..20).map(|n| (1, 2_000 + n * 10, 1, 3, 30)).collect())).await;
        listening.follow().await;
        before.iter().for_each(|file| std::fs::remove_file(file).unwrap());
        let steps = build(&listening.context()).await;
        assert!(steps.iter().all(|step| !is_of_some(step)));
        assert!(steps.iter().any(|step| step.table == "gold/play_moods" && step.rows_written == 110));
    });
}

fn data_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|end| end == "parquet")).collect()
}

#[test]
fn tables_of_many_listeners_have_files_of_some_rows() {
    running(async {
        let workspace = Workspace::new();
        let lake = Lake::at(workspace.path("data").to_str().unwrap()).unwrap();
        let (schema, rows) = (TOP_ITEMS.schema(), 300_000);
        let users = StringArray::from_iter_values((0..rows).map(|row| format!("u{:04}", row / 1_000)));
        let users: Arc<dyn arrow::array::Array> = Arc::new(users);
        let columns = schema
            .fields()
            .iter()
            .map(|field| if field.name() == "user_id" { Arc::clone(&users) } else { new_null_array(field.data_type(), rows) });
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns.collect()).unwrap();
        store(&lake, &TOP_ITEMS, vec![batch], Mode::Replace, &json!({})).await.unwrap();
        let extent = lake.open(&TOP_ITEMS).await.unwrap().unwrap().extent().unwrap();
        assert_eq!((extent.files, extent.rows), (5, Some(300_000)));
    });
}

#[test]
fn files_of_plays_say_which_plays_they_do_not_hold() {
    running(async {
        let workspace = Workspace::new();
        let lake = Lake::at(workspace.path("data").to_str().unwrap()).unwrap();
        let (schema, rows) = (PLAY_MOODS.schema(), 2_000);
        let ids: Arc<dyn arrow::array::Array> = Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("p{row}"))));
        let columns = schema
            .fields()
            .iter()
            .map(|field| if field.name() == "play_id" { Arc::clone(&ids) } else { new_null_array(field.data_type(), rows) });
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns.collect()).unwrap();
        store(&lake, &PLAY_MOODS, vec![batch], Mode::Replace, &json!({})).await.unwrap();
        let files = data_files(&workspace.path("data/gold/play_moods"));
        let filtered = ReaderProperties::builder().set_read_bloom_filter(true).build();
        let options = ReadOptionsBuilder::new().with_reader_properties(filtered).build();
        let reader = SerializedFileReader::new_with_options(std::fs::File::open(&files[0]).unwrap(), options).unwrap();
        let group = reader.get_row_group(0).unwrap();
        let place = schema.fields().iter().position(|field| field.name() == "play_id").unwrap();
        let filter = group.get_column_bloom_filter(place).unwrap();
        assert!((0..rows).all(|row| filter.check(&format!("p{row}").as_str())));
        let mistaken = (rows..rows + 10_000).filter(|row| filter.check(&format!("p{row}").as_str())).count();
        assert!(mistaken < 20, "{mistaken} of 10,000");
        let bytes = group.metadata().column(place).bloom_filter_length().unwrap();
        assert!(bytes < 20_000, "a filter of {bytes} bytes for {rows} plays");
    });
}

#[test]
fn a_check_of_what_came_finds_what_one_of_all_rows_finds() {
    const COLUMNS: &str = "play_id,user_id,played_at,date,month,source,time_basis,ingested_at,run_id,ms_played\n";
    let play = |id: &str, source: &str, ms: &str| {
        format!("{id},u,2026-03-01T00:00:00Z,2026-03-01,2026-03,{source},end,2026-03-02T00:00:00Z,r,{ms}\n")
    };
    running(async {
        let listening = Listening::new();
        let good: String = (0..50).map(|n| play(&format!("p{n}"), "extended_export", "1000")).collect();
        listening.store(&LISTENING_HISTORY, &format!("{COLUMNS}{good}"), Mode::Append).await;
        let (by_news, of_all) = checked(&listening.context()).await;
        assert_eq!(by_news, of_all);
        let broken = |told: &[String]| told.iter().filter(|told| told.contains("Failed")).count();
        let clean = broken(&of_all);
        // Each breaks a rule of its own: a key that stands already, one that comes twice, a null, a length that is none.
        let bad = [
            play("p7", "extended_export", "1000"),
            [play("q", "extended_export", "1000"), play("q", "extended_export", "2000")].concat(),
            play("r", "", "1000"),
            play("s", "extended_export", "-5"),
        ];
        for (count, rows) in bad.iter().enumerate() {
            let other = Listening::new();
            copy(&listening.workspace.path("data"), &other.workspace.path("data"));
            other.store(&LISTENING_HISTORY, &format!("{COLUMNS}{rows}"), Mode::Append).await;
            let (by_news, of_all) = checked(&other.context()).await;
            assert_eq!(by_news, of_all, "{rows}");
            assert!(broken(&of_all) > clean, "{count}: {rows} breaks nothing");
        }
        // Another table with the same name and number of versions was never checked.
        std::fs::remove_dir_all(listening.workspace.path("data/bronze/listening_history_bronze")).unwrap();
        listening.store(&LISTENING_HISTORY, &format!("{COLUMNS}{}", bad[1]), Mode::Append).await;
        let (by_news, of_all) = checked(&listening.context()).await;
        assert_eq!(by_news, of_all);
        assert!(broken(&of_all) > clean);
    });
}
