//! New plays of the history, and what they do to those that the table has.
//!
//! Owns the stretch of time in which a new play can have a copy. Within it the plays are compared by the same model as in a full
//! build; outside of it none can be a copy of a new one, however long the longest play was.

use super::super::inputs::{HISTORY, Inputs};
use super::super::models;
use super::ROWS_MAX;
use crate::context::Context;
use crate::engine::{Columns, Held, Scope, among, no_values, not_among};
use crate::error::{Explain, Result};
use crate::lake::changes::Change;
use arrow::array::Array;
use datafusion::common::ParamValues;
use datafusion::prelude::{DataFrame, col, lit};
use datafusion::scalar::ScalarValue;
use std::collections::BTreeSet;

/// A minute of the account export and the tolerance of 30 s, to be on the safe side of both.
const TOLERANCE_US: i64 = 2 * 90_000_000;
/// More listeners than these are not named one by one.
const LISTENERS_MAX: usize = 64;

/// When, and whose, the new plays are.
const BOUNDS: &str = include_str!("../models/arrival_bounds.sql");
const LISTENERS: &str = include_str!("../models/arrival_listeners.sql");

/// What the new plays come to.
pub struct Arrivals {
    /// Those that count, with the history's columns.
    pub kept: Held,
    /// Keys of older plays that are copies of others, perhaps of new ones: those that the table still has are to go.
    pub copies: BTreeSet<String>,
    /// Plays looked at.
    pub rows_read: u64,
}

impl Arrivals {
    /// Reads them; none where they are too many, or the history did more than grow.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn read(
        context: &Context,
        inputs: &Inputs,
        change: Option<&Change>,
        parameters: &ParamValues,
    ) -> Result<Option<Self>> {
        let scope = context.engine.scope();
        HISTORY.register_as(&scope, "all_plays", Some(&inputs.history)).await?;
        let Some(change) = change else {
            let kept = Held::none_of(&scope.table("all_plays").await?);
            return Ok(Some(Self { kept, copies: BTreeSet::new(), rows_read: 0 }));
        };
        if !change.is_insert_only().await? || (!change.has_gone() && change.rows().is_none_or(|rows| rows > ROWS_MAX)) {
            return Ok(None);
        }
        let Some(new) = new_plays(&scope, inputs, change).await? else { return Ok(None) };
        let rows_read = new.len();
        new.register(&scope, "new_plays", &[])?;
        scope.register_frame("history", neighbourhood(&scope, inputs).await?)?;
        models::kept_plays(&scope, parameters).await?;
        let (kept, near) = (scope.table("kept_plays").await?, scope.table("history").await?);
        let kept_new = among(scope.table("new_plays").await?, kept.clone(), "play_id")?;
        let old = not_among(scope.table("new_plays").await?, near, "play_id")?;
        let copies = not_among(kept, old, "play_id")?.select_columns(&["play_id"]);
        let copies = copies.explain(|| "new plays cannot be compared with others".to_owned())?;
        let copies = Columns::of(copies, "copies of new plays").await?.text("play_id")?;
        let copies = copies.iter().flatten().map(str::to_owned).collect();
        Ok(Some(Self { kept: Held::of(kept_new, "plays").await?, copies, rows_read }))
    }
}

/// Rows that came and did not go: those of a compaction did both.
async fn new_plays(scope: &Scope, inputs: &Inputs, change: &Change) -> Result<Option<Held>> {
    let label = inputs.history.at().label();
    HISTORY.register_rows_of(scope, "came", change.came(&scope.state()).await?, label).await?;
    let mut came = scope.table("came").await?;
    if change.has_gone() {
        HISTORY.register_rows_of(scope, "went", change.went(&scope.state()).await?, label).await?;
        came = not_among(scope.table("went").await?, came, "play_id")?;
    }
    Held::few(came, ROWS_MAX, "new plays").await
}

/// The new plays, and all others that may be copies of one of them or the other way round.
async fn neighbourhood(scope: &Scope, inputs: &Inputs) -> Result<DataFrame> {
    let failed = || "the plays around the new ones cannot be read".to_owned();
    let new = scope.table("new_plays").await?;
    let mut near = scope.table("all_plays").await?;
    let bounds = Columns::of(scope.model("arrival_bounds", BOUNDS, no_values()).await?, "new plays").await?;
    let (from, to, longest) = (bounds.whole("from_us")?, bounds.whole("to_us")?, bounds.whole("longest_ms")?);
    if bounds.is_empty() || from.is_null(0) {
        // Without times, or of a source that nothing is a copy of.
        return Ok(new);
    }
    let lengths = (inputs.history.greatest("ms_played").await?, inputs.history.greatest("duration_ms").await?);
    if let (Some(listened), Some(track)) = lengths {
        let longest_us = listened.max(track).max(longest.value(0)).saturating_mul(1_000);
        let reach_us = longest_us.saturating_mul(2).saturating_add(TOLERANCE_US);
        let instant = |us: i64| lit(ScalarValue::TimestampMicrosecond(Some(us), Some("UTC".into())));
        let (from, to) = (from.value(0).saturating_sub(reach_us), to.value(0).saturating_add(reach_us));
        near = near.filter(col("played_at").between(instant(from), instant(to))).explain(failed)?;
    }
    let listeners = scope.model("arrival_listeners", LISTENERS, no_values()).await?;
    let listeners = Columns::of(listeners, "listeners of new plays").await?.text("user_id")?;
    if listeners.len() <= LISTENERS_MAX {
        let named = listeners.iter().flatten().map(lit).collect();
        near = near.filter(col("user_id").in_list(named, false)).explain(failed)?;
    }
    let others = not_among(new.clone(), near, "play_id")?;
    new.union(others).explain(failed)
}
