//! What is asked of the star schema: dimensions without doubles, and facts of which every key leads somewhere.

use super::{PARTS_OF_DAY, TableRules};
use crate::check::rule::{Asks, Reference, Rule};
use crate::lake::Table;
use crate::lake::tables::{DIM_ALBUM, DIM_ARTIST, DIM_DATE, DIM_TIME, DIM_TRACK, FACT_PLAY, LISTENING_WITH_FEATURES};

pub const RULES: &[TableRules] = &[
    (&DIM_TRACK, TRACKS),
    (&DIM_ARTIST, ARTISTS),
    (&DIM_ALBUM, ALBUMS),
    (&DIM_DATE, DATES),
    (&DIM_TIME, TIMES),
    (&FACT_PLAY, FACTS),
];

/// Dimensions are written before the facts and are none of their inputs: what is there now has to do.
const fn of_dimension(to: &'static Table, column: &'static str) -> Asks {
    Asks::Refers(Reference { column, to, to_column: column, input: "" })
}

/// The facts' plays are silver's.
const PLAYS: Reference = Reference { column: "play_id", to: &LISTENING_WITH_FEATURES, to_column: "play_id", input: "silver" };

const HAS_ARTIST: Rule = Rule::error("has_artist", of_dimension(&DIM_ARTIST, "artist_key"));
const HAS_ALBUM: Rule = Rule::error("has_album", of_dimension(&DIM_ALBUM, "album_key"));

const TRACKS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["track_key", "artist_key", "album_key"])),
    Rule::error("unique", Asks::Unique(&["track_key"])),
    Rule::error(
        "in_silver",
        Asks::Refers(Reference { column: "track_id", to: &LISTENING_WITH_FEATURES, to_column: "track_id", input: "silver" }),
    ),
    HAS_ARTIST,
    HAS_ALBUM,
];

const ARTISTS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["artist_key", "artist_name"])),
    Rule::error("unique", Asks::Unique(&["artist_key"])),
];

const ALBUMS: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["album_key", "album_name", "artist_key"])),
    Rule::error("unique", Asks::Unique(&["album_key"])),
    HAS_ARTIST,
];

const DATES: &[Rule] = &[
    Rule::error(
        "not_null",
        Asks::NotNull(&["date_key", "date", "year", "quarter", "month", "month_name", "iso_year", "iso_week", "day_of_week"]),
    ),
    Rule::error("unique", Asks::Unique(&["date_key"])),
    Rule::error("in_range", Asks::Within(&[("quarter", 1.0, 4.0), ("month", 1.0, 12.0), ("day_of_week", 1.0, 7.0)])),
];

const TIMES: &[Rule] = &[
    Rule::error("not_null", Asks::NotNull(&["time_key", "hour", "minute", "part_of_day"])),
    Rule::error("unique", Asks::Unique(&["time_key"])),
    Rule::error("in_range", Asks::Within(&[("time_key", 0.0, 1_439.0), ("hour", 0.0, 23.0), ("minute", 0.0, 59.0)])),
    Rule::error("part_of_day", Asks::OneOf("part_of_day", PARTS_OF_DAY)),
];

const FACTS: &[Rule] = &[
    Rule::error(
        "not_null",
        Asks::NotNull(&[
            "play_id",
            "user_id",
            "played_at",
            "date_key",
            "time_key",
            "track_key",
            "artist_key",
            "album_key",
            "plays",
        ]),
    ),
    Rule::error("unique", Asks::Unique(&["play_id"])),
    Rule::error("in_silver", Asks::Refers(PLAYS)),
    // Plays of a history of one's own that tells no time are left out.
    Rule::warn("complete", Asks::Complete(PLAYS)),
    Rule::error("has_track", of_dimension(&DIM_TRACK, "track_key")),
    HAS_ARTIST,
    HAS_ALBUM,
    Rule::error("has_date", of_dimension(&DIM_DATE, "date_key")),
    Rule::error("has_time", of_dimension(&DIM_TIME, "time_key")),
    Rule::error("in_range", Asks::Within(&[("plays", 1.0, 1.0), ("valence", 0.0, 1.0), ("energy", 0.0, 1.0)])),
    Rule::warn("usual_volume", Asks::NotShrunk),
];
