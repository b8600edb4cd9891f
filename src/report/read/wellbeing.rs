//! Wellbeing indicators: the newest values, the usual ones and the last year, from `wellbeing_indicators`.

use super::{Gold, date, double};
use crate::error::Result;
use crate::report::data::{Basis, Indicator, Report};
use arrow::array::{Array, Float64Array};

/// The last year.
const YEAR_DAYS: usize = 365;

const DAYS: &str = "SELECT * FROM wellbeing_indicators WHERE user_id = $listener ORDER BY local_date";

/// How a value is written.
#[derive(Clone, Copy)]
enum Form {
    /// 0–1, two decimals.
    Unit,
    /// 0–1 as per cent.
    Share,
    /// With a sign, in standard deviations.
    Shift,
    /// −1 to 1.
    Correlation,
    /// Minutes, as hours and minutes.
    Minutes,
    /// With a sign, minutes.
    Deviation,
    /// One decimal.
    Number,
}

/// An indicator: its column, its name, how it is written, what it means, and what it needs.
struct Shown(&'static str, &'static str, Form, &'static str, &'static str);

const SHOWN: [Shown; 11] = [
    Shown(
        "valence_mean_28d",
        "Valence",
        Form::Unit,
        "How cheerful the music of the last 28 days sounds on average, 0 to 1, weighted by listening time.",
        "60 plays with features, and features for half of the plays",
    ),
    Shown(
        "energy_mean_28d",
        "Energy",
        Form::Unit,
        "How intense the music of the last 28 days is on average, 0 to 1, weighted by listening time.",
        "60 plays with features, and features for half of the plays",
    ),
    Shown(
        "valence_shift",
        "Valence shift",
        Form::Shift,
        "The last 7 days against the last 56, in standard deviations of daily means. It compares you with yourself.",
        "a mean on 4 of 7 and on 28 of 56 days",
    ),
    Shown(
        "sad_share_28d",
        "Low-valence, low-energy share",
        Form::Share,
        "Plays of the last 28 days in the quadrant of low valence and low energy.",
        "60 plays with features, and features for half of the plays",
    ),
    Shown(
        "sad_share_persistence",
        "Its persistence",
        Form::Correlation,
        "How much a week’s share of such plays goes with that of the week before: a correlation over 26 weeks.",
        "8 pairs of neighbouring weeks",
    ),
    Shown(
        "repetitiveness_28d",
        "Repetitiveness",
        Form::Share,
        "Plays of the last 28 days that repeat a song of these days.",
        "60 plays",
    ),
    Shown(
        "diversity_28d",
        "Diversity",
        Form::Unit,
        "How evenly the plays of the last 28 days spread over their artists: 1 is perfectly even, 0 is one artist.",
        "60 plays",
    ),
    Shown(
        "late_night_share_28d",
        "Late-night share",
        Form::Share,
        "Plays of the last 28 days between midnight and five.",
        "60 plays",
    ),
    Shown(
        "longest_gap_minutes",
        "Longest pause",
        Form::Minutes,
        "The longest silence that ended on the last day. Silence is not sleep: it only bounds it.",
        "a pause of less than a day",
    ),
    Shown(
        "longest_gap_deviation_minutes",
        "Against the usual pause",
        Form::Deviation,
        "The longest pause of the last day less the median of the 30 days before.",
        "a pause on 10 of 30 days",
    ),
    Shown(
        "sessions_per_day_28d",
        "Sittings a day",
        Form::Number,
        "Sittings a day over the last 28 days; 30 minutes of silence end one.",
        "a play",
    ),
];

pub async fn fill(gold: &Gold, report: &mut Report) -> Result<()> {
    let rows = gold.rows(DAYS, "wellbeing").await?;
    let Some(last) = rows.len().checked_sub(1) else { return Ok(()) };
    let from = rows.len().saturating_sub(YEAR_DAYS);
    for Shown(column, name, form, explained, needs) in SHOWN {
        let values = rows.double(column)?;
        let newest = double(&values, last);
        let mut year: Vec<f64> = (from..rows.len()).filter_map(|row| double(&values, row)).collect();
        year.sort_by(f64::total_cmp);
        report.wellbeing.indicators.push(Indicator {
            name: name.to_owned(),
            explained: explained.to_owned(),
            value: newest.map(|value| written(form, value)),
            // The middle one of the days: a day that was, and no mean of two.
            usual: year.get(year.len() / 2).map(|value| written(form, *value)),
            note: if newest.is_some() { format!("at least {needs}.") } else { format!("it needs {needs}.") },
            line: weekly(&values, from, last),
        });
    }
    let (plays, covered) = (rows.whole("plays_28d")?, rows.whole("plays_covered_28d")?);
    report.wellbeing.as_of = Some(date(rows.day("local_date")?.value(last)));
    report.wellbeing.basis = Basis {
        plays: super::count(plays.value(last)),
        covered: Some(super::count(covered.value(last))),
        authentic_share: double(&rows.double("authentic_share_28d")?, last),
        gap_days: super::small(rows.whole("gap_days_28d")?.value(last)),
        note: Some("the last 28 days".to_owned()),
    };
    Ok(())
}

/// Every seventh value, counted back from the last.
fn weekly(values: &Float64Array, from: usize, last: usize) -> Vec<Option<f64>> {
    let mut line: Vec<_> = (from..=last).rev().step_by(7).map(|row| values.is_valid(row).then(|| values.value(row))).collect();
    line.reverse();
    line
}

fn written(form: Form, value: f64) -> String {
    match form {
        Form::Unit => format!("{value:.2}"),
        Form::Share => format!("{:.1} %", 100.0 * value),
        Form::Shift => format!("{value:+.2} sd"),
        Form::Correlation => format!("{value:+.2}"),
        Form::Minutes => format!("{} h {:02} min", value.round() as i64 / 60, value.round() as i64 % 60),
        Form::Deviation => format!("{:+} min", value.round() as i64),
        Form::Number => format!("{value:.1}"),
    }
}
