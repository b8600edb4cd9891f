//! What is asked of bronze: what came in is whole, once, and plausible.
//!
//! Values of other people's sources are kept as they are, so that an odd one among them is only a warning here; what silver makes
//! of them is held to `error`.

use super::{AUDIO, AUDIO_AS_TOLD, TableRules};
use crate::check::rule::{Asks, Reference, Rule};
use crate::lake::tables::{
    DEAD_LETTERS, KAGGLE_TRACKS, LISTENING_HISTORY, PLAY_EVENTS, PLAYER_EVENTS, REJECTED_ROWS, STREAM_EVENTS, SYNTHETIC_FEATURES,
    TRACK_FEATURES,
};

/// Longer than any track, in milliseconds: a day.
const LENGTH_MAX_MS: f64 = 86_400_000.0;

pub const RULES: &[TableRules] = &[
    (&LISTENING_HISTORY, HISTORY),
    (&TRACK_FEATURES, TRACKS),
    (&SYNTHETIC_FEATURES, SYNTHETIC),
    (&KAGGLE_TRACKS, KAGGLE),
    (&REJECTED_ROWS, REJECTED),
    (&PLAYER_EVENTS, PLAYER),
    (&PLAY_EVENTS, PLAYS),
    (&STREAM_EVENTS, STREAM),
    (&DEAD_LETTERS, DEAD),
];

const HISTORY: &[Rule] = &[
    Rule::error(
        "not_null",
        Asks::NotNull(&["play_id", "user_id", "played_at", "date", "month", "source", "time_basis", "ingested_at", "run_id"]),
    ),
    Rule::error("unique", Asks::Unique(&["play_id"])),
    // A simulated listener has days of its own, whatever the clock says.
    Rule::error(
        "not_future",
        Asks::NotFuture { column: "played_at", of: "source IS NULL OR source <> 'simulated'", columns: &["source"] },
    ),
    Rule::error(
        "day_of_play",
        Asks::Holds {
            columns: &["played_at", "date", "month"],
            condition: "date = CAST(played_at AS DATE) AND month = substr(CAST(date AS VARCHAR), 1, 7)",
        },
    ),
    Rule::error("time_basis", Asks::OneOf("time_basis", &["end", "start", "unknown"])),
    Rule::warn("in_range", Asks::Within(&[("duration_ms", 0.0, LENGTH_MAX_MS), ("ms_played", 0.0, LENGTH_MAX_MS)])),
    Rule::warn(
        "fresh",
        Asks::Fresh {
            column: "played_at",
            of: "source = 'spotify_api'",
            columns: &["source"],
            days_max: 7,
            without: "no play came from Spotify's API: what is imported is as old as its export",
        },
    ),
    Rule::warn("usual_volume", Asks::UsualArrivals { of: "source = 'spotify_api'" }),
];

const TRACKS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["track_id", "source", "fetched_at"])),
    Rule::error("unique", Asks::Unique(&["track_id"])),
    Rule::warn("in_range", Asks::Within(AUDIO_AS_TOLD)),
    Rule::warn("metadata_in_range", Asks::Within(&[("popularity", 0.0, 100.0), ("duration_ms", 0.0, LENGTH_MAX_MS)])),
];

const SYNTHETIC: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["track_id", "source", "generator_version", "generated_by", "generated_at"])),
    Rule::error("unique", Asks::Unique(&["track_id"])),
    Rule::error("source", Asks::OneOf("source", &["synthetic"])),
    Rule::error("in_range", Asks::Within(AUDIO)),
    // The generator's own promise: nothing unknown, and 60 to 180 beats a minute.
    Rule::error(
        "as_generated",
        Asks::Holds {
            columns: &["tempo", "energy", "valence"],
            condition: "coalesce(tempo BETWEEN 60 AND 180, false) AND energy IS NOT NULL AND valence IS NOT NULL",
        },
    ),
];

