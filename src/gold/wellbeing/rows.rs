//! Indicators as rows of `wellbeing_indicators`.
//!
//! Owns the columns. They are gathered by name, so that a column that is missing or named twice is an error and not a shift.

use super::trends::{persistence, rests, shifts};
use super::windows::{DAY, FOUR_WEEKS, Mood, Span, Sums, WEEK};
use crate::error::Result;
use crate::gold::calendar::Calendar;
use crate::gold::gather::Gather;
use crate::lake::tables::WELLBEING_INDICATORS;
use crate::stats::sliding::Mix;
use crate::stats::windows::mean_and_deviation;
use arrow::array::RecordBatch;

/// Days with a mean that the spread of four weeks of them needs.
const DEVIATION_DAYS_MIN: usize = 7;

/// Rows so far.
#[derive(Default)]
pub struct Rows {
    columns: Gather,
}

impl Rows {
    /// All days of one listener; `spans` are 1, 7 and 28 days, `mixes` 7 and 28.
    pub fn listener(&mut self, calendar: &Calendar, spans: &[Vec<Sums>; 3], mixes: &[Vec<Mix>; 2]) {
        let moods: Vec<Mood> = spans[0].iter().map(|day| day.mood(DAY)).collect();
        let daily = |of: fn(&Mood) -> Option<(f64, f64)>| moods.iter().map(|mood| Some(of(mood)?.0)).collect::<Vec<_>>();
        let (valence, energy) = (daily(|mood| mood.valence), daily(|mood| mood.energy));
        let (valence_shifts, energy_shifts) = (shifts(&valence), shifts(&energy));
        let deviations = [&valence, &energy].map(|daily| mean_and_deviation(daily, FOUR_WEEKS.days, DEVIATION_DAYS_MIN));
        let weekly_sad: Vec<_> = spans[1].iter().map(|week| week.mood(WEEK).sad_share).collect();
        let longest: Vec<_> = calendar.days.iter().map(|day| day.silence_us.map(|silence| silence as f64 / 60e6)).collect();
        let rests = rests(&longest);
        for (at, day) in calendar.days.iter().enumerate() {
            let sums = &spans[0][at];
            let columns = &mut self.columns;
            columns.text("user_id", Some(&calendar.user_id));
            columns.day("local_date", calendar.first + i32::try_from(at).unwrap_or(i32::MAX));
            columns.truth("in_gap", day.in_gap);
            columns.basis(day.plays, day.covered, sums.authentic_share(), calendar.basis.as_deref());
            for (name, plays) in ["plays_real", "plays_kaggle", "plays_synthetic"].into_iter().zip(day.by_source) {
                columns.long(name, plays);
            }
            mood(columns, "", sums.mood(DAY));
            columns.double("minutes_played", (day.timed > 0).then(|| day.ms_played as f64 / 60_000.0));
            columns.long("plays_timed", day.timed);
            columns.double("late_night_share", sums.late_share(DAY));
            columns.long("sessions", sums.sessions());
            columns.double("session_minutes_mean", sums.session_minutes());
            columns.double("longest_gap_minutes", rests[at].longest);
            columns.double("longest_gap_usual_minutes", rests[at].usual);
            columns.double("longest_gap_deviation_minutes", rests[at].deviation);
            window(columns, "_7d", WEEK, &spans[1][at], &mixes[0][at]);
            window(columns, "_28d", FOUR_WEEKS, &spans[2][at], &mixes[1][at]);
            columns.double("valence_shift", valence_shifts[at].deviations);
            columns.double("energy_shift", energy_shifts[at].deviations);
            columns.integer("shift_days_7d", valence_shifts[at].days_week);
            columns.integer("shift_days_56d", valence_shifts[at].days_baseline);
            let (persists, weeks) = persistence(&weekly_sad, at);
            columns.double("sad_share_persistence", persists);
            columns.integer("persistence_weeks", weeks);
            columns.double("valence_daily_sd_28d", deviations[0][at].map(|(_, deviation)| deviation));
            columns.double("energy_daily_sd_28d", deviations[1][at].map(|(_, deviation)| deviation));
        }
    }

    /// The table's rows.
    ///
    /// # Errors
    /// When the columns do not fit, which would be a mistake of this file.
    pub fn into_batch(self) -> Result<RecordBatch> {
        self.columns.into_batch(&WELLBEING_INDICATORS)
    }
}

fn mood(columns: &mut Gather, window: &str, mood: Mood) {
    columns.double(&format!("valence_mean{window}"), mood.valence.map(|(mean, _)| mean));
    columns.double(&format!("valence_sd{window}"), mood.valence.map(|(_, deviation)| deviation));
    columns.double(&format!("energy_mean{window}"), mood.energy.map(|(mean, _)| mean));
    columns.double(&format!("energy_sd{window}"), mood.energy.map(|(_, deviation)| deviation));
    columns.double(&format!("sad_share{window}"), mood.sad_share);
}

fn window(columns: &mut Gather, window: &str, span: Span, sums: &Sums, mix: &Mix) {
    columns.long(&format!("plays{window}"), sums.plays);
    columns.long(&format!("plays_covered{window}"), sums.covered);
    columns.double(&format!("authentic_share{window}"), sums.authentic_share());
    columns.integer(&format!("days{window}"), usize::try_from(sums.days).unwrap_or_default());
    columns.integer(&format!("gap_days{window}"), usize::try_from(sums.gap_days).unwrap_or_default());
    mood(columns, window, sums.mood(span));
    let is_enough = i64::try_from(mix.plays).is_ok_and(|plays| plays >= span.plays_min);
    let repeated = 1.0 - mix.distinct_tracks as f64 / mix.plays.max(1) as f64;
    columns.double(&format!("repetitiveness{window}"), is_enough.then_some(repeated));
    columns.double(&format!("diversity{window}"), mix.entropy.filter(|_| is_enough));
    columns.double(&format!("late_night_share{window}"), sums.late_share(span));
    columns.double(&format!("sessions_per_day{window}"), Some(sums.sessions_per_day()));
    columns.double(&format!("session_minutes_mean{window}"), sums.session_minutes());
}
