//! New plays of the history, and what they do to those that the table has.
//!
//! Owns the stretch of time in which a new play can have a copy. Within it the plays are compared by the same model as in a full
//! build; outside of it none can be a copy of a new one, however long the longest play was.

use super::super::inputs::{HISTORY, Inputs};
use super::super::models;
use super::ROWS_MAX;
use crate::context::Context;
use crate::engine::{Columns, Scope};
use crate::error::{Explain, Result};
use crate::lake::changes::Change;
use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use datafusion::common::{JoinType, ParamValues};
use datafusion::prelude::{DataFrame, col, lit};
use datafusion::scalar::ScalarValue;
use std::collections::BTreeSet;
use std::sync::Arc;

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
    pub kept: (SchemaRef, Vec<RecordBatch>),
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
            let schema = Arc::new(scope.table("all_plays").await?.schema().as_arrow().clone());
            return Ok(Some(Self { kept: (schema, Vec::new()), copies: BTreeSet::new(), rows_read: 0 }));
        };
        if !change.is_insert_only().await? || (!change.has_gone() && change.rows_came().is_none_or(|rows| rows > ROWS_MAX)) {
            return Ok(None);
        }
        let Some(new) = new_plays(&scope, inputs, change).await? else { return Ok(None) };
        let rows_read = new.1.iter().map(|batch| batch.num_rows() as u64).sum();
        scope.register_rows("new_plays", Arc::clone(&new.0), new.1)?;
        scope.register_frame("history", neighbourhood(&scope, inputs).await?)?;
        models::kept_plays(&scope, parameters).await?;
        let failed = || "new plays cannot be compared with others".to_owned();
        let of_new = |frame: DataFrame, new: DataFrame, kind| {
            let keys = new.select_columns(&["play_id"]).and_then(|keys| keys.with_column_renamed("play_id", "new_id"));
            keys.and_then(|keys| keys.join(frame, kind, &["new_id"], &["play_id"], None)).explain(failed)
        };
        let (kept, near) = (scope.table("kept_plays").await?, scope.table("history").await?);
        let kept_new = collected(of_new(kept.clone(), scope.table("new_plays").await?, JoinType::RightSemi)?).await?;
        let old = of_new(near, scope.table("new_plays").await?, JoinType::RightAnti)?;
        let kept_keys = kept.select_columns(&["play_id"]).and_then(|keys| keys.with_column_renamed("play_id", "kept_id"));
        let copies = kept_keys
            .and_then(|keys| keys.join(old, JoinType::RightAnti, &["kept_id"], &["play_id"], None))
            .and_then(|copies| copies.select_columns(&["play_id"]))
            .explain(failed)?;
        let copies = Columns::of(copies, "copies of new plays").await?.text("play_id")?;
        let copies = copies.iter().flatten().map(str::to_owned).collect();
        Ok(Some(Self { kept: kept_new, copies, rows_read }))
    }
}

/// Rows that came and did not go: those of a compaction did both.
async fn new_plays(scope: &Scope, inputs: &Inputs, change: &Change) -> Result<Option<(SchemaRef, Vec<RecordBatch>)>> {
    let label = inputs.history.at().label();
    HISTORY.register_rows_of(scope, "came", change.came(&scope.state()).await?, label).await?;
    let mut came = scope.table("came").await?;
    if change.has_gone() {
        HISTORY.register_rows_of(scope, "went", change.went(&scope.state()).await?, label).await?;
        let went = scope.table("went").await?.select_columns(&["play_id"]);
        came = went
            .and_then(|went| went.with_column_renamed("play_id", "gone_id"))
            .and_then(|went| went.join(came, JoinType::RightAnti, &["gone_id"], &["play_id"], None))
            .explain(|| "new plays cannot be told from old ones".to_owned())?;
    }
    let few = came.limit(0, Some(usize::try_from(ROWS_MAX + 1).unwrap_or(usize::MAX)));
    let new = collected(few.explain(|| "new plays cannot be read".to_owned())?).await?;
    let rows: u64 = new.1.iter().map(|batch| batch.num_rows() as u64).sum();
    Ok((rows <= ROWS_MAX).then_some(new))
}

/// The new plays, and all others that may be copies of one of them or the other way round.
async fn neighbourhood(scope: &Scope, inputs: &Inputs) -> Result<DataFrame> {
    let failed = || "the plays around the new ones cannot be read".to_owned();
    let new = scope.table("new_plays").await?;
    let mut near = scope.table("all_plays").await?;
    let bounds = Columns::of(scope.model("arrival_bounds", BOUNDS, Vec::<ScalarValue>::new()).await?, "new plays").await?;
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
    let listeners = scope.model("arrival_listeners", LISTENERS, Vec::<ScalarValue>::new()).await?;
    let listeners = Columns::of(listeners, "listeners of new plays").await?.text("user_id")?;
    if listeners.len() <= LISTENERS_MAX {
        let named = listeners.iter().flatten().map(lit).collect();
        near = near.filter(col("user_id").in_list(named, false)).explain(failed)?;
    }
    let keys = new.clone().select_columns(&["play_id"]).and_then(|keys| keys.with_column_renamed("play_id", "near_id"));
    keys.and_then(|keys| keys.join(near, JoinType::RightAnti, &["near_id"], &["play_id"], None))
        .and_then(|others| new.union(others))
        .explain(failed)
}

async fn collected(frame: DataFrame) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let planned = Arc::new(frame.schema().as_arrow().clone());
    let rows = frame.collect().await.explain(|| "plays cannot be read".to_owned())?;
    Ok((rows.first().map_or(planned, RecordBatch::schema), rows))
}
