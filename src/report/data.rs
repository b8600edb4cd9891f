//! What the report shows, as plain values.
//!
//! Owns the shape between the tables and the page: whoever fills it has read the gold tables, whoever renders it computes nothing
//! but places on a canvas. Lists are bounded by whoever fills them.

use chrono::NaiveDate;

/// Everything on the page.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The listener's id in the lake.
    pub listener: String,
    /// Other listeners in the lake, who have reports of their own.
    pub others: Vec<String>,
    /// IANA name of the zone in which days and hours are told.
    pub zone: String,
    /// When the page was made, in words.
    pub made_at: String,
    /// The program's version.
    pub version: String,
    /// First and last local day with a play.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// What has to be known before anything else, such as that all features are synthetic. Shown as banners on top.
    pub warnings: Vec<String>,
    /// Headline figures.
    pub headline: Vec<Figure>,
    /// What everything rests on.
    pub rests_on: Basis,
    /// Plays a day and a month.
    pub calendar: Calendar,
    /// Plays by weekday and hour.
    pub hours: Hours,
    /// Valence × energy.
    pub mood_map: MoodMap,
    /// Mood over time.
    pub mood_over_time: MoodOverTime,
    /// Wellbeing indicators, the newest values beside the usual ones.
    pub wellbeing: Wellbeing,
    /// Most played genres, artists and tracks.
    pub top: Top,
    /// What differs where and when.
    pub drivers: Drivers,
    /// The next two weeks.
    pub forecast: Forecast,
    /// What to listen to next.
    pub recommendations: Vec<Goal>,
}

/// What a chart rests on; shown beside every chart.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// Plays.
    pub plays: u64,
    /// Plays with the features that the chart needs; none where it needs no features.
    pub covered: Option<u64>,
    /// Share of the plays with measured or catalogue features, 0–1; none where the chart needs no features.
    pub authentic_share: Option<f64>,
    /// Days on which plays may be missing.
    pub gap_days: u32,
    /// One more thing to know.
    pub note: Option<String>,
}

/// A headline figure: `1,204 h`, `listened`, `of 41,411 plays, 39,990 tell for how long`.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    pub value: String,
    pub label: String,
    pub note: Option<String>,
}

/// Plays a day.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// The last 53 weeks at most, each local day once, in order.
    pub days: Vec<CalendarDay>,
    /// Every month of the whole span, in order.
    pub months: Vec<CalendarMonth>,
    pub basis: Basis,
}

#[derive(Clone, Copy, Debug)]
pub struct CalendarDay {
    pub date: NaiveDate,
    pub plays: u32,
    /// Minutes listened, as far as known.
    pub minutes: f64,
    /// Plays may be missing on this day.
    pub in_gap: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct CalendarMonth {
    pub year: i32,
    /// 1–12.
    pub month: u32,
    pub plays: u32,
    pub minutes: f64,
}

/// Plays by weekday and hour.
#[derive(Clone, Debug, Default)]
pub struct Hours {
    /// At most 168, `weekday` 1 (Monday) to 7, `hour` 0–23.
    pub cells: Vec<HourCell>,
    /// Part of day × weekend.
    pub parts: Vec<PartOfDay>,
    pub basis: Basis,
}

#[derive(Clone, Copy, Debug)]
pub struct HourCell {
    pub weekday: u32,
    pub hour: u32,
    pub plays: u32,
    /// Mean valence, 0–1; none where too few plays have features.
    pub valence: Option<f64>,
    pub energy: Option<f64>,
}

#[derive(Clone, Debug)]
pub struct PartOfDay {
    /// `night`, `morning`, `afternoon`, `evening`.
    pub part: String,
    pub is_weekend: bool,
    pub plays: u32,
    pub valence: Option<f64>,
    pub energy: Option<f64>,
    /// Shares, 0–1, of the plays of which it is known.
    pub skip_rate: Option<f64>,
    pub finish_rate: Option<f64>,
}

/// Valence × energy.
#[derive(Clone, Debug, Default)]
pub struct MoodMap {
    /// Bins per axis; each is 1/bins wide.
    pub bins: u32,
    /// Bins with plays: column (valence), row (energy), both from 0.
    pub cells: Vec<MoodCell>,
    /// Mood clusters at their centroids.
    pub clusters: Vec<MoodCluster>,
    /// The listener's median valence and energy.
    pub median: Option<(f64, f64)>,
    /// Shares of the plays in the quadrants, around 0.5 and around the median.
    pub quadrants: Vec<Quadrant>,
    pub basis: Basis,
}

#[derive(Clone, Copy, Debug)]
pub struct MoodCell {
    pub valence_bin: u32,
    pub energy_bin: u32,
    pub plays: u32,
}

#[derive(Clone, Debug)]
pub struct MoodCluster {
    pub mood: String,
    pub valence: f64,
    pub energy: f64,
    pub plays: u64,
    /// Of all plays with a mood, 0–1.
    pub share: f64,
}

#[derive(Clone, Debug)]
pub struct Quadrant {
    /// `happy`, `tense`, `sad`, `calm`, `neutral`.
    pub quadrant: String,
    /// Around 0.5, 0–1.
    pub share: f64,
    /// Around the listener's own median, 0–1.
    pub share_own: f64,
}

/// Mood over time.
#[derive(Clone, Debug, Default)]
pub struct MoodOverTime {
    /// Days (or weeks, for long histories, each under its last day), in order.
    pub points: Vec<MoodPoint>,
    /// `day` or `week`.
    pub grain: String,
    pub basis: Basis,
}

/// Values are null where too few plays have features.
#[derive(Clone, Copy, Debug)]
pub struct MoodPoint {
    pub date: NaiveDate,
    pub valence: Option<f64>,
    pub energy: Option<f64>,
    /// Rolling 28 days.
    pub valence_28d: Option<f64>,
    pub energy_28d: Option<f64>,
    /// The band around the rolling mean: one standard deviation of the daily means of those days.
    pub valence_band: Option<(f64, f64)>,
    pub energy_band: Option<(f64, f64)>,
    pub plays: u32,
    pub in_gap: bool,
}

/// Wellbeing indicators.
#[derive(Clone, Debug, Default)]
pub struct Wellbeing {
    pub indicators: Vec<Indicator>,
    /// The day that the newest values are of.
    pub as_of: Option<NaiveDate>,
    pub basis: Basis,
}

/// One indicator with its last year as a small line.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// Such as `late-night share`.
    pub name: String,
    /// What it means and how it is computed, a sentence or two.
    pub explained: String,
    /// The newest value as text with its unit; none where it is null.
    pub value: Option<String>,
    /// The median over the last year, as text.
    pub usual: Option<String>,
    /// Why it is null, or what it rests on.
    pub note: String,
    /// Weekly values of the last year, in order.
    pub line: Vec<Option<f64>>,
}

