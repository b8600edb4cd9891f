//! Bytes on their way out, freed of what would steer a terminal.
//!
//! Owns the cut into whole characters; `printable` knows which of them steer.

use super::printable::{in_line, json_escaped, printable};
use std::io::{Result, Write};

/// Passes text on with what steers escaped.
pub struct Screened<W: Write> {
    inner: W,
    rest: Vec<u8>,
    clean: fn(&str) -> String,
}

impl<W: Write> Screened<W> {
    /// Text for eyes.
    pub const fn for_terminal(inner: W) -> Self {
        Self { inner, rest: Vec::new(), clean: printable }
    }

    /// JSON, which says the same afterwards.
    pub const fn json(inner: W) -> Self {
        Self { inner, rest: Vec::new(), clean: json_escaped }
    }

    fn pass(&mut self, end: usize) -> Result<()> {
        let ready: Vec<u8> = self.rest.drain(..end).collect();
        self.inner.write_all((self.clean)(&String::from_utf8_lossy(&ready)).as_bytes())
    }
}

impl<W: Write> Write for Screened<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            // The end is the beginning of a character whose rest comes next.
            Err(cut) if cut.error_len().is_none() => cut.valid_up_to(),
            _ => self.rest.len(),
        };
        self.pass(whole)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.pass(self.rest.len())?;
        self.inner.flush()
    }
}

/// Log lines on stderr: every write is one of them, and stays one.
pub struct LogLine(pub fn(&str) -> String);

impl LogLine {
    /// A line for eyes.
    pub const fn text() -> Self {
        Self(in_line)
    }

    /// A JSON object.
    pub const fn json() -> Self {
        Self(json_escaped)
    }

    fn clean(&self, event: &[u8]) -> String {
        let text = String::from_utf8_lossy(event);
        format!("{}\n", (self.0)(text.strip_suffix('\n').unwrap_or(&text)))
    }
}

impl Write for LogLine {
    fn write(&mut self, event: &[u8]) -> Result<usize> {
        std::io::stderr().lock().write_all(self.clean(event).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> Result<()> {
        std::io::stderr().lock().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_replaced_and_nothing_else() {
        let mut shown = Vec::new();
        let mut output = Screened::for_terminal(&mut shown);
        // Cut between the two bytes of ñ, and in the middle of a sequence.
        for part in [b"a,Ma".as_slice(), &[0xc3], &[0xb1, b'a', b'\n', 0x1b], b"]0;x\x07,", "\u{9b}31m\n".as_bytes()] {
            output.write_all(part).unwrap();
        }
        output.flush().unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert_eq!(shown, "a,Maña\n\\u{1b}]0;x\\u{7},\\u{9b}31m\n");
    }

    #[test]
    fn json_says_the_same_wherever_it_is_cut() {
        let document = serde_json::json!([{ "name": "\u{202e}ñ\u{9b}\u{feff}" }]);
        for cut in 0..document.to_string().len() {
            let (mut written, text) = (Vec::new(), document.to_string());
            let mut output = Screened::json(&mut written);
            output.write_all(&text.as_bytes()[..cut]).unwrap();
            output.write_all(&text.as_bytes()[cut..]).unwrap();
            output.flush().unwrap();
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&written).unwrap(), document);
            assert!(!String::from_utf8(written).unwrap().chars().any(crate::cli::printable::steers));
        }
    }

    #[test]
    fn an_event_is_one_line_of_the_log() {
        assert_eq!(LogLine::text().clean(b" INFO a\n INFO b\x1b\n"), " INFO a\\u{a} INFO b\\u{1b}\n");
        assert_eq!(LogLine::json().clean("{\"a\":\"\u{2028}\"}\n".as_bytes()), "{\"a\":\"\\u2028\"}\n");
    }
}
