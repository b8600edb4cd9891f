//! Weekday × hour and part of day × weekend, from `temporal_patterns`.

use super::{Gold, double, small};
use crate::error::Result;
use crate::report::data::{Basis, HourCell, PartOfDay, Report};

const CELLS: &str = "SELECT day_of_week, hour_of_day, plays, valence_mean, energy_mean FROM temporal_patterns
    WHERE user_id = $listener AND grain = 'hour' ORDER BY day_of_week, hour_of_day";
const PARTS: &str = "SELECT part_of_day, is_weekend, plays, valence_mean, energy_mean, skip_rate, finish_rate
    FROM temporal_patterns WHERE user_id = $listener AND grain = 'part'
    ORDER BY array_position(make_array('night', 'morning', 'afternoon', 'evening'), part_of_day), is_weekend";

pub async fn fill(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(CELLS, "the hours").await?;
    let (weekdays, hours, plays) = (rows.whole("day_of_week")?, rows.whole("hour_of_day")?, rows.whole("plays")?);
    let (valence, energy) = (rows.double("valence_mean")?, rows.double("energy_mean")?);
    report.hours.cells = (0..rows.len())
        .map(|row| HourCell {
            weekday: small(weekdays.value(row)),
            hour: small(hours.value(row)),
            plays: small(plays.value(row)),
            valence: double(&valence, row),
            energy: double(&energy, row),
        })
        .collect();
    let rows = gold.rows(PARTS, "the parts of the day").await?;
    let (parts, weekend, plays) = (rows.text("part_of_day")?, rows.truth("is_weekend")?, rows.whole("plays")?);
    let (valence, energy) = (rows.double("valence_mean")?, rows.double("energy_mean")?);
    let (skips, finishes) = (rows.double("skip_rate")?, rows.double("finish_rate")?);
    report.hours.parts = (0..rows.len())
        .map(|row| PartOfDay {
            part: parts.value(row).to_owned(),
            is_weekend: weekend.value(row),
            plays: small(plays.value(row)),
            valence: double(&valence, row),
            energy: double(&energy, row),
            skip_rate: double(&skips, row),
            finish_rate: double(&finishes, row),
        })
        .collect();
    report.hours.basis =
        Basis { note: Some("an hour’s mean needs five plays with features".to_owned()), ..report.rests_on.clone() };
    Ok(())
}