const KAGGLE: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["row_id", "imported_at"])),
    Rule::error("unique", Asks::Unique(&["row_id"])),
    Rule::warn("has_track_id", Asks::NotNull(&["track_id"])),
    Rule::warn("in_range", Asks::Within(AUDIO_AS_TOLD)),
    Rule::warn("metadata_in_range", Asks::Within(&[("popularity", 0.0, 100.0), ("duration_ms", 0.0, LENGTH_MAX_MS)])),
];

const REJECTED: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["reject_id", "source", "position", "reason", "raw", "rejected_at", "run_id"])),
    Rule::error("unique", Asks::Unique(&["reject_id"])),
];

const PLAYER: &[Rule] = &[
    Rule::error(
        "not_null",
        Asks::NotNull(&["event_id", "user_id", "event_type", "event_at", "progress_ms", "ingested_at", "run_id"]),
    ),
    Rule::error("unique", Asks::Unique(&["event_id"])),
    Rule::error("event_type", Asks::OneOf("event_type", &["track_started", "track_paused", "track_resumed", "track_stopped"])),
    Rule::error("not_future", Asks::NotFuture { column: "event_at", of: "true", columns: &[] }),
    Rule::warn("in_range", Asks::Within(&[("progress_ms", 0.0, LENGTH_MAX_MS)])),
];

const PLAYS: &[Rule] = &[
    Rule::error(
        "not_null",
        Asks::NotNull(&[
            "event_id",
            "user_id",
            "event_type",
            "event_at",
            "started_at",
            "status",
            "duration_listened",
            "is_whole",
            "processing_path",
            "play_id",
            "ingested_at",
            "run_id",
        ]),
    ),
    Rule::error("unique", Asks::Unique(&["event_id"])),
    Rule::error("event_type", Asks::OneOf("event_type", &["track_change"])),
    Rule::error("status", Asks::OneOf("status", &["COMPLETED", "SKIPPED"])),
    Rule::error("processing_path", Asks::OneOf("processing_path", &["hot", "cold"])),
    Rule::error("not_future", Asks::NotFuture { column: "event_at", of: "true", columns: &[] }),
    Rule::error("in_order", Asks::Holds { columns: &["started_at", "event_at"], condition: "started_at <= event_at" }),
    Rule::warn("in_range", Asks::Within(&[("duration_listened", 0.0, LENGTH_MAX_MS)])),
    Rule::error(
        "play_id",
        Asks::Refers(Reference { column: "play_id", to: &LISTENING_HISTORY, to_column: "play_id", input: "" }),
    ),
];

const STREAM: &[Rule] = &[
    Rule::error(
        "not_null",
        Asks::NotNull(&[
            "source",
            "partition",
            "position",
            "event_type",
            "user_id",
            "event_at",
            "processing_path",
            "is_late",
            "ingested_at",
            "run_id",
        ]),
    ),
    // Exactly once.
    Rule::error("unique", Asks::Unique(&["source", "partition", "position"])),
    Rule::error(
        "event_type",
        Asks::OneOf("event_type", &["track_change", "track_started", "track_paused", "track_resumed", "track_stopped"]),
    ),
    Rule::error("status", Asks::OneOf("status", &["COMPLETED", "SKIPPED"])),
    Rule::error(
        "plays_have_status",
        Asks::Holds { columns: &["event_type", "status"], condition: "event_type <> 'track_change' OR status IS NOT NULL" },
    ),
    Rule::error("processing_path", Asks::OneOf("processing_path", &["hot", "cold"])),
    // An event id twice is a producer's: it has sent the same event again.
    Rule::warn("sent_once", Asks::Unique(&["event_id"])),
    Rule::warn("in_range", Asks::Within(&[("duration_listened", 0.0, LENGTH_MAX_MS)])),
];

const DEAD: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["source", "partition", "position", "reason", "detail", "rejected_at", "run_id"])),
    Rule::error("unique", Asks::Unique(&["source", "partition", "position"])),
    Rule::error(
        "reason",
        Asks::OneOf("reason", &["not_json", "wrong_fields", "other_event", "in_the_future", "no_payload", "late", "gap"]),
    ),
];
