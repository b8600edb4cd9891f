//! The mood map and mood over time, from `play_moods`, `mood_circumplex`, `mood_cluster_profiles` and `wellbeing_indicators`.

use super::{Gold, count, date, double, small};
use crate::error::Result;
use crate::report::data::{MoodCell, MoodCluster, MoodPoint, Quadrant, Report};
use arrow::array::Array;

/// Bins per axis of the map.
const BINS: u32 = 25;
/// Days that are shown one by one; longer histories are shown by week.
const DAYS_MAX: usize = 750;
/// Weeks that are shown at most.
const WEEKS_MAX: usize = 1_100;

const CELLS: &str = "SELECT CAST(least(floor(valence * 25), 24) AS BIGINT) AS valence_bin,
        CAST(least(floor(energy * 25), 24) AS BIGINT) AS energy_bin, count(*) AS plays
    FROM play_moods WHERE user_id = $listener AND quadrant IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2";
const CLUSTERS: &str = "SELECT mood, valence, energy, count(*) AS plays
    FROM (SELECT cluster_id AS played_cluster, mood FROM play_moods WHERE user_id = $listener AND quadrant IS NOT NULL)
    JOIN (SELECT cluster_id, centroid_valence AS valence, centroid_energy AS energy FROM mood_cluster_profiles
          WHERE model_id IN (SELECT model_id FROM mood_clusters)) ON cluster_id = played_cluster
    GROUP BY mood, valence, energy ORDER BY plays DESC, mood";
const QUADRANTS: &str = "SELECT centre, centre_valence, centre_energy, quadrant, share FROM mood_circumplex
    WHERE user_id = $listener ORDER BY quadrant, centre";
const DAYS: &str = "SELECT local_date, plays, in_gap, valence_mean, energy_mean, valence_mean_28d, energy_mean_28d,
        valence_daily_sd_28d, energy_daily_sd_28d
    FROM wellbeing_indicators WHERE user_id = $listener ORDER BY local_date";

pub async fn fill(gold: &Gold, report: &mut Report) -> Result<()> {
    map(gold, report).await?;
    quadrants(gold, report).await?;
    over_time(gold, report).await
}

async fn map(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(CELLS, "the mood map").await?;
    let (valence, energy, plays) = (rows.whole("valence_bin")?, rows.whole("energy_bin")?, rows.whole("plays")?);
    report.mood_map.bins = BINS;
    report.mood_map.cells = (0..rows.len())
        .map(|row| MoodCell {
            valence_bin: small(valence.value(row)),
            energy_bin: small(energy.value(row)),
            plays: small(plays.value(row)),
        })
        .collect();
    let rows = gold.rows(CLUSTERS, "the mood clusters").await?;
    let (moods, plays) = (rows.text("mood")?, rows.whole("plays")?);
    let (valence, energy) = (rows.double("valence")?, rows.double("energy")?);
    let total: i64 = plays.iter().flatten().sum();
    report.mood_map.clusters = (0..rows.len())
        .filter_map(|row| {
            Some(MoodCluster {
                mood: moods.value(row).to_owned(),
                valence: double(&valence, row)?,
                energy: double(&energy, row)?,
                plays: count(plays.value(row)),
                share: plays.value(row) as f64 / total.max(1) as f64,
            })
        })
        .collect();
    report.mood_map.basis = report.rests_on.clone();
    Ok(())
}

async fn quadrants(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(QUADRANTS, "the quadrants").await?;
    let (centres, names, shares) = (rows.text("centre")?, rows.text("quadrant")?, rows.double("share")?);
    let (valence, energy) = (rows.double("centre_valence")?, rows.double("centre_energy")?);
    let quadrants = &mut report.mood_map.quadrants;
    *quadrants = ["happy", "tense", "sad", "calm", "neutral"]
        .map(|name| Quadrant { quadrant: name.to_owned(), share: 0.0, share_own: 0.0 })
        .into();
    for row in 0..rows.len() {
        let Some(quadrant) = quadrants.iter_mut().find(|quadrant| quadrant.quadrant == names.value(row)) else { continue };
        if centres.value(row) == "own" {
            quadrant.share_own = shares.value(row);
            report.mood_map.median = Some((valence.value(row), energy.value(row)));
        } else {
            quadrant.share = shares.value(row);
        }
    }
    if rows.is_empty() {
        quadrants.clear();
    }
    Ok(())
}

async fn over_time(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(DAYS, "mood over time").await?;
    let (dates, plays, gaps) = (rows.day("local_date")?, rows.whole("plays")?, rows.truth("in_gap")?);
    let (valence, energy) = (rows.double("valence_mean")?, rows.double("energy_mean")?);
    let rolling = [rows.double("valence_mean_28d")?, rows.double("energy_mean_28d")?];
    let deviations = [rows.double("valence_daily_sd_28d")?, rows.double("energy_daily_sd_28d")?];
    let is_daily = rows.len() <= DAYS_MAX;
    let step = if is_daily { 1 } else { 7.max(rows.len().div_ceil(WEEKS_MAX)) };
    let band = |middle: Option<f64>, deviation: Option<f64>| {
        let (middle, deviation) = (middle?, deviation?);
        Some(((middle - deviation).max(0.0), (middle + deviation).min(1.0)))
    };
    let mean = |daily: &arrow::array::Float64Array, to: usize| {
        let days: Vec<f64> = ((to + 1).saturating_sub(step)..=to).filter_map(|day| double(daily, day)).collect();
        (!days.is_empty()).then(|| days.iter().sum::<f64>() / days.len() as f64)
    };
    let over_time = &mut report.mood_over_time;
    // Counted back from the last day, so that the newest week is whole.
    let mut at: Vec<usize> = (0..rows.len()).rev().step_by(step).collect();
    at.reverse();
    over_time.points = at
        .into_iter()
        .map(|row| {
            let days = (row + 1).saturating_sub(step)..=row;
            MoodPoint {
                date: date(dates.value(row)),
                valence: mean(&valence, row),
                energy: mean(&energy, row),
                valence_28d: double(&rolling[0], row),
                energy_28d: double(&rolling[1], row),
                valence_band: band(double(&rolling[0], row), double(&deviations[0], row)),
                energy_band: band(double(&rolling[1], row), double(&deviations[1], row)),
                plays: days.clone().map(|day| small(plays.value(day))).sum(),
                in_gap: days.into_iter().any(|day| gaps.is_valid(day) && gaps.value(day)),
            }
        })
        .collect();
    if is_daily { "day" } else { "week" }.clone_into(&mut over_time.grain);
    over_time.basis = report.rests_on.clone();
    Ok(())
}
