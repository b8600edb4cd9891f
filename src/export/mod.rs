//! The star schema for other programs.
//!
//! Owns which tables travel, in the order in which each comes after those it refers to, and that all of them are of one moment: whoever
//! exports holds the lake's lock while they are opened. Where they go is below: `postgres`; files are written by the command line as
//! those of a query are.

pub mod postgres;

use crate::engine::Engine;
use crate::error::{Error, Explain as _, Result};
use crate::lake::tables::{DIM_ALBUM, DIM_ARTIST, DIM_DATE, DIM_TIME, DIM_TRACK, FACT_PLAY};
use crate::lake::{Lake, Snapshot, Table};
use datafusion::catalog::TableProvider;
use datafusion::prelude::DataFrame;
use std::sync::Arc;

/// The tables that travel; none refers to one behind it.
pub const STAR: [&Table; 6] = [&DIM_ARTIST, &DIM_ALBUM, &DIM_TRACK, &DIM_DATE, &DIM_TIME, &FACT_PLAY];

/// A table of the star schema at the version that travels.
pub struct Part {
    /// Its declaration.
    pub table: &'static Table,
    /// Its rows.
    pub snapshot: Snapshot,
}

/// Opens the six tables.
///
/// # Errors
/// When one is not there, or of another release.
pub async fn star(lake: &Lake) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    for table in STAR {
        let hint = "`moodlake build-gold star` builds the star schema, `moodlake run` all tables";
        let Some(snapshot) = lake.open(table).await? else {
            return Err(Error::failure(format!("the lake {} has no table {}", lake.address(), table.label())).hint(hint));
        };
        if !snapshot.is_as_declared(table)? {
            return Err(Error::failure(format!("table {}: its columns are of another release", table.label())).hint(hint));
        }
        parts.push(Part { table, snapshot });
    }
    Ok(parts)
}

impl Part {
    /// All rows, with the columns as they are declared.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn rows(&self, engine: &Engine) -> Result<DataFrame> {
        let scope = engine.scope();
        let schema = self.table.schema();
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        frame(engine, self.snapshot.provider(&scope.state()).await?, &names, self.table).await
    }

    /// How many rows there are, where the log tells it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn count(&self) -> Result<Option<u64>> {
        Ok(self.snapshot.extent()?.rows)
    }
}

/// Some columns of a relation that has the rows of a table.
async fn frame(engine: &Engine, rows: Arc<dyn TableProvider>, columns: &[&str], table: &Table) -> Result<DataFrame> {
    let scope = engine.scope();
    scope.register("exported", rows)?;
    scope.table("exported").await?.select_columns(columns).explain(|| unreadable(table))
}

fn unreadable(table: &Table) -> String {
    format!("table {}: it cannot be read", table.label())
}
