//! What is asked of gold: rows that belong to silver, shares that are shares, and figures that say what they rest on.

use super::{AUDIO, PARTS_OF_DAY, TableRules};
use crate::check::rule::{Asks, Reference, Rule};
use crate::lake::Table;
use crate::lake::tables::{
    CATALOG_TRACKS, FORECAST_BACKTESTS, GENRE_PLAYS, LISTENING_SESSIONS, LISTENING_STREAKS, LISTENING_WITH_FEATURES,
    MOOD_CIRCUMPLEX, MOOD_CLUSTER_PROFILES, MOOD_CLUSTERS, MOOD_DRIVERS, MOOD_FORECAST, PLAY_MOODS, TEMPORAL_PATTERNS, TOP_ITEMS,
    TRACK_RECOMMENDATIONS, WEEKLY_RECAPS, WELLBEING_INDICATORS,
};

pub const RULES: &[TableRules] = &[
    (&MOOD_CLUSTERS, CLUSTERS),
    (&MOOD_CLUSTER_PROFILES, PROFILES),
    (&PLAY_MOODS, MOODS),
    (&MOOD_CIRCUMPLEX, CIRCUMPLEX),
    (&TEMPORAL_PATTERNS, PATTERNS),
    (&LISTENING_SESSIONS, SESSIONS),
    (&LISTENING_STREAKS, STREAKS),
    (&TOP_ITEMS, TOP),
    (&WELLBEING_INDICATORS, WELLBEING),
    (&MOOD_DRIVERS, DRIVERS),
    (&MOOD_FORECAST, FORECAST),
    (&FORECAST_BACKTESTS, BACKTESTS),
    (&TRACK_RECOMMENDATIONS, RECOMMENDATIONS),
    (&GENRE_PLAYS, WINDOWS),
    (&WEEKLY_RECAPS, RECAPS),
];

/// The column is one of silver's.
const fn of_silver(column: &'static str, to_column: &'static str) -> Asks {
    Asks::Refers(Reference { column, to: &LISTENING_WITH_FEATURES, to_column, input: "silver" })
}

const fn of_table(column: &'static str, to: &'static Table, to_column: &'static str, input: &'static str) -> Asks {
    Asks::Refers(Reference { column, to, to_column, input })
}

/// A figure that rests on more plays than there are is wrong.
const RESTS_ON: Rule = Rule::error(
    "rests_on",
    Asks::Holds {
        columns: &["plays", "plays_covered"],
        condition: "coalesce(plays >= 0 AND plays_covered >= 0 AND plays_covered <= plays, false)",
    },
);
const SHRINKS: Rule = Rule::warn("usual_volume", Asks::NotShrunk);

const CLUSTERS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["track_id", "plays"])),
    Rule::error("unique", Asks::Unique(&["track_id"])),
    Rule::error("in_silver", of_silver("track_id", "track_id")),
    Rule::error("has_profile", of_table("model_id", &MOOD_CLUSTER_PROFILES, "model_id", "")),
    Rule::error("in_range", Asks::Within(AUDIO)),
    Rule::error("distance_in_range", Asks::Within(&[("distance", 0.0, f64::MAX)])),
    SHRINKS,
];

const PROFILES: &[Rule] = &[
    Rule::error(
        "not_null",
        Asks::NotNull(&["model_id", "cluster_id", "mood", "features", "tracks", "k", "fitted_on", "fitted_at"]),
    ),
    Rule::error("unique", Asks::Unique(&["model_id", "cluster_id"])),
    Rule::error(
        "in_range",
        Asks::Within(&[
            ("silhouette", -1.0, 1.0),
            ("davies_bouldin", 0.0, f64::MAX),
            ("fitted_on_real", 0.0, 1.0),
            ("fitted_on_kaggle", 0.0, 1.0),
            ("fitted_on_synthetic", 0.0, 1.0),
        ]),
    ),
];

const MOODS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["play_id", "user_id", "played_at", "played_at_local", "local_date"])),
    Rule::error("unique", Asks::Unique(&["play_id"])),
    Rule::error("in_silver", of_silver("play_id", "play_id")),
    Rule::error(
        "in_range",
        Asks::Within(&[("valence", 0.0, 1.0), ("energy", 0.0, 1.0), ("angle_degrees", -180.0, 180.0), ("strength", 0.0, 1.0)]),
    ),
    SHRINKS,
];

const CIRCUMPLEX: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "centre", "quadrant", "quadrant_plays", "share"])),
    Rule::error("unique", Asks::Unique(&["user_id", "centre", "quadrant"])),
    Rule::error(
        "in_range",
        Asks::Within(&[
            ("share", 0.0, 1.0),
            ("centre_valence", 0.0, 1.0),
            ("centre_energy", 0.0, 1.0),
            ("authentic_share", 0.0, 1.0),
        ]),
    ),
    RESTS_ON,
];

const PATTERNS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "grain", "days_heard"])),
    Rule::error("unique", Asks::Unique(&["user_id", "grain", "day_of_week", "hour_of_day", "part_of_day", "is_weekend"])),
    Rule::error("grain", Asks::OneOf("grain", &["hour", "part"])),
    Rule::error("part_of_day", Asks::OneOf("part_of_day", PARTS_OF_DAY)),
    Rule::error(
        "in_range",
        Asks::Within(&[
            ("day_of_week", 1.0, 7.0),
            ("hour_of_day", 0.0, 23.0),
            ("skip_rate", 0.0, 1.0),
            ("finish_rate", 0.0, 1.0),
            ("valence_mean", 0.0, 1.0),
            ("energy_mean", 0.0, 1.0),
            ("authentic_share", 0.0, 1.0),
        ]),
    ),
    RESTS_ON,
];

