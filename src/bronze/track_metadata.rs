//! Track metadata rows from the history: what plays of an export tell about their tracks.
//!
//! Owns the model that gathers them; `tracks` merges them. Their audio values stay null until a provider gives them; silver knows
//! that a row without values is metadata only.

use super::tracks;
use crate::context::{Context, Step};
use crate::error::Result;
use crate::lake::tables::LISTENING_HISTORY;
use arrow::array::RecordBatch;
use datafusion::scalar::ScalarValue;

const MODEL: &str = include_str!("track_metadata.sql");

/// Merges what these plays tell of their tracks.
///
/// # Errors
/// When the table cannot be read or written.
pub async fn keep(context: &Context, command: &'static str, plays: RecordBatch) -> Result<Step> {
    let scope = context.engine.scope();
    scope.register_rows("plays", LISTENING_HISTORY.schema(), vec![plays])?;
    let now = ScalarValue::TimestampMicrosecond(Some(context.clock.now().timestamp_micros()), Some("UTC".into()));
    let told = scope.model("track_metadata", MODEL, vec![("now", now)]).await?;
    tracks::merge(context, command, told).await
}
