//! Rows that were not kept, kept: `rejected_rows`.
//!
//! Owns their key, so that importing the same file again tells nothing twice. The raw text comes without personal fields from
//! whoever parsed it.

use super::play::Reject;
use crate::context::Context;
use crate::error::Result;
use crate::fingerprint;
use crate::lake::merge::{Narrow, known_keys};
use crate::lake::rows::{batch, instants, store};
use crate::lake::tables::REJECTED_ROWS;
use crate::lake::{Mode, Written};
use arrow::array::{Int64Array, StringArray};
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;

/// A rejected row and the file it stands in.
pub struct Rejected {
    /// The file's name as the ledger writes it.
    pub file: String,
    /// The row.
    pub reject: Reject,
    /// What tells it from other rejected rows of its file where the place and the text do not: an API sends one item with other
    /// decoration each time.
    pub identity: Option<String>,
}

impl Rejected {
    /// The file's name without its folders, the place, the reason and the text: the same file elsewhere gives the same key.
    fn key(&self) -> String {
        let name = self.file.rsplit(['/', '\\']).next().unwrap_or(&self.file);
        let position = self.reject.position.to_le_bytes();
        let text = self.identity.as_ref().unwrap_or(&self.reject.raw);
        fingerprint::key([name.as_bytes(), &position, self.reject.reason.as_bytes(), text.as_bytes()])
    }
}

/// Whether any of these rows is stored already.
///
/// # Errors
/// When the table cannot be read.
pub async fn any_known(context: &Context, rejected: &[Rejected]) -> Result<bool> {
    let wanted: HashSet<String> = rejected.iter().map(Rejected::key).collect();
    let stored = context.lake.open(&REJECTED_ROWS).await?;
    Ok(!known_keys(&context.engine, stored.as_ref(), &REJECTED_ROWS, &wanted, &Narrow::default()).await?.is_empty())
}

/// Adds those rejected rows that are not stored yet.
///
/// # Errors
/// When the table cannot be read or written.
pub async fn keep(context: &Context, user_id: Option<&str>, rejected: &[Rejected]) -> Result<Option<Written>> {
    let mut seen = HashSet::new();
    let unique: Vec<_> = rejected.iter().map(|row| (row.key(), row)).filter(|(key, _)| seen.insert(key.clone())).collect();
    let stored = context.lake.open(&REJECTED_ROWS).await?;
    let known = known_keys(&context.engine, stored.as_ref(), &REJECTED_ROWS, &seen, &Narrow::default()).await?;
    let new: Vec<_> = unique.into_iter().filter(|(key, _)| !known.contains(key)).collect();
    if new.is_empty() {
        return Ok(None);
    }
    let now = context.clock.now().timestamp_micros();
    let text =
        |value: &dyn Fn(&Rejected) -> String| Arc::new(StringArray::from_iter_values(new.iter().map(|(_, row)| value(row))));
    let rows = batch(
        &REJECTED_ROWS,
        &[
            ("reject_id", Arc::new(StringArray::from_iter_values(new.iter().map(|(key, _)| key)))),
            ("source", text(&|row| row.file.clone())),
            (
                "position",
                Arc::new(Int64Array::from_iter_values(
                    new.iter().map(|(_, row)| i64::try_from(row.reject.position).unwrap_or(i64::MAX)),
                )),
            ),
            ("reason", text(&|row| row.reject.reason.to_owned())),
            ("raw", text(&|row| row.reject.raw.clone())),
            ("user_id", Arc::new(StringArray::from_iter(new.iter().map(|_| user_id)))),
            ("rejected_at", Arc::new(instants(new.iter().map(|_| now)))),
            ("run_id", text(&|_| context.run_id.clone())),
        ],
    )?;
    store(&context.lake, &REJECTED_ROWS, vec![rows], Mode::Append, &context.note(json!({}))).await.map(Some)
}
