//! One request to a service on the network, made patiently.
//!
//! Owns what every service has in common: how an answer is told from a fault (`reply`), how long and how often a fault is waited
//! out (`patience`), and the loop that does so (`retry`). What an answer means is its service's business. No request and no answer
//! is logged: they carry secrets.

mod patience;
mod reply;
mod retry;

pub use patience::{Patience, Pause, is_ahead, until};
pub use reply::Reply;
pub use retry::{End, Fault, Miss, is_passing, patiently};
