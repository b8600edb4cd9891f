//! Comparisons as rows of `mood_drivers`, each with a sentence.

use super::LEVEL;
use super::comparisons::Comparison;
use super::subjects::Listener;
use crate::error::Result;
use crate::gold::gather::Gather;
use crate::lake::tables::MOOD_DRIVERS;
use arrow::array::RecordBatch;

/// Rows so far.
#[derive(Default)]
pub struct Rows {
    columns: Gather,
}

impl Rows {
    /// All comparisons of one listener.
    pub fn listener(&mut self, listener: &Listener, comparisons: &[Comparison<'_>]) {
        for comparison in comparisons {
            let (columns, effect) = (&mut self.columns, &comparison.effect);
            columns.text("user_id", Some(&listener.user_id));
            columns.text("dimension", Some(comparison.dimension));
            columns.text("stretch", Some(comparison.stretch));
            columns.text("kind", Some(comparison.subject.kind));
            columns.text("subject", Some(&comparison.subject.name));
            columns.double("mean_inside", comparison.inside.0);
            columns.double("mean_outside", comparison.outside.0);
            columns.double("difference", effect.difference);
            columns.double("difference_low", effect.low);
            columns.double("difference_high", effect.high);
            columns.double("effect", effect.effect);
            columns.double("effect_low", effect.effect_low);
            columns.double("effect_high", effect.effect_high);
            columns.double("p_value", effect.p_value);
            columns.double("p_adjusted", comparison.p_adjusted);
            columns.truth("is_driver", comparison.p_adjusted <= LEVEL);
            columns.integer("units", effect.units);
            columns.text("unit", Some("week"));
            columns.integer("comparisons", comparisons.len());
            columns.long("plays_inside", i64::try_from(comparison.inside.1).unwrap_or(i64::MAX));
            columns.long("plays_outside", i64::try_from(comparison.outside.1).unwrap_or(i64::MAX));
            columns.text("words", Some(&words(comparison)));
            let (plays, covered, authentic_share, basis) = &listener.rests_on;
            columns.basis(*plays, *covered, *authentic_share, basis.as_deref());
        }
    }

    /// The table's rows.
    ///
    /// # Errors
    /// When the columns do not fit, which would be a mistake of this file.
    pub fn into_batch(self) -> Result<RecordBatch> {
        self.columns.into_batch(&MOOD_DRIVERS)
    }
}

fn words(comparison: &Comparison<'_>) -> String {
    let (when, against) = match comparison.dimension {
        "part_of_day" if comparison.stretch == "night" => ("at night".to_owned(), "in the rest of the same days"),
        "part_of_day" => (format!("in the {}", comparison.stretch), "in the rest of the same days"),
        "weekend" => ("on weekends".to_owned(), "on the weekdays of the same weeks"),
        _ => ("in the last 7 days".to_owned(), "in the weeks before"),
    };
    let effect = &comparison.effect;
    let (name, kind) = (&comparison.subject.name, comparison.subject.kind);
    let is_more = effect.difference > 0.0;
    // Of a drop the ends are told as sizes, the smaller first.
    let (least, most) = if is_more { (effect.low, effect.high) } else { (-effect.high, -effect.low) };
    let size = effect.difference.abs();
    let (what, how, by) = match (kind, name.as_str()) {
        ("feature", "loudness") => {
            (name.clone(), if is_more { "higher" } else { "lower" }, amount(size, least, most, 1.0, 1, " dB"))
        }
        ("feature", "tempo") => {
            (name.clone(), if is_more { "higher" } else { "lower" }, amount(size, least, most, 1.0, 1, " bpm"))
        }
        ("feature", _) => (name.clone(), if is_more { "higher" } else { "lower" }, amount(size, least, most, 1.0, 3, "")),
        (kind, _) => {
            let what = if kind == "genre" { format!("the genre {name}") } else { name.clone() };
            (
                what,
                if is_more { "heard more" } else { "heard less" },
                amount(size, least, most, 100.0, 1, " points of a hundred plays"),
            )
        }
    };
    format!("{what} is {how} {when} than {against}, by {by}")
}

fn amount(size: f64, least: f64, most: f64, factor: f64, digits: usize, unit: &str) -> String {
    format!("{:.digits$}{unit} ({:.digits$} to {:.digits$})", size * factor, least * factor, most * factor)
}
