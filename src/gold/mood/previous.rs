//! The mood models of earlier builds, as `gold/mood_cluster_profiles` keeps them.
//!
//! Owns the reading of the newest one: its clusters are what a new fit is matched with.

use super::matching::Known;
use crate::context::Context;
use crate::error::{Explain, Result};
use crate::lake::Snapshot;
use crate::lake::tables::{AUDIO_FEATURES, MOOD_CLUSTER_PROFILES};
use crate::stats::matrix::Matrix;
use crate::stats::scale::Scaler;
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All rows of earlier models.
pub struct Previous {
    rows: RecordBatch,
}

/// The model that a new fit is compared with.
pub struct Earlier {
    /// The model that the comparison is to be recorded with, if there is one.
    pub matched_model_id: Option<String>,
    /// When this very model was fitted first, where it was.
    pub fitted_at_us: Option<i64>,
    /// Its clusters, placed in the new model's scaled features.
    pub clusters: Vec<Known>,
}

impl Previous {
    /// Reads all rows: a handful a model.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn read(context: &Context, snapshot: Option<&Snapshot>) -> Result<Self> {
        let schema = MOOD_CLUSTER_PROFILES.schema();
        let Some(snapshot) = snapshot else { return Ok(Self { rows: RecordBatch::new_empty(schema) }) };
        let scope = context.engine.scope();
        scope.register("profiles", snapshot.provider(&scope.state()).await?)?;
        let batches = scope.table("profiles").await?.collect().await.explain(failed)?;
        // The engine reads text as views; the declared types are what is written back.
        let declared = batches
            .iter()
            .map(|batch| {
                let columns = schema
                    .fields()
                    .iter()
                    .map(|field| {
                        let column = batch.column_by_name(field.name());
                        column.map_or_else(
                            || Ok(arrow::array::new_null_array(field.data_type(), batch.num_rows())),
                            |column| cast(column, field.data_type()),
                        )
                    })
                    .collect::<std::result::Result<Vec<_>, _>>()?;
                RecordBatch::try_new(schema.clone(), columns)
            })
            .collect::<std::result::Result<Vec<_>, _>>()
            .explain(failed)?;
        Ok(Self { rows: concat_batches(&schema, &declared).explain(failed)? })
    }

    /// The rows of all models but this one.
    ///
    /// # Errors
    /// When the rows cannot be filtered.
    pub fn without(&self, model_id: &str) -> Result<RecordBatch> {
        let keep = self.model_ids().map(|id| Some(id != Some(model_id))).collect();
        arrow::compute::filter_record_batch(&self.rows, &keep).explain(failed)
    }

    /// The rows of a model, each with its tracks and plays of today by cluster; none where it has no such rows.
    ///
    /// # Errors
    /// When the columns do not fit, which would be a mistake of this file.
    pub fn counted(&self, model_id: &str, counts: &BTreeMap<i32, (i64, i64)>) -> Result<Option<RecordBatch>> {
        let own = self.model_ids().map(|id| Some(id == Some(model_id))).collect();
        let own = arrow::compute::filter_record_batch(&self.rows, &own).explain(failed)?;
        let Some(ids) = own.column_by_name("cluster_id").map(|ids| ids.as_primitive::<Int32Type>().values().to_vec()) else {
            return Ok(None);
        };
        let found: Option<Vec<_>> = ids.iter().map(|id| counts.get(id)).collect();
        let Some(found) = found.filter(|found| !found.is_empty()) else { return Ok(None) };
        let fields = own.schema();
        let columns = fields.fields().iter().zip(own.columns()).map(|(field, column)| match field.name().as_str() {
            "tracks_assigned" => Arc::new(Int64Array::from_iter_values(found.iter().map(|(tracks, _)| *tracks))) as ArrayRef,
            "plays" => Arc::new(Int64Array::from_iter_values(found.iter().map(|(_, plays)| *plays))) as ArrayRef,
            _ => Arc::clone(column),
        });
        let columns = columns.collect();
        Ok(Some(RecordBatch::try_new(fields, columns).explain(failed)?))
    }

    /// A number that no cluster has had yet.
    #[must_use]
    pub fn next_cluster_id(&self) -> i32 {
        self.integers("cluster_id").and_then(|ids| ids.into_iter().max()).map_or(0, |id| id + 1)
    }

    /// This very model where it was fitted before, else the newest one, scaled as the new one is.
    ///
    /// # Errors
    /// When a stored centroid is no finite number.
    pub fn earlier(&self, model_id: &str, features: &[usize], scaler: &Scaler) -> Result<Option<Earlier>> {
        let ids: Vec<_> = self.model_ids().collect();
        let same = ids.iter().position(|id| *id == Some(model_id));
        let Some(row) = same.or_else(|| self.newest_row()) else { return Ok(None) };
        let Some(earlier_id) = ids.get(row).copied().flatten() else { return Ok(None) };
        let rows: Vec<usize> = (0..ids.len()).filter(|&other| ids[other] == Some(earlier_id)).collect();
        // A model that is fitted again stays matched with what it was matched with first, never with itself.
        let matched_model_id = if same.is_some() { self.text("matched_model_id", row) } else { Some(earlier_id.to_owned()) };
        let fitted_at_us = if same.is_some() { self.fitted_at_us(row) } else { None };
        let mut values = Vec::new();
        for &row in &rows {
            for &feature in features {
                match self.centroid(AUDIO_FEATURES[feature], row) {
                    Some(value) => values.push(value),
                    // A model that knew nothing of a feature cannot be compared in it.
                    None => return Ok(None),
                }
            }
        }
        let natural = Matrix::new(rows.len(), features.len(), values).explain(failed)?;
        let scaled = scaler.transform(&natural).explain(failed)?;
        let ids = self.integers("cluster_id").unwrap_or_default();
        let clusters = rows
            .iter()
            .enumerate()
            .map(|(place, &row)| Known {
                cluster_id: ids.get(row).copied().unwrap_or_default(),
                mood: self.text("mood", row).unwrap_or_default(),
                centroid: scaled.row(place).to_vec(),
            })
            .collect();
        Ok(Some(Earlier { matched_model_id, fitted_at_us, clusters }))
    }

    fn fitted_at_us(&self, row: usize) -> Option<i64> {
        let times = cast(self.rows.column_by_name("fitted_at")?, &DataType::Int64).ok()?;
        let times = times.as_primitive::<Int64Type>();
        times.is_valid(row).then(|| times.value(row))
    }

    fn newest_row(&self) -> Option<usize> {
        (0..self.rows.num_rows()).filter_map(|row| Some((self.fitted_at_us(row)?, row))).max().map(|(_, row)| row)
    }

    fn model_ids(&self) -> impl Iterator<Item = Option<&str>> {
        self.rows.column_by_name("model_id").into_iter().flat_map(|ids| ids.as_string::<i32>().iter())
    }

    fn text(&self, name: &str, row: usize) -> Option<String> {
        let column = self.rows.column_by_name(name)?.as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    }

    fn integers(&self, name: &str) -> Option<Vec<i32>> {
        Some(self.rows.column_by_name(name)?.as_primitive::<Int32Type>().values().to_vec())
    }

    fn centroid(&self, feature: &str, row: usize) -> Option<f64> {
        let column = self.rows.column_by_name(&format!("centroid_{feature}"))?.as_primitive::<Float64Type>();
        column.is_valid(row).then(|| column.value(row))
    }
}

fn failed() -> String {
    format!("table {}: earlier models cannot be read", MOOD_CLUSTER_PROFILES.label())
}
