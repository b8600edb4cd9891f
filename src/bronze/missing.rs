//! Which played tracks have no features, and which have some by now.
//!
//! Owns the search. The whole history is asked once; after that, as long as providers and the catalogue know what they knew, only the
//! tracks of new plays are, with the same model.

use super::synthetic::{Extent, collect, failed, text};
use crate::context::Context;
use crate::engine::{Scope, having, no_values};
use crate::error::{Error, Explain, Result};
use crate::lake::Snapshot;
use crate::lake::catalog::{relation, relation_of};
use crate::lake::changes::Change;
use crate::lake::tables::{KAGGLE_TRACKS, LISTENING_HISTORY, TRACK_FEATURES};
use arrow::array::AsArray;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The model that finds tracks without features.
pub const MISSING: &str = include_str!("missing_features.sql");
/// The model of tracks that a provider tells of.
pub const TOLD: &str = include_str!("told_features.sql");
/// The tracks of some plays.
const PLAYED: &str = "SELECT DISTINCT track_id FROM history WHERE track_id IS NOT NULL ORDER BY track_id";
/// More new plays than these are asked together with all others.
const PLAYS_MAX: u64 = 200_000;

/// More tracks of which a provider tells something new neither.
const TOLD_MAX: usize = 10_000;

/// What the search rests on.
pub struct Search<'a> {
    context: &'a Context,
    history: Snapshot,
    real_features: Option<Snapshot>,
    /// The tables' versions, for the note of what is made from them.
    pub inputs: Value,
}

/// What it came to.
pub struct Found {
    /// Tracks that want features and do not have any yet, or all that want some, where `is_whole`.
    pub wanted: BTreeSet<String>,
    /// Tracks of new plays that something is known of: what was made up for them is to go.
    pub known: BTreeSet<String>,
    /// Whether all plays were looked at: what is not wanted then is known.
    pub is_whole: bool,
    /// Tracks looked at.
    pub tracks: u64,
}

impl<'a> Search<'a> {
    /// Opens the tables.
    ///
    /// # Errors
    /// When there is no history, or a table cannot be read.
    pub async fn open(context: &'a Context) -> Result<Self> {
        let Some(history) = context.lake.open(&LISTENING_HISTORY).await? else {
            return Err(Error::failure(format!("table {}: there is no listening history yet", LISTENING_HISTORY.label()))
                .hint("bring your plays with `moodlake import PATH`"));
        };
        let identity = |snapshot: Option<&Snapshot>| snapshot.map_or(Ok(Value::Null), Snapshot::identity);
        let real_features = context.lake.open(&TRACK_FEATURES).await?;
        let inputs = json!({
            "history": history.identity()?,
            "real_features": identity(real_features.as_ref())?,
            "kaggle": identity(context.lake.open(&KAGGLE_TRACKS).await?.as_ref())?,
        });
        Ok(Self { context, history, real_features, inputs })
    }

    /// Looks at all plays.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn all(&self, extent: Extent) -> Result<Found> {
        let scope = self.scope().await?;
        relation_of(Some(&self.history), &scope, "history", &LISTENING_HISTORY).await?;
        let model = if extent == Extent::Everything { PLAYED } else { MISSING };
        let wanted = ids(&scope, model).await?;
        Ok(Found { tracks: wanted.len() as u64, wanted, known: BTreeSet::new(), is_whole: true })
    }

    /// Looks at the plays that are new since a search that rested on `then`; none where that would not be enough. `has` tells the
    /// tracks that have made-up features.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub async fn new_ones(&self, then: &Value, has: impl Fn(&str) -> bool) -> Result<Option<Found>> {
        if then["kaggle"] != self.inputs["kaggle"] {
            return Ok(None);
        }
        let Some(told) = self.told_otherwise(&then["real_features"]).await? else { return Ok(None) };
        let Some(change) = Change::since(&then["history"], &self.history).await? else { return Ok(None) };
        if change.rows().is_none_or(|rows| rows > PLAYS_MAX) || !change.is_insert_only().await? {
            return Ok(None);
        }
        let scope = self.scope().await?;
        scope.register("new_plays", change.came(&scope.state()).await?)?;
        scope.register_frame("history", scope.table("new_plays").await?)?;
        let mut looked_at = ids(&scope, PLAYED).await?;
        scope.forget("history")?;
        // An older play may know a new track by another name, which the catalogue has. Of a track that has made-up features, older
        // plays were looked at when it got them.
        let by_all_names: BTreeSet<_> = looked_at.iter().filter(|id| !has(id)).chain(&told).cloned().collect();
        let mut plays = scope.table("new_plays").await?;
        if !by_all_names.is_empty() {
            let theirs = having(&scope, scope.table("plays").await?, "track_id", &by_all_names)?;
            plays = plays.union(theirs).explain(failed)?;
        }
        scope.register_frame("history", plays)?;
        let lacking = ids(&scope, MISSING).await?;
        looked_at.extend(told);
        let known = looked_at.difference(&lacking).cloned().collect();
        let wanted = lacking.into_iter().filter(|id| !has(id)).collect();
        Ok(Some(Found { wanted, known, is_whole: false, tracks: looked_at.len() as u64 }))
    }

    /// Tracks of which providers tell audio values and did not, or the other way round; none where nobody can tell. New tracks
    /// come with a row of names long before anyone tells what they sound like.
    async fn told_otherwise(&self, then: &Value) -> Result<Option<BTreeSet<String>>> {
        if *then == self.inputs["real_features"] {
            return Ok(Some(BTreeSet::new()));
        }
        let Some(now) = &self.real_features else { return Ok(None) };
        let Some(change) = Change::since(then, now).await? else { return Ok(None) };
        if change.rows().is_none_or(|rows| rows > PLAYS_MAX) {
            return Ok(None);
        }
        let told = async |provider| {
            let scope = self.context.engine.scope();
            scope.register("real_features", provider)?;
            ids(&scope, TOLD).await
        };
        let session = self.context.engine.scope().state();
        let came = told(change.came(&session).await?).await?;
        let went = if change.has_gone() { told(change.went(&session).await?).await? } else { BTreeSet::new() };
        let otherwise = &came ^ &went;
        Ok((otherwise.len() <= TOLD_MAX).then_some(otherwise))
    }

    async fn scope(&self) -> Result<Scope> {
        let scope = self.context.engine.scope();
        scope.register("plays", self.history.provider(&scope.state()).await?)?;
        relation(&self.context.lake, &scope, "real_features", &TRACK_FEATURES).await?;
        relation(&self.context.lake, &scope, "kaggle", &KAGGLE_TRACKS).await?;
        Ok(scope)
    }
}

async fn ids(scope: &Scope, model: &str) -> Result<BTreeSet<String>> {
    let frame = scope.model("missing_features", model, no_values()).await?;
    let mut ids = BTreeSet::new();
    for batch in collect(frame).await? {
        ids.extend(text(&batch, 0)?.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    Ok(ids)
}
