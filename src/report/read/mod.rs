//! Gold tables into what the report shows.
//!
//! Owns which rows are shown and how many at most; it computes nothing that a table does not say but sums over rows. One file a
//! section. A table that is not there leaves its section empty.

mod analyses;
mod calendar;
mod hours;
mod moods;
mod top;
mod wellbeing;

use super::data::{Basis, Report};
use crate::engine::{Columns, Engine, Scope, no_values};
use crate::error::{Error, Result};
use crate::lake::catalog::relation;
use crate::lake::{Lake, tables};
use arrow::array::Array;
use chrono::{Days, NaiveDate};
use datafusion::scalar::ScalarValue;

/// The gold tables of one listener.
struct Gold {
    scope: Scope,
    listener: String,
}

impl Gold {
    /// The rows of a query over gold, with the listener as `$listener`.
    async fn rows(&self, sql: &str, what: &'static str) -> Result<Columns> {
        let values = vec![("listener", ScalarValue::Utf8(Some(self.listener.clone())))];
        Columns::of(self.scope.model(what, sql, values).await?, what).await
    }
}

/// Reads what the report on a listener shows; on the one with the most plays when nobody is named.
///
/// # Errors
/// When there is no gold, nobody of that name, or a table cannot be read.
pub async fn read(lake: &Lake, engine: &Engine, user: Option<&str>) -> Result<Report> {
    let scope = engine.scope();
    for table in tables::ALL.iter().filter(|table| table.layer == "gold") {
        relation(lake, &scope, table.name, table).await?;
    }
    relation(lake, &scope, tables::LISTENING_WITH_FEATURES.name, &tables::LISTENING_WITH_FEATURES).await?;
    let (listener, others) = choose(&scope, user).await?;
    let gold = Gold { scope, listener };
    let mut report = Report { listener: gold.listener.clone(), others, ..Report::default() };
    let zone = gold.rows(ZONE, "the time zone").await?;
    zone.text("timezone")?.iter().flatten().next().unwrap_or_default().clone_into(&mut report.zone);
    calendar::fill(&gold, &mut report).await?;
    hours::fill(&gold, &mut report).await?;
    moods::fill(&gold, &mut report).await?;
    wellbeing::fill(&gold, &mut report).await?;
    top::fill(&gold, &mut report).await?;
    analyses::fill(&gold, &mut report).await?;
    Ok(report)
}

/// Days and hours are those of the zone that silver was built in.
const ZONE: &str = "SELECT timezone FROM listening_with_features LIMIT 1";
const LISTENERS: &str = "SELECT user_id, CAST(sum(plays) AS BIGINT) AS plays FROM temporal_patterns WHERE grain = 'part'
    GROUP BY user_id ORDER BY plays DESC, user_id";

async fn choose(scope: &Scope, user: Option<&str>) -> Result<(String, Vec<String>)> {
    let rows = Columns::of(scope.model("listeners", LISTENERS, no_values()).await?, "listeners").await?;
    let mut listeners: Vec<String> = rows.text("user_id")?.iter().flatten().map(str::to_owned).collect();
    if listeners.is_empty() {
        return Err(Error::failure("there is nothing to report on: table gold/temporal_patterns has no rows yet")
            .hint("bring your plays with `moodlake import PATH`, then `moodlake run`; or see `moodlake demo`"));
    }
    let place = match user {
        None => 0,
        Some(user) => listeners.iter().position(|listener| listener == user).ok_or_else(|| {
            Error::usage(format!("--user {user}: there are no plays of this listener"))
                .hint(format!("the lake has those of: {}", listeners.join(", ")))
        })?,
    };
    let listener = listeners.remove(place);
    Ok((listener, listeners))
}

/// The day with this number from 1970.
fn date(days: i32) -> NaiveDate {
    let epoch = NaiveDate::default();
    let long = Days::new(u64::from(days.unsigned_abs()));
    let date = if days < 0 { epoch.checked_sub_days(long) } else { epoch.checked_add_days(long) };
    date.unwrap_or(epoch)
}

/// A value that may be null.
fn double(column: &arrow::array::Float64Array, row: usize) -> Option<f64> {
    column.is_valid(row).then(|| column.value(row))
}

/// A count that a table holds as a whole number.
fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// A count that is small.
fn small(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(if value < 0 { 0 } else { u32::MAX })
}

/// What the features of a basis are, where they are not simply authentic.
fn note(basis: Option<&str>) -> Option<String> {
    match basis {
        Some("synthetic") => Some("all features are made up from track ids: they say nothing of the music".to_owned()),
        Some(basis) if basis.ends_with("+synthetic") => Some("features that are made up count too, as was asked for".to_owned()),
        Some("spotify") | None => None,
        Some(provider) => Some(format!("features are {provider}’s, whose scales differ from Spotify’s")),
    }
}

/// The basis that a row states in the columns that every gold table has.
fn basis(rows: &Columns, row: usize, gap_days: u32) -> Result<Basis> {
    let feature_basis = rows.text("feature_basis")?;
    Ok(Basis {
        plays: count(rows.whole("plays")?.value(row)),
        covered: Some(count(rows.whole("plays_covered")?.value(row))),
        authentic_share: double(&rows.double("authentic_share")?, row),
        gap_days,
        note: note(feature_basis.is_valid(row).then(|| feature_basis.value(row))),
    })
}
