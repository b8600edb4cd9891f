//! The rules of every table, declared as data: one file a layer, and one for the star schema of gold.
//!
//! Owns what is asked. Two rules need no declaration, since every table has them: `readable` (its log and its files can be read)
//! and `schema` (its columns and partitions are the declared ones).

mod bronze;
mod gold;
mod ops;
mod silver;
mod star;

use super::rule::{Bounds, Rule};
use crate::lake::Table;

/// A table and its rules.
pub type TableRules = (&'static Table, &'static [Rule]);

/// All rules, in the order in which data flows.
#[must_use]
pub fn all() -> Vec<TableRules> {
    [bronze::RULES, silver::RULES, gold::RULES, star::RULES, ops::RULES].concat()
}

/// The words for a part of the day.
const PARTS_OF_DAY: &[&str] = &["night", "morning", "afternoon", "evening"];

/// Audio features from silver on.
const AUDIO: &[Bounds] = &audio(0.0);

/// Audio features as sources write them: key -1 means unknown.
const AUDIO_AS_TOLD: &[Bounds] = &audio(-1.0);

/// The bounds are Spotify's own but for loudness and tempo, which it leaves open: nothing that is music is louder than 10 dB over
/// full scale or faster than 300 beats a minute. Spotify says tempo 0 of what has no beat.
const fn audio(key_min: f64) -> [Bounds; 12] {
    [
        ("danceability", 0.0, 1.0),
        ("energy", 0.0, 1.0),
        ("key", key_min, 11.0),
        ("loudness", -100.0, 10.0),
        ("mode", 0.0, 1.0),
        ("speechiness", 0.0, 1.0),
        ("acousticness", 0.0, 1.0),
        ("instrumentalness", 0.0, 1.0),
        ("liveness", 0.0, 1.0),
        ("valence", 0.0, 1.0),
        ("tempo", 0.0, 300.0),
        ("time_signature", 0.0, 15.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::lake::tables::ALL;
    use std::collections::BTreeSet;

    #[test]
    fn every_declared_table_has_rules_once() {
        let ruled: Vec<_> = all().iter().map(|(table, _)| table.label()).collect();
        let declared: Vec<_> = ALL.iter().map(|table| table.label()).collect();
        assert_eq!(ruled, declared);
    }

    #[test]
    fn rules_read_declared_columns_and_have_names_of_their_own() {
        for (table, rules) in all() {
            let schema = table.schema();
            let names: BTreeSet<_> = rules.iter().map(|rule| rule.name).collect();
            assert_eq!(names.len(), rules.len(), "{}", table.label());
            assert!(!names.contains("schema") && !names.contains("readable"), "{}", table.label());
            for rule in rules {
                for column in rule.columns() {
                    assert!(schema.field_with_name(column).is_ok(), "{}: {} reads {column}", table.label(), rule.name);
                }
            }
        }
    }
}
