//! The star schema in PostgreSQL.
//!
//! Owns the order: one transaction for all tables, dimensions before the facts that refer to them, and what is gone from the facts
//! first. Which version of each Delta table is there stands in `exported`, written in the same transaction, so that whoever is killed
//! leaves nothing, and whoever comes again has nothing to do.

mod base;
mod binary;
mod described;
mod merge;
mod tables;

pub use described::described;
pub use tables::Schema;

use super::Part;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::Result;
use crate::lake::tables::FACT_PLAY;
use crate::postgres::{Address, connect};
use base::Base;
use merge::{Merged, Reach};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio_postgres::types::Type;

const STEP: &str = "export postgres";

/// Any number, as long as it is always the same: the first half of the lock of a schema.
const LOCK: &str = "1836019564, hashtext($1)";

const RECORD: &str = "(table_name, delta_id, version, rows, exported_at)
    VALUES ($1, $2, $3, $4, 'epoch'::timestamptz + $5 * interval '1 microsecond')
    ON CONFLICT (table_name) DO UPDATE SET delta_id = EXCLUDED.delta_id, version = EXCLUDED.version, rows = EXCLUDED.rows,
    exported_at = EXCLUDED.exported_at";

/// A table on its way.
struct Way<'a> {
    part: &'a Part,
    merged: Merged,
    kind: Kind,
    seconds: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The version that is there is the newest.
    UpToDate,
    /// The table is new.
    Filled,
    /// Rows of it were compared.
    Compared(Reach),
}

/// Brings the tables of a schema to the versions of the star schema. `is_full` compares all rows, whatever was exported before.
///
/// # Errors
/// When the database lets nobody in, or something cannot be read or written; the database is then as it was before.
pub async fn export(
    context: &Context,
    star: &[Part],
    address: &Address,
    password: Option<&SecretString>,
    schema: &Schema,
    is_full: bool,
) -> Result<Vec<Step>> {
    let mut client = connect(address, password).await?;
    let base = Base::begin(&mut client, address).await?;
    lock(&base, schema).await?;
    let held = tables::held(&base, schema).await?;
    tables::prepare(&base, schema, &held).await?;
    let exported = exported(&base, schema).await?;
    let mut ways = Vec::new();
    for part in star {
        let watch = Stopwatch::start();
        let before = exported.get(part.table.name).filter(|_| !is_full);
        let (merged, kind) = if !held.contains(part.table.name) {
            tables::create(&base, schema, part.table).await?;
            (merge::fill(context, &base, schema, part).await?, Kind::Filled)
        } else if before.is_some_and(|before| is_same(before, part)) {
            (Merged::default(), Kind::UpToDate)
        } else {
            let since = before.filter(|_| part.table.name == FACT_PLAY.name);
            let (merged, reach) = Box::pin(merge::upsert(context, &base, schema, part, since)).await?;
            (merged, Kind::Compared(reach))
        };
        ways.push(Way { part, merged, kind, seconds: watch.seconds() });
    }
    for way in ways.iter_mut().rev() {
        let watch = Stopwatch::start();
        if let Kind::Compared(reach) = way.kind {
            way.merged.deleted = merge::delete(&base, schema, way.part, reach).await?;
        }
        way.seconds += watch.seconds();
    }
    if ways.iter().any(|way| way.kind == Kind::Filled) {
        tables::constrain(&base, schema).await?;
    }
    let mut steps = Vec::new();
    for way in &ways {
        steps.push(way.step(context, &base, schema).await?);
    }
    base.commit().await?;
    Ok(steps)
}

/// One export of a schema at a time: the other one waits here, and then finds everything done.
async fn lock(base: &Base<'_>, schema: &Schema) -> Result<()> {
    let (what, name) = ("its lock cannot be taken", schema.name());
    let tried = base.ask(&format!("SELECT pg_try_advisory_xact_lock({LOCK})"), vec![(&name, Type::TEXT)], what).await?;
    if tried.0.first().is_some_and(|row| row.get(0)) {
        return Ok(());
    }
    tracing::info!("another export is writing into {name}: waiting for it to finish");
    base.ask(&format!("SELECT pg_advisory_xact_lock({LOCK})"), vec![(&name, Type::TEXT)], what).await.map(drop)
}

/// What was exported before, table by table.
async fn exported(base: &Base<'_>, schema: &Schema) -> Result<BTreeMap<String, Value>> {
    let sql = format!("SELECT table_name, delta_id, version FROM {}", schema.of("exported"));
    let (rows, _) = base.ask(&sql, Vec::new(), "what was exported before cannot be read").await?;
    let identity = |row: &tokio_postgres::Row| json!({ "id": row.get::<_, String>(1), "version": row.get::<_, i64>(2) });
    Ok(rows.iter().map(|row| (row.get(0), identity(row))).collect())
}

fn is_same(before: &Value, part: &Part) -> bool {
    part.snapshot.identity().is_ok_and(|now| before["id"] == now["id"] && before["version"] == now["version"])
}

impl Way<'_> {
    /// What was done, which is noted in the database, too.
    async fn step(&self, context: &Context, base: &Base<'_>, schema: &Schema) -> Result<Step> {
        let (name, identity) = (self.part.table.name, self.part.snapshot.identity()?);
        let mut step = Step::new(STEP, format!("{}.{name}", schema.name()));
        step.inputs = json!({ name: identity });
        step.version = identity["version"].as_u64();
        step.seconds = self.seconds;
        if self.kind == Kind::UpToDate {
            step.outcome = Outcome::UpToDate;
            return Ok(step);
        }
        let what = "what was exported cannot be noted";
        let (counted, _) = base.ask(&format!("SELECT count(*) FROM {}", schema.of(name)), Vec::new(), what).await?;
        let rows: i64 = counted.first().map(|row| row.get(0)).unwrap_or_default();
        let (id, version) = (identity["id"].as_str().unwrap_or_default(), identity["version"].as_i64().unwrap_or_default());
        let at = context.clock.now().timestamp_micros();
        let values: Vec<crate::postgres::Value<'_>> =
            vec![(&name, Type::TEXT), (&id, Type::TEXT), (&version, Type::INT8), (&rows, Type::INT8), (&at, Type::INT8)];
        base.ask(&format!("INSERT INTO {} {RECORD}", schema.of("exported")), values, what).await?;
        let Merged { read, inserted, updated, deleted } = self.merged;
        step.outcome = Outcome::Wrote;
        (step.rows_read, step.rows_written, step.rows_total) = (read, inserted + updated, u64::try_from(rows).ok());
        Ok(step.remarked(match self.kind {
            Kind::Filled => "the table is new".to_owned(),
            _ => format!("{inserted} inserted, {updated} updated, {deleted} deleted; {read} read"),
        }))
    }
}
