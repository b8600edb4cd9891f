//! Drivers, forecast and recommendations, from the tables of the same names.

use super::{Gold, basis, count, date, double, small};
use crate::error::Result;
use crate::report::data::{Backtest, Basis, Driver, ForecastDay, Goal, Recommended, Report, Target};
use arrow::array::Array;
use chrono::NaiveDate;

/// Days before a forecast that are shown with it.
const HISTORY_DAYS: usize = 56;

const DRIVERS: &str = "SELECT * FROM mood_drivers WHERE user_id = $listener
    ORDER BY is_driver DESC, p_adjusted, abs(effect) DESC NULLS LAST, stretch, kind, subject LIMIT 40";
const FORECAST: &str = "SELECT * FROM mood_forecast WHERE user_id = $listener ORDER BY target, horizon_days";
const BACKTESTS: &str =
    "SELECT * FROM forecast_backtests WHERE user_id = $listener ORDER BY target, is_baseline DESC, mae, method";
const HISTORY: &str = "SELECT local_date, plays, valence_mean, energy_mean, in_gap FROM wellbeing_indicators
    WHERE user_id = $listener ORDER BY local_date";
const RECOMMENDATIONS: &str = "SELECT * FROM track_recommendations WHERE user_id = $listener ORDER BY goal, rank";

pub async fn fill(gold: &Gold, report: &mut Report) -> Result<()> {
    drivers(gold, report).await?;
    forecast(gold, report).await?;
    recommendations(gold, report).await
}

async fn drivers(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(DRIVERS, "the drivers").await?;
    let (stretches, kinds, subjects, words) =
        (rows.text("stretch")?, rows.text("kind")?, rows.text("subject")?, rows.text("words")?);
    let effects = [rows.double("effect")?, rows.double("effect_low")?, rows.double("effect_high")?];
    let (inside, outside) = (rows.double("mean_inside")?, rows.double("mean_outside")?);
    let (adjusted, is_driver, units) = (rows.double("p_adjusted")?, rows.truth("is_driver")?, rows.whole("units")?);
    report.drivers.rows = (0..rows.len())
        .map(|row| Driver {
            stretch: stretches.value(row).to_owned(),
            kind: kinds.value(row).to_owned(),
            subject: subjects.value(row).to_owned(),
            effect: double(&effects[0], row),
            effect_low: double(&effects[1], row),
            effect_high: double(&effects[2], row),
            inside: inside.value(row),
            outside: outside.value(row),
            p_adjusted: adjusted.value(row),
            is_driver: is_driver.value(row),
            units: count(units.value(row)),
            words: words.value(row).to_owned(),
        })
        .collect();
    report.drivers.basis = report.rests_on.clone();
    if !rows.is_empty() {
        report.drivers.comparisons = count(rows.whole("comparisons")?.value(0));
        report.drivers.basis = basis(&rows, 0, report.rests_on.gap_days)?;
    }
    Ok(())
}

async fn forecast(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(FORECAST, "the forecast").await?;
    let history = gold.rows(HISTORY, "the days").await?;
    let (targets, methods, verdicts) = (rows.text("target")?, rows.text("method")?, rows.text("verdict")?);
    let (dates, values, is_baseline) = (rows.day("local_date")?, rows.double("forecast")?, rows.truth("is_baseline")?);
    let bounds = [rows.double("low_80")?, rows.double("high_80")?, rows.double("low_95")?, rows.double("high_95")?];
    let backtests = backtests(gold).await?;
    for row in 0..rows.len() {
        let target = targets.value(row);
        if report.forecast.targets.last().is_none_or(|last| last.target != target) {
            report.forecast.targets.push(Target {
                target: target.to_owned(),
                method: methods.value(row).to_owned(),
                verdict: verdicts.value(row).replace('_', " "),
                baseline_wins: is_baseline.value(row),
                history: before(&history, target)?,
                days: Vec::new(),
                backtests: backtests.iter().filter(|(of, _)| of == target).map(|(_, backtest)| backtest.clone()).collect(),
            });
        }
        let interval = |low: usize| double(&bounds[low], row).zip(double(&bounds[low + 1], row));
        if let Some(last) = report.forecast.targets.last_mut() {
            last.days.push(ForecastDay {
                date: date(dates.value(row)),
                value: values.value(row),
                interval_80: interval(0),
                interval_95: interval(2),
            });
        }
    }
    report.forecast.basis = report.rests_on.clone();
    if rows.is_empty() {
        let why = "A forecast needs eight weeks of history, with a value on at least 28 days.";
        report.forecast.why_none = Some(why.to_owned());
    }
    Ok(())
}

