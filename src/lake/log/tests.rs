//! Which versions stay readable, what may go, and for whose rows a commit speaks.

use super::{Commit, Log, UPKEEP};
use chrono::{DateTime, Utc};
use object_store::path::Path;
use serde_json::json;

fn day(day: u64) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::try_from(day).unwrap() * 86_400, 0).unwrap()
}

/// A commit a day, on the day of its number.
fn log(commits: impl IntoIterator<Item = u64>, checkpoints: &[u64]) -> Log {
    let mut log = Log { checkpoints: checkpoints.iter().copied().collect(), ..Log::default() };
    for version in commits {
        log.commits.insert(version, day(version));
        log.files.entry(version).or_default().push(Path::from(format!("{version}.json")));
    }
    for version in checkpoints {
        log.files.entry(*version).or_default().push(Path::from(format!("{version}.checkpoint.parquet")));
    }
    log
}

#[test]
fn the_version_that_was_the_newest_at_the_cutoff_is_kept_however_old() {
    let rare = log([0, 1, 100], &[100]);
    assert_eq!(log(0..=20, &[]).kept_from(20, day(15)), 15);
    assert_eq!(log(0..=20, &[]).kept_from(20, day(30)), 20);
    assert_eq!(log(0..=20, &[]).kept_from(20, day(0)), 0);
    // A hole in the numbers: what is before it cannot be put together.
    assert_eq!(rare.kept_from(100, day(50)), 100);
}

#[test]
fn what_the_log_has_lost_is_not_promised() {
    assert_eq!(log(11..=20, &[10]).kept_from(20, day(0)), 10);
    assert_eq!(log(11..=20, &[13]).kept_from(20, day(0)), 13);
    assert_eq!(log(11..=20, &[13]).kept_from(20, day(15)), 15);
    assert_eq!(log([0, 1, 2], &[]).kept_from(2, day(0)), 0);
}

#[test]
fn only_what_lies_before_a_checkpoint_expires_and_the_oldest_first() {
    let log = log(0..=20, &[5, 12]);
    assert!(log.expired(4).is_empty());
    assert_eq!(
        log.expired(11).iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["0.json", "1.json", "2.json", "3.json", "4.json"]
    );
    assert_eq!(log.expired(12).len(), 13);
    assert_eq!((log.since_checkpoint(20), log.since_checkpoint(4)), (8, 5));
}

#[test]
fn a_commit_of_upkeep_speaks_for_the_rows_it_laid_out() {
    let rows = json!({ "run_id": "r", "inputs": 1 });
    let mut note = rows.clone();
    note[UPKEEP] = json!({ "rows_version": 3, "rows_written_at": day(3).to_rfc3339() });
    let commit = Commit { time: Some(day(9)), note: Some(note), ..Commit::default() };
    assert_eq!(commit.rows_version(4), 3);
    assert_eq!(commit.of_rows(), (Some(day(3)), Some(rows)));
    let foreign = Commit { note: Some(json!({ UPKEEP: { "rows_version": 3 } })), ..Commit::default() };
    assert_eq!(foreign.of_rows(), (None, None));
    let plain = Commit { time: Some(day(9)), note: Some(json!({})), ..Commit::default() };
    assert_eq!(plain.rows_version(4), 4);
    assert_eq!(plain.of_rows(), (Some(day(9)), Some(json!({}))));
}
