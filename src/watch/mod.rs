//! What is playing now, look by look: what changed since the last look, and how long each track was listened to.
//!
//! Owns the arithmetic of looks, the pace at which they are made, and what is remembered over a restart. It asks nobody and writes no
//! table: `spotify` answers, `bronze` stores, `pipeline` brings them together.

mod event;
mod listening;
mod memory;
mod pace;
mod player;

#[cfg(test)]
mod tests;

pub use event::{Event, Path, PlayEvent, PlayerChange, PlayerEvent, Status, exact, moment};
pub use memory::{Memory, MemoryFile, Unsent};
pub use pace::Pace;
pub use player::{Limits, Player};
