//! The weekly recap.
//!
//! Owns, in `model`, the words that a language model may put around its figures.

pub mod model;
