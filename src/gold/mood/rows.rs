//! A mood model as rows of its two tables.
//!
//! Owns the columns of `mood_clusters` and `mood_cluster_profiles`. Every row says what it rests on: the share of measured,
//! catalogue and synthetic features among the fitted tracks.

use super::model::Model;
use super::options::MoodOptions;
use super::previous::Earlier;
use super::tracks::Tracks;
use crate::error::{Error, Explain, Result};
use crate::lake::rows::{batch, instants};
use crate::lake::tables::{AUDIO_FEATURES, MOOD_CLUSTER_PROFILES, MOOD_CLUSTERS};
use crate::stats::assign::assign;
use crate::stats::matrix::Matrix;
use crate::stats::scale::Scaler;
use arrow::array::{
    ArrayRef, AsArray, Float64Array, Int32Array, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Field};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A cluster's number and word.
pub struct Named {
    /// Stable from fit to fit.
    pub cluster_id: i32,
    /// Stable from fit to fit.
    pub mood: String,
}

/// The cluster of every track, fitted or only assigned; none where a feature is missing.
pub struct Assigned {
    clusters: Vec<Option<(usize, f64)>>,
}

impl Assigned {
    /// Assigns every track that has the features.
    ///
    /// # Errors
    /// When a feature is no finite number.
    pub fn new(
        tracks: &Tracks,
        complete: &[usize],
        (scaler, centroids): (&Scaler, &Matrix),
        options: &MoodOptions,
    ) -> Result<Self> {
        let failed = || "tracks cannot be assigned to moods".to_owned();
        let matrix = scaler.transform(&tracks.matrix(complete, &options.features)?).explain(failed)?;
        let (labels, distances) = assign(&matrix, centroids).explain(failed)?;
        let mut clusters = vec![None; tracks.len()];
        for ((&track, label), distance) in complete.iter().zip(labels).zip(distances) {
            clusters[track] = usize::try_from(label).ok().map(|label| (label, distance));
        }
        Ok(Self { clusters })
    }

    /// How many tracks a cluster has, and how often they were played.
    #[must_use]
    pub fn counts(&self, tracks: &Tracks, cluster: usize) -> (i64, i64) {
        (count(self.of(cluster).count()), self.of(cluster).map(|track| tracks.plays(track)).sum())
    }

    fn of(&self, cluster: usize) -> impl Iterator<Item = usize> {
        self.clusters
            .iter()
            .enumerate()
            .filter(move |(_, own)| own.is_some_and(|(label, _)| label == cluster))
            .map(|(track, _)| track)
    }
}

/// Rows of `mood_clusters`.
///
/// # Errors
/// When the columns do not fit, which would be a mistake of this file.
pub fn clusters(tracks: &Tracks, model_id: &str, named: &[Named], assigned: &Assigned) -> Result<RecordBatch> {
    let name = |own: &Option<(usize, f64)>| own.and_then(|(label, _)| named.get(label));
    let ids = Int32Array::from_iter(assigned.clusters.iter().map(|own| name(own).map(|named| named.cluster_id)));
    let moods = StringArray::from_iter(assigned.clusters.iter().map(|own| name(own).map(|named| named.mood.as_str())));
    let distances = Float64Array::from_iter(assigned.clusters.iter().map(|own| own.map(|(_, distance)| distance)));
    let model_ids = StringArray::from_iter(assigned.clusters.iter().map(|own| own.map(|_| model_id)));
    track_rows(tracks, [Arc::new(ids), Arc::new(moods), Arc::new(distances), Arc::new(model_ids)])
}

/// Rows of `mood_clusters` where there is nothing to fit a model on.
///
/// # Errors
/// When the columns do not fit, which would be a mistake of this file.
pub fn tracks_without_model(tracks: &Tracks) -> Result<RecordBatch> {
    let rows = tracks.len();
    let texts = || Arc::new(StringArray::new_null(rows)) as ArrayRef;
    track_rows(tracks, [Arc::new(Int32Array::new_null(rows)), texts(), Arc::new(Float64Array::new_null(rows)), texts()])
}

/// Those of the rows that are of some tracks.
///
/// # Errors
/// When the column does not fit, which would be a mistake of this file.
pub fn of_tracks(clusters: &RecordBatch, tracks: &BTreeSet<String>) -> Result<RecordBatch> {
    let failed = || format!("table {}: its tracks cannot be told", MOOD_CLUSTERS.label());
    let ids = clusters.column_by_name("track_id").ok_or_else(|| Error::failure(failed()))?;
    let ids = cast(ids, &DataType::Utf8).explain(failed)?;
    let keep = ids.as_string::<i32>().iter().map(|id| Some(id.is_some_and(|id| tracks.contains(id)))).collect();
    filter_record_batch(clusters, &keep).explain(failed)
}

