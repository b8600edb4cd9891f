//! The Delta store: where tables live, how they are read at a version, and the only place that commits.
//!
//! Owns every use of `deltalake`. Layers hand it streams of rows and a table's declaration; it hands back snapshots, which
//! `engine` turns into relations. It knows nothing of music.

mod added;
pub mod catalog;
pub mod changes;
mod commit;
pub mod declared;
mod evolution;
mod fence;
mod leftovers;
pub mod lock;
mod log;
pub mod maintain;
pub mod marks;
pub mod merge;
mod own_writes;
mod place;
pub mod remote;
pub mod rows;
pub mod snapshot;
pub mod store;
pub mod tables;
pub mod update;
pub mod write;

pub use added::added;
pub use lock::WriteLock;
pub use snapshot::Snapshot;
pub use store::{Lake, TableAt};
pub use tables::Table;
pub use write::{Mode, Written};
