//! One request to a service on the network, made patiently.
//!
//! Owns what every service has in common: how an answer is told from a fault (`reply`), and how long and how often a fault is
//! waited out (`patience`). What an answer means is its service's business. Nothing here is logged: requests carry secrets.

mod patience;
mod reply;

pub use patience::{Patience, Pause};
pub use reply::Reply;
