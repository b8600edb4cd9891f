//! The tables of gold: what the plays say.

use super::Table;
use super::columns::{audio_features, basis, boolean, clock, day, double, instant, integer, long, text, texts};
use arrow::datatypes::Field;

pub const MOOD_CLUSTERS: Table = Table {
    layer: "gold",
    name: "mood_clusters",
    comment: "One row a track in silver with the mood cluster it belongs to",
    partitions: &[],
    key: Some("track_id"),
    unique_columns: &["track_id", "distance"],
    columns: || {
        let mut columns = vec![text("track_id"), integer("cluster_id"), text("mood"), double("distance")];
        columns.extend(audio_features());
        columns.extend([text("feature_source"), long("plays"), text("model_id")]);
        columns
    },
};

pub const MOOD_CLUSTER_PROFILES: Table = Table {
    layer: "gold",
    name: "mood_cluster_profiles",
    comment: "One row a mood cluster and model: centroid in natural units and how good the model is",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        let mut columns = vec![text("model_id"), integer("cluster_id"), text("mood")];
        columns.extend(audio_features().into_iter().map(|field| double(&format!("centroid_{}", field.name()))));
        columns.extend([
            texts("features"),
            long("tracks"),
            long("plays"),
            long("tracks_assigned"),
            integer("k"),
            double("inertia"),
            double("silhouette"),
            double("davies_bouldin"),
            double("stability"),
            double("fitted_on_real"),
            double("fitted_on_kaggle"),
            double("fitted_on_synthetic"),
            text("fitted_on"),
            long("tracks_fitted"),
            long("seed"),
            text("matched_model_id"),
            instant("fitted_at"),
        ]);
        columns
    },
};

pub const PLAY_MOODS: Table = Table {
    layer: "gold",
    name: "play_moods",
    comment: "One row a play: its mood cluster and its place in the circumplex, around 0.5 and around the listener's median",
    partitions: &[],
    key: Some("play_id"),
    unique_columns: &["play_id", "played_at", "played_at_local"],
    columns: || {
        vec![
            text("play_id"),
            text("user_id"),
            instant("played_at"),
            clock("played_at_local"),
            day("local_date"),
            text("track_id"),
            integer("cluster_id"),
            text("mood"),
            double("valence"),
            double("energy"),
            text("quadrant"),
            double("angle_degrees"),
            double("strength"),
            text("quadrant_own"),
            double("angle_own_degrees"),
            double("strength_own"),
            text("feature_source"),
            text("feature_basis"),
        ]
    },
};

pub const MOOD_CIRCUMPLEX: Table = Table {
    layer: "gold",
    name: "mood_circumplex",
    comment: "One row a listener, centre and quadrant: shares of the plays around 0.5 and around the listener's median",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        let mut columns = vec![
            text("user_id"),
            text("centre"),
            double("centre_valence"),
            double("centre_energy"),
            text("quadrant"),
            long("quadrant_plays"),
            double("share"),
            double("strength_mean"),
        ];
        columns.extend(basis());
        columns
    },
};

pub const TEMPORAL_PATTERNS: Table = Table {
    layer: "gold",
    name: "temporal_patterns",
    comment: "One row a listener and weekday x hour, and one a listener and part of day x weekend",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        let mut columns = vec![
            text("user_id"),
            text("grain"),
            integer("day_of_week"),
            integer("hour_of_day"),
            text("part_of_day"),
            boolean("is_weekend"),
            long("days_heard"),
            double("minutes_played"),
            long("plays_timed"),
            double("skip_rate"),
            long("plays_skip_known"),
            double("finish_rate"),
            long("plays_finish_known"),
            double("valence_mean"),
            double("energy_mean"),
        ];
        columns.extend(basis());
        columns
    },
};

pub const LISTENING_SESSIONS: Table = Table {
    layer: "gold",
    name: "listening_sessions",
    comment: "One row a sitting: plays with less than 30 minutes of silence between them",
    partitions: &[],
    key: Some("session_id"),
    unique_columns: &["session_id", "started_at", "ended_at", "started_at_local"],
    columns: || {
        let mut columns = vec![
            text("session_id"),
            text("user_id"),
            instant("started_at"),
            instant("ended_at"),
            clock("started_at_local"),
            day("local_date"),
            double("minutes"),
            double("minutes_played"),
            long("plays_timed"),
            long("tracks"),
            double("valence_mean"),
            double("energy_mean"),
        ];
        columns.extend(basis());
        columns
    },
};

pub const LISTENING_STREAKS: Table = Table {
    layer: "gold",
    name: "listening_streaks",
    comment: "One row a run of local days in a row with at least one play",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || vec![text("user_id"), day("from_date"), day("to_date"), integer("days"), long("plays"), boolean("is_open")],
};

pub const TOP_ITEMS: Table = Table {
    layer: "gold",
    name: "top_items",
    comment: "The most played tracks, artists and genres of a listener by period",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        vec![
            text("user_id"),
            text("period"),
            day("period_start"),
            text("kind"),
            integer("rank"),
            text("name"),
            text("artist_name"),
            text("track_id"),
            long("plays"),
            double("minutes_played"),
            long("plays_timed"),
            double("share"),
            long("plays_in_period"),
            long("plays_named"),
        ]
    },
};

