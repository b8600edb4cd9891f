//! Silver's models in the order in which they rest on each other, and what they are asked with.
//!
//! Owns that order. Each file of `models/` is one relation; the last is the table. An update runs the same models over fewer rows.

use super::FeatureSource;
use crate::engine::Scope;
use crate::error::Result;
use crate::fingerprint;
use chrono_tz::Tz;
use datafusion::common::ParamValues;
use datafusion::prelude::DataFrame;
use datafusion::scalar::ScalarValue;
use std::collections::HashMap;

/// The plays that count, made from `history`.
const KEPT_PLAYS: (&str, &str) = ("kept_plays", include_str!("models/kept_plays.sql"));

/// What is known of tracks, made from `real_features`, `synthetic_features` and `kaggle`.
const FEATURES: [(&str, &str); 4] = [
    ("kaggle_tracks", include_str!("models/kaggle_tracks.sql")),
    ("kaggle_genres", include_str!("models/kaggle_genres.sql")),
    ("features_by_id", include_str!("models/features_by_id.sql")),
    ("features_by_name", include_str!("models/features_by_name.sql")),
];

/// The table, made from all of them.
const TABLE: (&str, &str) = ("listening_with_features", include_str!("models/listening_with_features.sql"));

/// What tells these models from any others.
#[must_use]
pub fn model_hash() -> String {
    let all: String = [KEPT_PLAYS].iter().chain(&FEATURES).chain(&[TABLE]).map(|(_, sql)| *sql).collect();
    fingerprint::of(all)
}

/// The whole table, over a scope that knows `history`, `real_features`, `synthetic_features` and `kaggle`.
///
/// # Errors
/// When a model does not fit the relations.
pub async fn table(scope: &Scope, parameters: &ParamValues) -> Result<DataFrame> {
    kept_plays(scope, parameters).await?;
    table_of_kept_plays(scope, parameters).await
}

/// Names `kept_plays`, over a scope that knows `history`.
///
/// # Errors
/// When the model does not fit the relation.
pub async fn kept_plays(scope: &Scope, parameters: &ParamValues) -> Result<()> {
    named(scope, KEPT_PLAYS, parameters).await
}

/// The table, over a scope that knows `kept_plays` instead of `history`.
///
/// # Errors
/// When a model does not fit the relations.
pub async fn table_of_kept_plays(scope: &Scope, parameters: &ParamValues) -> Result<DataFrame> {
    for model in FEATURES {
        named(scope, model, parameters).await?;
    }
    scope.model(TABLE.0, TABLE.1, parameters.clone()).await
}

async fn named(scope: &Scope, (name, sql): (&str, &str), parameters: &ParamValues) -> Result<()> {
    scope.register_frame(name, scope.model(name, sql, parameters.clone()).await?)
}

/// The models' `$parameters`: each source's place in the preference, null when it is not to be used, and the zone's name.
#[must_use]
pub fn parameters(zone: Tz, preference: &[FeatureSource]) -> ParamValues {
    let place = |source| {
        let place = preference.iter().position(|&named| named == source);
        ScalarValue::Int64(place.and_then(|place| i64::try_from(place).ok()))
    };
    let values: HashMap<String, ScalarValue> = HashMap::from([
        ("real_place".to_owned(), place(FeatureSource::Real)),
        ("synthetic_place".to_owned(), place(FeatureSource::Synthetic)),
        ("kaggle_place".to_owned(), place(FeatureSource::Kaggle)),
        ("timezone".to_owned(), ScalarValue::Utf8(Some(zone.name().to_owned()))),
    ]);
    ParamValues::from(values)
}
