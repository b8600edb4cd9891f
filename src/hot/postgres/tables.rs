//! The tables in PostgreSQL.
//!
//! Owns their columns. They are made by whoever comes first, and by one at a time; nobody else needs the right to make any.

use crate::postgres::ask;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// Any number, as long as it is always the same.
const LOCK: i64 = 0x6d6f_6f64_6c61_6b65;
const IS_THERE: &str = "SELECT to_regnamespace('moodlake') IS NOT NULL,
    to_regclass('moodlake.hot_events') IS NOT NULL AND to_regclass('moodlake.followed') IS NOT NULL";

// Keys are sorted by their bytes, whatever the database's language: the newest event of a listener is the last.
const TABLES: &str = r#"
CREATE TABLE IF NOT EXISTS moodlake.hot_events (
    user_id text COLLATE "C" NOT NULL,
    event_key text COLLATE "C" NOT NULL,
    event_at timestamptz NOT NULL,
    event_type text NOT NULL,
    status text,
    track_id text,
    track_name text,
    artist_name text,
    genre text,
    duration_listened_ms bigint,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, event_key)
);
CREATE INDEX IF NOT EXISTS hot_events_expires_at ON moodlake.hot_events (expires_at);
COMMENT ON TABLE moodlake.hot_events IS 'Fresh play events, one row each: the newest of a listener is the last by event_key';
COMMENT ON COLUMN moodlake.hot_events.user_id IS 'Who listened';
COMMENT ON COLUMN moodlake.hot_events.event_key IS 'The event among the listener''s others, in the order of time';
COMMENT ON COLUMN moodlake.hot_events.event_at IS 'When it happened';
COMMENT ON COLUMN moodlake.hot_events.event_type IS 'Which kind it is of: track_change is a play that is over';
COMMENT ON COLUMN moodlake.hot_events.status IS 'COMPLETED or SKIPPED; none of a change of the player';
COMMENT ON COLUMN moodlake.hot_events.track_id IS 'The track''s id at Spotify';
COMMENT ON COLUMN moodlake.hot_events.track_name IS 'Title';
COMMENT ON COLUMN moodlake.hot_events.artist_name IS 'First credited artist';
COMMENT ON COLUMN moodlake.hot_events.genre IS 'What the track is filed under';
COMMENT ON COLUMN moodlake.hot_events.duration_listened_ms IS 'How long it was listened to, in milliseconds';
COMMENT ON COLUMN moodlake.hot_events.expires_at IS 'When the row is no longer fresh; it is removed some time later';
CREATE TABLE IF NOT EXISTS moodlake.followed (
    reader text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL
);
COMMENT ON TABLE moodlake.followed IS 'How far each reader has followed what it follows';
COMMENT ON COLUMN moodlake.followed.reader IS 'Its name';
COMMENT ON COLUMN moodlake.followed.version IS 'The last version that is here completely';
"#;

/// Makes the tables where they are not there.
pub async fn ensure(client: &mut Client) -> Result<(), tokio_postgres::Error> {
    if is_there(client).await?.1 {
        return Ok(());
    }
    let transaction = client.transaction().await?;
    // Whoever waits here finds the tables made.
    ask(transaction.client(), "SELECT pg_advisory_xact_lock($1)", vec![(&LOCK, Type::INT8)]).await?;
    let (has_schema, has_tables) = is_there(transaction.client()).await?;
    // Making a schema asks for a right even where there is one.
    if !has_schema {
        transaction.batch_execute("CREATE SCHEMA moodlake; COMMENT ON SCHEMA moodlake IS 'Music listening, by moodlake'").await?;
    }
    if !has_tables {
        // What is there already is no news.
        transaction.batch_execute("SET LOCAL client_min_messages = warning").await?;
        transaction.batch_execute(TABLES).await?;
    }
    transaction.commit().await
}

/// Whether the schema is there, and whether the tables are.
async fn is_there(client: &Client) -> Result<(bool, bool), tokio_postgres::Error> {
    let (rows, _) = ask(client, IS_THERE, Vec::new()).await?;
    match rows.first() {
        Some(row) => Ok((row.try_get(0)?, row.try_get(1)?)),
        None => Ok((false, false)),
    }
}