pub const WELLBEING_INDICATORS: Table = Table {
    layer: "gold",
    name: "wellbeing_indicators",
    comment: "One row a listener and local day with rolling 7 and 28 days; a listening pattern, never a diagnosis",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        let mut columns = vec![text("user_id"), day("local_date"), boolean("in_gap")];
        columns.extend(basis());
        columns.extend([long("plays_real"), long("plays_kaggle"), long("plays_synthetic")]);
        columns.extend(mood_columns(""));
        columns.extend([
            double("minutes_played"),
            long("plays_timed"),
            double("late_night_share"),
            long("sessions"),
            double("session_minutes_mean"),
            double("longest_gap_minutes"),
            double("longest_gap_usual_minutes"),
            double("longest_gap_deviation_minutes"),
        ]);
        for window in ["_7d", "_28d"] {
            let named = |name: &str| format!("{name}{window}");
            columns.extend([
                long(&named("plays")),
                long(&named("plays_covered")),
                double(&named("authentic_share")),
                integer(&named("days")),
                integer(&named("gap_days")),
            ]);
            columns.extend(mood_columns(window));
            columns.extend([
                double(&named("repetitiveness")),
                double(&named("diversity")),
                double(&named("late_night_share")),
                double(&named("sessions_per_day")),
                double(&named("session_minutes_mean")),
            ]);
        }
        columns.extend([
            double("valence_shift"),
            double("energy_shift"),
            integer("shift_days_7d"),
            integer("shift_days_56d"),
            double("sad_share_persistence"),
            integer("persistence_weeks"),
            double("valence_daily_sd_28d"),
            double("energy_daily_sd_28d"),
        ]);
        columns
    },
};

pub const MOOD_DRIVERS: Table = Table {
    layer: "gold",
    name: "mood_drivers",
    comment: "How a stretch of a listener's time differs from the rest, with intervals, corrected for many comparisons",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        let mut columns = vec![
            text("user_id"),
            text("dimension"),
            text("stretch"),
            text("kind"),
            text("subject"),
            double("mean_inside"),
            double("mean_outside"),
            double("difference"),
            double("difference_low"),
            double("difference_high"),
            double("effect"),
            double("effect_low"),
            double("effect_high"),
            double("p_value"),
            double("p_adjusted"),
            boolean("is_driver"),
            integer("units"),
            text("unit"),
            integer("comparisons"),
            long("plays_inside"),
            long("plays_outside"),
            text("words"),
        ];
        columns.extend(basis());
        columns
    },
};

pub const MOOD_FORECAST: Table = Table {
    layer: "gold",
    name: "mood_forecast",
    comment: "One row a listener, target and coming local day, with intervals and the backtest beside a naive forecast",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        let mut columns = vec![
            text("user_id"),
            text("target"),
            day("local_date"),
            integer("horizon_days"),
            double("forecast"),
            double("low_80"),
            double("high_80"),
            double("low_95"),
            double("high_95"),
            text("method"),
            boolean("is_baseline"),
            text("verdict"),
            double("mae"),
            double("mae_baseline"),
            double("coverage_80"),
            double("coverage_95"),
            integer("days_used"),
            day("last_day"),
        ];
        columns.extend(basis());
        columns
    },
};

pub const FORECAST_BACKTESTS: Table = Table {
    layer: "gold",
    name: "forecast_backtests",
    comment: "One row a listener, target and method: how it did in a rolling backtest",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        vec![
            text("user_id"),
            text("target"),
            text("method"),
            boolean("is_baseline"),
            boolean("is_chosen"),
            double("mae"),
            double("mae_selection"),
            double("mae_judgement"),
            double("coverage_80"),
            double("coverage_95"),
            integer("origins"),
            long("forecasts"),
        ]
    },
};

pub const TRACK_RECOMMENDATIONS: Table = Table {
    layer: "gold",
    name: "track_recommendations",
    comment: "Per listener and goal, ranked: catalogue tracks never played, with the reason in words",
    partitions: &[],
    key: None,
    unique_columns: &[],
    columns: || {
        let mut columns = vec![
            text("user_id"),
            text("goal"),
            integer("rank"),
            text("track_id"),
            text("track_name"),
            text("artist_name"),
            text("track_genre"),
            double("similarity"),
            double("distance"),
            text("reason"),
            text("like_track_id"),
            double("valence"),
            double("energy"),
            double("danceability"),
            double("acousticness"),
            double("target_valence"),
            double("target_energy"),
            integer("popularity"),
            text("feature_source"),
        ];
        columns.extend(basis());
        columns
    },
};

/// Mood over a day or a window.
fn mood_columns(window: &str) -> Vec<Field> {
    let names = ["valence_mean", "valence_sd", "energy_mean", "energy_sd", "sad_share"];
    names.iter().map(|name| double(&format!("{name}{window}"))).collect()
}

pub const GENRE_PLAYS: Table = Table {
    layer: "gold",
    name: "genre_plays_per_minute",
    comment: "One row a window of time and genre: plays of the stream that ended in it",
    partitions: &["window_date"],
    key: None,
    unique_columns: &[],
    columns: || vec![text("window_date"), instant("window_start"), instant("window_end"), text("genre"), long("count")],
};

pub const WEEKLY_RECAPS: Table = Table {
    layer: "gold",
    name: "weekly_recaps",
    comment: "One row a listener and week that a recap was asked for: its figures, and the versions they were made from",
    partitions: &[],
    key: None,
    unique_columns: &["recap"],
    columns: || {
        let mut columns = vec![
            text("user_id"),
            text("iso_week"),
            day("from_date"),
            day("to_date"),
            text("timezone"),
            integer("days_heard"),
            integer("gap_days"),
            double("minutes_played"),
            long("plays_timed"),
            long("plays_before"),
            double("minutes_before"),
            integer("weeks_usual"),
            double("plays_usual"),
            double("minutes_usual"),
            long("new_tracks"),
            long("new_artists"),
            long("returned_tracks"),
            long("returned_artists"),
            double("valence_mean"),
            double("energy_mean"),
            text("quadrant"),
            integer("streak_days"),
            text("recap"),
            text("words_by"),
            text("words"),
            text("made_from"),
        ];
        columns.extend(basis());
        columns
    },
};
