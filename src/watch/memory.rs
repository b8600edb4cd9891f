//! What a watcher remembers over a restart: what was playing, and events that no table holds yet.
//!
//! Owns the file. Losing it costs the play under way and what was not stored yet, so it is written before anything is told.

use super::event::Event;
use super::player::Player;
use crate::error::Result;
use crate::private_file::{self, Document};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Memory {
    /// Whose player it is.
    pub user_id: String,
    /// What it was doing.
    pub player: Player,
    /// Events that are still to be stored, oldest first.
    pub waiting: Vec<Event>,
    /// Events that a broker has not confirmed, oldest first.
    pub unsent: Vec<Unsent>,
}

/// An event on its way to a broker.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Unsent {
    /// Whose it is.
    pub user_id: String,
    /// What happened.
    pub event: Event,
}

/// The file that keeps it.
#[derive(Clone, Debug)]
pub struct MemoryFile {
    path: PathBuf,
}

impl MemoryFile {
    /// The file at a place, which need not exist yet.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// What is remembered, or nothing.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(&self) -> Result<Memory> {
        let fault = match private_file::read_json::<Memory>(&self.path)? {
            Document::There(memory) if memory.player.is_plausible() => return Ok(memory),
            Document::Absent => return Ok(Memory::default()),
            Document::There(_) => "impossible numbers".to_owned(),
            Document::Garbled(at) => at,
        };
        let aside = self.path.with_extension("json.unreadable");
        // Events may be in it: it is kept for whoever wants to look.
        let kept = std::fs::rename(&self.path, &aside).is_ok();
        let says = if kept { format!("is kept as {}", aside.display()) } else { "is begun anew".to_owned() };
        tracing::warn!("the file {} cannot be understood ({fault}) and {says}", self.path.display());
        Ok(Memory::default())
    }

    /// Remembers.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, memory: &Memory) -> Result<()> {
        private_file::replace_json(&self.path, memory)
    }
}
