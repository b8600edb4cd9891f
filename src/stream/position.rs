//! How far a partition was read, and the newest time it told.
//!
//! Owns the names of the two marks that say so in a table's log. The newest time is what makes an event late; it is kept with the
//! offset, so that who is late hangs on the order of the log alone and not on who read it, when, or how often.

use crate::lake::marks::Marks;
use std::collections::{BTreeMap, BTreeSet};

/// A place in a partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The offset of the next message.
    pub next: i64,
    /// The newest time among the events before it, in microseconds since 1970 UTC.
    pub newest_us: i64,
}

/// Places in partitions; a partition that was never read has none.
pub type Positions = BTreeMap<i32, Position>;

fn next(source: &str, partition: i32) -> String {
    format!("stream/{source}/{partition}")
}

fn newest(source: &str, partition: i32) -> String {
    format!("stream/{source}/{partition}/newest_us")
}

/// The names of all marks of these partitions.
pub fn names(source: &str, partitions: impl IntoIterator<Item = i32>) -> BTreeSet<String> {
    partitions.into_iter().flat_map(|partition| [next(source, partition), newest(source, partition)]).collect()
}

/// The places that marks tell of.
#[must_use]
pub fn of_marks(source: &str, partitions: &[i32], marks: &Marks) -> Positions {
    let place = |&partition: &i32| {
        let next = *marks.get(&next(source, partition))?;
        let newest_us = marks.get(&newest(source, partition)).copied().unwrap_or_default();
        Some((partition, Position { next, newest_us }))
    };
    partitions.iter().filter_map(place).collect()
}

/// The marks that tell of these places.
#[must_use]
pub fn marks(source: &str, positions: &Positions) -> Marks {
    let of = |(&partition, position): (&i32, &Position)| {
        [(next(source, partition), position.next), (newest(source, partition), position.newest_us)]
    };
    positions.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::{Position, Positions, marks, names, of_marks};

    #[test]
    fn places_come_back_from_their_marks() {
        let positions: Positions = [(0, Position { next: 7, newest_us: 12 }), (11, Position { next: 1, newest_us: 0 })].into();
        let told = marks("kafka:c/t", &positions);
        assert_eq!(told.keys().cloned().collect::<Vec<_>>(), names("kafka:c/t", [0, 11]).into_iter().collect::<Vec<_>>());
        assert_eq!(of_marks("kafka:c/t", &[0, 1, 11], &told), positions);
        assert_eq!(of_marks("kafka:c/other", &[0, 1, 11], &told), Positions::new());
    }
}
