//! Amazon's services: how they are reached, who asks, and what their errors mean.
//!
//! Owns what Kinesis and `DynamoDB` have in common. What is asked of them is their own business (`broker::kinesis`, `hot`). The account
//! is known in every build; the clients are in the build where the feature is on.

mod account;
#[cfg(feature = "aws")]
mod config;
#[cfg(feature = "aws")]
mod failure;

pub use account::{Account, Keys, Service, is_here};
#[cfg(feature = "aws")]
pub use config::config;
#[cfg(feature = "aws")]
pub use failure::{Trouble, failure};