const SESSIONS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["session_id", "user_id", "started_at", "ended_at", "local_date"])),
    Rule::error("unique", Asks::Unique(&["session_id"])),
    Rule::error("in_silver", of_silver("session_id", "play_id")),
    Rule::error("in_order", Asks::Holds { columns: &["started_at", "ended_at"], condition: "started_at <= ended_at" }),
    Rule::error(
        "in_range",
        Asks::Within(&[("valence_mean", 0.0, 1.0), ("energy_mean", 0.0, 1.0), ("authentic_share", 0.0, 1.0)]),
    ),
    RESTS_ON,
    SHRINKS,
];

const STREAKS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "from_date", "to_date", "days", "plays"])),
    Rule::error("unique", Asks::Unique(&["user_id", "from_date"])),
    Rule::error("in_order", Asks::Holds { columns: &["from_date", "to_date"], condition: "from_date <= to_date" }),
];

const TOP: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "period", "kind", "rank", "name", "plays"])),
    Rule::error("unique", Asks::Unique(&["user_id", "period", "period_start", "kind", "rank"])),
    Rule::error("in_silver", of_silver("track_id", "track_id")),
    Rule::error("in_range", Asks::Within(&[("share", 0.0, 1.0), ("rank", 1.0, f64::MAX)])),
];

const WELLBEING: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "local_date", "in_gap"])),
    Rule::error("unique", Asks::Unique(&["user_id", "local_date"])),
    Rule::error(
        "in_range",
        Asks::Within(&[
            ("authentic_share", 0.0, 1.0),
            ("valence_mean", 0.0, 1.0),
            ("energy_mean", 0.0, 1.0),
            ("sad_share", 0.0, 1.0),
            ("late_night_share", 0.0, 1.0),
            ("valence_mean_7d", 0.0, 1.0),
            ("sad_share_7d", 0.0, 1.0),
            ("repetitiveness_7d", 0.0, 1.0),
            ("diversity_7d", 0.0, 1.0),
            ("valence_mean_28d", 0.0, 1.0),
            ("sad_share_28d", 0.0, 1.0),
            ("repetitiveness_28d", 0.0, 1.0),
            ("diversity_28d", 0.0, 1.0),
        ]),
    ),
    RESTS_ON,
    SHRINKS,
];

const DRIVERS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "dimension", "stretch", "kind", "subject", "difference", "words"])),
    Rule::error("unique", Asks::Unique(&["user_id", "stretch", "kind", "subject"])),
    Rule::error("in_range", Asks::Within(&[("p_value", 0.0, 1.0), ("p_adjusted", 0.0, 1.0), ("authentic_share", 0.0, 1.0)])),
    RESTS_ON,
];

const FORECAST: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "target", "local_date", "horizon_days", "forecast", "method", "verdict"])),
    Rule::error("unique", Asks::Unique(&["user_id", "target", "local_date"])),
    Rule::error(
        "in_order",
        Asks::Holds {
            columns: &["low_80", "high_80", "low_95", "high_95", "local_date", "last_day"],
            condition: "coalesce(low_80 <= high_80, true) AND coalesce(low_95 <= high_95, true) AND coalesce(last_day < local_date, true)",
        },
    ),
    Rule::error("in_range", Asks::Within(&[("coverage_80", 0.0, 1.0), ("coverage_95", 0.0, 1.0)])),
    RESTS_ON,
];

const BACKTESTS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "target", "method", "is_baseline", "is_chosen"])),
    Rule::error("unique", Asks::Unique(&["user_id", "target", "method"])),
    Rule::error("in_range", Asks::Within(&[("coverage_80", 0.0, 1.0), ("coverage_95", 0.0, 1.0)])),
];

const RECOMMENDATIONS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "goal", "rank", "track_id", "similarity", "reason"])),
    Rule::error("unique", Asks::Unique(&["user_id", "goal", "rank"])),
    Rule::error("in_catalogue", of_table("track_id", &CATALOG_TRACKS, "track_id", "catalog_tracks")),
    Rule::error(
        "in_range",
        Asks::Within(&[
            ("similarity", 0.0, 1.0),
            ("valence", 0.0, 1.0),
            ("energy", 0.0, 1.0),
            ("danceability", 0.0, 1.0),
            ("acousticness", 0.0, 1.0),
            ("popularity", 0.0, 100.0),
        ]),
    ),
    RESTS_ON,
];

const WINDOWS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["window_date", "window_start", "window_end", "genre", "count"])),
    Rule::error("unique", Asks::Unique(&["window_start", "genre"])),
    Rule::error("counted", Asks::Within(&[("count", 1.0, f64::MAX)])),
    Rule::error(
        "window",
        Asks::Holds {
            columns: &["window_date", "window_start", "window_end"],
            condition: "window_start < window_end AND window_date = CAST(CAST(window_start AS DATE) AS VARCHAR)",
        },
    ),
];

const RECAPS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["user_id", "iso_week", "from_date", "to_date", "timezone", "recap", "made_from"])),
    Rule::error("unique", Asks::Unique(&["user_id", "iso_week"])),
    Rule::error(
        "week",
        Asks::Holds {
            columns: &["from_date", "to_date"],
            condition: "date_part('dow', from_date) = 1 AND CAST(to_date AS INT) - CAST(from_date AS INT) = 6",
        },
    ),
    Rule::error("in_range", Asks::Within(&[("valence_mean", 0.0, 1.0), ("energy_mean", 0.0, 1.0), ("days_heard", 0.0, 7.0)])),
    RESTS_ON,
];
