//! What was heard, play by play and listener after listener, for jobs that count in memory.
//!
//! Owns the way from the model's columns to plays. Plays stream: nothing is held but one batch of them.

use crate::engine::{Scope, no_values};
use crate::error::{Explain, Result};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use futures::TryStreamExt;

/// The model of what was heard.
pub const HEARD: &str = include_str!("heard.sql");

/// One play.
#[derive(Clone, Copy, Debug)]
pub struct Play<'a> {
    /// Who listened.
    pub user_id: &'a str,
    /// The local day, counted from 1970.
    pub date: i32,
    /// How long, in milliseconds.
    pub ms_played: Option<i64>,
    /// The track's id.
    pub track_id: Option<&'a str>,
    /// Its title.
    pub title: Option<&'a str>,
    /// Its first artist.
    pub artist: Option<&'a str>,
    /// The genres that it is filed under, with tabs between them.
    pub genres: Option<&'a str>,
}

/// Hands over every play of the relation `plays`, those of a listener one after the other.
///
/// # Errors
/// When the plays cannot be read.
pub async fn each(scope: &Scope, mut hear: impl FnMut(Play<'_>)) -> Result<()> {
    let failed = || "what was heard cannot be read".to_owned();
    let mut batches = scope.model("heard", HEARD, no_values()).await?.execute_stream().await.explain(failed)?;
    while let Some(batch) = batches.try_next().await.explain(failed)? {
        hear_batch(&batch, &mut hear).explain(failed)?;
    }
    Ok(())
}

fn hear_batch(batch: &RecordBatch, hear: &mut impl FnMut(Play<'_>)) -> Result<(), arrow::error::ArrowError> {
    let text = |name: &str| Ok::<_, arrow::error::ArrowError>(cast(&batch[name], &DataType::Utf8View)?.as_string_view().clone());
    let (users, ids, titles) = (text("user_id")?, text("track_id")?, text("track_name")?);
    let (artists, genres) = (text("artist_name")?, text("genres")?);
    let (dates, played) = (cast(&batch["local_date"], &DataType::Date32)?, cast(&batch["ms_played"], &DataType::Int64)?);
    let (dates, played) = (dates.as_primitive::<Date32Type>(), played.as_primitive::<Int64Type>());
    for row in 0..batch.num_rows() {
        hear(Play {
            user_id: users.value(row),
            date: dates.value(row),
            ms_played: played.is_valid(row).then(|| played.value(row)),
            track_id: at(&ids, row),
            title: at(&titles, row),
            artist: at(&artists, row),
            genres: at(&genres, row),
        });
    }
    Ok(())
}

fn at(column: &StringViewArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
