//! Gold: what the plays say, one job a question.
//!
//! Owns the jobs. Each reads silver through its SQL, computes with `stats` where there is an algorithm, and replaces its tables.
//! Jobs never read each other's memory, only tables.

pub mod mood;
