//! Fresh events in PostgreSQL.
//!
//! Owns what a lost connection means: everything here may be done twice, so it is done once more over a new one.

mod rows;
mod tables;

use super::{Item, KeyValue};
use crate::error::{Error, Result};
use crate::postgres::{Address, ask, connect};
use futures::future::BoxFuture;
use rows::Rows;
use secrecy::SecretString;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

const MARK: &str = "SELECT version FROM moodlake.followed WHERE reader = $1";
const SET_MARK: &str = "INSERT INTO moodlake.followed (reader, version) VALUES ($1, $2)
    ON CONFLICT (reader) DO UPDATE SET version = EXCLUDED.version";
const EXPIRE: &str = "DELETE FROM moodlake.hot_events WHERE expires_at <= 'epoch'::timestamptz + $1 * interval '1 second'";

struct Postgres {
    address: Address,
    password: Option<SecretString>,
    name: String,
    client: Option<Client>,
}

/// # Errors
/// When the database is away, lets nobody in, or the tables cannot be made.
pub async fn open(address: &Address, password: Option<SecretString>) -> Result<Box<dyn KeyValue>> {
    let mut client = connect(address, password.as_ref()).await?;
    tables::ensure(&mut client).await.map_err(|error| failed(address, "the tables cannot be made", error))?;
    Ok(Box::new(Postgres { address: address.clone(), password, name: address.to_string(), client: Some(client) }))
}

/// What is asked of the database.
enum Job<'a> {
    Put(&'a Rows<'a>),
    Mark(&'a str),
    SetMark(&'a str, i64),
    Expire(i64),
}

impl Job<'_> {
    const fn what(&self) -> &'static str {
        match self {
            Self::Put(_) => "events cannot be put into moodlake.hot_events",
            Self::Mark(_) => "moodlake.followed cannot be read",
            Self::SetMark(..) => "moodlake.followed cannot be written",
            Self::Expire(_) => "what has expired cannot be removed from moodlake.hot_events",
        }
    }

    /// Does it; the number is the mark's, or how many rows are gone.
    fn run<'a>(&'a self, client: &'a mut Client) -> BoxFuture<'a, Result<Option<i64>, tokio_postgres::Error>> {
        Box::pin(async move {
            match self {
                Self::Put(rows) => rows.write(client).await.map(|()| None),
                Self::Mark(reader) => {
                    let (rows, _) = ask(client, MARK, vec![(reader, Type::TEXT)]).await?;
                    rows.first().map(|row| row.try_get(0)).transpose()
                }
                Self::SetMark(reader, value) => {
                    ask(client, SET_MARK, vec![(reader, Type::TEXT), (value, Type::INT8)]).await.map(|_| None)
                }
                Self::Expire(now_s) => {
                    let (_, gone) = ask(client, EXPIRE, vec![(now_s, Type::INT8)]).await?;
                    Ok(i64::try_from(gone).ok())
                }
            }
        })
    }
}

impl Postgres {
    async fn done(&mut self, job: Job<'_>) -> Result<Option<i64>> {
        let mut is_again = false;
        loop {
            let mut client = match self.client.take().filter(|client| !client.is_closed()) {
                Some(client) => client,
                None => connect(&self.address, self.password.as_ref()).await?,
            };
            match job.run(&mut client).await {
                Ok(number) => {
                    self.client = Some(client);
                    return Ok(number);
                }
                Err(error) if !is_again && is_passing(&error, &client) => {
                    tracing::debug!("PostgreSQL: {error}; once more");
                    is_again = true;
                }
                Err(error) => return Err(failed(&self.address, job.what(), error)),
            }
        }
    }
}

#[async_trait::async_trait]
impl KeyValue for Postgres {
    fn name(&self) -> &str {
        &self.name
    }

    async fn put(&mut self, items: &[Item]) -> Result<()> {
        let rows = Rows::of(items);
        self.done(Job::Put(&rows)).await.map(drop)
    }

    async fn mark(&mut self, reader: &str) -> Result<Option<i64>> {
        self.done(Job::Mark(reader)).await
    }

    async fn set_mark(&mut self, reader: &str, value: i64) -> Result<()> {
        self.done(Job::SetMark(reader, value)).await.map(drop)
    }

    async fn expire(&mut self, now_s: i64) -> Result<u64> {
        let gone = self.done(Job::Expire(now_s)).await?;
        Ok(gone.and_then(|gone| u64::try_from(gone).ok()).unwrap_or_default())
    }
}

/// Whether it can be different over a new connection: this one ended, or another writer stood in the way.
fn is_passing(error: &tokio_postgres::Error, client: &Client) -> bool {
    let Some(code) = error.code() else {
        let is_cut = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>()).is_some();
        return is_cut || error.is_closed() || client.is_closed();
    };
    [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
    ]
    .contains(code)
}

fn failed(address: &Address, what: &str, error: tokio_postgres::Error) -> Error {
    let hint = match error.code() {
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            "the user may not do it: an administrator can `CREATE SCHEMA moodlake AUTHORIZATION` that user"
        }
        Some(code) if [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(code) => {
            "a table has gone; start again and it is made anew"
        }
        Some(code) if [SqlState::UNDEFINED_COLUMN, SqlState::DATATYPE_MISMATCH].contains(code) => {
            "the table is another one of the same name: rename it, or name another database"
        }
        Some(_) => "the server says why",
        None => "is the server running? what was put once may be put again",
    };
    Error::failure(format!("{address}: {what}")).because(error).hint(hint)
}
