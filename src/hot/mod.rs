//! Key-value stores for what is fresh: an application asks one for the newest plays of a listener and has them at once.
//!
//! Owns what stands under a key, and the trait that a stream sees of a store. The lake holds everything for good; here it is found
//! fast, for a while. DynamoDB is in the build where the feature `aws` is on, PostgreSQL in every one.

mod address;
#[cfg(feature = "aws")]
mod dynamodb;
mod item;
mod postgres;
#[cfg(not(feature = "aws"))]
mod without_aws;

pub use address::HotAddress;
pub use item::Item;

use crate::aws::Account;
use crate::error::Result;
#[cfg(feature = "aws")]
use dynamodb::open as open_dynamodb;
use secrecy::SecretString;
#[cfg(not(feature = "aws"))]
use without_aws::open as open_dynamodb;

/// A store. Everything in it may be done twice: the second time changes nothing.
#[async_trait::async_trait]
pub trait KeyValue: Send {
    /// What tells this store in messages, without secrets.
    fn name(&self) -> &str;

    /// Puts items; one that is there already under its key is replaced, and of several of one key the last counts.
    ///
    /// # Errors
    /// When the store is away or refuses them; some of them may be there all the same.
    async fn put(&mut self, items: &[Item]) -> Result<()>;

    /// The number that a reader of this name left last: how far it has followed what it follows.
    ///
    /// # Errors
    /// When the store is away.
    async fn mark(&mut self, reader: &str) -> Result<Option<i64>>;

    /// Leaves a number for the next reader of this name.
    ///
    /// # Errors
    /// When the store is away.
    async fn set_mark(&mut self, reader: &str, value: i64) -> Result<()>;

    /// Removes what has expired by then, where the store does not do so by itself; how many items that were.
    ///
    /// # Errors
    /// When the store is away.
    async fn expire(&mut self, now_s: i64) -> Result<u64>;
}

/// Opens a store, with its tables made if there are none. The password is PostgreSQL's, where the address holds none.
///
/// # Errors
/// When the store is away, lets nobody in, or holds something else under the tables' names.
pub async fn open(address: &HotAddress, account: &Account, password: Option<SecretString>) -> Result<Box<dyn KeyValue>> {
    match address {
        HotAddress::DynamoDb { table } => open_dynamodb(table, account).await,
        HotAddress::Postgres(address) => postgres::open(address, password).await,
    }
}
