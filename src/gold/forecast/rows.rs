//! Forecasts and their backtests as rows of `mood_forecast` and `forecast_backtests`.
//!
//! Owns the series that are forecast and the sentence that says how far a forecast is to be trusted.

use crate::error::{Explain, Result};
use crate::gold::calendar::Calendar;
use crate::gold::gather::Gather;
use crate::gold::wellbeing::daily_moods;
use crate::lake::tables::{FORECAST_BACKTESTS, MOOD_FORECAST};
use crate::stats::forecast::{Backtest, Bounds, Choice, Forecast, Method, forecast};
use arrow::array::RecordBatch;

/// Rows so far.
#[derive(Default)]
pub struct Rows {
    forecasts: Gather,
    backtests: Gather,
}

impl Rows {
    /// All series of one listener; those with too little history have no rows.
    ///
    /// # Errors
    /// When a value is no usable number, which a calendar does not hold.
    pub fn listener(&mut self, calendar: &Calendar) -> Result<()> {
        let moods = daily_moods(&calendar.days);
        // On a day in a gap plays may be missing: how many there were is not known.
        let plays = calendar.days.iter().map(|day| (!day.in_gap).then_some(day.plays as f64)).collect();
        let series: [(&str, Vec<Option<f64>>, Bounds); 3] = [
            ("valence", moods.iter().map(|mood| mood.valence.map(|(mean, _)| mean)).collect(), Bounds::SHARE),
            ("energy", moods.iter().map(|mood| mood.energy.map(|(mean, _)| mean)).collect(), Bounds::SHARE),
            ("plays", plays, Bounds::COUNT),
        ];
        for (target, values, bounds) in series {
            let found =
                forecast(&values, bounds).explain(|| format!("the {target} of {} cannot be forecast", calendar.user_id))?;
            if let Some(found) = found {
                self.forecast(calendar, target, &found);
                found.backtests.iter().for_each(|backtest| self.backtest(calendar, target, &found, backtest));
            }
        }
        Ok(())
    }

    fn forecast(&mut self, calendar: &Calendar, target: &str, found: &Forecast) {
        let last_day = calendar.first + i32::try_from(calendar.days.len()).unwrap_or(i32::MAX) - 1;
        let of = |method: Method| found.backtests.iter().find(|backtest| backtest.method == method);
        let (own, baseline) = (of(found.method), of(Method::SeasonalNaive));
        let sum = |of: &dyn Fn(&crate::gold::calendar::Day) -> i64| calendar.days.iter().map(of).sum::<i64>();
        let (plays, covered, authentic) = (sum(&|day| day.plays), sum(&|day| day.covered), sum(&|day| day.authentic));
        for day in found.days.iter().filter(|day| day.value.is_some()) {
            let columns = &mut self.forecasts;
            columns.text("user_id", Some(&calendar.user_id));
            columns.text("target", Some(target));
            columns.day("local_date", last_day + i32::try_from(day.horizon).unwrap_or_default());
            columns.integer("horizon_days", day.horizon);
            columns.double("forecast", day.value);
            columns.double("low_80", day.low_80);
            columns.double("high_80", day.high_80);
            columns.double("low_95", day.low_95);
            columns.double("high_95", day.high_95);
            columns.text("method", Some(found.method.name()));
            columns.truth("is_baseline", found.method == Method::SeasonalNaive);
            columns.text("verdict", Some(&verdict(found)));
            // What the method earned on days that had no say in its choice.
            columns.double("mae", own.and_then(|own| own.mae_newer.or(own.mae)));
            columns.double("mae_baseline", baseline.and_then(|baseline| baseline.mae_newer.or(baseline.mae)));
            columns.double("coverage_80", own.and_then(|own| own.coverage_80.share));
            columns.double("coverage_95", own.and_then(|own| own.coverage_95.share));
            columns.integer("days_used", found.extent.values);
            columns.day("last_day", last_day);
            let authentic_share = (plays > 0).then(|| authentic as f64 / plays as f64);
            columns.basis(plays, covered, authentic_share, calendar.basis.as_deref());
        }
    }

    fn backtest(&mut self, calendar: &Calendar, target: &str, found: &Forecast, backtest: &Backtest) {
        let columns = &mut self.backtests;
        columns.text("user_id", Some(&calendar.user_id));
        columns.text("target", Some(target));
        columns.text("method", Some(backtest.method.name()));
        columns.truth("is_baseline", backtest.method == Method::SeasonalNaive);
        columns.truth("is_chosen", backtest.method == found.method);
        columns.double("mae", backtest.mae);
        columns.double("mae_selection", backtest.mae_older);
        columns.double("mae_judgement", backtest.mae_newer);
        columns.double("coverage_80", backtest.coverage_80.share);
        columns.double("coverage_95", backtest.coverage_95.share);
        columns.integer("origins", found.origins);
        columns.long("forecasts", i64::try_from(backtest.pairs).unwrap_or(i64::MAX));
    }

    /// The rows of both tables.
    ///
    /// # Errors
    /// When the columns do not fit, which would be a mistake of this file.
    pub fn into_batches(self) -> Result<(RecordBatch, RecordBatch)> {
        Ok((self.forecasts.into_batch(&MOOD_FORECAST)?, self.backtests.into_batch(&FORECAST_BACKTESTS)?))
    }
}

fn verdict(found: &Forecast) -> String {
    match found.choice {
        Choice::BeatsBaseline => format!(
            "{} errs {:.0} % less than the naive forecast on days that had no say in its choice.",
            found.method.name(),
            100.0 * found.skill.map_or(0.0, |skill| skill.measured)
        ),
        Choice::BaselineLowest => "no method did better than the naive forecast: it is what is shown.".to_owned(),
        Choice::NotConfirmed => format!(
            "{} looked better than the naive forecast, but on newer days not by more than chance: the naive forecast is what is shown.",
            found.candidate.map_or("a method", Method::name)
        ),
        Choice::TooShort => "the history is too short to compare methods: the naive forecast is what is shown.".to_owned(),
    }
}
