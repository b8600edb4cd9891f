//! What may be said of which phrases.
//!
//! Owns the conditions under which a piece that claims something is true of every phrase in a list. It knows no words: the vocabulary
//! names a scope for each piece.

use super::kind::{Kind, Topic};

/// What a piece is said of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Any,
    Kind(Kind),
    /// What was heard in the week.
    Heard,
    /// The same less figures: tracks, artists and what else has a name.
    Named,
    /// What is of the week, its mood included.
    Week,
    /// The time that was listened.
    Time,
    /// The head of a list, and what stands next in it.
    First,
    /// Plain figures, with the days on which they came about behind them.
    Spread,
}

impl Scope {
    /// The scope of this name in the vocabulary.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "any" => Self::Any,
            "figures" => Self::Kind(Kind::Figure),
            "top" => Self::Kind(Kind::Top),
            "discoveries" => Self::Kind(Kind::Discovery),
            "returns" => Self::Kind(Kind::Return),
            "mood" => Self::Kind(Kind::Mood),
            "streaks" => Self::Kind(Kind::Streak),
            "gaps" => Self::Kind(Kind::Gap),
            "suggestions" => Self::Kind(Kind::Suggestion),
            "heard" => Self::Heard,
            "named" => Self::Named,
            "week" => Self::Week,
            "days" => Self::Kind(Kind::Day),
            "time" => Self::Time,
            "first" => Self::First,
            "spread" => Self::Spread,
            _ => return None,
        })
    }

    /// Its name for a model.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Any => "any phrases",
            Self::Kind(kind) => kind.told(),
            Self::Heard => "what was heard (figures, entries of top lists, discoveries, returns)",
            Self::Named => "entries of top lists, discoveries, returns",
            Self::Week => "what was heard, days with plays, moods",
            Self::Time => "minutes",
            Self::First => "a top list in its order, from rank 1 on",
            Self::Spread => "figures, before days with plays",
        }
    }

    /// Whether it holds all phrases of a list.
    pub fn holds(self, list: &[Topic<'_>]) -> bool {
        let each = |kinds: &[Kind]| list.iter().all(|topic| kinds.contains(&topic.kind));
        match self {
            Self::Any => true,
            Self::Kind(kind) => each(&[kind]),
            Self::Heard => each(&[Kind::Figure, Kind::Top, Kind::Discovery, Kind::Return]),
            Self::Named => each(&[Kind::Top, Kind::Discovery, Kind::Return]),
            Self::Week => each(&[Kind::Figure, Kind::Day, Kind::Top, Kind::Discovery, Kind::Return, Kind::Mood]),
            Self::Time => list.iter().all(|topic| ["minutes", "hours"].contains(&topic.id)),
            Self::First => are_first(list),
            Self::Spread => {
                matches!(list, [figures @ .., days] if days.is_plain(Kind::Day) && figures.iter().all(|figure| figure.is_plain(Kind::Figure)))
            }
        }
    }
}

/// One list from its head on, without a gap.
fn are_first(list: &[Topic<'_>]) -> bool {
    let from_the_head = |(at, topic): (usize, &Topic<'_>)| {
        topic.place.is_some_and(|(name, rank)| rank as usize == at + 1 && list[0].place.is_some_and(|(first, _)| first == name))
    };
    list.iter().enumerate().all(from_the_head)
}

#[cfg(test)]
mod tests {
    use super::{Scope, Topic};

    fn holds(scope: Scope, ids: &[&str]) -> bool {
        scope.holds(&ids.iter().map(|id| Topic::of(id)).collect::<Vec<_>>())
    }

    #[test]
    fn only_the_head_of_a_list_and_what_follows_it_is_first() {
        assert!(holds(Scope::First, &["top_artist_1"]) && holds(Scope::First, &["top_artist_1", "top_artist_2"]));
        for ids in [&["top_artist_2"][..], &["top_artist_1", "top_artist_3"], &["top_artist_2", "top_artist_1"]] {
            assert!(!holds(Scope::First, ids), "{ids:?}");
        }
        assert!(!holds(Scope::First, &["top_artist_1", "top_track_1"]) && !holds(Scope::First, &["top_artist_1", "top_track_2"]));
        assert!(!holds(Scope::First, &["discover_track_1"]) && !holds(Scope::First, &["top_artist_x"]));
    }

    #[test]
    fn figures_are_spread_over_days_and_comparisons_are_not() {
        assert!(holds(Scope::Spread, &["plays", "minutes", "days_heard"]));
        for ids in [
            &["plays_vs_before", "days_heard"][..],
            &["plays", "days_heard_vs_before"],
            &["top_track_1", "days_heard"],
            &["plays"],
        ] {
            assert!(!holds(Scope::Spread, ids), "{ids:?}");
        }
    }
}
