//! A model's rows in memory, column by column, in few types.
//!
//! Owns the way from the engine's layouts to plain ones: text, whole numbers of 64 bits, doubles, days. Used where an algorithm
//! needs all of a listener's days at once; those are thousands, not millions.

use super::Held;
use crate::error::{Error, Explain, Result};
use arrow::array::{
    Array, AsArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimeUnit};
use datafusion::prelude::DataFrame;
use std::sync::Arc;

/// All rows of a model.
pub struct Columns {
    what: &'static str,
    batch: RecordBatch,
}

impl Columns {
    /// Runs a model; `what` is what messages call its rows.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn of(frame: DataFrame, what: &'static str) -> Result<Self> {
        let held = Held::of(frame, what).await?;
        let batch = concat_batches(&held.schema, &held.rows).explain(|| format!("{what} cannot be read"))?;
        Ok(Self { what, batch })
    }

    /// Some rows of a model that is read batch by batch.
    #[must_use]
    pub const fn in_batch(batch: RecordBatch, what: &'static str) -> Self {
        Self { what, batch }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A column of text.
    ///
    /// # Errors
    /// When there is none.
    pub fn text(&self, name: &str) -> Result<StringArray> {
        Ok(self.cast(name, &DataType::Utf8)?.as_string::<i32>().clone())
    }

    /// A column of whole numbers.
    ///
    /// # Errors
    /// When there is none.
    pub fn whole(&self, name: &str) -> Result<Int64Array> {
        Ok(self.cast(name, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }

    /// A column of times, in microseconds since 1970 UTC.
    ///
    /// # Errors
    /// When there is none.
    pub fn instant_us(&self, name: &str) -> Result<Int64Array> {
        let times = self.cast(name, &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))?;
        let whole = cast(&times, &DataType::Int64).explain(|| format!("{}: the column {name} is of another kind", self.what))?;
        Ok(whole.as_primitive::<Int64Type>().clone())
    }

    /// A column of whole numbers of up to 38 digits.
    ///
    /// # Errors
    /// When there is none.
    pub fn large(&self, name: &str) -> Result<Decimal128Array> {
        Ok(self.cast(name, &DataType::Decimal128(38, 0))?.as_primitive::<Decimal128Type>().clone())
    }

    /// A column of doubles.
    ///
    /// # Errors
    /// When there is none.
    pub fn double(&self, name: &str) -> Result<Float64Array> {
        Ok(self.cast(name, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
    }

    /// A column of truths.
    ///
    /// # Errors
    /// When there is none.
    pub fn truth(&self, name: &str) -> Result<BooleanArray> {
        Ok(self.cast(name, &DataType::Boolean)?.as_boolean().clone())
    }

    /// A column of days, counted from 1970.
    ///
    /// # Errors
    /// When there is none.
    pub fn day(&self, name: &str) -> Result<Date32Array> {
        Ok(self.cast(name, &DataType::Date32)?.as_primitive::<Date32Type>().clone())
    }

    fn cast(&self, name: &str, kind: &DataType) -> Result<Arc<dyn Array>> {
        let column =
            self.batch.column_by_name(name).ok_or_else(|| Error::failure(format!("{}: there is no column {name}", self.what)))?;
        cast(column, kind).explain(|| format!("{}: the column {name} is of another kind", self.what))
    }
}
