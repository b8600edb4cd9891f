//! Rows of a gold table, gathered value by value and column by column.
//!
//! Owns the builders, one a column, made when the column is first named. Which columns a table has is declared in `lake`.

use crate::error::Result;
use crate::lake::rows::batch;
use crate::lake::tables::Table;
use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use std::collections::HashMap;
use std::sync::Arc;

/// Columns so far.
#[derive(Default)]
pub struct Gather {
    texts: HashMap<String, Vec<Option<String>>>,
    longs: HashMap<String, Vec<Option<i64>>>,
    integers: HashMap<String, Vec<Option<i32>>>,
    doubles: HashMap<String, Vec<Option<f64>>>,
    truths: HashMap<String, Vec<Option<bool>>>,
    days: HashMap<String, Vec<Option<i32>>>,
}

fn push<T>(columns: &mut HashMap<String, Vec<T>>, name: &str, value: T) {
    match columns.get_mut(name) {
        Some(column) => column.push(value),
        None => {
            columns.insert(name.to_owned(), vec![value]);
        }
    }
}

impl Gather {
    /// Text.
    pub fn text(&mut self, name: &str, value: Option<&str>) {
        push(&mut self.texts, name, value.map(str::to_owned));
    }

    /// A whole number of 64 bits.
    pub fn long(&mut self, name: &str, value: impl Into<Option<i64>>) {
        push(&mut self.longs, name, value.into());
    }

    /// A count in a column of 32 bits.
    pub fn integer(&mut self, name: &str, value: impl Into<Option<usize>>) {
        push(&mut self.integers, name, value.into().map(|value| i32::try_from(value).unwrap_or(i32::MAX)));
    }

    /// A double; what is no finite number is null.
    pub fn double(&mut self, name: &str, value: impl Into<Option<f64>>) {
        push(&mut self.doubles, name, value.into().filter(|value| value.is_finite()));
    }

    /// A truth.
    pub fn truth(&mut self, name: &str, value: impl Into<Option<bool>>) {
        push(&mut self.truths, name, value.into());
    }

    /// A day, counted from 1970.
    pub fn day(&mut self, name: &str, value: impl Into<Option<i32>>) {
        push(&mut self.days, name, value.into());
    }

    /// What the row rests on.
    pub fn basis(&mut self, plays: i64, covered: i64, authentic_share: Option<f64>, basis: Option<&str>) {
        self.long("plays", plays);
        self.long("plays_covered", covered);
        self.double("authentic_share", authentic_share);
        self.text("feature_basis", basis);
    }

    /// The rows of a table; a table without rows has all its columns too.
    ///
    /// # Errors
    /// When a column is missing, has another type than declared or not as many values as the others.
    pub fn into_batch(self, table: &Table) -> Result<RecordBatch> {
        let mut columns: Vec<(String, ArrayRef)> = Vec::new();
        columns.extend(self.texts.into_iter().map(|(name, values)| (name, Arc::new(StringArray::from(values)) as ArrayRef)));
        columns.extend(self.longs.into_iter().map(|(name, values)| (name, Arc::new(Int64Array::from(values)) as ArrayRef)));
        columns.extend(self.integers.into_iter().map(|(name, values)| (name, Arc::new(Int32Array::from(values)) as ArrayRef)));
        columns.extend(self.doubles.into_iter().map(|(name, values)| (name, Arc::new(Float64Array::from(values)) as ArrayRef)));
        columns.extend(self.truths.into_iter().map(|(name, values)| (name, Arc::new(BooleanArray::from(values)) as ArrayRef)));
        columns.extend(self.days.into_iter().map(|(name, values)| (name, Arc::new(Date32Array::from(values)) as ArrayRef)));
        if columns.is_empty() {
            return Ok(RecordBatch::new_empty(table.schema()));
        }
        let named: Vec<(&str, ArrayRef)> = columns.iter().map(|(name, column)| (name.as_str(), Arc::clone(column))).collect();
        batch(table, &named)
    }
}
