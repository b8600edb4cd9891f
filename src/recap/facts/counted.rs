//! Tracks, artists, albums or genres: how much of each was heard in the week, and when before.
//!
//! Owns the order of ranks, what is new and what has returned. What counts as the same is told by `gold::items`, as in
//! `gold/top_items`.

use crate::gold::items::{Items, Spelling};
use crate::recap::data::Item;
use arrow::datatypes::Date32Type;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Entries of a list.
const LONGEST: usize = 5;
/// Whoever was not heard for more days than these has returned.
pub const AWAY_DAYS: i32 = 90;

const MS_A_MINUTE: f64 = 60_000.0;

/// When a play was, seen from the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the week, on this day; in the week before or earlier.
    Before { day: i32, in_week_before: bool },
    /// In it.
    InWeek,
}

/// What was heard of one kind.
#[derive(Debug, Default)]
pub struct Kind {
    /// The items.
    pub items: Items,
    heard: Vec<Heard>,
}

#[derive(Clone, Debug, Default)]
struct Heard {
    plays: u64,
    plays_before: u64,
    ms_played: Option<i64>,
    last_before: Option<i32>,
    spellings: BTreeSet<u32>,
}

/// Which of the items of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    Played,
    /// Those that were never heard before it.
    New,
    /// Those that were heard before it, but not for long; the number of its Monday tells how long.
    Returned { monday: i32 },
}

impl Kind {
    /// Counts a play of an item, given by the number of its spelling.
    pub fn add(&mut self, spelling: u32, when: When, ms_played: Option<i64>) {
        let item = self.items.get(spelling).item as usize;
        if self.heard.len() <= item {
            self.heard.resize(item + 1, Heard::default());
        }
        let heard = &mut self.heard[item];
        match when {
            When::Before { day, in_week_before } => {
                heard.last_before = heard.last_before.max(Some(day));
                heard.plays_before += u64::from(in_week_before);
            }
            When::InWeek => {
                heard.plays += 1;
                heard.spellings.insert(spelling);
                if let Some(ms) = ms_played {
                    heard.ms_played = Some(heard.ms_played.unwrap_or_default().saturating_add(ms));
                }
            }
        }
    }

    /// How many were heard in the week.
    pub fn count(&self, which: Which) -> u64 {
        self.heard.iter().filter(|heard| heard.is(which)).count() as u64
    }

    /// The first of them by plays, then minutes where they are known, then what they are told by.
    pub fn top(&self, which: Which) -> Vec<Item> {
        let mut found: Vec<_> = self.heard.iter().enumerate().filter(|(_, heard)| heard.is(which)).collect();
        found.sort_unstable_by(|a, b| self.rank(*a, *b));
        let is_return = matches!(which, Which::Returned { .. });
        found.into_iter().take(LONGEST).map(|(_, heard)| self.told(heard, is_return)).collect()
    }

    fn rank(&self, a: (usize, &Heard), b: (usize, &Heard)) -> Ordering {
        // Unknown is less than any time, and comes last.
        let by_plays = (b.1.plays, b.1.ms_played).cmp(&(a.1.plays, a.1.ms_played));
        by_plays.then_with(|| self.items.key(a.0 as u32).cmp(self.items.key(b.0 as u32)))
    }

    fn told(&self, heard: &Heard, is_return: bool) -> Item {
        let spellings = || heard.spellings.iter().map(|&spelling| self.items.get(spelling));
        let last = |of: fn(&Spelling) -> Option<&str>| spellings().filter_map(of).max().map(str::to_owned);
        // Without a title its id is a track's name, which no title gives way to.
        let title = last(|spelling| spelling.name.as_deref().filter(|name| spelling.track_id.as_deref() != Some(*name)));
        Item {
            name: title.or_else(|| last(|spelling| spelling.name.as_deref())).unwrap_or_default(),
            artist: last(|spelling| spelling.artist_name.as_deref()),
            track_id: spellings().filter_map(|spelling| spelling.track_id.as_deref()).min().map(str::to_owned),
            plays: heard.plays,
            minutes: heard.ms_played.map(|ms| ms as f64 / MS_A_MINUTE),
            plays_before: heard.plays_before,
            last_heard: heard.last_before.filter(|_| is_return).and_then(Date32Type::to_naive_date_opt),
        }
    }
}

impl Heard {
    fn is(&self, which: Which) -> bool {
        self.plays > 0
            && match which {
                Which::Played => true,
                Which::New => self.last_before.is_none(),
                Which::Returned { monday } => self.last_before.is_some_and(|last| monday - last > AWAY_DAYS),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY: i32 = 20_000;

    fn kind(plays: &[(&str, Option<i32>, Option<i64>)]) -> Kind {
        let mut kind = Kind::default();
        for (artist, before, ms_played) in plays {
            let spelling = kind.items.named(artist);
            let when = before.map_or(When::InWeek, |day| When::Before { day: MONDAY - day, in_week_before: day <= 7 });
            kind.add(spelling, when, *ms_played);
        }
        kind
    }

    fn names(items: &[Item]) -> Vec<&str> {
        items.iter().map(|item| item.name.as_str()).collect()
    }

    #[test]
    fn plays_then_minutes_then_names_rank_and_of_spellings_in_the_week_the_last_is_told() {
        let kind = kind(&[
            ("b", None, Some(1)),
            ("B", None, None),
            ("C", None, Some(9)),
            ("d", None, None),
            ("a", None, None),
            ("zz", Some(3), None),
        ]);
        let top = kind.top(Which::Played);
        assert_eq!(names(&top), ["b", "C", "a", "d"]);
        assert_eq!((top[0].plays, top[0].minutes, top[2].minutes), (2, Some(1.0 / 60_000.0), None));
        assert_eq!(kind.count(Which::Played), 4);
    }

    #[test]
    fn a_title_is_told_before_an_id() {
        let mut kind = Kind::default();
        for title in [None, Some("Half a name"), None] {
            let spelling = kind.items.track(title, None, Some("b4nzbhrWt0pke6ZYcW9rs8")).unwrap();
            kind.add(spelling, When::InWeek, None);
        }
        assert_eq!(names(&kind.top(Which::Played)), ["Half a name"]);
    }

    #[test]
    fn what_was_never_heard_is_new_and_what_was_away_for_long_has_returned() {
        let kind = kind(&[
            ("new", None, None),
            ("known", Some(90), None),
            ("known", None, None),
            ("back", Some(200), None),
            ("back", Some(91), None),
            ("BACK", None, None),
            ("silent", Some(400), None),
            ("steady", Some(400), None),
            ("steady", Some(7), None),
            ("steady", None, None),
        ]);
        assert_eq!(names(&kind.top(Which::New)), ["new"]);
        let returned = kind.top(Which::Returned { monday: MONDAY });
        assert_eq!(names(&returned), ["BACK"]);
        assert_eq!(returned[0].last_heard, Date32Type::to_naive_date_opt(MONDAY - 91));
        assert_eq!(kind.count(Which::Returned { monday: MONDAY }), 1);
        let steady = kind.top(Which::Played).into_iter().find(|item| item.name == "steady").unwrap();
        assert_eq!((steady.plays_before, steady.last_heard), (1, None));
    }
}
