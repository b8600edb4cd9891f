//! `gold/weekly_recaps`: recaps as they were told, with the versions of the tables that they were made from.
//!
//! Owns the table's rows: one a listener and week. A recap is made anew where its tables have newer versions, and replaces its row; from the
//! same versions the one that is kept comes.

use super::data::Recap;
use super::week::Week;
use crate::clock::Stopwatch;
use crate::context::{Context, Step};
use crate::engine::{Columns, Held, Scope};
use crate::error::{Explain, Result};
use crate::gold::gather::Gather;
use crate::lake::Mode;
use crate::lake::catalog::relation;
use crate::lake::rows::store;
use crate::lake::tables::WEEKLY_RECAPS;
use crate::lake::update::Update;
use arrow::array::{Array, RecordBatch};
use arrow::datatypes::Date32Type;
use datafusion::scalar::ScalarValue;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The model of a recap that is kept.
pub const KEPT: &str = include_str!("kept.sql");
/// The model of all recaps of a listener, with one in place of its week's.
pub const LISTENER: &str = include_str!("listener.sql");

const STEP: &str = "recap";

/// A recap, and the words of a model, where one told it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its figures.
    pub recap: Recap,
    /// The same as they are written down: a number that is read from JSON may end in another last digit, and is not written again.
    pub json: String,
    /// Which model's words they are, and the paragraphs.
    pub words: Option<Words>,
}

/// Words of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The provider and the model's name.
    pub by: String,
    /// What it wrote.
    pub paragraphs: Vec<String>,
}

impl Kept {
    /// A new recap, as it is read from the table later on.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn new(recap: &Recap) -> Result<Self> {
        let failed = || format!("table {}: a recap cannot be written as JSON", WEEKLY_RECAPS.label());
        let json = serde_json::to_string_pretty(recap).explain(failed)?;
        Ok(Self { recap: serde_json::from_str(&json).explain(failed)?, json, words: None })
    }
}

fn whose(listener: &str, week: &str) -> Vec<(&'static str, ScalarValue)> {
    let text = |text: &str| ScalarValue::Utf8(Some(text.to_owned()));
    vec![("listener", text(listener)), ("week", text(week))]
}

async fn scope(context: &Context) -> Result<Scope> {
    let scope = context.engine.scope();
    relation(&context.lake, &scope, WEEKLY_RECAPS.name, &WEEKLY_RECAPS).await?;
    Ok(scope)
}

/// The recap that is kept of a week, if it was made from these versions.
///
/// # Errors
/// When the table cannot be read.
pub async fn find(context: &Context, listener: &str, week: Week, made_from: &Value) -> Result<Option<Kept>> {
    let rows = scope(context).await?.model("kept", KEPT, whose(listener, &week.to_string())).await?;
    let rows = Columns::of(rows, "the recap that is kept").await?;
    let (recaps, by, words) = (rows.text("recap")?, rows.text("words_by")?, rows.text("words")?);
    if rows.is_empty() {
        return Ok(None);
    }
    // What another release wrote in another shape is made anew.
    let Ok(recap) = serde_json::from_str::<Recap>(recaps.value(0)) else { return Ok(None) };
    let words = (by.is_valid(0) && words.is_valid(0))
        .then(|| Words { by: by.value(0).to_owned(), paragraphs: serde_json::from_str(words.value(0)).unwrap_or_default() });
    let json = recaps.value(0).to_owned();
    Ok((recap.made_from == *made_from).then_some(Kept { recap, json, words }))
}

/// Keeps a recap in place of the one of the same week.
///
/// # Errors
/// When the table cannot be written.
pub async fn keep(context: &Context, kept: &Kept) -> Result<Step> {
    let watch = Stopwatch::start();
    let recap = &kept.recap;
    let mut inputs = recap.made_from.clone();
    let computed = inputs.as_object_mut().and_then(|inputs| inputs.remove("computed"));
    let note = context.note(json!({ "inputs": inputs, "parameters": { "week": recap.week, "computed": computed } }));
    let made = row(kept)?;
    let written = match context.lake.open(&WEEKLY_RECAPS).await? {
        Some(current) if current.is_as_declared(&WEEKLY_RECAPS)? => {
            let scope = scope(context).await?;
            scope.register_rows("made", made.schema(), vec![made])?;
            let rows = scope.model("a listener's recaps", LISTENER, whose(&recap.listener, &recap.week)).await?;
            let rows = Held::of(rows, "a listener's recaps").await?.rows;
            let of = BTreeSet::from([recap.listener.clone()]);
            let update = Update::of_all_with(&context.engine, &current, "user_id", of, rows).await?;
            update.carry_out(&context.engine, &current, &WEEKLY_RECAPS, &note).await?
        }
        _ => store(&context.lake, &WEEKLY_RECAPS, vec![made], Mode::Replace, &note).await?,
    };
    let mut step = Step::new(STEP, WEEKLY_RECAPS.label()).wrote(written).took(watch);
    step.inputs = inputs;
    Ok(step)
}

fn row(kept: &Kept) -> Result<RecordBatch> {
    let recap = &kept.recap;
    let failed = || format!("table {}: a recap cannot be written as JSON", WEEKLY_RECAPS.label());
    let mut row = Gather::default();
    let long = |value: u64| Some(value.cast_signed());
    row.text("user_id", Some(&recap.listener));
    row.text("iso_week", Some(&recap.week));
    row.day("from_date", Date32Type::from_naive_date(recap.from));
    row.day("to_date", Date32Type::from_naive_date(recap.to));
    row.text("timezone", Some(&recap.timezone));
    row.integer("days_heard", recap.days_heard as usize);
    row.integer("gap_days", recap.gap_days.len());
    row.double("minutes_played", recap.minutes);
    row.long("plays_timed", long(recap.plays_timed));
    row.long("plays_before", recap.before.as_ref().and_then(|before| long(before.plays)));
    row.double("minutes_before", recap.before.as_ref().and_then(|before| before.minutes));
    row.integer("weeks_usual", recap.usual.as_ref().map(|usual| usual.weeks as usize));
    row.double("plays_usual", recap.usual.as_ref().map(|usual| usual.plays));
    row.double("minutes_usual", recap.usual.as_ref().and_then(|usual| usual.minutes));
    row.long("new_tracks", recap.discoveries.as_ref().and_then(|news| long(news.tracks)));
    row.long("new_artists", recap.discoveries.as_ref().and_then(|news| long(news.artists)));
    row.long("returned_tracks", long(recap.returns.tracks));
    row.long("returned_artists", long(recap.returns.artists));
    row.double("valence_mean", recap.mood.valence);
    row.double("energy_mean", recap.mood.energy);
    row.text("quadrant", recap.mood.quadrant.as_deref());
    row.integer("streak_days", recap.streak.current.map(|streak| streak.days as usize));
    row.text("recap", Some(&kept.json));
    row.text("words_by", kept.words.as_ref().map(|words| words.by.as_str()));
    let words = kept.words.as_ref().map(|words| serde_json::to_string(&words.paragraphs)).transpose().explain(failed)?;
    row.text("words", words.as_deref());
    row.text("made_from", Some(&recap.made_from.to_string()));
    let mood = &recap.mood;
    row.basis(recap.plays.cast_signed(), mood.plays_covered.cast_signed(), mood.authentic_share, mood.feature_basis.as_deref());
    row.into_batch(&WEEKLY_RECAPS)
}
