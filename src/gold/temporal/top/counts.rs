//! One listener's plays, counted by period.
//!
//! Owns the order of ranks: plays, then minutes where they are known, then what an item is told by.

use crate::gold::items::Items;
use foldhash::fast::RandomState;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A stretch of the calendar; months are counted from the year 0. In the order of their names: all, month, year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// All time.
    All,
    /// A month.
    Month(i32),
    /// A year.
    Year(i32),
}

/// One thing heard in one play.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// The item's number.
    pub item: u32,
    /// When.
    pub month: i32,
    /// How it was written.
    pub spelling: u32,
    /// How long it was listened to.
    pub ms_played: Option<i64>,
}

/// Plays by month.
#[derive(Debug, Default)]
pub struct Plays(BTreeMap<i32, i64>);

impl Plays {
    /// Counts a play.
    pub fn add(&mut self, month: i32) {
        *self.0.entry(month).or_default() += 1;
    }

    /// How many there are in a period.
    #[must_use]
    pub fn of(&self, period: Period) -> i64 {
        match period {
            Period::All => self.0.values().sum(),
            Period::Month(month) => self.0.get(&month).copied().unwrap_or_default(),
            Period::Year(year) => self.0.range(year * 12..(year + 1) * 12).map(|(_, plays)| plays).sum(),
        }
    }

    /// The periods with plays, in order.
    #[must_use]
    pub fn periods(&self) -> BTreeSet<Period> {
        self.0.keys().flat_map(|month| [Period::All, Period::Month(*month), Period::Year(month.div_euclid(12))]).collect()
    }
}

/// What was heard of one kind.
#[derive(Debug, Default)]
pub struct Kind {
    /// The items.
    pub items: Items,
    /// The plays that have one or more.
    pub named: Plays,
    heard: Vec<Heard>,
}

/// An item's plays in a period.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    /// Each of them.
    pub heard: &'a [Heard],
    /// How many tell how long was listened.
    pub timed: usize,
    /// How long, if one tells it.
    pub ms_played: Option<i64>,
}

impl Kind {
    /// Counts an item of a play, given by the number of its spelling.
    pub fn add(&mut self, spelling: u32, month: i32, ms_played: Option<i64>) {
        self.heard.push(Heard { item: self.items.get(spelling).item, month, spelling, ms_played });
    }

    /// Brings what was heard into the order that ranks are counted in.
    pub fn sort(&mut self) {
        self.heard.sort_unstable_by_key(|heard| (heard.item, heard.month));
    }

    /// The most played items of each period, the first `limit` of them; what was heard must be in order.
    #[must_use]
    pub fn ranked(&self, limit: usize) -> HashMap<Period, Vec<Count<'_>>, RandomState> {
        let mut periods: HashMap<Period, Vec<Count>, RandomState> = HashMap::default();
        let mut count = |period: Period, heard| periods.entry(period).or_default().push(Count::of(heard));
        for item in self.heard.chunk_by(|a, b| a.item == b.item) {
            count(Period::All, item);
            for year in item.chunk_by(|a, b| a.month.div_euclid(12) == b.month.div_euclid(12)) {
                count(Period::Year(year[0].month.div_euclid(12)), year);
                for month in year.chunk_by(|a, b| a.month == b.month) {
                    count(Period::Month(month[0].month), month);
                }
            }
        }
        for counts in periods.values_mut() {
            let order = |a: &Count, b: &Count| a.rank(b, &self.items);
            if counts.len() > limit {
                counts.select_nth_unstable_by(limit, order);
                counts.truncate(limit);
            }
            counts.sort_unstable_by(order);
        }
        periods
    }
}

impl<'a> Count<'a> {
    fn of(heard: &'a [Heard]) -> Self {
        let known = || heard.iter().filter_map(|heard| heard.ms_played);
        Self { heard, timed: known().count(), ms_played: known().reduce(i64::saturating_add) }
    }

    fn rank(&self, other: &Self, items: &Items) -> Ordering {
        // Unknown is less than any time, and comes last.
        (other.heard.len(), other.ms_played)
            .cmp(&(self.heard.len(), self.ms_played))
            .then_with(|| items.key(self.heard[0].item).cmp(items.key(other.heard[0].item)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(plays: &[(i32, Option<i64>, &str)]) -> Kind {
        let mut kind = Kind::default();
        for (month, ms_played, artist) in plays {
            let spelling = kind.items.named(artist);
            kind.add(spelling, *month, *ms_played);
        }
        kind.sort();
        kind
    }

    fn names(kind: &Kind, period: Period, limit: usize) -> Vec<(String, usize, Option<i64>)> {
        let ranked = kind.ranked(limit).remove(&period).unwrap_or_default();
        let named = |count: &Count| (kind.items.key(count.heard[0].item).to_owned(), count.heard.len(), count.ms_played);
        ranked.iter().map(named).collect()
    }

    #[test]
    fn plays_then_minutes_then_names_rank() {
        let plays =
            [(24, Some(5), "C"), (24, Some(9), "b"), (25, None, "a"), (25, None, "D"), (37, Some(1), "d"), (24, Some(9), "A b")];
        let kind = kind(&plays);
        let expected = [("d", 2, Some(1)), ("a b", 1, Some(9)), ("b", 1, Some(9)), ("c", 1, Some(5)), ("a", 1, None)];
        let found = names(&kind, Period::All, 25);
        assert_eq!(found, expected.map(|(name, plays, ms)| (name.to_owned(), plays, ms)));
        assert_eq!(names(&kind, Period::All, 2), found[..2]);
    }

    #[test]
    fn periods_hold_their_own_plays() {
        let kind = kind(&[(24, Some(5), "x"), (25, None, "X"), (37, Some(1), "x")]);
        let x = |plays, ms| vec![("x".to_owned(), plays, ms)];
        assert_eq!(names(&kind, Period::Year(2), 25), x(2, Some(5)));
        assert_eq!(names(&kind, Period::Month(25), 25), x(1, None));
        assert_eq!(names(&kind, Period::Year(3), 25), x(1, Some(1)));
        let mut plays = Plays::default();
        [24, 25, 37].into_iter().for_each(|month| plays.add(month));
        assert_eq!((plays.of(Period::All), plays.of(Period::Year(2)), plays.of(Period::Year(9))), (3, 2, 0));
        assert_eq!(plays.periods().len(), 6);
    }

    #[test]
    fn songs_are_told_by_their_names_and_by_ids_without() {
        let mut items = Items::default();
        let mut item = |title, artist, id| items.track(title, artist, id).map(|spelling| items.get(spelling).item);
        let song = item(Some("Song"), Some("Band"), Some("1"));
        assert_eq!(item(Some("SONG"), Some("band"), Some("2")), song);
        assert_ne!(item(Some("Song"), None, Some("1")), song);
        assert_eq!(item(Some("Song"), None, Some("1")), item(None, None, Some("1")));
        assert_eq!(item(None, Some("Band"), None), None);
        assert_ne!(item(Some(""), Some("Band"), None), None);
    }
}
