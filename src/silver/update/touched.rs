//! Plays that the table has, and of whose tracks something else is known now.
//!
//! Owns which tracks those may be: the ones of which a features table has other rows than before. That their plays turn out
//! different is not said; `changed_plays.sql` compares.

use super::super::fit::Input;
use super::super::inputs::{Inputs, KAGGLE};
use super::changes::Changes;
use super::{ROWS_MAX, TRACKS_MAX};
use crate::context::Context;
use crate::engine::{Columns, Held, Scope, differing, few, no_values, texts};
use crate::error::{Explain, Result};
use crate::lake::Snapshot;
use crate::lake::changes::Change;
use crate::lake::update::FILE;
use arrow::array::Array;
use datafusion::prelude::DataFrame;
use std::collections::BTreeSet;

const BY_ID: &str = include_str!("../models/touched_by_id.sql");
const BY_ID_OR_NAME: &str = include_str!("../models/touched.sql");
const NAMES: &str = include_str!("../models/touched_names.sql");

/// The plays with all their columns and their files; none where they are too many.
///
/// # Errors
/// When a table cannot be read.
pub async fn read(context: &Context, inputs: &Inputs, changes: &Changes, current: &Snapshot) -> Result<Option<Held>> {
    let scope = context.engine.scope();
    let mut ids = BTreeSet::new();
    for ((input, snapshot), change) in inputs.features.iter().zip(&changes.features) {
        let (Some(change), Some(snapshot)) = (change, snapshot) else { continue };
        let Some(of_table) = changed_tracks(&scope, input, snapshot, change).await? else { return Ok(None) };
        ids.extend(of_table);
    }
    if ids.len() > TRACKS_MAX {
        return Ok(None);
    }
    scope.register("stored", current.provider_with_files(&scope.state()).await?)?;
    let stored = scope.table("stored").await?;
    if ids.is_empty() {
        return Ok(Some(Held::none_of(&stored)));
    }
    scope.register_frame("touched_ids", texts(&scope, "touched_id", &ids)?)?;
    let mut model = BY_ID;
    if let ([_, _, (_, catalogue)], [_, _, Some(change)]) = (&inputs.features, &changes.features) {
        KAGGLE.register_as(&scope, "catalogue", catalogue.as_ref()).await?;
        KAGGLE.register_as(&scope, "catalogue_before", Some(change.before())).await?;
        scope.register_frame("touched_names", scope.model("touched_names", NAMES, no_values()).await?)?;
        model = BY_ID_OR_NAME;
    }
    rows_of(&scope, model, current).await
}

/// First which files hold such plays, by few columns; then their rows. Mostly there are none.
async fn rows_of(scope: &Scope, model: &str, current: &Snapshot) -> Result<Option<Held>> {
    let failed = || "plays of changed tracks cannot be read".to_owned();
    let found = scope.model("touched", model, no_values()).await?;
    let none = Held::none_of(&found);
    let files = found.select_columns(&[FILE]).and_then(DataFrame::distinct).explain(failed)?;
    let files = Columns::of(files, "files of changed tracks").await?.text(FILE)?;
    if files.is_empty() {
        return Ok(Some(none));
    }
    let names = files.iter().flatten().map(str::to_owned).collect();
    scope.forget("stored")?;
    scope.register("stored", current.provider_of_files(&scope.state(), names).await?)?;
    Held::few(scope.model("touched", model, no_values()).await?, ROWS_MAX, "plays of changed tracks").await
}

/// Tracks of which one side has a row that the other does not; none where the files that changed hold too many rows.
async fn changed_tracks(scope: &Scope, input: &Input, now: &Snapshot, change: &Change) -> Result<Option<BTreeSet<String>>> {
    let failed = || format!("table {}: its versions cannot be compared", now.at().label());
    let (came, went) = (format!("{}_came", input.relation), format!("{}_went", input.relation));
    input.register_rows_of(scope, &came, change.came(&scope.state()).await?, now.at().label()).await?;
    let came = scope.table(&came).await?;
    let rows = if change.has_gone() {
        input.register_rows_of(scope, &went, change.went(&scope.state()).await?, now.at().label()).await?;
        let went = scope.table(&went).await?;
        let (new, gone) = differing(came, went)?;
        new.union(gone).explain(failed)?
    } else {
        came
    };
    few(rows, "track_id", TRACKS_MAX).await
}
