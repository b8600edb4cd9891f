//! The rows of a JSON array, one after another.
//!
//! Owns the array's syntax and the words for what is wrong with it. Refuses truncated files: a reading either comes to the
//! closing bracket or fails. The text comes from `window`; what a row means is `rows`' affair.

use super::meter::Metered;
use super::shape;
use super::window::Window;
use crate::error::{Error, Result};

const BYTE_ORDER_MARK: char = '\u{feff}';
const DAMAGED: &str = "the file is damaged or was changed: download the export again, or repair the place";
const TRUNCATED: &str = "the file is incomplete: download or copy it again";

/// What became of the text from where a row begins.
pub enum Taken {
    /// The row is that many bytes long and was dealt with.
    Bytes(usize),
    /// The text ends where the row may go on; nothing was done.
    Cut,
    /// It is no whole JSON value, so far as the text goes; nothing was done.
    Failed(serde_json::Error),
}

/// Hands over the text from where each row begins, with its position counted from 1 and whether the file goes on behind
/// the text. Returns the number of rows.
pub fn each(
    source: &mut Metered<'_, '_>,
    row_bytes_max: usize,
    take: &mut dyn FnMut(u64, &str, bool) -> Result<Taken>,
) -> Result<u64> {
    let mut window = Window::default();
    let mut walk = Walk { state: State::Start, rows: 0, row_bytes_max };
    loop {
        window.slide(source)?;
        let text = window.text(source.name())?;
        let used = match walk.advance(text, !window.has_ended(), take) {
            Ok(used) => used,
            Err(Stop::Given(error)) => return Err(error),
            Err(Stop::At(at, problem)) => return Err(problem.explain(source.name(), &window.place(at), walk.rows + 1)),
        };
        window.consume(used);
        source.count_rows(walk.rows)?;
        if window.has_ended() {
            return Ok(walk.rows);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    First,
    Between,
    Next,
    End,
}

struct Walk {
    state: State,
    rows: u64,
    row_bytes_max: usize,
}

enum Stop {
    At(usize, Problem),
    Given(Error),
}

impl Walk {
    // Goes as far as the text holds whole rows and returns how far that is.
    fn advance(&mut self, text: &str, more: bool, take: &mut dyn FnMut(u64, &str, bool) -> Result<Taken>) -> Result<usize, Stop> {
        let mut at = 0;
        if self.state == State::Start && text.starts_with(BYTE_ORDER_MARK) {
            at = BYTE_ORDER_MARK.len_utf8();
        }
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let blank = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
            at += blank;
            let rest = rest.get(blank..).unwrap_or_default();
            let Some(byte) = rest.bytes().next() else { break };
            self.state = match (self.state, byte) {
                (State::Start, b'[') => State::First,
                (State::First | State::Between, b']') => State::End,
                (State::Between, b',') => State::Next,
                (State::First | State::Next, _) if byte != b']' => match self.row(rest, more, take) {
                    Ok(0) => return Ok(at),
                    Ok(bytes) => {
                        at += bytes;
                        self.state = State::Between;
                        continue;
                    }
                    Err(Stop::At(inside, problem)) => return Err(Stop::At(at + inside, problem)),
                    Err(given) => return Err(given),
                },
                (state, _) => return Err(Stop::At(at, Problem::Unexpected(state))),
            };
            at += 1;
        }
        match self.state {
            State::Start if !more => Err(Stop::At(at, Problem::Empty)),
            state if !more && state != State::End => Err(Stop::At(at, Problem::Truncated)),
            _ => Ok(at),
        }
    }

    // The bytes of the row; 0 when the text has to grow before that can be said.
    fn row(&mut self, rest: &str, more: bool, take: &mut dyn FnMut(u64, &str, bool) -> Result<Taken>) -> Result<usize, Stop> {
        let taken = take(self.rows + 1, rest, more).map_err(Stop::Given)?;
        if let Taken::Bytes(bytes) = taken {
            self.rows += 1;
            return Ok(bytes);
        }
        // The window's end looks like an error, so an error only counts when the file ends or the row is too long.
        if more && rest.len() <= self.row_bytes_max {
            return Ok(0);
        }
        Err(match taken {
            Taken::Failed(error) if !error.is_eof() => {
                Stop::At(offset(rest, error.line(), error.column()), Problem::Syntax(error))
            }
            _ if more => Stop::At(0, Problem::TooLong(self.row_bytes_max)),
            _ => Stop::At(rest.len(), Problem::Truncated),
        })
    }
}

enum Problem {
    Empty,
    Truncated,
    TooLong(usize),
    Unexpected(State),
    Syntax(serde_json::Error),
}

impl Problem {
    fn explain(self, name: &str, place: &str, row: u64) -> Error {
        match self {
            Self::Empty => Error::failure(format!("{name} is empty")).hint(TRUNCATED),
            Self::Truncated => Error::failure(format!("{name} breaks off in row {row}, at {place}")).hint(TRUNCATED),
            Self::TooLong(limit) => {
                let kib = limit >> 10;
                Error::failure(format!("{name}: row {row}, at {place}, is longer than {kib} KiB")).hint(shape::EXPECTED)
            }
            Self::Unexpected(State::Start) => shape::no_history(name).because("it is no JSON list of plays"),
            Self::Unexpected(State::End) => Error::failure(format!("{name} goes on after its end, at {place}")).hint(DAMAGED),
            Self::Unexpected(State::Next) => {
                Error::failure(format!("{name} is broken JSON at {place}: no row {row} follows the comma")).hint(DAMAGED)
            }
            Self::Unexpected(_) => {
                Error::failure(format!("{name} is broken JSON at {place}: a comma is missing before row {row}")).hint(DAMAGED)
            }
            Self::Syntax(error) => {
                // The library counts from the row's beginning, which would contradict our own place.
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                Error::failure(format!("{name} is broken JSON in row {row}, at {place}: {message}")).hint(DAMAGED)
            }
        }
    }
}

// Where the library's line and column, both counted from 1 within the row, lie in it.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}
