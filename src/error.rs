//! The one error type of the library: what failed, what to do about it, and which exit code it deserves.
//!
//! Owns the wording rule that every failure names its table, file or line and that a second line says what to do. Refuses
//! to print: `main` renders it. Errors of libraries are kept as the source, so that nothing a person could need is lost.

use std::error::Error as StdError;
use std::fmt;

/// Which of the documented exit codes an error ends the process with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Data or a service failed: exit code 1.
    Failure,
    /// The command line or a setting is wrong: exit code 2.
    Usage,
    /// Spotify wants the person to log in again: exit code 3.
    Authorization,
    /// A data-quality rule of severity error is broken: exit code 4.
    Quality,
}

impl Kind {
    /// The process exit code of this kind.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Authorization => 3,
            Self::Quality => 4,
        }
    }
}

/// What failed, and what the reader can do about it.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    what: String,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result of everything in the library that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure of data or of a service; `what` names the table, file or line.
    #[must_use]
    pub fn failure(what: impl Into<String>) -> Self {
        Self { kind: Kind::Failure, what: what.into(), hint: None, source: None }
    }

    /// A mistake in the command line or in a setting.
    #[must_use]
    pub fn usage(what: impl Into<String>) -> Self {
        Self { kind: Kind::Usage, what: what.into(), hint: None, source: None }
    }

    /// An authorization that is missing or has ended.
    #[must_use]
    pub fn authorization(what: impl Into<String>) -> Self {
        Self { kind: Kind::Authorization, what: what.into(), hint: None, source: None }
    }

    /// Data that breaks a rule which must hold.
    #[must_use]
    pub fn quality(what: impl Into<String>) -> Self {
        Self { kind: Kind::Quality, what: what.into(), hint: None, source: None }
    }

    /// Adds the second line: what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Keeps the library's error that this one explains.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind, which decides the exit code.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What failed and what the libraries say of it, in one line.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        let mut line = self.what.clone();
        let mut cause = self.source();
        while let Some(reason) = cause {
            let text = reason.to_string();
            if !line.contains(&text) {
                line = format!("{line}: {}", in_short(&text));
            }
            cause = reason.source();
        }
        line.replace('\n', " ")
    }

    /// What to do about it, where something can be said.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// Letters of a library's text that are told: an engine lists every column of every table where one name is wrong.
const LETTERS_MAX: usize = 500;

/// A library's text in one line, cut off where it goes on and on.
#[must_use]
pub fn in_short(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(LETTERS_MAX) {
        line.truncate(end);
        line.push('…');
    }
    line
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as &(dyn StdError + 'static))
    }
}

/// Turns a library's error into ours where it happened, so that the message can name the table or file.
pub trait Explain<T> {
    /// `what` is only built when there is an error.
    ///
    /// # Errors
    /// The library's error, explained.
    fn explain(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> Explain<T> for std::result::Result<T, E> {
    fn explain(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Error::failure(what()).because(error))
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, LETTERS_MAX, in_short};

    #[test]
    fn what_libraries_say_is_one_line_of_some_length() {
        assert_eq!(in_short("Invalid regex\ncaused by\n\tan unclosed group"), "Invalid regex caused by an unclosed group");
        assert_eq!(in_short("short"), "short");
        let long = in_short(&"é ".repeat(10_000));
        assert!(long.chars().count() == LETTERS_MAX + 1 && long.ends_with('…'), "{long}");
        let error = Error::failure("table a/b: cannot be read").because("one\ntwo").hint("do\nthat");
        assert_eq!(error.in_one_line(), "table a/b: cannot be read: one two");
    }
}
