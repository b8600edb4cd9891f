//! `status --lineage TABLE`: from a table back to the bronze versions that its rows come from.
//!
//! Owns the walk through the notes of commits. Nothing is guessed: an input whose version is gone, or in whose place another table
//! stands now, is named as such, and the walk ends there.

use crate::cli::output::{json_text, print};
use crate::cli::printable::printable;
use crate::cli::settings::Settings;
use crate::error::{Error, Result};
use crate::lake::catalog::{self, LAYERS};
use crate::lake::snapshot::AsOf;
use crate::lake::tables::is_called;
use crate::lake::{Lake, Snapshot, TableAt};
use futures::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Longer ways than any in a lake, should notes of another program go in circles.
const DEPTH_MAX: usize = 8;

pub async fn lineage(settings: &Settings, name: &str, as_json: bool) -> Result<()> {
    let lake = settings.lake()?;
    let tables = catalog::tables(&lake).await?;
    let found = tables.iter().find(|(layer, table, _)| is_called(layer, table, name));
    let missing = || {
        Error::usage(format!("there is no table {name} in the lake {}", lake.address()))
            .hint("`moodlake status` lists the tables")
    };
    let snapshot = found.ok_or_else(missing)?.2.open().await?.ok_or_else(missing)?;
    let document = node(&lake, snapshot, 0).await?;
    if as_json {
        return print(&json_text(&document)?);
    }
    let mut text = String::new();
    draw(&document, "", "", &mut text);
    print(&printable(&text))
}

/// One table at one version, and below it what it was made from.
fn node(lake: &Lake, snapshot: Snapshot, depth: usize) -> BoxFuture<'_, Result<Value>> {
    async move {
        let (written, note) = snapshot.commit().await?;
        let note = note.unwrap_or_default();
        let mut document = snapshot.identity()?;
        document["written_at"] = json!(written.map(|time| time.to_rfc3339()));
        for key in ["run_id", "program", "command", "model", "parameters", "timezone", "preference"] {
            if let Some(value) = note.get(key) {
                document[key] = value.clone();
            }
        }
        let mut inputs = Vec::new();
        for (name, identity) in note["inputs"].as_object().into_iter().flatten() {
            let mut input = input(lake, identity, depth).await?;
            input["as"] = json!(name);
            inputs.push(input);
        }
        document["inputs"] = json!(inputs);
        Ok(document)
    }
    .boxed()
}

async fn input(lake: &Lake, identity: &Value, depth: usize) -> Result<Value> {
    if identity.is_null() {
        return Ok(json!({ "table": null, "missing": "there was no such table" }));
    }
    let gone = |why: &str| {
        let mut document = identity.clone();
        document["missing"] = json!(why);
        Ok(document)
    };
    if !identity.is_object() || depth >= DEPTH_MAX {
        return Ok(json!({ "table": identity.to_string(), "missing": "the note says no more" }));
    }
    let (Some(label), Some(version)) = (identity["table"].as_str(), identity["version"].as_u64()) else {
        return gone("the note says no version");
    };
    let at = match label.split_once('/') {
        Some((layer, table)) if LAYERS.contains(&layer) => lake.named(layer, table)?,
        _ => TableAt::at(label)?,
    };
    // A newer version may hold the same rows, laid out anew, when the old one is gone.
    let newest = at.open().await.ok().flatten().filter(|newest| newest.identity().is_ok_and(|found| found == *identity));
    let snapshot = match newest {
        Some(newest) => Some(newest),
        None => at.open_as_of(AsOf::Version(version)).await.ok().flatten(),
    };
    match snapshot {
        None => gone("this version can no longer be read"),
        Some(snapshot) if snapshot.identity()?["id"] != identity["id"] => gone("another table is in its place"),
        Some(snapshot) => node(lake, snapshot, depth + 1).await,
    }
}

fn draw(node: &Value, first: &str, rest: &str, text: &mut String) {
    let word = |key: &str| node[key].as_str().unwrap_or_default();
    let name = match (word("as"), word("table")) {
        ("", table) => table.to_owned(),
        (input, "") => input.to_owned(),
        (input, table) => format!("{input}: {table}"),
    };
    // Writing to a String cannot fail.
    let _ = write!(text, "{first}{name}");
    if let Some(version) = node["version"].as_u64() {
        let _ = write!(text, ", version {version}");
    }
    for (key, says) in [("written_at", "written"), ("run_id", "run"), ("program", "moodlake"), ("missing", "-")] {
        if !word(key).is_empty() {
            let _ = write!(text, ", {says} {}", word(key));
        }
    }
    text.push('\n');
    let inputs = node["inputs"].as_array().map(Vec::as_slice).unwrap_or_default();
    let stem = if inputs.is_empty() { "  " } else { "| " };
    if !word("model").is_empty() {
        let _ = writeln!(text, "{rest}{stem}  model {}", word("model"));
    }
    for key in ["parameters", "preference", "timezone"] {
        if !node[key].is_null() {
            let _ = writeln!(text, "{rest}{stem}  {key} {}", node[key]);
        }
    }
    for (place, input) in inputs.iter().enumerate() {
        let is_last = place + 1 == inputs.len();
        draw(input, &format!("{rest}+- "), &format!("{rest}{}", if is_last { "   " } else { "|  " }), text);
    }
}
