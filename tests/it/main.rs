//! The one integration-test binary: the program as a person runs it, and the models as SQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod architecture;
mod authorization;
mod bad_input;
mod catalog;
mod check;
mod cli;
mod export;
mod fake_spotify;
mod following;
mod fuzzed;
mod gold;
mod gold_updates;
mod hostile;
mod hot;
mod import;
mod ingest;
#[cfg(feature = "kafka")]
mod kafka;
mod listening;
mod maintain;
mod models;
mod moods;
mod neighbours;
mod pipeline;
mod postgres_server;
mod properties;
mod query;
mod recap_words;
mod recorded;
mod refusals;
mod relations;
mod releases;
mod report;
mod schedule;
mod scheduled;
mod secrets;
mod signing_in;
mod silver_updates;
mod simulate;
mod simulation;
mod star;
mod stream_log;
mod streaming;
mod watching;
mod workspace;
