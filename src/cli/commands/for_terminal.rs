//! Text on its way to a terminal, which names in tables must not steer.
//!
//! Owns the cut into whole lines, so that no character is taken apart. What goes to a file or a pipe stays as it is.

use crate::cli::output::printable;
use std::io::{Result, Write};

/// Passes lines on with what is not printable replaced.
pub struct ForTerminal<W: Write> {
    inner: W,
    rest: Vec<u8>,
}

impl<W: Write> ForTerminal<W> {
    /// A way to this output.
    pub const fn new(inner: W) -> Self {
        Self { inner, rest: Vec::new() }
    }

    fn pass(&mut self, end: usize) -> Result<()> {
        let ready: Vec<u8> = self.rest.drain(..end).collect();
        self.inner.write_all(printable(&String::from_utf8_lossy(&ready)).as_bytes())
    }
}

impl<W: Write> Write for ForTerminal<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.rest.extend_from_slice(bytes);
        if let Some(newline) = self.rest.iter().rposition(|byte| *byte == b'\n') {
            self.pass(newline + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.pass(self.rest.len())?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_replaced_and_nothing_else() {
        let mut shown = Vec::new();
        let mut output = ForTerminal::new(&mut shown);
        // Cut between the two bytes of ñ, and in the middle of a sequence.
        for part in [b"a,Ma".as_slice(), &[0xc3], &[0xb1, b'a', b'\n', 0x1b], b"]0;x\x07,", "\u{9b}31m\n".as_bytes()] {
            output.write_all(part).unwrap();
        }
        output.flush().unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.starts_with("a,Maña\n"), "{shown:?}");
        assert!(shown.chars().all(|letter| !letter.is_control() || letter == '\n'), "{shown:?}");
        assert!(shown.contains("]0;x") && shown.ends_with("31m\n"), "{shown:?}");
    }
}
