//! The lake's tables as relations for reading: `layer.table`, or the bare name.
//!
//! Owns which table a name in a query means. Only tables that the query names are opened, so that a lake of many tables starts
//! answering at once.

use super::snapshot::{AsOf, Snapshot};
use super::store::{Lake, TableAt};
use super::tables::{ALL, Table};
use crate::engine::Scope;
use crate::error::{Error, Explain, Result};
use datafusion::catalog::MemorySchemaProvider;
use datafusion::common::TableReference;
use futures::future::{join, join_all, try_join_all};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The layers of a lake.
pub const LAYERS: [&str; 4] = ["bronze", "silver", "gold", "ops"];

/// A table that is there: its layer, its name and its address.
pub type Found = (&'static str, String, TableAt);

/// All tables that are there: the declared ones first, then others that someone put into a layer's folder.
///
/// # Errors
/// When a layer cannot be listed.
pub async fn tables(lake: &Lake) -> Result<Vec<Found>> {
    // Of a bucket each question is a journey: they are asked at once.
    let layers = LAYERS.map(async |layer| {
        let names = lake.names(layer).await?;
        let declared = ALL.iter().filter(|table| table.layer == layer).map(|table| table.name.to_owned());
        let others = names.iter().filter(|name| !ALL.iter().any(|table| table.layer == layer && table.name == *name)).cloned();
        let asked = declared.filter(|name| names.contains(name)).chain(others).map(async |name| {
            let at = lake.named(layer, &name)?;
            Ok::<_, Error>(at.exists().await?.then_some((layer, name, at)))
        });
        Ok::<_, Error>(try_join_all(asked).await?.into_iter().flatten().collect::<Vec<_>>())
    });
    Ok(try_join_all(layers).await?.concat())
}

/// Names a declared table for a model: its newest rows, or none where it is not there. Tells whether it is.
///
/// # Errors
/// When the table cannot be read or the name is taken.
pub async fn relation(lake: &Lake, scope: &Scope, name: &str, table: &Table) -> Result<bool> {
    relation_of(lake.open(table).await?.as_ref(), scope, name, table).await
}

/// Names a declared table's snapshot for a model, or no rows where there is none. Tells whether there is one.
///
/// # Errors
/// When the table cannot be read or the name is taken.
pub async fn relation_of(snapshot: Option<&Snapshot>, scope: &Scope, name: &str, table: &Table) -> Result<bool> {
    match snapshot {
        Some(snapshot) => scope.register(name, snapshot.provider(&scope.state()).await?).map(|()| true),
        None => scope.register_rows(name, table.schema(), Vec::new()).map(|()| false),
    }
}

/// The names of all tables that are there.
///
/// # Errors
/// When a layer cannot be listed.
pub async fn references(lake: &Lake) -> Result<Vec<TableReference>> {
    Ok(tables(lake).await?.into_iter().map(|(layer, name, _)| TableReference::partial(layer, name)).collect())
}

/// Registers the tables that these references name.
///
/// # Errors
/// When a name is no table of the lake, stands in several layers, or the table has no such version.
pub async fn register(lake: &Lake, scope: &Scope, references: &[TableReference], as_of: AsOf) -> Result<Vec<Snapshot>> {
    for layer in LAYERS {
        add_schema(scope, layer)?;
    }
    let all = OnceCell::new();
    // The engine's own tables, such as information_schema.columns, are not ours to open.
    let ours = || references.iter().filter(|reference| reference.schema() != Some("information_schema"));
    // What is given up half-way panics in Delta's threads: each is waited for.
    let opened =
        join_all(ours().map(|reference| open(lake, &all, reference, as_of))).await.into_iter().collect::<Result<Vec<_>>>()?;
    for (reference, (layer, snapshot)) in ours().zip(&opened) {
        let provider = snapshot.provider(&scope.state()).await?;
        let target = match reference.schema() {
            Some(_) => TableReference::partial(*layer, reference.table()),
            None => TableReference::bare(reference.table()),
        };
        scope.context().register_table(target, provider).explain(|| format!("table {reference} cannot be registered"))?;
    }
    Ok(opened.into_iter().map(|(_, snapshot)| snapshot).collect())
}

/// Opens the table that a name means. The lake is listed only where the declarations do not tell: that takes longer than the opening.
async fn open(
    lake: &Lake,
    all: &OnceCell<Vec<Found>>,
    reference: &TableReference,
    as_of: AsOf,
) -> Result<(&'static str, Snapshot)> {
    let is_meant = |layer: &str, name: &str| name == reference.table() && reference.schema().is_none_or(|schema| schema == layer);
    let declared = ALL.into_iter().find(|table| is_meant(table.layer, table.name));
    // Of a table that is not there, an older version is not known to be none.
    if let Some(table) = declared.filter(|_| as_of == AsOf::Latest) {
        let at = lake.table(table)?;
        let (opened, has_namesakes) = join(at.open_as_of(as_of), has_namesakes(lake, reference, table)).await;
        if let (Some(snapshot), false) = (opened?, has_namesakes?) {
            return Ok((table.layer, snapshot));
        }
    }
    let all = all.get_or_try_init(|| tables(lake)).await?;
    let matching: Vec<_> = all.iter().filter(|(layer, name, _)| is_meant(layer, name)).collect();
    match matching.as_slice() {
        [(layer, _, at)] => at.open_as_of(as_of).await?.map(|snapshot| (*layer, snapshot)).ok_or_else(|| unknown(reference, all)),
        [] => Err(unknown(reference, all)),
        _ => Err(Error::usage(format!("{reference} stands in several layers")).hint("say which, as layer.table")),
    }
}

/// Whether a name without a layer is that of a table in another layer, too: someone may have put one there.
async fn has_namesakes(lake: &Lake, reference: &TableReference, table: &Table) -> Result<bool> {
    let layers = LAYERS.into_iter().filter(|layer| reference.schema().is_none() && *layer != table.layer);
    let asked = layers.map(async |layer| lake.named(layer, table.name)?.exists().await);
    Ok(try_join_all(asked).await?.contains(&true))
}

fn add_schema(scope: &Scope, layer: &str) -> Result<()> {
    let Some(catalog) = scope.context().catalog("datafusion") else { return Ok(()) };
    catalog
        .register_schema(layer, Arc::new(MemorySchemaProvider::new()))
        .explain(|| format!("the layer {layer} cannot be registered"))?;
    Ok(())
}

fn unknown(reference: &TableReference, tables: &[Found]) -> Error {
    let known: Vec<_> = tables.iter().map(|(layer, name, _)| format!("{layer}.{name}")).collect();
    let hint = if known.is_empty() {
        "the lake holds no tables yet: `moodlake demo` or `moodlake import PATH` fills one".to_owned()
    } else {
        format!("the lake holds: {}", known.join(", "))
    };
    Error::usage(format!("there is no table {reference}")).hint(hint)
}
