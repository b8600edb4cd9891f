//! Items as rows of a table.
//!
//! Owns how they are written: columns of some thousand rows in one statement, all in one transaction and in the order of their keys, so
//! that two who write the same do not wait for each other in a circle. NUL, which PostgreSQL takes in no text, becomes U+FFFD.

use crate::hot::Item;
use crate::hot::item::by_key;
use crate::postgres::{Value, ask};
use std::borrow::Cow;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// So many rows in one statement.
const TOGETHER: usize = 5_000;

// Times are added up from whole microseconds: `to_timestamp` would take them through a float. What is there already is left alone.
const PUT: &str = "INSERT INTO moodlake.hot_events AS held (user_id, event_key, event_type, status, track_id, track_name,
        artist_name, genre, event_at, duration_listened_ms, expires_at)
    SELECT user_id, event_key, event_type, status, track_id, track_name, artist_name, genre,
        'epoch'::timestamptz + event_us * interval '1 microsecond', duration_listened_ms,
        'epoch'::timestamptz + expires_s * interval '1 second'
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::bigint[], $10::bigint[], $11::bigint[])
        AS given (user_id, event_key, event_type, status, track_id, track_name, artist_name, genre, event_us,
        duration_listened_ms, expires_s)
    ON CONFLICT (user_id, event_key) DO UPDATE SET event_type = EXCLUDED.event_type, status = EXCLUDED.status,
        track_id = EXCLUDED.track_id, track_name = EXCLUDED.track_name, artist_name = EXCLUDED.artist_name,
        genre = EXCLUDED.genre, event_at = EXCLUDED.event_at, duration_listened_ms = EXCLUDED.duration_listened_ms,
        expires_at = EXCLUDED.expires_at
    WHERE (held.event_type, held.status, held.track_id, held.track_name, held.artist_name, held.genre, held.event_at,
        held.duration_listened_ms, held.expires_at) IS DISTINCT FROM (EXCLUDED.event_type, EXCLUDED.status,
        EXCLUDED.track_id, EXCLUDED.track_name, EXCLUDED.artist_name, EXCLUDED.genre, EXCLUDED.event_at,
        EXCLUDED.duration_listened_ms, EXCLUDED.expires_at)";

/// The columns of some rows: texts in the order of the statement, and behind them the numbers.
struct Columns<'a> {
    texts: [Vec<Option<Cow<'a, str>>>; 8],
    numbers: [Vec<Option<i64>>; 3],
}

/// Rows with a key each, in the order of the keys.
pub struct Rows<'a>(Vec<Columns<'a>>);

impl<'a> Rows<'a> {
    pub fn of(items: &'a [Item]) -> Self {
        let rows: Vec<_> = by_key(items, |item| (clean(&item.user_id), clean(&item.event_key))).into_iter().collect();
        Self(rows.chunks(TOGETHER).map(Columns::of).collect())
    }

    /// Writes all of them or none.
    pub async fn write(&self, client: &mut Client) -> Result<(), tokio_postgres::Error> {
        let transaction = client.transaction().await?;
        for columns in &self.0 {
            ask(transaction.client(), PUT, columns.values()).await?;
        }
        transaction.commit().await
    }
}

type Row<'a> = ((Cow<'a, str>, Cow<'a, str>), &'a Item);

impl<'a> Columns<'a> {
    fn of(rows: &[Row<'a>]) -> Self {
        let mut columns = Self { texts: Default::default(), numbers: Default::default() };
        for ((user_id, event_key), item) in rows {
            let key = [Some(user_id.clone()), Some(event_key.clone())];
            let texts = key.into_iter().chain(item.texts().map(|(_, text)| text.map(clean)));
            columns.texts.iter_mut().zip(texts).for_each(|(column, text)| column.push(text));
            let numbers = [Some(item.at_us()), item.duration_listened, Some(item.ends_s())];
            columns.numbers.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
        }
        columns
    }

    fn values(&self) -> Vec<Value<'_>> {
        let texts = self.texts.iter().map(|column| -> Value<'_> { (column, Type::TEXT_ARRAY) });
        texts.chain(self.numbers.iter().map(|column| -> Value<'_> { (column, Type::INT8_ARRAY) })).collect()
    }
}

fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
