//! Silver brought up to date by what is new: new plays, plays that became copies, plays whose tracks are known better.
//!
//! Owns what is computed anew, by the models of a full build over fewer rows, and when that is not worth it. The result is the same
//! table, row by row; where it cannot be known to be, there is no update and the whole table is built.

mod arrivals;
mod changes;
mod touched;

use super::inputs::{HISTORY, Inputs, KAGGLE};
use super::models;
use crate::context::Context;
use crate::engine::{Held, Scope, among, no_values};
use crate::error::{Error, Explain, Result};
use crate::lake::Snapshot;
use crate::lake::tables::LISTENING_WITH_FEATURES;
use crate::lake::update::{FILE, Update};
use arrivals::Arrivals;
use arrow::array::{AsArray, RecordBatch};
use arrow::compute::{cast, filter, is_not_null};
use arrow::datatypes::DataType;
use changes::Changes;
use datafusion::common::ParamValues;
use datafusion::prelude::{DataFrame, col, lit};
use serde_json::Value;

/// Rows that are computed anew and held in memory for it, some hundreds of MB: more of them are streamed by a full build. And rows
/// that are written anew only because they share a file with others, where they are most of the table.
const ROWS_MAX: u64 = 200_000;
/// Tracks of which something else may be known.
const TRACKS_MAX: usize = 100_000;

const ASKED_CATALOGUE: &str = include_str!("../models/asked_kaggle.sql");
const CHANGED_PLAYS: &str = include_str!("../models/changed_plays.sql");

/// What is to become of the table.
pub struct Prepared {
    /// The rows that go and come.
    pub update: Update,
    /// Rows looked at one by one.
    pub rows_read: u64,
}

/// Finds what is to become of the table; none where it is better built as a whole.
///
/// # Errors
/// When an input or the table cannot be read.
pub async fn prepare(
    context: &Context,
    inputs: &Inputs,
    current: &Snapshot,
    built_from: &Value,
    parameters: &ParamValues,
) -> Result<Option<Prepared>> {
    if !current.is_as_declared(&LISTENING_WITH_FEATURES)? {
        return Ok(None);
    }
    let Some(changes) = Changes::since(built_from, inputs).await? else { return Ok(None) };
    let Some(arrivals) = Arrivals::read(context, inputs, changes.history.as_ref(), parameters).await? else { return Ok(None) };
    let Some(touched) = touched::read(context, inputs, &changes, current).await? else { return Ok(None) };
    let rows_read = arrivals.rows_read + touched.len();
    let mut update = Update::default();
    if rows_read > 0 {
        let changed = changed_plays(context, inputs, &arrivals, touched, parameters).await?;
        take(&mut update, changed)?;
    }
    if !arrivals.copies.is_empty() {
        let scope = context.engine.scope();
        scope.register("stored", current.provider_with_files(&scope.state()).await?)?;
        let keys = arrivals.copies.iter().map(|key| lit(key.as_str())).collect();
        let found = scope.table("stored").await?.filter(col("play_id").in_list(keys, false));
        let found = found.and_then(|found| found.select_columns(&["play_id", FILE]));
        let failed = || "plays that became copies cannot be found".to_owned();
        for batch in found.explain(failed)?.collect().await.explain(failed)? {
            go(&mut update, &batch, "play_id", FILE)?;
        }
    }
    let (rewritten, all) = (update.rows_rewritten(current).await?, current.extent()?.rows);
    let (Some(rewritten), Some(all)) = (rewritten, all) else { return Ok(None) };
    let is_most = rewritten > ROWS_MAX && rewritten > all / 2;
    Ok((!is_most).then_some(Prepared { update, rows_read }))
}

/// The new plays and the touched ones with their features, as far as they are not in the table just so.
async fn changed_plays(
    context: &Context,
    inputs: &Inputs,
    arrivals: &Arrivals,
    touched: Held,
    parameters: &ParamValues,
) -> Result<Vec<RecordBatch>> {
    let failed = || "plays cannot be computed anew".to_owned();
    let scope = context.engine.scope();
    touched.register(&scope, "touched", &[])?;
    arrivals.kept.register(&scope, "arrived", &[])?;
    let columns: Vec<&str> = [HISTORY.required, HISTORY.optional].concat();
    let arrived = scope.table("arrived").await?.select_columns(&columns).explain(failed)?;
    let again = scope.table("touched").await?.select_columns(&columns).explain(failed)?;
    hold(&scope, "kept_plays", arrived.union(again).explain(failed)?).await?;
    register_asked(&scope, inputs).await?;
    hold(&scope, "computed", models::table_of_kept_plays(&scope, parameters).await?).await?;
    scope.model("changed_plays", CHANGED_PLAYS, no_values()).await?.collect().await.explain(failed)
}

/// The features tables, less the rows that none of the plays asks for. Those are few, and named by several models: they are held.
async fn register_asked(scope: &Scope, inputs: &Inputs) -> Result<()> {
    let failed = || "features of plays cannot be looked up".to_owned();
    for (input, snapshot) in &inputs.features {
        let stored = format!("every_{}", input.relation);
        input.register_as(scope, &stored, snapshot.as_ref()).await?;
        let asked = if input.relation == KAGGLE.relation {
            scope.model("asked_kaggle", ASKED_CATALOGUE, no_values()).await?
        } else {
            let ids = scope.table("kept_plays").await?.select_columns(&["track_id"]).and_then(DataFrame::distinct);
            among(ids.explain(failed)?, scope.table(&stored).await?, "track_id")?
        };
        hold(scope, input.relation, asked).await?;
    }
    Ok(())
}

/// Names a frame's rows.
async fn hold(scope: &Scope, name: &str, frame: DataFrame) -> Result<()> {
    Held::of(frame, &format!("the rows of {name}")).await?.register(scope, name, &[])
}

/// Rows that come, and those in whose place they come.
fn take(update: &mut Update, changed: Vec<RecordBatch>) -> Result<()> {
    for batch in changed {
        let Ok(file) = batch.schema().index_of("stored_file") else { continue };
        go(update, &batch, "play_id", "stored_file")?;
        let columns: Vec<usize> = (0..batch.num_columns()).filter(|column| *column != file).collect();
        if batch.num_rows() > 0 {
            update.rows.push(batch.project(&columns).explain(|| "plays cannot be written".to_owned())?);
        }
    }
    Ok(())
}

/// Notes the keys and files of rows that go; a row without a file is not in the table.
fn go(update: &mut Update, batch: &RecordBatch, key: &str, file: &str) -> Result<()> {
    let failed = || "plays of the table cannot be named".to_owned();
    let column = |name: &str| batch.column_by_name(name).ok_or_else(|| Error::failure(failed()));
    let files = cast(column(file)?, &DataType::Utf8).explain(failed)?;
    let stored = is_not_null(&files).explain(failed)?;
    let keys = cast(column(key)?, &DataType::Utf8).explain(failed)?;
    let keys = filter(&keys, &stored).explain(failed)?;
    update.gone.extend(keys.as_string::<i32>().iter().flatten().map(str::to_owned));
    update.files.extend(files.as_string::<i32>().iter().flatten().map(str::to_owned));
    Ok(())
}
