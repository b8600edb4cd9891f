//! Tables of other releases: an older one's are read and grow the columns that they lack, a newer one's are refused.
//!
//! Owns the format number, and what a table of an older release has to be like so that nothing of it is lost: it lacks columns, and
//! those may be null. Silver and gold are replaced as a whole and never need it.

use super::snapshot::Snapshot;
use super::store::TableAt;
use super::tables::Table;
use crate::error::{Error, Explain, Result};
use datafusion::catalog::TableProvider;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlanBuilder, lit};
use datafusion::prelude::ident;
use datafusion::scalar::ScalarValue;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::{EagerSnapshot, Metadata, MetadataExt, StructField, StructType};
use std::sync::Arc;

/// What this release writes and reads. A change that older releases would misread raises it; a column more does not.
pub const FORMAT: u64 = 1;
/// Where a table says its format. One without is of the first.
pub const FORMAT_KEY: &str = "moodlake.format";

/// # Errors
/// When the table is of a newer format than this release knows.
pub fn refuse_newer(at: &TableAt, state: &EagerSnapshot) -> Result<()> {
    let format = state.metadata().configuration().get(FORMAT_KEY).map_or("1", String::as_str);
    match format.parse::<u64>() {
        Ok(format) if format <= FORMAT => Ok(()),
        _ => Err(Error::failure(format!(
            "table {}: it was written by a newer moodlake, in format {format}; this one knows formats up to {FORMAT}",
            at.label()
        ))
        .hint("update moodlake; nothing was changed")),
    }
}

/// What a table and its declaration have not in common.
#[derive(Debug, PartialEq, Eq)]
pub enum Difference {
    /// Nothing that matters.
    None,
    /// The table is of an older release: it lacks columns that may be null, or has them in another order.
    Older,
    /// Rows of one do not fit the other, for this reason.
    Other(String),
}

/// The declared columns as Delta writes them.
///
/// # Errors
/// When Delta has no such types.
pub fn declared(table: &Table) -> Result<StructType> {
    table.schema().as_ref().try_into_kernel().explain(|| format!("table {}: its columns are not Delta's", table.label()))
}

/// Compares a table with its declaration.
///
/// # Errors
/// When the log cannot be read.
pub fn difference(current: &Snapshot, table: &Table) -> Result<Difference> {
    let (state, declared) = (current.state()?, declared(table)?);
    let partitions = state.metadata().partition_columns().iter().map(String::as_str);
    if !partitions.eq(table.partitions.iter().copied()) {
        return Ok(Difference::Other("it is partitioned in another way".to_owned()));
    }
    Ok(columns_difference(&state.schema(), &declared))
}

fn columns_difference(stored: &StructType, declared: &StructType) -> Difference {
    let mut lacks = false;
    for field in declared.fields() {
        match stored.field(field.name()) {
            None if field.is_nullable() => lacks = true,
            None => return Difference::Other(format!("it lacks the column {}", field.name())),
            Some(found) if found.data_type() != field.data_type() || found.is_nullable() != field.is_nullable() => {
                return Difference::Other(format!("its column {} is of another type", field.name()));
            }
            Some(_) => {}
        }
    }
    if let Some(unknown) = stored.fields().find(|field| declared.field(field.name()).is_none()) {
        return Difference::Other(format!("it has a column {} that this program does not know", unknown.name()));
    }
    let in_order = stored.fields().map(StructField::name).eq(declared.fields().map(StructField::name));
    if lacks || !in_order { Difference::Older } else { Difference::None }
}

/// The metadata of an older release's table with the columns that are declared now.
///
/// # Errors
/// When Delta does not take them.
pub fn grown(current: &Snapshot, declared: &StructType) -> Result<Metadata> {
    // Columns are found by their names, in old files too: those in which one is missing hold null.
    let metadata = current.state()?.metadata().clone().with_schema(declared);
    metadata.explain(|| format!("table {}: its columns cannot be declared anew", current.at().label()))
}

/// What to say of a table that rows do not fit.
pub fn unfit(current: &Snapshot, reason: &str) -> Error {
    Error::failure(format!("table {}: {reason}", current.at().label()))
        .hint("it was made by another program or a newer release: update moodlake, move the table away, or name another lake")
}

/// The relation with null in the columns that an older release did not write.
///
/// # Errors
/// When the relation cannot be planned.
pub fn with_lacking_columns(stored: Arc<dyn TableProvider>, at: &TableAt) -> Result<Arc<dyn TableProvider>> {
    let Some(table) = at.declared() else { return Ok(stored) };
    let (found, declared) = (stored.schema(), table.schema());
    let lacks = |name: &str| found.field_with_name(name).is_err();
    if !declared.fields().iter().any(|field| field.is_nullable() && lacks(field.name())) {
        return Ok(stored);
    }
    let failed = || format!("table {}: it cannot be read as this release's", at.label());
    let scan = LogicalPlanBuilder::scan("stored", provider_as_source(stored), None).explain(failed)?;
    let mut columns: Vec<Expr> = found.fields().iter().map(|field| ident(field.name())).collect();
    for field in declared.fields().iter().filter(|field| field.is_nullable() && lacks(field.name())) {
        let null = lit(ScalarValue::Null).cast_to(field.data_type(), scan.schema()).explain(failed)?;
        columns.push(null.alias(field.name()));
    }
    let plan = scan.project(columns).and_then(LogicalPlanBuilder::build).explain(failed)?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}
