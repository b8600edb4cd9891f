//! Bronze: the outside world as typed rows, insert-only.
//!
//! Owns every parser and generator and the keys that make an import repeatable. It writes the bronze tables and the import
//! ledger; silver reads them as tables and knows nothing of how they came about.

pub mod catalog;
pub mod catalog_file;
mod catalog_rows;
pub mod crowd;
pub mod export;
mod feature_misses;
pub mod gaps;
pub mod history;
pub mod import;
pub mod ledger;
mod missing;
pub mod play;
pub mod raw_responses;
pub mod real_features;
pub mod recent_plays;
mod rejects;
pub mod simulated;
pub mod streamed;
pub mod synthetic;
pub mod synthetic_features;
mod track_metadata;
pub mod tracks;
pub mod watched;
