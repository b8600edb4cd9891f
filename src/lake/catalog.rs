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
use futures::future::try_join_all;
use std::sync::Arc;

/// The layers of a lake.
pub const LAYERS: [&str; 4] = ["bronze", "silver", "gold", "ops"];

/// All tables that are there: the declared ones first, then others that someone put into a layer's folder.
///
/// # Errors
/// When a layer cannot be listed.
pub async fn tables(lake: &Lake) -> Result<Vec<(&'static str, String, TableAt)>> {
    let mut found = Vec::new();
    for layer in LAYERS {
        let names = lake.names(layer).await?;
        let declared = ALL.iter().filter(|table| table.layer == layer).map(|table| table.name.to_owned());
        let others = names.iter().filter(|name| !ALL.iter().any(|table| table.layer == layer && table.name == *name)).cloned();
        // Of a bucket each question is a journey: they are asked at once.
        let asked = declared.filter(|name| names.contains(name)).chain(others).map(async |name| {
            let at = lake.named(layer, &name)?;
            Ok::<_, Error>(at.exists().await?.then_some((layer, name, at)))
        });
        found.extend(try_join_all(asked).await?.into_iter().flatten());
    }
    Ok(found)
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
    let tables = tables(lake).await?;
    for layer in LAYERS {
        add_schema(scope, layer)?;
    }
    let mut opened = Vec::new();
    for reference in references {
        let matching: Vec<_> = tables
            .iter()
            .filter(|(layer, name, _)| name == reference.table() && reference.schema().is_none_or(|schema| schema == *layer))
            .collect();
        let (layer, name, at) = match matching.as_slice() {
            [one] => one,
            // The engine's own tables, such as information_schema.columns, are not ours to open.
            [] if reference.schema() == Some("information_schema") => continue,
            [] => return Err(unknown(reference, &tables)),
            _ => return Err(Error::usage(format!("{reference} stands in several layers")).hint("say which, as layer.table")),
        };
        let Some(snapshot) = at.open_as_of(as_of).await? else { return Err(unknown(reference, &tables)) };
        let provider = snapshot.provider(&scope.state()).await?;
        let target = match reference.schema() {
            Some(_) => TableReference::partial(*layer, name.as_str()),
            None => TableReference::bare(name.as_str()),
        };
        scope.context().register_table(target, provider).explain(|| format!("table {reference} cannot be registered"))?;
        opened.push(snapshot);
    }
    Ok(opened)
}

fn add_schema(scope: &Scope, layer: &str) -> Result<()> {
    let Some(catalog) = scope.context().catalog("datafusion") else { return Ok(()) };
    catalog
        .register_schema(layer, Arc::new(MemorySchemaProvider::new()))
        .explain(|| format!("the layer {layer} cannot be registered"))?;
    Ok(())
}

fn unknown(reference: &TableReference, tables: &[(&str, String, TableAt)]) -> Error {
    let known: Vec<_> = tables.iter().map(|(layer, name, _)| format!("{layer}.{name}")).collect();
    let hint = if known.is_empty() {
        "the lake holds no tables yet: `moodlake demo` or `moodlake import PATH` fills one".to_owned()
    } else {
        format!("the lake holds: {}", known.join(", "))
    };
    Error::usage(format!("there is no table {reference}")).hint(hint)
}