/// Most played.
#[derive(Clone, Debug, Default)]
pub struct Top {
    pub genres: Vec<Bar>,
    pub artists: Vec<Bar>,
    pub tracks: Vec<Bar>,
    /// Of the genre chart: plays with a genre.
    pub genres_basis: Basis,
    pub artists_basis: Basis,
    pub tracks_basis: Basis,
}

#[derive(Clone, Debug)]
pub struct Bar {
    pub name: String,
    /// The artist of a track.
    pub detail: Option<String>,
    pub plays: u64,
    pub minutes: Option<f64>,
}

/// What differs where and when.
#[derive(Clone, Debug, Default)]
pub struct Drivers {
    /// The strongest first; those with `is_driver` are what was found, the others are not told from chance.
    pub rows: Vec<Driver>,
    /// Comparisons made, and corrected for.
    pub comparisons: u64,
    pub basis: Basis,
}

#[derive(Clone, Debug)]
pub struct Driver {
    /// Such as `evening`, `weekend`, `last 7 days`.
    pub stretch: String,
    /// `feature`, `genre`, `artist`.
    pub kind: String,
    /// Such as `valence`, `ambient`.
    pub subject: String,
    /// Standardized effect and its 95 % interval.
    pub effect: Option<f64>,
    pub effect_low: Option<f64>,
    pub effect_high: Option<f64>,
    /// In natural units.
    pub inside: f64,
    pub outside: f64,
    /// p value after the correction for many comparisons.
    pub p_adjusted: f64,
    pub is_driver: bool,
    /// Days or weeks compared.
    pub units: u64,
    /// In words: `valence is lower in the evening (0.41 against 0.49)`.
    pub words: String,
}

/// The next two weeks.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    pub targets: Vec<Target>,
    pub basis: Basis,
    /// Why there is none, where there is none.
    pub why_none: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Target {
    /// `valence`, `energy`, `plays`.
    pub target: String,
    /// `seasonal_naive`, `weekday_mean`, …
    pub method: String,
    /// What the backtest said, in words: `the baseline was not beaten: it is what is shown`.
    pub verdict: String,
    pub baseline_wins: bool,
    /// The last 56 days at most.
    pub history: Vec<(NaiveDate, Option<f64>)>,
    pub days: Vec<ForecastDay>,
    pub backtests: Vec<Backtest>,
}

#[derive(Clone, Copy, Debug)]
pub struct ForecastDay {
    pub date: NaiveDate,
    pub value: f64,
    pub interval_80: Option<(f64, f64)>,
    pub interval_95: Option<(f64, f64)>,
}

#[derive(Clone, Debug)]
pub struct Backtest {
    pub method: String,
    pub is_baseline: bool,
    pub is_chosen: bool,
    /// Mean absolute error; none where nothing could be scored.
    pub mae: Option<f64>,
    /// Share of true values inside the intervals, 0–1.
    pub coverage_80: Option<f64>,
    pub coverage_95: Option<f64>,
    /// Forecasts compared with what came.
    pub forecasts: u64,
}

/// One goal's recommendations.
#[derive(Clone, Debug)]
pub struct Goal {
    /// `more_of_the_same`, `lift`, `calm`.
    pub goal: String,
    /// What it is for, in a sentence.
    pub explained: String,
    pub tracks: Vec<Recommended>,
    pub basis: Basis,
}

#[derive(Clone, Debug)]
pub struct Recommended {
    pub rank: u32,
    pub track_id: String,
    pub track_name: String,
    pub artist_name: String,
    pub genre: Option<String>,
    pub valence: f64,
    pub energy: f64,
    /// 0–1.
    pub similarity: f64,
    pub reason: String,
}
