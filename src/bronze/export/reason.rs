//! The words under which rows are rejected. They are stored, so they keep their spelling.

/// The row is a number, a string, a list or null.
pub const NOT_AN_OBJECT: &str = "not_an_object";
/// A field that is read has another type, does not fit its type or stands twice.
pub const INVALID_FIELD: &str = "invalid_field";
/// An episode of a podcast: no track, no audio features.
pub const PODCAST_EPISODE: &str = "podcast_episode";
/// A chapter of an audiobook.
pub const AUDIOBOOK: &str = "audiobook";
/// Neither track nor episode nor audiobook, or Spotify's "Unknown Track".
pub const NO_TRACK: &str = "no_track";
/// The time is missing or cannot be read.
pub const INVALID_TIMESTAMP: &str = "invalid_timestamp";
/// The time is from before Spotify was founded or after the year 2100.
pub const IMPLAUSIBLE_TIMESTAMP: &str = "implausible_timestamp";
/// Heard for less than nothing.
pub const NEGATIVE_MS_PLAYED: &str = "negative_ms_played";
/// Heard for longer than a year.
pub const IMPLAUSIBLE_MS_PLAYED: &str = "implausible_ms_played";
/// The address is neither `spotify:track:` with 22 letters and digits nor `spotify:local:`.
pub const INVALID_TRACK_URI: &str = "invalid_track_uri";

/// Every reason, for documentation and for tests.
pub const ALL: [&str; 10] = [
    NOT_AN_OBJECT,
    INVALID_FIELD,
    PODCAST_EPISODE,
    AUDIOBOOK,
    NO_TRACK,
    INVALID_TIMESTAMP,
    IMPLAUSIBLE_TIMESTAMP,
    NEGATIVE_MS_PLAYED,
    IMPLAUSIBLE_MS_PLAYED,
    INVALID_TRACK_URI,
];
