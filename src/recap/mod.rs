//! The weekly recap: a listener's week in figures, told in words.
//!
//! Owns what a recap is made from, and that the same versions give the same one. `facts` counts, `data` is what is counted, `kept` the
//! table; `phrases` puts figures into words, `template` or a `model` makes paragraphs of them, `told` the formats.

pub mod data;
mod facts;
mod kept;
pub mod model;
pub mod phrases;
mod remarks;
mod template;
pub mod told;
pub mod week;

pub use kept::{Kept, Words, keep};

use crate::context::{Context, Step};
use crate::engine::{Columns, no_values};
use crate::error::{Error, Result};
use crate::fingerprint;
use crate::gold::source::{BASES, PLAYS, Source};
use crate::lake::Snapshot;
use crate::lake::tables::{HISTORY_GAPS, LISTENING_WITH_FEATURES, TRACK_RECOMMENDATIONS};
use serde_json::{Value, json};
use week::Week;

/// The model of whose plays there are.
pub const LISTENERS: &str = include_str!("facts/listeners.sql");

/// Raised when the same tables would give other figures.
const ALGORITHM: &str = "recap 1";

/// The recap that is kept of a week, if its tables have no newer versions.
///
/// # Errors
/// When a table cannot be read.
pub async fn find(context: &Context, source: &Source, listener: &str, week: Week) -> Result<Option<Kept>> {
    kept::find(context, listener, week, &made_from(context, source).await?).await
}

/// Makes the recap of a week and keeps it.
///
/// # Errors
/// When a table cannot be read or written.
pub async fn make(context: &Context, source: &Source, listener: &str, week: Week) -> Result<(Kept, Step)> {
    let theirs = source.of_listener(context, listener).await?;
    let mut recap = facts::of(context, &theirs, listener, week).await?;
    recap.made_from = made_from(context, source).await?;
    let kept = Kept::new(&recap)?;
    let step = keep(context, &kept).await?;
    Ok((kept, step))
}

async fn made_from(context: &Context, source: &Source) -> Result<Value> {
    let other = async |table| source.other(context, table).await?.as_ref().map_or(Ok(Value::Null), Snapshot::identity);
    Ok(json!({
        "silver": source.identity()?,
        "history_gaps": other(&HISTORY_GAPS).await?,
        "track_recommendations": other(&TRACK_RECOMMENDATIONS).await?,
        "computed": {
            "algorithm": ALGORITHM,
            "sql": fingerprint::of([BASES, PLAYS, facts::PLAYS, facts::RECOMMENDED].concat()),
            // Words that are kept are made of these.
            "words": fingerprint::of([include_str!("phrases.rs"), model::VOCABULARY].concat()),
            "features": source.parameters(),
        },
    }))
}

/// The listener that is named, or the one with the most plays; the others, too.
///
/// # Errors
/// When silver cannot be read, holds no plays, or none of the one who is named.
pub async fn listener(context: &Context, source: &Source, named: Option<&str>) -> Result<(String, usize)> {
    let scope = context.engine.scope();
    scope.register(LISTENING_WITH_FEATURES.name, source.silver().provider(&scope.state()).await?)?;
    let rows = Columns::of(scope.model("listeners", LISTENERS, no_values()).await?, "listeners").await?;
    let ids = rows.text("user_id")?;
    let listeners: Vec<&str> = ids.iter().flatten().collect();
    let Some(first) = listeners.first() else {
        return Err(Error::failure(format!("table {}: there are no plays to tell of", LISTENING_WITH_FEATURES.label()))
            .hint("bring your plays with `moodlake import PATH`, then `moodlake run`; or see `moodlake demo`"));
    };
    let listener = match named {
        None => first,
        Some(named) => listeners.iter().find(|listener| **listener == named).ok_or_else(|| {
            let (shown, more) = listeners.split_at(listeners.len().min(20));
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            Error::usage(format!("--user {named}: there are no plays of this listener"))
                .hint(format!("the lake has those of: {}{more}", shown.join(", ")))
        })?,
    };
    Ok(((*listener).to_owned(), listeners.len() - 1))
}
