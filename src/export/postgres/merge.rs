//! One table's rows into PostgreSQL.
//!
//! Owns how: rows of a table that is new go straight into it; else they go into a temporary one, and only those that differ are written.
//! Of facts only the files that came and went since the exported version are read, where the log still tells; dimensions are small, and
//! compared as a whole.

use super::base::Base;
use super::tables::{Schema, key};
use crate::context::{Context, Unit};
use crate::error::Result;
use crate::export::{Part, frame};
use crate::lake::changes::Change;
use arrow::datatypes::Schema as Columns;
use serde_json::Value;
use std::sync::Arc;

/// What became of a table's rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Merged {
    pub read: u64,
    pub inserted: u64,
    pub updated: u64,
    pub deleted: u64,
}

/// Which rows of the table are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All: what is not there any more is what was not sent.
    Whole,
    /// Those of files that came and went.
    Changed,
}

/// Fills a table that was empty.
pub async fn fill(context: &Context, base: &Base<'_>, schema: &Schema, part: &Part) -> Result<Merged> {
    let progress = context.progress.begin(&schema.of(part.table.name), part.count()?, Unit::Rows);
    let rows = part.rows(&context.engine).await?;
    let inserted = base.copy(&schema.of(part.table.name), &part.table.schema(), rows, progress.as_ref()).await?;
    Ok(Merged { read: inserted, inserted, ..Merged::default() })
}

/// Inserts what is new and updates what differs. `since` is the identity of what was exported before, where only what came since is to
/// be read.
pub async fn upsert(
    context: &Context,
    base: &Base<'_>,
    schema: &Schema,
    part: &Part,
    since: Option<&Value>,
) -> Result<(Merged, Reach)> {
    let (table, target, staged) = (part.table, schema.of(part.table.name), temporary("staged", part));
    let declared = table.schema();
    let names: Vec<_> = declared.fields().iter().map(|field| field.name().as_str()).collect();
    let what = format!("{} cannot be written", table.name);
    let mut change = match since {
        Some(identity) => Change::since(identity, &part.snapshot).await?,
        None => None,
    };
    base.run("SAVEPOINT staged", &what).await?;
    let read = match send(context, base, &target, part, change.as_ref()).await {
        // The log may tell of files that are not kept any more.
        Err(error) if change.is_some() => {
            tracing::debug!("what changed in {} cannot be told, all rows are compared: {}", table.label(), error.in_one_line());
            base.run("ROLLBACK TO SAVEPOINT staged", &what).await?;
            change = None;
            send(context, base, &target, part, None).await?
        }
        read => read?,
    };
    let (key, columns) = (key(table), listed(&names, ""));
    let others: Vec<_> = names.iter().copied().filter(|name| *name != key).collect();
    let (held, new) = (listed(&others, "held."), listed(&others, "staged."));
    let set = others.iter().map(|name| format!("\"{name}\" = staged.\"{name}\"")).collect::<Vec<_>>().join(", ");
    let update = format!(
        "UPDATE {target} AS held SET {set} FROM {staged} AS staged WHERE held.{key} = staged.{key} AND ({held}) IS DISTINCT FROM ({new})"
    );
    let insert = format!(
        "INSERT INTO {target} ({columns}) SELECT {columns} FROM {staged} AS staged
         WHERE NOT EXISTS (SELECT FROM {target} AS held WHERE held.{key} = staged.{key})"
    );
    let (_, updated) = base.ask(&update, Vec::new(), &what).await?;
    let (_, inserted) = base.ask(&insert, Vec::new(), &what).await?;
    let reach = if change.is_some() { Reach::Changed } else { Reach::Whole };
    Ok((Merged { read, inserted, updated, deleted: 0 }, reach))
}

/// Sends the rows that are looked at into temporary tables: all, or those of the files that came, and the keys of those that went.
async fn send(context: &Context, base: &Base<'_>, target: &str, part: &Part, change: Option<&Change>) -> Result<u64> {
    let (table, staged, gone) = (part.table, temporary("staged", part), temporary("gone", part));
    let (declared, what) = (table.schema(), format!("{} cannot be written", table.name));
    let names: Vec<_> = declared.fields().iter().map(|field| field.name().as_str()).collect();
    let progress = context.progress.begin(target, change.map_or(part.count()?, Change::rows), Unit::Rows);
    stage(base, &staged, target, &names, &what).await?;
    let Some(change) = change else {
        let read = base.copy(&staged, &declared, part.rows(&context.engine).await?, progress.as_ref()).await?;
        base.run(&format!("ANALYZE {staged}"), &what).await?;
        return Ok(read);
    };
    let state = context.engine.scope().state();
    let rows = frame(&context.engine, change.came(&state).await?, &names, table).await?;
    let mut read = base.copy(&staged, &declared, rows, progress.as_ref()).await?;
    stage(base, &gone, target, &[key(table)], &what).await?;
    if change.has_gone() {
        let keys = frame(&context.engine, change.went(&state).await?, &[key(table)], table).await?;
        let declared =
            Columns::new(declared.fields().iter().filter(|field| field.name() == key(table)).cloned().collect::<Vec<_>>());
        read += base.copy(&gone, &Arc::new(declared), keys, progress.as_ref()).await?;
    }
    base.run(&format!("ANALYZE {staged}; ANALYZE {gone}"), &what).await?;
    Ok(read)
}

/// Deletes what is gone; nothing refers to it any more by now.
pub async fn delete(base: &Base<'_>, schema: &Schema, part: &Part, reach: Reach) -> Result<u64> {
    let (target, staged, gone, key) =
        (schema.of(part.table.name), temporary("staged", part), temporary("gone", part), key(part.table));
    let among = match reach {
        Reach::Whole => String::new(),
        Reach::Changed => format!("EXISTS (SELECT FROM {gone} AS gone WHERE gone.{key} = held.{key}) AND "),
    };
    let sql = format!(
        "DELETE FROM {target} AS held WHERE {among}NOT EXISTS (SELECT FROM {staged} AS staged WHERE staged.{key} = held.{key})"
    );
    Ok(base.ask(&sql, Vec::new(), &format!("{} cannot be written", part.table.name)).await?.1)
}

/// A temporary table with some of the columns of a table, which goes with the transaction.
async fn stage(base: &Base<'_>, staged: &str, like: &str, names: &[&str], what: &str) -> Result<()> {
    let name = staged.trim_start_matches("pg_temp.");
    let columns = listed(names, "");
    base.run(&format!("CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {like} WITH NO DATA"), what).await
}

fn temporary(kind: &str, part: &Part) -> String {
    format!("pg_temp.{kind}_{}", part.table.name)
}

fn listed(names: &[&str], of: &str) -> String {
    names.iter().map(|name| format!("{of}\"{name}\"")).collect::<Vec<_>>().join(", ")
}
