//! What the columns of the star schema mean, and which are never null, as docs/tables.md tells it (a test holds the two together).

/// Table, column, whether every row has a value, and what it means.
type Column = (&'static str, &'static str, bool, &'static str);

#[rustfmt::skip]
const COLUMNS: [Column; 50] = [
    ("dim_artist", "artist_key", true, "the first artist, in every lake the same; −1 is unknown"),
    ("dim_artist", "artist_name", true, "as the newest play spells it; unknown"),
    ("dim_artist", "other_names", false, "all other spellings (capitals, blanks) that plays told, in order"),
    ("dim_album", "album_key", true, "the album, in every lake the same; −1 is unknown"),
    ("dim_album", "album_name", true, "as the newest play spells it; unknown"),
    ("dim_album", "artist_key", true, "the first artist of its tracks; −1 is unknown"),
    ("dim_track", "track_key", true, "the track, in every lake the same; −1 is unknown"),
    ("dim_track", "track_id", false, "Spotify's id"),
    ("dim_track", "track_name", false, "title, as the newest play that tells one has it; unknown"),
    ("dim_track", "artist_key", true, "of the newest play that tells an artist, an album; −1 where none does"),
    ("dim_track", "album_key", true, "of the newest play that tells an artist, an album; −1 where none does"),
    ("dim_track", "artist_name", false, "of the same plays"),
    ("dim_track", "album_name", false, "of the same plays"),
    ("dim_track", "genre", false, "the first of its genres, of the newest play that has one"),
    ("dim_track", "duration_ms", false, "length in milliseconds, of the newest play that tells it"),
    ("dim_track", "isrc", false, "the recording's ISRC, of the newest play that tells it"),
    ("dim_track", "other_names", false, "all other titles that plays told, in order"),
    ("dim_date", "date_key", true, "yyyymmdd"),
    ("dim_date", "date", true, "the same"),
    ("dim_date", "year", true, "of the calendar; 1–4, 1–12"),
    ("dim_date", "quarter", true, "of the calendar; 1–4, 1–12"),
    ("dim_date", "month", true, "of the calendar; 1–4, 1–12"),
    ("dim_date", "month_name", true, "January to December"),
    ("dim_date", "iso_year", true, "the year that the week belongs to"),
    ("dim_date", "iso_week", true, "ISO 8601's week with its year, such as 2026-W46"),
    ("dim_date", "day_of_week", true, "1 (Monday) to 7"),
    ("dim_date", "day_name", true, "Monday to Sunday"),
    ("dim_date", "is_weekend", true, "Saturday or Sunday"),
    ("dim_time", "time_key", true, "minute of the day, 0–1439"),
    ("dim_time", "hour", true, "0–23, 0–59"),
    ("dim_time", "minute", true, "0–23, 0–59"),
    ("dim_time", "part_of_day", true, "night (0–5), morning (6–11), afternoon (12–17), evening (18–23), as in silver"),
    ("fact_play", "play_id", true, "silver's play"),
    ("fact_play", "user_id", true, "the listener; unknown where silver has none"),
    ("fact_play", "played_at", true, "as in silver"),
    ("fact_play", "date_key", true, "the local date, yyyymmdd"),
    ("fact_play", "time_key", true, "the minute of the local day, 0–1439"),
    ("fact_play", "track_key", true, "what the play itself tells; −1 where it tells none"),
    ("fact_play", "artist_key", true, "what the play itself tells; −1 where it tells none"),
    ("fact_play", "album_key", true, "what the play itself tells; −1 where it tells none"),
    ("fact_play", "plays", true, "1"),
    ("fact_play", "ms_played", false, "milliseconds listened"),
    ("fact_play", "duration_ms", false, "the track's length in milliseconds"),
    ("fact_play", "skipped", false, "as in silver"),
    ("fact_play", "valence", false, "0–1, the track's"),
    ("fact_play", "energy", false, "0–1, the track's"),
    ("fact_play", "danceability", false, "0–1, the track's"),
    ("fact_play", "tempo", false, "beats a minute"),
    ("fact_play", "source", true, "who tells of the play, as in silver"),
    ("fact_play", "feature_source", false, "real, kaggle or synthetic"),
];

/// Whether every row has a value, and what it means.
#[must_use]
pub fn described(table: &str, column: &str) -> (bool, &'static str) {
    let found = COLUMNS.iter().find(|(of, name, ..)| (*of, *name) == (table, column));
    found.map_or((false, ""), |(_, _, is_required, meaning)| (*is_required, meaning))
}
