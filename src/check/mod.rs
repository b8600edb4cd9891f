//! Data quality: declared rules held against the tables of a lake.
//!
//! Owns the order of the questions to a table and what becomes of one that cannot be read. The rules themselves are declared in
//! `rules`; it changes no table but `ops/check_results`. Whoever calls decides what a broken rule means.

mod finding;
mod kept;
mod keys;
mod news;
mod pinned;
mod record;
pub mod rule;
pub mod rules;
mod scan;
mod shape;
mod sql;
mod subject;
mod usual;

pub use finding::{Finding, Outcome, Report};
pub use kept::Kept;
pub use record::record;

use crate::clock::Stopwatch;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::lake::tables::{RUNS, is_called};
use crate::lake::{Lake, Snapshot, Table};
use datafusion::common::runtime::SpawnedTask;
use finding::Verdict;
use futures::future::try_join_all;
use futures::stream::{self, StreamExt};
use kept::{Held, holds_for_good};
use rule::{Asks, Rule, Severity};
use rules::TableRules;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use subject::{Bench, Subject};
use tokio::sync::Semaphore;

/// The tables of the lake that have rules, all of them or those that are named: `layer.table`, `layer/table`, a table, a layer.
///
/// # Errors
/// When the lake is empty, or a name is none of a table that is there.
pub async fn chosen(lake: &Lake, names: &[String]) -> Result<Vec<TableRules>> {
    // Of a bucket each question is a journey: they are asked at once.
    let asked = rules::all().into_iter().map(async |(table, rules)| {
        let is_there = lake.holds(table).await?;
        Ok::<_, Error>(is_there.then_some((table, rules)))
    });
    let mut present: Vec<_> = try_join_all(asked).await?.into_iter().flatten().collect();
    if present.is_empty() {
        return Err(Error::failure(format!("the lake {} holds no tables", lake.address()))
            .hint("`moodlake demo` shows one, `moodlake import PATH` begins your own; --lake names another place"));
    }
    for name in names {
        if !present.iter().any(|(table, _)| is_named(table, name)) {
            let known: Vec<_> = present.iter().map(|(table, _)| format!("{}.{}", table.layer, table.name)).collect();
            return Err(Error::usage(format!("there is no table {name} with rules in this lake"))
                .hint(format!("the lake holds: {}", known.join(", "))));
        }
    }
    present.retain(|(table, _)| names.is_empty() || names.iter().any(|name| is_named(table, name)));
    Ok(present)
}

fn is_named(table: &Table, name: &str) -> bool {
    name == table.layer || is_called(table.layer, table.name, name)
}

/// Tables that are checked at the same time: as many as there are cores, up to so many.
const AT_ONCE_MAX: usize = 4;
/// Of tables with more rows, one is checked at a time.
const LARGE_FROM_ROWS: u64 = 2_000_000;

/// Holds the tables against their rules. A table that cannot be read is a finding, and the others are checked all the same. What is in
/// `kept` is not asked again.
pub async fn check(context: &Context, tables: &[TableRules], examples_max: usize, kept: &Arc<Kept>) -> Report {
    let record = Arc::new(context.lake.open(&RUNS).await);
    let (lake, engine, now) = (context.lake.clone(), context.engine.clone(), context.clock.now());
    let bench = Bench { lake, engine, now, record, large: Arc::new(Semaphore::new(1)), examples_max };
    let begin = |(table, rules)| {
        let task = SpawnedTask::spawn(of_table(bench.clone(), table, rules, Arc::clone(kept)));
        async move { task.join_unwind().await.unwrap_or_else(|ended| Checked::unreadable(table, &Error::failure(ended.to_string()))) }
    };
    let at_once = thread::available_parallelism().map_or(1, NonZero::get).min(AT_ONCE_MAX);
    let mut report = Report { checked_at: now, findings: Vec::new(), tables: BTreeMap::new() };
    let mut checks = stream::iter(tables.to_vec()).map(begin).buffered(at_once);
    while let Some(Checked { table, id, findings }) = checks.next().await {
        report.tables.extend(id.map(|id| (table.label(), id)));
        report.findings.extend(findings);
    }
    report
}

/// What is known of a table that was checked.
struct Checked {
    table: &'static Table,
    /// Of the table, where it can be opened.
    id: Option<Value>,
    findings: Vec<Finding>,
}

impl Checked {
    fn unreadable(table: &'static Table, error: &Error) -> Self {
        let verdict = Verdict::failed(error.in_one_line());
        Self { table, id: None, findings: vec![finding(table, &READABLE, verdict, None, None)] }
    }
}

const READABLE: Rule = Rule::error("readable", Asks::NotNull(&[]));
const SCHEMA: Rule = Rule::error("schema", Asks::NotNull(&[]));
/// The next rows that are written, or the upkeep, bring the columns; until then they are read as null.
const SCHEMA_OF_OLDER_RELEASE: Rule = Rule::warn("schema", Asks::NotNull(&[]));

