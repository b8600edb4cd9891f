//! moodlake turns a person's music listening into a lakehouse they own.
//!
//! A contents page: `cli` reads the command line and calls `pipeline`, which knows the order of the steps; `bronze`, `silver` and
//! `gold` are the layers, which meet only through tables; `check` holds the tables against their rules; `stats` computes, `watch` looks at the player, `stream` lands the events of a `broker`, `engine` queries, `lake` stores. Dependencies point
//! down this list, and a test holds them to it. `ARCHITECTURE.md` tells the whole story.

pub mod cli;

pub mod schedule;

pub mod report;

pub mod pipeline;

pub mod export;

pub mod recap;

pub mod check;

pub mod bronze;
pub mod gold;
pub mod silver;

pub mod stream;

pub mod stats;

pub mod watch;

pub mod broker;
pub mod hot;

pub mod postgres;

pub mod aws;

pub mod reccobeats;
pub mod spotify;
pub mod web;

pub mod context;

pub mod lake;

pub mod engine;

pub mod clock;
pub mod error;
pub mod fingerprint;
pub mod private_file;
pub mod random;
