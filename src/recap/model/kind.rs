//! What a phrase is about, told by its id.
//!
//! Owns the sorts of phrases. An id that begins like none of them is of no sort, and little can be said of it.

/// What the plain figures of a week are called; with `_vs_` behind them they are compared.
const FIGURES: [&str; 9] = ["plays", "minutes", "hours", "tracks", "artists", "albums", "genres", "new_artists", "new_tracks"];
const DAYS: &str = "days_heard";

/// Sorts of phrases. Lists are of one sort: what one phrase says is not to be read into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Figure,
    /// On how many days: a figure of its own, since a week neither holds nor adds up to the days with plays.
    Day,
    /// A place in a ranked list.
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

impl Kind {
    /// Its name for a model.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Figure => "figures",
            Self::Day => "days with plays",
            Self::Top => "entries of top lists",
            Self::Discovery => "discoveries",
            Self::Return => "returns",
            Self::Mood => "moods",
            Self::Streak => "streaks",
            Self::Gap => "gaps",
            Self::Suggestion => "suggestions",
            Self::Other => "others",
        }
    }
}

/// A phrase as far as its id tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic<'a> {
    pub id: &'a str,
    pub kind: Kind,
    /// The ranked list that it belongs to, and its place there.
    pub place: Option<(&'a str, u32)>,
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
        } else if figure == DAYS {
            Kind::Day
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

    /// Whether it is of this sort and no comparison.
    pub fn is_plain(&self, kind: Kind) -> bool {
        self.kind == kind && !self.id.contains("_vs_")
    }

    /// Whether it compares what the other one counts: `plays_vs_before` and `plays`.
    pub fn compares(&self, other: &Self) -> bool {
        self.id.strip_prefix(other.id).is_some_and(|rest| rest.starts_with("_vs_"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Topic};

    #[test]
    fn ids_tell_their_kind_and_unknown_ones_are_of_none() {
        for (id, kind) in [
            ("plays", Kind::Figure),
            ("plays_vs_before", Kind::Figure),
            ("plays_before", Kind::Other),
            ("usual", Kind::Other),
            ("days_heard", Kind::Day),
            ("days_heard_vs_usual", Kind::Day),
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
}
