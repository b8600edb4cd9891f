//! A fresh play event, as every store keeps it.
//!
//! Owns what a store can take, so that one odd event cannot hold up all others: a listener's name or a key that is too long is left
//! out and told, other texts are cut off. The lake has all of them as they were.

use std::collections::BTreeMap;

/// What stands under a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Who listened.
    pub user_id: String,
    /// The event among the listener's others: sorted as text, the newest comes last.
    pub event_key: String,
    /// When it happened, in microseconds since 1970 UTC.
    pub event_us: i64,
    /// Which kind it is of: `track_change` is a play that is over.
    pub event_type: String,
    /// `COMPLETED` or `SKIPPED`.
    pub status: Option<String>,
    /// Spotify's track id.
    pub track_id: Option<String>,
    /// Title.
    pub track_name: Option<String>,
    /// First credited artist.
    pub artist_name: Option<String>,
    /// What the track is filed under.
    pub genre: Option<String>,
    /// How long it was listened to, in milliseconds.
    pub duration_listened: Option<i64>,
    /// When it is no longer fresh, in seconds since 1970 UTC.
    pub expires_s: i64,
}

/// DynamoDB takes 1,024 bytes for a sort key, a B-tree of PostgreSQL 2,704 for both parts of a key together.
const KEY_BYTES_MAX: usize = 1_000;
/// DynamoDB takes 400 kilobytes for an item, and 16 megabytes for the items of one request.
const TEXT_BYTES_MAX: usize = 4_000;
/// The last second of the year 9999, behind which libraries and databases disagree on times.
const LAST_S: i64 = 253_402_300_799;

impl Item {
    /// The texts beside the key.
    pub(super) fn texts(&self) -> [(&'static str, Option<&str>); 6] {
        let cut = |text: &str| text.floor_char_boundary(TEXT_BYTES_MAX);
        [
            ("event_type", Some(self.event_type.as_str())),
            ("status", self.status.as_deref()),
            ("track_id", self.track_id.as_deref()),
            ("track_name", self.track_name.as_deref()),
            ("artist_name", self.artist_name.as_deref()),
            ("genre", self.genre.as_deref()),
        ]
        .map(|(name, text)| (name, text.map(|text| &text[..cut(text)])))
    }

    /// When it happened, in microseconds, within the years that every store knows.
    pub(super) fn at_us(&self) -> i64 {
        self.event_us.clamp(0, LAST_S * 1_000_000)
    }

    /// When it expires, in seconds, within the years that every store knows.
    pub(super) fn ends_s(&self) -> i64 {
        self.expires_s.clamp(0, LAST_S)
    }

    fn has_fitting_key(&self) -> bool {
        // NUL may become a longer letter.
        let bytes = |text: &str| text.len() + 2 * text.matches('\0').count();
        [&self.user_id, &self.event_key].iter().all(|text| (1..=KEY_BYTES_MAX).contains(&bytes(text)))
    }
}

/// The items that a store can take, in the order of their keys: of one key the last. `key` says how the store writes it.
pub(super) fn by_key<'a, K: Ord>(items: &'a [Item], key: impl Fn(&'a Item) -> K) -> BTreeMap<K, &'a Item> {
    let fitting = items.iter().filter(|item| item.has_fitting_key()).map(|item| (key(item), item)).collect();
    let odd = items.iter().filter(|item| !item.has_fitting_key()).count();
    if odd > 0 {
        tracing::warn!("{odd} events are in the lake alone: a user_id or a key is empty or longer than {KEY_BYTES_MAX} bytes");
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::{Item, KEY_BYTES_MAX, LAST_S, TEXT_BYTES_MAX, by_key};

    fn item(user_id: &str, event_key: &str) -> Item {
        Item { user_id: user_id.to_owned(), event_key: event_key.to_owned(), ..Item::default() }
    }

    #[test]
    fn of_one_key_the_last_counts_and_odd_keys_are_left_out() {
        let (first, last) = (item("ana", "2"), Item { event_us: 7, ..item("ana", "2") });
        let long = "x".repeat(KEY_BYTES_MAX + 1);
        let items = [first, item("ana", "1"), last, item("", "1"), item(&long, "1"), item("ana", &long), item("ana", "")];
        let kept = by_key(&items, |item| (item.user_id.clone(), item.event_key.clone()));
        let kept: Vec<_> = kept.values().map(|item| (item.event_key.as_str(), item.event_us)).collect();
        assert_eq!(kept, [("1", 0), ("2", 7)]);
    }

    #[test]
    fn long_texts_are_cut_between_letters_and_times_have_their_bounds() {
        let title = "é".repeat(TEXT_BYTES_MAX);
        let item = Item { track_name: Some(format!("x{title}")), event_us: i64::MAX, expires_s: i64::MIN, ..item("ana", "1") };
        let told = item.texts()[3].1.unwrap();
        assert_eq!((told.len(), told.chars().last()), (TEXT_BYTES_MAX - 1, Some('é')));
        assert_eq!((item.at_us(), item.ends_s()), (LAST_S * 1_000_000, 0));
    }
}
