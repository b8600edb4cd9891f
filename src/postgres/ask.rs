//! A statement with its values.
//!
//! Owns that it has no name at the server: one with a name would not get through a pool of connections. (The library's own calls of this
//! kind are futures of which the compiler cannot see that they may go from thread to thread.)

use futures::TryStreamExt as _;
use futures::future::BoxFuture;
use std::pin::pin;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row};

/// A value and its type.
pub type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// Runs a statement: what it answers, and how many rows it touched.
///
/// # Errors
/// What the server or the connection says.
pub fn ask<'a>(client: &'a Client, sql: &'a str, values: Vec<Value<'a>>) -> BoxFuture<'a, Result<(Vec<Row>, u64), Error>> {
    Box::pin(async move {
        let mut told = pin!(client.query_typed_raw(sql, values).await?);
        let mut rows = Vec::new();
        while let Some(row) = told.try_next().await? {
            rows.push(row);
        }
        Ok((rows, told.rows_affected().unwrap_or_default()))
    })
}