fn track_rows(tracks: &Tracks, [ids, moods, distances, model_ids]: [ArrayRef; 4]) -> Result<RecordBatch> {
    let failed = || format!("table {}: the tracks' columns do not fit", MOOD_CLUSTERS.label());
    let mut columns: Vec<(&str, ArrayRef)> =
        vec![("cluster_id", ids), ("mood", moods), ("distance", distances), ("model_id", model_ids)];
    let schema = MOOD_CLUSTERS.schema();
    for field in schema.fields() {
        if let Some(column) = tracks.column(field.name()) {
            columns.push((field.name(), cast(column, field.data_type()).explain(failed)?));
        }
    }
    batch(&MOOD_CLUSTERS, &columns)
}

/// Rows of `mood_cluster_profiles` for this model.
///
/// # Errors
/// When the columns do not fit, which would be a mistake of this file.
pub fn profiles(
    tracks: &Tracks,
    model: &Model,
    named: &[Named],
    assigned: &Assigned,
    options: &MoodOptions,
    (earlier, fitted_at): (Option<&Earlier>, DateTime<Utc>),
) -> Result<RecordBatch> {
    let clusters = named.len();
    let long = |value: &dyn Fn(usize) -> i64| Arc::new(Int64Array::from_iter_values((0..clusters).map(value))) as ArrayRef;
    let double = |value: Option<f64>| Arc::new(Float64Array::from_iter(std::iter::repeat_n(value, clusters))) as ArrayRef;
    let text = |value: Option<&str>| Arc::new(StringArray::from_iter(std::iter::repeat_n(value, clusters))) as ArrayRef;
    let share = |source: &str| {
        let of_source = model.fitted.iter().filter(|&&track| tracks.source(track) == Some(source)).count();
        double(Some(of_source as f64 / model.fitted.len() as f64))
    };
    let fitted_at = fitted_at.timestamp_micros();
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("model_id", text(Some(&model.id))),
        ("cluster_id", Arc::new(Int32Array::from_iter_values(named.iter().map(|named| named.cluster_id)))),
        ("mood", Arc::new(StringArray::from_iter_values(named.iter().map(|named| &named.mood)))),
        ("features", feature_lists(options, clusters)),
        ("tracks", long(&|cluster| count(model.members(cluster).len()))),
        ("plays", long(&|cluster| assigned.counts(tracks, cluster).1)),
        ("tracks_assigned", long(&|cluster| assigned.counts(tracks, cluster).0)),
        ("k", Arc::new(Int32Array::from_iter_values((0..clusters).map(|_| i32::try_from(clusters).unwrap_or(i32::MAX))))),
        ("inertia", double(Some(model.clusters.inertia))),
        ("silhouette", double(model.silhouette)),
        ("davies_bouldin", double(model.davies_bouldin)),
        ("stability", double(Some(model.stability))),
        ("fitted_on_real", share("real")),
        ("fitted_on_kaggle", share("kaggle")),
        ("fitted_on_synthetic", share("synthetic")),
        ("fitted_on", text(Some(model.fitted_on.name()))),
        ("tracks_fitted", long(&|_| count(model.fitted.len()))),
        ("seed", long(&|_| i64::try_from(options.seed).unwrap_or(i64::MAX))),
        ("matched_model_id", text(earlier.and_then(|earlier| earlier.matched_model_id.as_deref()))),
        ("fitted_at", Arc::new(instants((0..clusters).map(|_| fitted_at)))),
    ];
    let means: Vec<_> = (0..clusters).map(|cluster| tracks.means(&model.members(cluster))).collect();
    let names = AUDIO_FEATURES.map(|name| format!("centroid_{name}"));
    for (feature, name) in names.iter().enumerate() {
        let values = means.iter().map(|means| means.get(feature).copied().flatten());
        columns.push((name, Arc::new(Float64Array::from_iter(values))));
    }
    batch(&MOOD_CLUSTER_PROFILES, &columns)
}

fn feature_lists(options: &MoodOptions, rows: usize) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Field::new("element", DataType::Utf8, true));
    for _ in 0..rows {
        options.feature_names().iter().for_each(|name| lists.values().append_value(name));
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
