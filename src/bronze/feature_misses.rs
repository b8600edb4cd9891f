//! Tracks that a provider had no audio features for: `ops/feature_misses`.
//!
//! Owns how long a miss counts. Providers learn new tracks, so a miss is asked again after a month; until then it costs no request.

use crate::context::Context;
use crate::error::Result;
use crate::lake::Mode;
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::FEATURE_MISSES;
use arrow::array::StringArray;
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use std::sync::Arc;

/// Days after which a provider is asked again.
pub const ASK_AGAIN_DAYS: i64 = 30;

/// Misses up to this moment are asked again.
#[must_use]
pub fn asked_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - Duration::days(ASK_AGAIN_DAYS)
}

/// Remembers that the provider did not know these tracks.
///
/// # Errors
/// When the table cannot be written.
pub async fn remember(context: &Context, provider: &str, track_ids: &[String]) -> Result<()> {
    if track_ids.is_empty() {
        return Ok(());
    }
    let now = context.clock.now().timestamp_micros();
    let rows = batch(
        &FEATURE_MISSES,
        &[
            ("provider", Arc::new(StringArray::from_iter_values(track_ids.iter().map(|_| provider)))),
            ("track_id", Arc::new(StringArray::from_iter_values(track_ids))),
            ("asked_at", Arc::new(instants(track_ids.iter().map(|_| now)))),
        ],
    )?;
    store(&context.lake, &FEATURE_MISSES, vec![rows], Mode::Append, &context.note(json!({}))).await.map(drop)
}
