//! The most played tracks, artists and genres of a listener, over all time and by year and month.
//!
//! Owns the passage from plays to ranks: `listener` numbers what was heard, `counts` counts and ranks the numbers, `rows` makes
//! the table. Numbers, since counting the same plays for every month, every year and all time by their names takes many times as
//! long. Only one listener's are held.

mod counts;
mod listener;
mod rows;

use crate::engine::Scope;
use crate::error::Result;
use crate::gold::heard;
use arrow::array::RecordBatch;
use listener::Listener;
use rows::Rows;

/// The rows of the table, from the relation `plays`.
///
/// # Errors
/// When the plays cannot be read.
pub async fn rows(scope: &Scope) -> Result<RecordBatch> {
    let mut rows = Rows::default();
    let mut listener = Listener::default();
    heard::each(scope, |play| {
        if listener.user_id() != play.user_id {
            std::mem::replace(&mut listener, Listener::new(play.user_id)).rank(&mut rows);
        }
        listener.hear(play);
    })
    .await?;
    listener.rank(&mut rows);
    rows.into_batch()
}
