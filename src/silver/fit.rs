//! Foreign tables made to fit: any Delta table that has the columns can be silver's input, whoever wrote it.
//!
//! Owns the comparison of a table's columns with the contract: types are cast, optional columns that are absent are null, a
//! required one that is absent is an error that names it. Order, extra columns and other writers' text types do not matter.

use crate::engine::Scope;
use crate::error::{Error, Explain, Result};
use crate::lake::tables::same_type;
use crate::lake::{Snapshot, Table};
use arrow::datatypes::{DataType, Field};
use datafusion::catalog::TableProvider;
use datafusion::prelude::{DataFrame, Expr, cast, lit};
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

/// One of silver's inputs: which declared table it stands for and what it cannot do without.
#[derive(Clone, Copy)]
pub struct Input {
    /// The name in the model's SQL.
    pub relation: &'static str,
    /// The declared table, whose columns and types the model expects.
    pub table: &'static Table,
    /// Columns without which the result would be wrong rather than poorer.
    pub required: &'static [&'static str],
    /// Columns that are null where the table does not have them.
    pub optional: &'static [&'static str],
}

impl Input {
    /// Registers the input's relation: the snapshot made to fit, or no rows where there is no table.
    ///
    /// # Errors
    /// When a required column is missing or a column's type cannot stand for the declared one.
    pub async fn register(&self, scope: &Scope, snapshot: Option<&Snapshot>) -> Result<()> {
        self.register_as(scope, self.relation, snapshot).await
    }

    /// The same, under another name.
    ///
    /// # Errors
    /// When a required column is missing or a column's type cannot stand for the declared one.
    pub async fn register_as(&self, scope: &Scope, name: &str, snapshot: Option<&Snapshot>) -> Result<()> {
        let Some(snapshot) = snapshot else {
            // All declared columns: a model that plans over no rows plans over any.
            return scope.register_rows(name, self.table.schema(), Vec::new());
        };
        let provider = snapshot.provider(&scope.state()).await?;
        self.register_rows_of(scope, name, provider, snapshot.at().label()).await
    }

    /// The same for some of a table's rows; `label` is what messages call the table.
    ///
    /// # Errors
    /// When a required column is missing or a column's type cannot stand for the declared one.
    pub async fn register_rows_of(&self, scope: &Scope, name: &str, rows: Arc<dyn TableProvider>, label: &str) -> Result<()> {
        let stored = format!("stored_{name}");
        scope.register(&stored, rows)?;
        let frame = self.fit(scope.table(&stored).await?, label)?;
        scope.register_frame(name, frame)
    }

    fn fit(&self, stored: DataFrame, label: &str) -> Result<DataFrame> {
        let schema = stored.schema().clone();
        let (mut columns, mut missing, mut unknown, mut unfit) = (Vec::new(), Vec::new(), Vec::new(), None);
        let used = |field: &&Arc<Field>| [self.required, self.optional].concat().contains(&field.name().as_str());
        for wanted in self.table.schema().fields().iter().filter(used) {
            let found = schema.fields().iter().find(|field| field.name() == wanted.name());
            if found.is_none() && self.required.contains(&wanted.name().as_str()) {
                missing.push(format!("`{}`", wanted.name()));
            } else if found.is_none() {
                unknown.push(wanted.name().clone());
            }
            if let Some(field) = found
                && !fits(field.data_type(), wanted.data_type())
            {
                unfit.get_or_insert((wanted.clone(), field.data_type().clone()));
                continue;
            }
            columns.push(fitted(found.map(|field| field.data_type()), wanted)?);
        }
        if !missing.is_empty() {
            return Err(self.missing(&missing, label));
        }
        if let Some((wanted, found)) = unfit {
            return Err(Error::failure(format!("table {label}: the column `{}` is {found}", wanted.name())).hint(format!(
                "it stands for {}, where it is {}",
                self.table.label(),
                wanted.data_type()
            )));
        }
        if !unknown.is_empty() {
            tracing::info!("table {label}: columns it does not have are null in silver: {}", unknown.join(", "));
        }
        stored.select(columns).explain(|| format!("table {label}: its columns do not have the types of {}", self.table.label()))
    }

    fn missing(&self, names: &[String], label: &str) -> Error {
        let what = match names {
            [only] => format!("the column {only} is missing"),
            [first @ .., last] => format!("the columns {} and {last} are missing", first.join(", ")),
            [] => "nothing is missing".to_owned(),
        };
        Error::failure(format!("table {label}: {what}")).hint(format!(
            "it stands for {} and needs at least: {}",
            self.table.label(),
            self.required.join(", ")
        ))
    }
}

fn fitted(found: Option<&DataType>, wanted: &Field) -> Result<Expr> {
    let name = wanted.name().as_str();
    // Names are quoted as they are: a column called `Key` is another column than `key`.
    let column = Expr::Column(datafusion::common::Column::new_unqualified(name));
    Ok(match found {
        None => lit(null_of(wanted.data_type())?).alias(name),
        // The engine reads text as views; casting it back would copy every value.
        Some(kind) if same_type(wanted.data_type(), kind) => column,
        Some(_) => cast(column, wanted.data_type().clone()).alias(name),
    })
}

/// A list is no text and a text no list, though they can be cast; everything else is fit when it can be.
fn fits(found: &DataType, wanted: &DataType) -> bool {
    let nothing = *found == DataType::Null;
    nothing || (found.is_nested() == wanted.is_nested() && arrow::compute::can_cast_types(found, wanted))
}

fn null_of(kind: &DataType) -> Result<ScalarValue> {
    ScalarValue::try_from(kind).explain(|| format!("no null of type {kind}"))
}
