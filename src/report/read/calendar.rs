//! The span, the headline figures and the calendar, from `wellbeing_indicators` and its neighbours.

use super::{Gold, basis, count, date, double, small};
use crate::error::Result;
use crate::report::data::{Basis, CalendarDay, CalendarMonth, Figure, Report};
use arrow::array::Array;
use chrono::Datelike;
use std::collections::BTreeMap;

/// A year of weeks, and the one that is not over.
const CALENDAR_DAYS: usize = 53 * 7;

const TOTALS: &str = "SELECT CAST(sum(plays) AS BIGINT) AS plays, CAST(sum(plays_covered) AS BIGINT) AS plays_covered,
        sum(CAST(round(authentic_share * plays) AS BIGINT)) / CAST(nullif(sum(plays), 0) AS DOUBLE) AS authentic_share,
        max(feature_basis) AS feature_basis, min(local_date) AS first_date, max(local_date) AS last_date,
        CAST(count(*) FILTER (WHERE in_gap) AS BIGINT) AS gap_days, CAST(count(*) FILTER (WHERE plays > 0) AS BIGINT) AS days,
        sum(minutes_played) AS minutes_played, CAST(sum(plays_timed) AS BIGINT) AS plays_timed,
        CAST(sum(plays_synthetic) AS BIGINT) AS plays_synthetic
    FROM wellbeing_indicators WHERE user_id = $listener";
const DAYS: &str =
    "SELECT local_date, plays, minutes_played, in_gap FROM wellbeing_indicators WHERE user_id = $listener ORDER BY local_date";
const SITTINGS: &str = "SELECT CAST(count(*) AS BIGINT) AS sessions, median(minutes) AS minutes FROM listening_sessions
    WHERE user_id = $listener";
const STREAK: &str = "SELECT days, from_date, to_date FROM listening_streaks WHERE user_id = $listener
    ORDER BY days DESC, from_date DESC LIMIT 1";

pub async fn fill(gold: &Gold, report: &mut Report) -> Result<()> {
    let totals = gold.rows(TOTALS, "the days").await?;
    let (first, last) = (totals.day("first_date")?, totals.day("last_date")?);
    if first.is_null(0) {
        return Ok(());
    }
    report.span = Some((date(first.value(0)), date(last.value(0))));
    let gap_days = small(totals.whole("gap_days")?.value(0));
    report.rests_on = basis(&totals, 0, gap_days)?;
    report.warnings = warnings(report, count(totals.whole("plays_synthetic")?.value(0)));
    let minutes = double(&totals.double("minutes_played")?, 0);
    let (timed, days) = (count(totals.whole("plays_timed")?.value(0)), count(totals.whole("days")?.value(0)));
    report.headline = headline(gold, report, minutes, timed, days).await?;

    let rows = gold.rows(DAYS, "the days").await?;
    let (dates, plays, minutes, gaps) =
        (rows.day("local_date")?, rows.whole("plays")?, rows.double("minutes_played")?, rows.truth("in_gap")?);
    let mut months: BTreeMap<(i32, u32), CalendarMonth> = BTreeMap::new();
    for row in 0..rows.len() {
        let day = date(dates.value(row));
        let month = months.entry((day.year(), day.month())).or_insert(CalendarMonth {
            year: day.year(),
            month: day.month(),
            plays: 0,
            minutes: 0.0,
        });
        let heard = double(&minutes, row).unwrap_or_default();
        month.plays += small(plays.value(row));
        month.minutes += heard;
        if row + CALENDAR_DAYS >= rows.len() {
            let (plays, in_gap) = (small(plays.value(row)), gaps.value(row));
            report.calendar.days.push(CalendarDay { date: day, plays, minutes: heard, in_gap });
        }
    }
    report.calendar.months = months.into_values().collect();
    report.calendar.basis = Basis { covered: None, authentic_share: None, note: None, ..report.rests_on.clone() };
    Ok(())
}

fn warnings(report: &Report, synthetic: u64) -> Vec<String> {
    let mut warnings = Vec::new();
    let rests = &report.rests_on;
    if rests.note.as_deref().is_some_and(|note| note.starts_with("all features are made up")) {
        warnings.push(
            "All audio features in this report are synthetic: they are made up from track ids and say nothing of the music. \
             Everything about mood, wellbeing, drivers, forecast and recommendations shows how the report works, not how you listen. \
             Import the Kaggle catalogue or turn on a provider of audio features to change that."
                .to_owned(),
        );
    } else if let Some(note) = &rests.note {
        warnings.push(format!("Mind: {note}."));
    }
    if rests.covered == Some(0) {
        warnings.push("No play has usable audio features: there is nothing to say of moods.".to_owned());
    } else if rests.covered.is_some_and(|covered| covered * 2 < rests.plays) {
        let share = 100.0 * rests.covered.unwrap_or_default() as f64 / rests.plays.max(1) as f64;
        let why = if synthetic > 0 { ": others are unknown or synthetic, and do not count" } else { "" };
        warnings.push(format!("Only {share:.0} % of the plays have features that count for moods{why}."));
    }
    if rests.gap_days > 0 {
        warnings.push(format!("Plays may be missing on {} days; importing your Spotify export fills such gaps.", rests.gap_days));
    }
    warnings
}

async fn headline(gold: &Gold, report: &Report, minutes: Option<f64>, timed: u64, days: u64) -> Result<Vec<Figure>> {
    let plays = report.rests_on.plays;
    let figure = |value: String, label: &str, note: Option<String>| Figure { value, label: label.to_owned(), note };
    let mut figures = vec![figure(thousands(plays), "plays", Some(format!("on {} days", thousands(days))))];
    if let Some(minutes) = minutes {
        let note = (timed < plays).then(|| format!("of {} plays; the others do not tell for how long", thousands(timed)));
        figures.push(figure(format!("{} h", thousands((minutes / 60.0).round() as u64)), "listened", note));
    }
    let sittings = gold.rows(SITTINGS, "the sittings").await?;
    if sittings.whole("sessions")?.value(0) > 0 {
        let usual = double(&sittings.double("minutes")?, 0).map(|minutes| format!("usually {minutes:.0} minutes long"));
        figures.push(figure(thousands(count(sittings.whole("sessions")?.value(0))), "sittings", usual));
    }
    let streak = gold.rows(STREAK, "the streaks").await?;
    if !streak.is_empty() {
        let (from, to) = (date(streak.day("from_date")?.value(0)), date(streak.day("to_date")?.value(0)));
        let days = streak.whole("days")?.value(0);
        let unit = if days == 1 { "day" } else { "days" };
        figures.push(figure(format!("{days} {unit}"), "longest streak", Some(format!("{from} to {to}"))));
    }
    if let Some(share) = report.rests_on.authentic_share {
        let note = "of the plays have measured or catalogue features".to_owned();
        figures.push(figure(format!("{:.0} %", 100.0 * share), "authentic", Some(note)));
    }
    Ok(figures)
}

/// `41,411`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap_or_default()).collect();
    parts.join(",")
}
