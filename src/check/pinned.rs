//! Which version of another table the rows of a table refer to.
//!
//! Owns the reading of the commit's note: silver is compared with the bronze that it was built from, and gold with the silver, so
//! that a poll that brings plays between two builds breaks no rule.

use super::rule::Reference;
use super::subject::Subject;
use crate::error::Result;
use crate::lake::Snapshot;
use crate::lake::snapshot::AsOf;

/// The other table.
pub enum Pinned {
    /// At the version that the rows were built from; the newest where nothing says which.
    At(Box<Snapshot>),
    /// It cannot be looked at, and why.
    Nowhere(String),
}

/// Finds it.
pub async fn target(subject: &Subject, reference: &Reference) -> Result<Pinned> {
    let (at, label) = (subject.bench.lake.table(reference.to)?, reference.to.label());
    let (_, note) = subject.snapshot.commit().await?;
    let built_from = note.map(|note| note["inputs"][reference.input].clone()).unwrap_or_default();
    if let Some(other) = built_from["table"].as_str().filter(|other| *other != label) {
        return Ok(Pinned::Nowhere(format!("it was built from {other} and not from {label}")));
    }
    let Some(newest) = at.open().await? else {
        return Ok(Pinned::Nowhere(format!("there is no {label}")));
    };
    // Nothing says what foreign rows were built from: what is there now has to do.
    let Some(version) = built_from["version"].as_u64() else {
        return Ok(Pinned::At(Box::new(newest)));
    };
    if newest.identity()?["id"] != built_from["id"] || version > newest.version() {
        return Ok(Pinned::Nowhere(format!("it was built from a {label} that another has replaced since")));
    }
    if version == newest.version() {
        return Ok(Pinned::At(Box::new(newest)));
    }
    match at.open_as_of(AsOf::Version(version)).await {
        Ok(Some(target)) => Ok(Pinned::At(Box::new(target))),
        Ok(None) | Err(_) => {
            Ok(Pinned::Nowhere(format!("version {version} of {label}, which it was built from, is no longer there")))
        }
    }
}
