//! The four tables that silver is made from.
//!
//! Owns which columns each must have, and the versions that a build reads. How a table that someone else wrote is made to fit is
//! the business of `fit`.

use super::Build;
use super::fit::Input;
use crate::engine::Scope;
use crate::error::{Error, Result};
use crate::lake::{Snapshot, tables};
use serde_json::{Map, Value};

/// The listening history.
pub const HISTORY: Input = Input {
    relation: "history",
    table: &tables::LISTENING_HISTORY,
    required: &["play_id", "user_id", "played_at", "track_id", "track_name", "artist_name", "source"],
    optional: &[
        "date",
        "month",
        "track_uri",
        "artists",
        "album_name",
        "duration_ms",
        "ms_played",
        "isrc",
        "time_basis",
        "context_uri",
        "skipped",
        "reason_start",
        "reason_end",
        "platform",
        "ingested_at",
        "run_id",
    ],
};
/// Features that a provider gave for a track id.
pub const REAL: Input = Input {
    relation: "real_features",
    table: &tables::TRACK_FEATURES,
    required: &["track_id", "source", "danceability", "energy", "valence", "acousticness"],
    optional: &[
        "fetched_at",
        "key",
        "loudness",
        "mode",
        "speechiness",
        "instrumentalness",
        "liveness",
        "tempo",
        "time_signature",
    ],
};
/// Features made up from a track id.
pub const SYNTHETIC: Input = Input {
    relation: "synthetic_features",
    table: &tables::SYNTHETIC_FEATURES,
    required: &["track_id", "danceability", "energy", "valence", "acousticness"],
    optional: &["key", "loudness", "mode", "speechiness", "instrumentalness", "liveness", "tempo", "time_signature"],
};
/// The catalogue.
pub const KAGGLE: Input = Input {
    relation: "kaggle",
    table: &tables::KAGGLE_TRACKS,
    required: &["track_id", "artists", "track_name", "danceability", "energy", "valence", "acousticness", "track_genre"],
    optional: &[
        "album_name",
        "duration_ms",
        "explicit",
        "popularity",
        "key",
        "loudness",
        "mode",
        "speechiness",
        "instrumentalness",
        "liveness",
        "tempo",
        "time_signature",
    ],
};

/// The tables of a build, each at its newest version; none where there is no such table.
pub struct Inputs {
    /// The listening history.
    pub history: Snapshot,
    /// Real features, synthetic features and the catalogue, in this order.
    pub features: [(Input, Option<Snapshot>); 3],
}

impl Inputs {
    /// Opens them.
    ///
    /// # Errors
    /// When there is no history, or a table cannot be read.
    pub async fn open(build: &Build) -> Result<Self> {
        let history = build.history.open().await?.ok_or_else(|| {
            Error::failure(format!("table {}: there is no listening history to build from", build.history.label()))
                .hint("bring your plays with `moodlake import PATH`, or see `moodlake demo`")
        })?;
        let features = [
            (REAL, build.real_features.open().await?),
            (SYNTHETIC, build.synthetic_features.open().await?),
            (KAGGLE, build.kaggle_features.open().await?),
        ];
        Ok(Self { history, features })
    }

    /// Names all four for the models.
    ///
    /// # Errors
    /// When a table lacks a column, or one has a type that cannot stand for the declared one.
    pub async fn register(&self, scope: &Scope) -> Result<()> {
        HISTORY.register(scope, Some(&self.history)).await?;
        for (input, snapshot) in &self.features {
            input.register(scope, snapshot.as_ref()).await?;
        }
        Ok(())
    }

    /// Their identities by relation, for the note of what is built from them; null where there is no table.
    ///
    /// # Errors
    /// When a log cannot be read.
    pub fn identities(&self) -> Result<Value> {
        let mut identities = Map::new();
        identities.insert(HISTORY.relation.to_owned(), self.history.identity()?);
        for (input, snapshot) in &self.features {
            let identity = snapshot.as_ref().map_or(Ok(Value::Null), Snapshot::identity)?;
            identities.insert(input.relation.to_owned(), identity);
        }
        Ok(Value::Object(identities))
    }
}
