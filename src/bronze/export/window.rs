//! The window that slides over a file, so that a file of any length takes the same memory.
//!
//! Owns the check that the file is UTF-8 and the place that an error names. It only grows while `elements` leaves a row in
//! it that is not whole yet, which `Limits::row_bytes_max` bounds.

use super::meter::Metered;
use crate::error::{Error, Result};

/// Read at once: large enough that a row cut at its end is rare, small enough to stay in a core's cache.
const WINDOW_BYTES: usize = 256 << 10;

/// A stretch of a file.
#[derive(Default)]
pub struct Window {
    bytes: Vec<u8>,
    used: usize,
    ended: bool,
    // Of the window's first byte: its offset in the file, the lines before it and where its line begins.
    offset: u64,
    lines: u64,
    line_offset: u64,
}

impl Window {
    /// Whether the file ends with this window.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Marks how far the window was dealt with.
    pub const fn consume(&mut self, bytes: usize) {
        self.used = bytes;
    }

    /// Leaves behind what was consumed and reads on.
    pub fn slide(&mut self, source: &mut Metered<'_, '_>) -> Result<()> {
        let gone = self.bytes.get(..self.used).unwrap_or_default();
        // Counted first, since a search from the end goes through all of a window that is one line, byte by byte.
        let lines = newlines(gone);
        if lines > 0
            && let Some(last) = gone.iter().rposition(|byte| *byte == b'\n')
        {
            self.lines += lines;
            self.line_offset = self.offset + last as u64 + 1;
        }
        self.offset += self.used as u64;
        self.bytes.drain(..self.used);
        self.used = 0;
        let kept = self.bytes.len();
        self.bytes.resize(kept + WINDOW_BYTES, 0);
        let filled = source.fill(self.bytes.get_mut(kept..).unwrap_or_default())?;
        self.bytes.truncate(kept + filled);
        self.ended = filled < WINDOW_BYTES;
        Ok(())
    }

    /// The window's whole characters.
    pub fn text(&self, name: &str) -> Result<&str> {
        let error = match std::str::from_utf8(&self.bytes) {
            Ok(text) => return Ok(text),
            Err(error) => error,
        };
        let valid = error.valid_up_to();
        // Without a length the last character is only cut, and its rest comes with the next window.
        if error.error_len().is_none() && !self.ended {
            return Ok(self.bytes.get(..valid).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default());
        }
        Err(Error::failure(format!("{name} is not UTF-8 text at {}", self.place(valid)))
            .hint("Spotify writes UTF-8: download the export again, or save the file as UTF-8"))
    }

    /// Where in the file a byte of the window is.
    pub fn place(&self, at: usize) -> String {
        let before = self.bytes.get(..at).unwrap_or(&self.bytes);
        let last = before.iter().rposition(|byte| *byte == b'\n');
        let byte = self.offset + before.len() as u64;
        let line_offset = last.map_or(self.line_offset, |last| self.offset + last as u64 + 1);
        format!("line {}, column {} (byte {})", self.lines + newlines(before) + 1, byte - line_offset + 1, byte + 1)
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    // Additions that are checked for overflow are not vectorized; 255 bytes cannot overflow a byte.
    let count = |some: &[u8]| some.iter().fold(0_u8, |count, byte| count.wrapping_add(u8::from(*byte == b'\n')));
    bytes.chunks(255).map(|some| u64::from(count(some))).sum()
}
