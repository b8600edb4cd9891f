//! How far a partition was read, and the newest time it told.
//!
//! Owns the names of the marks that say so in a table's log. The newest time is what makes an event late; it is kept with the
//! offset, so that who is late hangs on the order of the log alone and not on who read it, when, or how often.

use crate::broker::{Cursor, Place};
use crate::lake::marks::Marks;
use std::collections::{BTreeMap, BTreeSet};

/// A place in a partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The offset of the next message.
    pub next: i64,
    /// The cursor of the message before it.
    pub cursor: Cursor,
    /// The newest time among the events before it, in microseconds since 1970 UTC.
    pub newest_us: i64,
}

/// Places in partitions; a partition that was never read has none.
pub type Positions = BTreeMap<i32, Position>;

impl Position {
    /// Where reading goes on.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place { next: self.next, cursor: self.cursor }
    }
}

fn next(source: &str, partition: i32) -> String {
    format!("stream/{source}/{partition}")
}

fn newest(source: &str, partition: i32) -> String {
    format!("stream/{source}/{partition}/newest_us")
}

fn cursor(source: &str, partition: i32) -> [String; 4] {
    std::array::from_fn(|part| format!("stream/{source}/{partition}/cursor_{part}"))
}

/// The names of all marks of these partitions.
pub fn names(source: &str, partitions: impl IntoIterator<Item = i32>) -> BTreeSet<String> {
    let of = |partition| [next(source, partition), newest(source, partition)].into_iter().chain(cursor(source, partition));
    partitions.into_iter().flat_map(of).collect()
}

/// The places that marks tell of.
#[must_use]
pub fn of_marks(source: &str, partitions: &[i32], marks: &Marks) -> Positions {
    let place = |&partition: &i32| {
        let told = |name: &String| marks.get(name).copied();
        let next = told(&next(source, partition))?;
        let newest_us = told(&newest(source, partition)).unwrap_or_default();
        let cursor = cursor(source, partition).map(|name| told(&name).unwrap_or_default());
        Some((partition, Position { next, cursor, newest_us }))
    };
    partitions.iter().filter_map(place).collect()
}

/// The marks that tell of these places. An offset that says all needs no cursor.
#[must_use]
pub fn marks(source: &str, positions: &Positions) -> Marks {
    let of = |(&partition, position): (&i32, &Position)| {
        let parts = if position.cursor == Cursor::default() { &[][..] } else { &position.cursor[..] };
        let cursor: Vec<_> = cursor(source, partition).into_iter().zip(parts.iter().copied()).collect();
        [(next(source, partition), position.next), (newest(source, partition), position.newest_us)].into_iter().chain(cursor)
    };
    positions.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::{Position, Positions, marks, names, of_marks};

    #[test]
    fn places_come_back_from_their_marks() {
        let positions: Positions = [
            (0, Position { next: 7, newest_us: 12, ..Position::default() }),
            (11, Position { next: 1, cursor: [1, 0, 3, 4], newest_us: 0 }),
        ]
        .into();
        let told = marks("kafka:c/t", &positions);
        assert!(told.keys().all(|name| names("kafka:c/t", [0, 11]).contains(name)));
        assert_eq!((told.len(), of_marks("kafka:c/t", &[0, 1, 11], &told)), (8, positions));
        assert_eq!(of_marks("kafka:c/other", &[0, 1, 11], &told), Positions::new());
    }
}