async fn of_table(bench: Bench, table: &'static Table, rules: &'static [Rule], kept: Arc<Kept>) -> Checked {
    let watch = Stopwatch::start();
    let snapshot = match bench.lake.open(table).await {
        Ok(Some(snapshot)) => snapshot,
        // The folder of its log is there, or it would not have been chosen.
        Ok(None) => return Checked::unreadable(table, &Error::failure("its Delta log holds no version")),
        Err(error) => return Checked::unreadable(table, &error),
    };
    let version = Some(snapshot.version());
    let id = snapshot.identity().ok().map(|identity| identity["id"].clone());
    let findings = match asked(&bench, table, snapshot, rules, &kept, id.as_ref()).await {
        Ok(mut findings) => {
            findings.insert(0, finding(table, &READABLE, Verdict::passed(), version, None));
            findings
        }
        Err(error) => vec![finding(table, &READABLE, Verdict::failed(error.in_one_line()), version, None)],
    };
    tracing::debug!("table {}: checked in {:.3} s", table.label(), watch.seconds());
    Checked { table, id, findings }
}

/// Asks the rules that are not known to hold still.
async fn asked(
    bench: &Bench,
    table: &'static Table,
    snapshot: Snapshot,
    rules: &[Rule],
    kept: &Kept,
    id: Option<&Value>,
) -> Result<Vec<Finding>> {
    let is_large = snapshot.extent()?.rows.is_none_or(|rows| rows > LARGE_FROM_ROWS);
    let _turn = if is_large { bench.large.acquire().await.ok() } else { None };
    if let Some(held) = kept.of(&table.label(), snapshot.version(), id) {
        return ask(bench, table, snapshot, rules, held).await;
    }
    // What cannot be read of an earlier version is no finding: all rows are asked.
    let held = news::still_held(bench, table, &snapshot, rules, kept).await.unwrap_or_default();
    ask(bench, table, snapshot, rules, &held).await
}

/// Asks the rules of one version of a table, those of single rows in one scan; `held` are those that need not be asked.
async fn ask(
    bench: &Bench,
    table: &'static Table,
    snapshot: Snapshot,
    rules: &[Rule],
    held: &HashMap<String, Held>,
) -> Result<Vec<Finding>> {
    let version = Some(snapshot.version());
    let stored = snapshot.schema()?;
    let schema = if snapshot.is_older(table)? { &SCHEMA_OF_OLDER_RELEASE } else { &SCHEMA };
    let mut findings = vec![finding(table, schema, shape::verdict(table, &snapshot)?, version, None)];
    let mut subject = Subject { bench: bench.clone(), table, snapshot, rows: 0 };
    let unfit = |rule: &Rule| shape::unfit(table, &stored, &rule.columns());
    let stands = |rule: &Rule| held.get(rule.name).filter(|_| holds_for_good(rule));
    let is_asked = |rule: &&Rule| scan::is_scalar(rule) && unfit(rule).is_none() && stands(rule).is_none();
    let scalar: Vec<&Rule> = rules.iter().filter(is_asked).collect();
    let scope = subject.scope().await?;
    // The count comes with the scan; where nothing is asked of single rows, an earlier one told it.
    let told = rules.iter().filter_map(|rule| stands(rule)?.rows_checked).max();
    let (rows, failed) = match told {
        Some(rows) if scalar.is_empty() => (rows, Vec::new()),
        _ => scan::count(&subject, &scope, &scalar).await?,
    };
    subject.rows = rows;
    for rule in rules {
        let is_about_others = matches!(rule.asks, Asks::Complete(_));
        let verdict = if let Some(column) = unfit(rule) {
            Verdict::skipped(format!("the table has no column {column} of the declared type"))
        } else if rows == 0 && !is_about_others {
            Verdict::skipped("the table is empty")
        } else if let Some(held) = stands(rule) {
            Verdict { rows_failed: held.rows_failed, detail: held.detail.clone(), ..Verdict::passed() }
        } else if let Some(place) = scalar.iter().position(|asked| asked.name == rule.name) {
            scan::verdict(&subject, &scope, rule, failed.get(place).copied().unwrap_or_default()).await?
        } else if matches!(rule.asks, Asks::Fresh { .. } | Asks::NotShrunk | Asks::UsualArrivals { .. }) {
            usual::verdict(&subject, rule).await?
        } else {
            keys::verdict(&subject, rule).await?
        };
        findings.push(finding(table, rule, verdict, version, Some(rows)));
    }
    Ok(findings)
}

fn finding(table: &Table, rule: &Rule, verdict: Verdict, table_version: Option<u64>, rows: Option<u64>) -> Finding {
    Finding {
        table: table.label(),
        rule: rule.name,
        severity: rule.severity,
        outcome: verdict.outcome,
        rows_checked: rows.filter(|_| verdict.rows_failed.is_some()),
        rows_failed: verdict.rows_failed,
        detail: verdict.detail,
        table_version,
        examples: verdict.examples,
    }
}

/// What a check came to, in half a line.
#[must_use]
pub fn summary(report: &Report) -> String {
    let count = |outcome| report.findings.iter().filter(|finding| finding.outcome == outcome).count();
    let [errors, warnings] = [Severity::Error, Severity::Warn].map(|severity| report.broken(severity).count());
    format!("{} rules hold, {warnings} warnings, {errors} errors, {} skipped", count(Outcome::Passed), count(Outcome::Skipped))
}
