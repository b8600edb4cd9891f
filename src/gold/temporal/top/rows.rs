//! Rows of `top_items`.

use super::counts::{Count, Kind, Period, Plays};
use crate::error::Result;
use crate::gold::gather::Gather;
use crate::gold::items::Spelling;
use crate::gold::temporal::RANK_MAX;
use crate::lake::tables::TOP_ITEMS;
use arrow::array::RecordBatch;
use arrow::datatypes::Date32Type;
use chrono::NaiveDate;

const MS_A_MINUTE: f64 = 60_000.0;

/// Rows so far.
#[derive(Default)]
pub struct Rows(Gather);

impl Rows {
    /// Adds a listener's ranks, of kinds whose names are given; by period, kind and rank.
    pub fn listener(&mut self, user_id: &str, plays: &Plays, kinds: [(&str, &Kind); 3]) {
        let ranked = kinds.map(|(_, kind)| kind.ranked(RANK_MAX));
        for period in plays.periods() {
            for ((name, kind), ranked) in kinds.iter().zip(&ranked) {
                for (rank, count) in ranked.get(&period).into_iter().flatten().enumerate() {
                    self.period(user_id, period);
                    self.0.text("kind", Some(name));
                    self.0.integer("rank", rank + 1);
                    self.item(count, kind);
                    self.0.double("share", count.heard.len() as f64 / plays.of(period) as f64);
                    self.0.long("plays_in_period", plays.of(period));
                    self.0.long("plays_named", kind.named.of(period));
                }
            }
        }
    }

    fn period(&mut self, user_id: &str, period: Period) {
        let (name, month) = match period {
            Period::All => ("all", None),
            Period::Month(month) => ("month", Some(month)),
            Period::Year(year) => ("year", Some(year * 12)),
        };
        let first = month.and_then(|month| NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1));
        self.0.text("user_id", Some(user_id));
        self.0.text("period", Some(name));
        self.0.day("period_start", first.map(Date32Type::from_naive_date));
    }

    /// Of several spellings the last in order tells the names, and the first id the track: whatever order plays come in.
    fn item(&mut self, count: &Count, kind: &Kind) {
        let spellings = || count.heard.iter().map(|heard| kind.items.get(heard.spelling));
        let last = |of: fn(&Spelling) -> Option<&str>| spellings().filter_map(of).max();
        self.0.text("name", last(|spelling| spelling.name.as_deref()));
        self.0.text("artist_name", last(|spelling| spelling.artist_name.as_deref()));
        self.0.text("track_id", spellings().filter_map(|spelling| spelling.track_id.as_deref()).min());
        self.0.long("plays", count.heard.len().cast_signed() as i64);
        self.0.double("minutes_played", count.ms_played.map(|ms| ms as f64 / MS_A_MINUTE));
        self.0.long("plays_timed", count.timed.cast_signed() as i64);
    }

    /// The rows of the table.
    ///
    /// # Errors
    /// When they do not fit it.
    pub fn into_batch(self) -> Result<RecordBatch> {
        self.0.into_batch(&TOP_ITEMS)
    }
}
