//! What is asked of silver: exactly the plays of bronze, each once, with features that are one source's and local time that fits.

use super::{AUDIO, PARTS_OF_DAY, TableRules};
use crate::check::rule::{Asks, Reference, Rule};
use crate::lake::tables::{CATALOG_TRACKS, KAGGLE_TRACKS, LISTENING_HISTORY, LISTENING_WITH_FEATURES};

pub const RULES: &[TableRules] = &[(&LISTENING_WITH_FEATURES, PLAYS), (&CATALOG_TRACKS, CATALOG)];

const HISTORY: Reference = Reference { column: "play_id", to: &LISTENING_HISTORY, to_column: "play_id", input: "history" };

const PLAYS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["play_id", "timezone"])),
    // A history of one's own may have them so.
    Rule::warn("known_play", Asks::NotNull(&["user_id", "played_at", "source"])),
    Rule::error("unique", Asks::Unique(&["play_id"])),
    Rule::error("in_bronze", Asks::Refers(HISTORY)),
    Rule::error("complete", Asks::Complete(HISTORY)),
    Rule::error(
        "not_future",
        Asks::NotFuture { column: "played_at", of: "source IS NULL OR source <> 'simulated'", columns: &["source"] },
    ),
    Rule::error("in_range", Asks::Within(AUDIO)),
    Rule::error("clock_in_range", Asks::Within(&[("hour_of_day", 0.0, 23.0), ("day_of_week", 1.0, 7.0)])),
    Rule::error("part_of_day", Asks::OneOf("part_of_day", PARTS_OF_DAY)),
    Rule::error(
        "local_time",
        Asks::Holds {
            columns: &["played_at", "played_at_local", "hour_of_day", "day_of_week", "is_weekend"],
            condition: "(played_at IS NULL) = (played_at_local IS NULL) AND coalesce(hour_of_day = date_part('hour', played_at_local), \
                        played_at IS NULL) AND coalesce(is_weekend = (day_of_week >= 6), played_at IS NULL)",
        },
    ),
    Rule::error("feature_source", Asks::OneOf("feature_source", &["real", "synthetic", "kaggle"])),
    Rule::error("feature_match", Asks::OneOf("feature_match", &["track_id", "name"])),
    Rule::error(
        "provenance",
        Asks::Holds {
            columns: &[
                "feature_source",
                "feature_match",
                "danceability",
                "energy",
                "key",
                "loudness",
                "mode",
                "speechiness",
                "acousticness",
                "instrumentalness",
                "liveness",
                "valence",
                "tempo",
                "time_signature",
            ],
            condition: "(feature_source IS NULL) = (feature_match IS NULL) AND (feature_source IS NULL) = \
                        (coalesce(danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, \
                        liveness, valence, tempo, time_signature) IS NULL)",
        },
    ),
    // Below half, figures of mood say more about which tracks are known than about the listener.
    Rule::warn(
        "feature_coverage",
        Asks::Mostly { columns: &["feature_source"], condition: "feature_source IS NOT NULL", share_min: 0.5 },
    ),
    Rule::warn("usual_volume", Asks::NotShrunk),
];

const CATALOG: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["track_id"])),
    Rule::error("unique", Asks::Unique(&["track_id"])),
    Rule::error(
        "in_bronze",
        Asks::Refers(Reference { column: "track_id", to: &KAGGLE_TRACKS, to_column: "track_id", input: "kaggle" }),
    ),
    Rule::error("in_range", Asks::Within(AUDIO)),
    Rule::warn("usual_volume", Asks::NotShrunk),
];
