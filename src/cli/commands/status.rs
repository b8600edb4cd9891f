//! `status`: what is in the lake.
//!
//! Owns what is told: per table its rows, version, size and newest row, the last run, how many plays have features of which source,
//! and the open gaps. Counts come from the Delta logs and are told at once; only the coverage reads a column of data.

use super::status_text;
use crate::cli::args::{LakeStatusArgs, ReportFormat};
use crate::cli::output::{json_text, print};
use crate::cli::settings::Settings;
use crate::engine::Engine;
use crate::error::{Error, Explain, Result};
use crate::lake::snapshot::AsOf;
use crate::lake::{Lake, Snapshot, TableAt, catalog};
use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::functions::core::expr_fn::arrow_cast;
use datafusion::functions_aggregate::expr_fn::max;
use datafusion::prelude::{DataFrame, ident, lit};
use datafusion::scalar::ScalarValue;
use futures::future::join_all;
use serde_json::{Value, json};

/// The column that tells a table's newest row, by table.
const NEWEST: [(&str, &str); 12] = [
    ("listening_history_bronze", "played_at"),
    ("my_tracks_features_bronze", "fetched_at"),
    ("my_tracks_features_bronze_synthetic", "generated_at"),
    ("kaggle_tracks_bronze", "imported_at"),
    ("rejected_rows", "rejected_at"),
    ("listening_with_features", "played_at"),
    ("mood_cluster_profiles", "fitted_at"),
    ("import_ledger", "imported_at"),
    ("history_gaps", "detected_at"),
    ("feature_misses", "asked_at"),
    ("runs", "started_at"),
    ("check_results", "checked_at"),
];

pub async fn status(settings: &Settings, args: &LakeStatusArgs) -> Result<()> {
    let format = args.status.format;
    if let Some(table) = &args.lineage {
        return super::lineage::lineage(settings, table, format == ReportFormat::Json).await;
    }
    let lake = settings.lake()?;
    let engine = Engine::new(settings.zone)?;
    let found = catalog::tables(&lake).await?;
    // Of a bucket each question is a journey: they are asked at once.
    let asked = found.iter().map(|(layer, name, at)| table(&engine, layer, name, at));
    let tables: Vec<_> = join_all(asked).await.into_iter().filter_map(Result::transpose).collect::<Result<_>>()?;
    if tables.is_empty() {
        return Err(Error::failure(format!("the lake {} holds no tables", lake.address()))
            .hint("`moodlake demo` shows one, `moodlake import PATH` begins your own; --lake names another place"));
    }
    let has = |name: &str| tables.iter().any(|entry| entry["table"] == name);
    if format == ReportFormat::Text {
        print(&status_text::tables(lake.address(), &tables))?;
    }
    let coverage = if has("silver.listening_with_features") { rows(&lake, &engine, COVERAGE).await? } else { Vec::new() };
    let last_run = if has("ops.runs") { rows(&lake, &engine, LAST_RUN).await? } else { Vec::new() };
    let gaps = if has("ops.history_gaps") { rows(&lake, &engine, GAPS).await? } else { Vec::new() };
    let document = json!({
        "lake": lake.address(), "tables": tables, "feature_coverage": coverage, "last_run": last_run,
        "open_gaps": gaps, "authorization": super::auth::summary(settings).unwrap_or(Value::Null),
    });
    match format {
        ReportFormat::Json => print(&json_text(&document)?),
        ReportFormat::Text => print(&status_text::rest(&document)),
    }
}

/// Plays by the source of their features.
const COVERAGE: &str = "SELECT coalesce(feature_source, 'none') AS feature_source, count(*) AS plays, \
     round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent \
     FROM silver.listening_with_features GROUP BY feature_source ORDER BY plays DESC";

/// The steps of the newest run; a watcher stores something every few minutes.
const LAST_RUN: &str = "SELECT run_id, command, step, table_name, arrow_cast(started_at, 'Utf8') AS started_at, outcome, rows_written, \
     round(seconds, 3) AS seconds FROM ops.runs WHERE run_id = \
     (SELECT run_id FROM ops.runs WHERE command <> 'watch' ORDER BY started_at DESC, run_id LIMIT 1)";

/// Stretches in which plays may be missing.
const GAPS: &str = "SELECT user_id, arrow_cast(from_at, 'Utf8') AS from_at, arrow_cast(to_at, 'Utf8') AS to_at \
     FROM ops.history_gaps WHERE closed_by IS NULL ORDER BY from_at";

async fn table(engine: &Engine, layer: &str, name: &str, at: &TableAt) -> Result<Option<Value>> {
    let Some(snapshot) = at.open().await? else { return Ok(None) };
    let extent = snapshot.extent()?;
    let (committed, _) = snapshot.commit().await?;
    let newest = match NEWEST.iter().find(|(table, _)| *table == name) {
        Some((_, column)) if extent.rows != Some(0) => {
            // A table that someone put there in our table's place may lack the column: that is no reason to tell nothing.
            newest(engine, &snapshot, column).await.ok().and_then(|mut rows| rows.pop()).map(|row| row["newest"].clone())
        }
        _ => None,
    };
    Ok(Some(json!({
        "table": format!("{layer}.{name}"), "rows": extent.rows, "version": snapshot.version(), "bytes": extent.bytes,
        "files": extent.files, "newest": newest, "written_at": committed.map(|time| time.to_rfc3339()),
    })))
}

/// The newest value of a column. The log tells it to the millisecond: only rows from there on are read.
async fn newest(engine: &Engine, snapshot: &Snapshot, column: &str) -> Result<Vec<Value>> {
    let failed = || "the newest row cannot be asked for".to_owned();
    let scope = engine.query_scope();
    scope.register("this_table", snapshot.provider(&scope.state()).await?)?;
    let mut rows = scope.table("this_table").await?;
    if let Some(from) = snapshot.newest(column).await? {
        let from = ScalarValue::TimestampMicrosecond(Some(from.timestamp_micros()), Some("UTC".into()));
        rows = rows.filter(ident(column).gt_eq(lit(from))).explain(failed)?;
    }
    let rows = rows.aggregate(Vec::new(), vec![max(ident(column)).alias("newest")]).explain(failed)?;
    let as_text = arrow_cast(ident("newest"), lit("Utf8")).alias("newest");
    collected(rows.select(vec![as_text]).explain(failed)?).await
}

async fn rows(lake: &Lake, engine: &Engine, sql: &str) -> Result<Vec<Value>> {
    let scope = engine.query_scope();
    collected(super::query::plan(lake, &scope, sql, AsOf::Latest).await?).await
}

async fn collected(frame: DataFrame) -> Result<Vec<Value>> {
    let failed = || "the status cannot be computed".to_owned();
    let mut rows = Vec::new();
    for batch in frame.collect().await.explain(failed)? {
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let mut object = serde_json::Map::new();
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                object.insert(field.name().clone(), value(column, row).explain(failed)?);
            }
            rows.push(Value::Object(object));
        }
    }
    Ok(rows)
}

fn value(column: &arrow::array::ArrayRef, row: usize) -> std::result::Result<Value, arrow::error::ArrowError> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    let cell = column.slice(row, 1);
    Ok(match column.data_type() {
        kind if kind.is_integer() => json!(cast(&cell, &DataType::Int64)?.as_primitive::<arrow::datatypes::Int64Type>().value(0)),
        kind if kind.is_floating() => {
            json!(cast(&cell, &DataType::Float64)?.as_primitive::<arrow::datatypes::Float64Type>().value(0))
        }
        _ => json!(cast(&cell, &DataType::Utf8)?.as_string::<i32>().value(0)),
    })
}
