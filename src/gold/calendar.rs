//! A listener's calendar: every local day from the first play to the last, days of silence among them.
//!
//! Owns the step from rows of days with plays to days in a row, which windows and forecasts need. A day's numbers are whole, so
//! that sums of them are exact.

use super::gaps::Gaps;
use super::source::Source;
use crate::context::Context;
use crate::engine::Columns;
use crate::error::Result;
use arrow::array::Array;

/// One local day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Day {
    /// Plays.
    pub plays: i64,
    /// Plays whose features count.
    pub covered: i64,
    /// Plays with measured or catalogue features.
    pub authentic: i64,
    /// Plays with features of a provider, of the catalogue, made up.
    pub by_source: [i64; 3],
    /// Plays that tell how long was listened.
    pub timed: i64,
    /// Milliseconds listened, of these.
    pub ms_played: i64,
    /// The weights of the covered plays.
    pub weight: i64,
    /// Weighted sum of valence in millionths, and of its square in units of 1e-12.
    pub valence: [i128; 2],
    /// The same of energy.
    pub energy: [i128; 2],
    /// Covered plays of low valence and low energy.
    pub sad: i64,
    /// Plays between midnight and five.
    pub late: i64,
    /// The longest silence that ended on this day, in microseconds.
    pub silence_us: Option<i64>,
    /// Sittings that began on this day.
    pub sessions: i64,
    /// How long these were, in microseconds.
    pub session_us: i64,
    /// Plays may be missing.
    pub in_gap: bool,
}

/// A listener's days.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The listener.
    pub user_id: String,
    /// Whose features count; none where no play has any.
    pub basis: Option<String>,
    /// The first day, counted from 1970.
    pub first: i32,
    /// Each day, the first and the last with a play.
    pub days: Vec<Day>,
}

/// A calendar ends after so many days: a play dated by a broken clock must not make a table of a million days.
const DAYS_MAX: i32 = 36_525;

impl Calendar {
    /// The calendars of all listeners.
    ///
    /// # Errors
    /// When the days cannot be read.
    pub async fn all(context: &Context, source: &Source, gaps: &Gaps) -> Result<Vec<Self>> {
        let rows = source.days(context).await?;
        let (listeners, basis, dates) = (rows.text("user_id")?, rows.text("feature_basis")?, rows.day("local_date")?);
        let days = days(rows)?;
        let mut calendars: Vec<Self> = Vec::new();
        for (row, day) in days.into_iter().enumerate() {
            let (listener, date) = (listeners.value(row), dates.value(row));
            if calendars.last().is_none_or(|calendar| calendar.user_id != listener) {
                let basis = basis.is_valid(row).then(|| basis.value(row).to_owned());
                calendars.push(Self { user_id: listener.to_owned(), basis, first: date, days: Vec::new() });
            }
            let Some(calendar) = calendars.last_mut() else { continue };
            let place = date.saturating_sub(calendar.first);
            if place >= DAYS_MAX {
                tracing::warn!("the plays of {listener} span more than a century: days after it are left out of the calendar");
                continue;
            }
            while calendar.days.len() < place as usize {
                calendar.days.push(Day::default());
            }
            calendar.days.push(day);
        }
        for calendar in &mut calendars {
            for (date, day) in (calendar.first..).zip(&mut calendar.days) {
                day.in_gap = gaps.has(&calendar.user_id, date);
            }
        }
        Ok(calendars)
    }
}

fn days(rows: &Columns) -> Result<Vec<Day>> {
    let whole = |name| rows.whole(name);
    let (plays, covered, authentic) = (whole("plays")?, whole("plays_covered")?, whole("plays_authentic")?);
    let sources = [whole("plays_real")?, whole("plays_kaggle")?, whole("plays_synthetic")?];
    let (timed, ms_played, weight) = (whole("plays_timed")?, whole("ms_played")?, whole("weight")?);
    let valence = [rows.large("valence_sum")?, rows.large("valence_squares")?];
    let energy = [rows.large("energy_sum")?, rows.large("energy_squares")?];
    let (sad, late, silence) = (whole("plays_sad")?, whole("plays_late")?, whole("silence_us")?);
    let (sessions, session_us) = (whole("sessions")?, whole("session_us")?);
    Ok((0..rows.len())
        .map(|row| Day {
            plays: plays.value(row),
            covered: covered.value(row),
            authentic: authentic.value(row),
            by_source: [0, 1, 2].map(|source: usize| sources[source].value(row)),
            timed: timed.value(row),
            ms_played: ms_played.value(row),
            weight: weight.value(row),
            valence: [valence[0].value(row), valence[1].value(row)],
            energy: [energy[0].value(row), energy[1].value(row)],
            sad: sad.value(row),
            late: late.value(row),
            silence_us: silence.is_valid(row).then(|| silence.value(row)),
            sessions: sessions.value(row),
            session_us: session_us.value(row),
            in_gap: false,
        })
        .collect())
}
