//! What gold jobs read: silver at one version, and the relations made from it that several jobs share.
//!
//! Owns which plays a listener's figures rest on (`bases.sql`, `plays.sql`), their order on a line of time (`timeline.sql`) and the
//! days they add up to (`days.sql`). All but the first are views: a job that does not name a relation does not pay for it.

use crate::context::Context;
use crate::engine::Scope;
use crate::error::{Error, Explain, Result};
use crate::fingerprint;
use crate::lake::Snapshot;
use crate::lake::tables::LISTENING_WITH_FEATURES;
use chrono_tz::Tz;
use datafusion::scalar::ScalarValue;
use serde_json::{Value, json};

/// The model of what each listener's figures rest on.
pub const BASES: &str = include_str!("bases.sql");
/// The model of the plays that figures rest on.
pub const PLAYS: &str = include_str!("plays.sql");
/// The model of their order in time.
pub const TIMELINE: &str = include_str!("timeline.sql");
/// The model of the days they add up to.
pub const DAYS: &str = include_str!("days.sql");

/// Plays with features of one authentic scale from which on a listener's figures rest on these alone.
pub const AUTHENTIC_PLAYS_MIN: i64 = 30;

/// What synthetic features are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synthetic {
    /// They count beside authentic ones, because someone asked for it.
    pub include: bool,
    /// They may be used at all.
    pub allow: bool,
}

/// Silver at one version.
pub struct Source {
    silver: Snapshot,
    synthetic: Synthetic,
}

impl Source {
    /// Opens silver.
    ///
    /// # Errors
    /// When there is none.
    pub async fn open(context: &Context, synthetic: Synthetic) -> Result<Self> {
        let silver = context.lake.table(&LISTENING_WITH_FEATURES)?.open().await?.ok_or_else(|| {
            Error::failure(format!("table {}: there is no silver to build gold from", LISTENING_WITH_FEATURES.label()))
                .hint("build it with `moodlake build-silver`, or everything with `moodlake run`")
        })?;
        Ok(Self { silver, synthetic })
    }

    /// The version that is read, for the note of what is built from it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn identity(&self) -> Result<Value> {
        self.silver.identity()
    }

    /// The zone that silver's days and hours are told in.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn zone(&self, context: &Context) -> Result<Tz> {
        let note = self.silver.commit().await?.1.unwrap_or_default();
        Ok(note["timezone"].as_str().and_then(|name| name.parse().ok()).unwrap_or(context.zone))
    }

    /// How plays are read, for the same note.
    #[must_use]
    pub fn parameters(&self) -> Value {
        json!({
            "include_synthetic": self.synthetic.include,
            "allow_synthetic": self.synthetic.allow,
            "plays": fingerprint::of([BASES, PLAYS, TIMELINE, DAYS].concat()),
        })
    }

    /// How many plays there are, as far as the log tells.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn rows(&self) -> Result<u64> {
        Ok(self.silver.extent()?.rows.unwrap_or_default())
    }

    /// A scope that knows `listening_with_features`, `plays`, `timeline` and `days`.
    ///
    /// # Errors
    /// When silver cannot be read.
    pub async fn scope(&self, context: &Context) -> Result<Scope> {
        let scope = context.engine.scope();
        scope.register("listening_with_features", self.silver.provider(&scope.state()).await?)?;
        let truth = |truth| ScalarValue::Boolean(Some(truth));
        let enough = ScalarValue::Int64(Some(AUTHENTIC_PLAYS_MIN));
        let values = vec![("authentic_plays_min", enough), ("allow_synthetic", truth(self.synthetic.allow))];
        // A row a listener is held: as a view it would be computed anew, from all plays, wherever plays are named.
        let bases = scope.model("bases", BASES, values).await?.cache().await;
        scope.register_frame("bases", bases.explain(|| "what listeners' figures rest on cannot be read".to_owned())?)?;
        let include = truth(self.synthetic.include && self.synthetic.allow);
        scope.register_frame("plays", scope.model("plays", PLAYS, vec![("include_synthetic", include)]).await?)?;
        scope.register_frame("timeline", scope.model("timeline", TIMELINE, nothing()).await?)?;
        scope.register_frame("days", scope.model("days", DAYS, nothing()).await?)?;
        Ok(scope)
    }
}

/// A model without parameters.
pub const fn nothing() -> Vec<(&'static str, ScalarValue)> {
    Vec::new()
}
