//! The database of an export, within its one transaction.
//!
//! Owns what its errors mean, and the way of rows into it.

use super::binary::{self, Rows};
use crate::context::Task;
use crate::error::{Error, Explain as _, Result};
use crate::postgres::{Address, Value, ask};
use arrow::datatypes::SchemaRef;
use bytes::{Bytes, BytesMut};
use datafusion::prelude::DataFrame;
use futures::{SinkExt as _, StreamExt as _};
use std::pin::pin;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Row, Transaction};

/// So many bytes are sent at once.
const TOGETHER: usize = 256 * 1024;

pub struct Base<'a> {
    transaction: Transaction<'a>,
    address: &'a Address,
}

impl<'a> Base<'a> {
    /// Begins the transaction; nothing is there before `commit`.
    pub async fn begin(client: &'a mut Client, address: &'a Address) -> Result<Self> {
        let what = "a transaction cannot be begun";
        let transaction = client.transaction().await.map_err(|error| failed(address, what, error))?;
        let base = Self { transaction, address };
        // What is there already is no news, and while the lake is read the database waits.
        // Who waited for another export sees what that one wrote, whatever the database's default is.
        base.run("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE", what).await?;
        base.run("SET LOCAL client_min_messages = warning; SET LOCAL idle_in_transaction_session_timeout = 0", what).await?;
        Ok(base)
    }

    /// Runs statements.
    pub async fn run(&self, sql: &str, what: &str) -> Result<()> {
        self.transaction.batch_execute(sql).await.map_err(|error| failed(self.address, what, error))
    }

    /// Runs a statement: what it answers, and how many rows it touched.
    pub async fn ask(&self, sql: &str, values: Vec<Value<'_>>, what: &str) -> Result<(Vec<Row>, u64)> {
        ask(self.transaction.client(), sql, values).await.map_err(|error| failed(self.address, what, error))
    }

    /// Sends rows into a table, as they are read; tells how many.
    pub async fn copy(&self, into: &str, declared: &SchemaRef, rows: DataFrame, progress: &dyn Task) -> Result<u64> {
        let what = format!("rows cannot be copied into {into}");
        let unreadable = || "the star schema cannot be read".to_owned();
        let names: Vec<_> = declared.fields().iter().map(|field| format!("\"{}\"", field.name())).collect();
        let sql = format!("COPY {into} ({}) FROM STDIN (FORMAT binary)", names.join(", "));
        let failed = |error| failed(self.address, &what, error);
        let mut sink = pin!(self.transaction.copy_in::<str, Bytes>(&sql).await.map_err(failed)?);
        let mut batches = rows.execute_stream().await.explain(unreadable)?;
        let mut bytes = BytesMut::with_capacity(2 * TOGETHER);
        binary::begin(&mut bytes);
        while let Some(batch) = batches.next().await {
            let rows = Rows::of(&batch.explain(unreadable)?, declared).explain(unreadable)?;
            for row in 0..rows.len() {
                rows.write(row, &mut bytes);
                if bytes.len() >= TOGETHER {
                    sink.send(bytes.split().freeze()).await.map_err(failed)?;
                }
            }
            progress.advance(rows.len() as u64);
        }
        binary::end(&mut bytes);
        sink.send(bytes.freeze()).await.map_err(failed)?;
        sink.finish().await.map_err(failed)
    }

    /// Makes all of it visible at once.
    pub async fn commit(self) -> Result<()> {
        self.transaction.commit().await.map_err(|error| failed(self.address, "the export cannot be committed", error))
    }
}

fn failed(address: &Address, what: &str, error: tokio_postgres::Error) -> Error {
    let hint = match error.code() {
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            "the user may not do it: an administrator can `CREATE SCHEMA … AUTHORIZATION` that user; --schema names another one"
        }
        Some(code) if *code == SqlState::FOREIGN_KEY_VIOLATION => {
            "a play refers to what its dimension does not hold: `moodlake build-gold star`, then export again"
        }
        Some(code) if *code == SqlState::DEPENDENT_OBJECTS_STILL_EXIST || *code == SqlState::DUPLICATE_TABLE => {
            "something else of that name is there: --schema names another schema"
        }
        Some(code) if *code == SqlState::UNTRANSLATABLE_CHARACTER => {
            "the database cannot hold all letters: make one with `createdb -E UTF8`"
        }
        Some(_) => "the server says why; the database is as it was before",
        None => "is the server running? the database is as it was before; export again",
    };
    Error::failure(format!("{address}: {what}")).because(error).hint(hint)
}