fn before(history: &crate::engine::Columns, target: &str) -> Result<Vec<(NaiveDate, Option<f64>)>> {
    let (dates, gaps) = (history.day("local_date")?, history.truth("in_gap")?);
    let column = if target == "plays" { "plays".to_owned() } else { format!("{target}_mean") };
    let values = history.double(&column)?;
    let from = history.len().saturating_sub(HISTORY_DAYS);
    // The number of plays is not known on a day on which some may be missing.
    let known = |row: usize| double(&values, row).filter(|_| target != "plays" || !gaps.value(row));
    Ok((from..history.len()).map(|row| (date(dates.value(row)), known(row))).collect())
}

async fn backtests(gold: &Gold) -> Result<Vec<(String, Backtest)>> {
    let rows = gold.rows(BACKTESTS, "the backtests").await?;
    let (targets, methods, mae) = (rows.text("target")?, rows.text("method")?, rows.double("mae")?);
    let (is_baseline, is_chosen) = (rows.truth("is_baseline")?, rows.truth("is_chosen")?);
    let (coverage_80, coverage_95) = (rows.double("coverage_80")?, rows.double("coverage_95")?);
    let forecasts = rows.whole("forecasts")?;
    let of = |row: usize| Backtest {
        method: methods.value(row).to_owned(),
        is_baseline: is_baseline.value(row),
        is_chosen: is_chosen.value(row),
        mae: double(&mae, row),
        coverage_80: double(&coverage_80, row),
        coverage_95: double(&coverage_95, row),
        forecasts: count(forecasts.value(row)),
    };
    Ok((0..rows.len()).map(|row| (targets.value(row).to_owned(), of(row))).collect())
}

const GOALS: [(&str, &str); 3] = [
    ("more_of_the_same", "Tracks that sound like those you play most, none of which you have played yet."),
    ("lift", "A way from your present mood to a brighter one, step by step (the iso principle)."),
    ("calm", "A way from your present mood to a calm one, step by step."),
];

async fn recommendations(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(RECOMMENDATIONS, "the recommendations").await?;
    let (goals, ids, names, artists) =
        (rows.text("goal")?, rows.text("track_id")?, rows.text("track_name")?, rows.text("artist_name")?);
    let (genres, reasons, ranks) = (rows.text("track_genre")?, rows.text("reason")?, rows.whole("rank")?);
    let (valence, energy, similarity) = (rows.double("valence")?, rows.double("energy")?, rows.double("similarity")?);
    for (goal, explained) in GOALS {
        let own: Vec<usize> = (0..rows.len()).filter(|&row| goals.value(row) == goal).collect();
        let Some(&first) = own.first() else { continue };
        let tracks = own
            .iter()
            .map(|&row| Recommended {
                rank: small(ranks.value(row)),
                track_id: ids.value(row).to_owned(),
                track_name: names.value(row).to_owned(),
                artist_name: artists.value(row).to_owned(),
                genre: genres.is_valid(row).then(|| genres.value(row).to_owned()),
                valence: valence.value(row),
                energy: energy.value(row),
                similarity: similarity.value(row),
                reason: reasons.value(row).to_owned(),
            })
            .collect();
        let basis: Basis = basis(&rows, first, report.rests_on.gap_days)?;
        report.recommendations.push(Goal { goal: goal.to_owned(), explained: explained.to_owned(), tracks, basis });
    }
    Ok(())
}
