//! What a phrase is about, told by its id.
//!
//! Owns which ids are alike enough to stand in one list, and what may be claimed of them. It knows no words: `glue` asks it whether a
//! piece that is said of figures, of discoveries or of the head of a list may be said of these phrases.

/// What the plain figures of a week are called; with `_vs_` behind them they are compared.
const FIGURES: [&str; 8] = ["plays", "minutes", "hours", "days_heard", "tracks", "artists", "albums", "genres"];

/// Sorts of phrases. Lists are of one sort: what one phrase says is not to be read into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Figure,
    Top,
    Discovery,
    Return,
    Mood,
    Streak,
    Gap,
    Suggestion,
    /// Anything else: only what can be said of every phrase is said of it.
    Other,
}

/// A phrase as far as its id tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic<'a> {
    pub id: &'a str,
    pub kind: Kind,
    /// The ranked list that it belongs to, and its place there.
    place: Option<(&'a str, u32)>,
}

impl<'a> Topic<'a> {
    pub fn of(id: &'a str) -> Self {
        let place = id
            .rsplit_once('_')
            .filter(|(list, rank)| list.starts_with("top_") && !rank.starts_with('+'))
            .and_then(|(list, rank)| Some((list, rank.parse().ok()?)));
        let figure = id.split_once("_vs_").map_or(id, |(figure, _)| figure);
        let kind = if place.is_some() {
            Kind::Top
        } else if FIGURES.contains(&figure) {
            Kind::Figure
        } else {
            let beginnings = [
                ("discover", Kind::Discovery),
                ("return", Kind::Return),
                ("mood", Kind::Mood),
                ("strongest", Kind::Mood),
                ("streak", Kind::Streak),
                ("gaps", Kind::Gap),
                ("recommend", Kind::Suggestion),
            ];
            beginnings.iter().find(|(beginning, _)| id.starts_with(beginning)).map_or(Kind::Other, |(_, kind)| *kind)
        };
        Self { id, kind, place }
    }

    /// Whether it compares what the other one counts: `plays_vs_before` and `plays`.
    pub fn compares(&self, other: &Self) -> bool {
        self.kind == Kind::Figure && self.id.strip_prefix(other.id).is_some_and(|rest| rest.starts_with("_vs_"))
    }
}

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
    /// What the history tells: what was heard, and days in a row.
    History,
    /// The days with plays.
    Days,
    /// The time that was listened.
    Time,
    /// The head of a list, and what stands next in it.
    First,
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
            "history" => Self::History,
            "days" => Self::Days,
            "time" => Self::Time,
            "first" => Self::First,
            _ => return None,
        })
    }

    /// Whether it holds all phrases of a list.
    pub fn holds(self, list: &[Topic<'_>]) -> bool {
        let each = |kinds: &[Kind]| list.iter().all(|topic| kinds.contains(&topic.kind));
        match self {
            Self::Any => true,
            Self::Kind(kind) => each(&[kind]),
            Self::Heard => each(&[Kind::Figure, Kind::Top, Kind::Discovery, Kind::Return]),
            Self::Named => each(&[Kind::Top, Kind::Discovery, Kind::Return]),
            Self::Week => each(&[Kind::Figure, Kind::Top, Kind::Discovery, Kind::Return, Kind::Mood]),
            Self::History => each(&[Kind::Figure, Kind::Top, Kind::Discovery, Kind::Return, Kind::Streak]),
            Self::Days => list.iter().all(|topic| topic.id == "days_heard"),
            Self::Time => list.iter().all(|topic| ["minutes", "hours"].contains(&topic.id)),
            Self::First => are_first(list),
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
    use super::{Kind, Scope, Topic};

    fn first(ids: &[&str]) -> bool {
        Scope::First.holds(&ids.iter().map(|id| Topic::of(id)).collect::<Vec<_>>())
    }

    #[test]
    fn ids_tell_their_kind_and_unknown_ones_are_of_none() {
        for (id, kind) in [
            ("plays", Kind::Figure),
            ("plays_vs_before", Kind::Figure),
            ("plays_before", Kind::Other),
            ("usual", Kind::Other),
            ("top_track_1", Kind::Top),
            ("top_share", Kind::Other),
            ("discover_artist_1", Kind::Discovery),
            ("return_tracks", Kind::Return),
            ("mood_vs_before", Kind::Mood),
            ("strongest_day", Kind::Mood),
            ("streak_longest", Kind::Streak),
            ("gaps", Kind::Gap),
            ("recommend_1", Kind::Suggestion),
        ] {
            assert_eq!(Topic::of(id).kind, kind, "{id}");
        }
        assert!(Topic::of("plays_vs_usual").compares(&Topic::of("plays")));
        assert!(!Topic::of("plays_vs_usual").compares(&Topic::of("minutes")));
    }

    #[test]
    fn only_the_head_of_a_list_and_what_follows_it_is_first() {
        assert!(first(&["top_artist_1"]) && first(&["top_artist_1", "top_artist_2"]));
        for ids in [&["top_artist_2"][..], &["top_artist_1", "top_artist_3"], &["top_artist_2", "top_artist_1"]] {
            assert!(!first(ids), "{ids:?}");
        }
        assert!(!first(&["top_artist_1", "top_track_1"]) && !first(&["top_artist_1", "top_track_2"]));
        assert!(!first(&["discover_track_1"]) && !first(&["top_artist_x"]));
    }
}
