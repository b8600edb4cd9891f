//! Tracks, artists or genres, numbered in the order in which they were first heard.
//!
//! Owns what counts as the same: a track is told by artist and title in lower case, and by its id only where it lacks one of
//! them, since one song has many ids (single, album, market); an artist by the name in lower case.

use foldhash::fast::RandomState;
use std::collections::HashMap;

/// One way in which an item is written.
#[derive(Debug)]
pub struct Spelling {
    /// The item's number.
    pub item: u32,
    /// The track's title, the artist's name, the genre.
    pub name: Option<String>,
    /// The artist of a track.
    pub artist_name: Option<String>,
    /// The id of a track.
    pub track_id: Option<String>,
}

/// The items of one kind.
#[derive(Debug, Default)]
pub struct Items {
    keys: Vec<String>,
    by_key: HashMap<String, u32, RandomState>,
    spellings: Vec<Spelling>,
    by_names: HashMap<String, u32, RandomState>,
    names: String,
}

impl Items {
    /// The number of a track's spelling; none where nothing tells which track it is.
    pub fn track(&mut self, title: Option<&str>, artist_name: Option<&str>, track_id: Option<&str>) -> Option<u32> {
        self.spelling([title.or(track_id), artist_name, track_id], || match (title, artist_name) {
            (Some(title), Some(artist)) => Some(format!("{}\t{}", artist.to_lowercase(), title.to_lowercase())),
            _ => track_id.map(str::to_owned),
        })
    }

    /// The number of the spelling of what is told by its name in lower case.
    pub fn named(&mut self, name: &str) -> u32 {
        self.spelling([Some(name), None, None], || Some(name.to_lowercase())).unwrap_or_default()
    }

    /// The number of the spelling of what is told by its name as it is.
    pub fn exactly(&mut self, name: &str) -> u32 {
        self.spelling([Some(name), None, None], || Some(name.to_owned())).unwrap_or_default()
    }

    /// A spelling that was given out.
    #[must_use]
    pub fn get(&self, spelling: u32) -> &Spelling {
        &self.spellings[spelling as usize]
    }

    /// What an item is told by.
    #[must_use]
    pub fn key(&self, item: u32) -> &str {
        &self.keys[item as usize]
    }

    /// Names are put in lower case once a spelling, not once a play.
    fn spelling(&mut self, names: [Option<&str>; 3], key: impl FnOnce() -> Option<String>) -> Option<u32> {
        self.names.clear();
        for name in names {
            // What is missing is told from what is empty.
            self.names.push(if name.is_some() { '\u{1}' } else { '\0' });
            self.names.push_str(name.unwrap_or_default());
        }
        if let Some(known) = self.by_names.get(&self.names) {
            return Some(*known);
        }
        // Names that tell nothing are not remembered: they may tell an item of another kind.
        let item = self.item(key()?);
        let [name, artist_name, track_id] = names.map(|name| name.map(str::to_owned));
        self.spellings.push(Spelling { item, name, artist_name, track_id });
        let spelling = (self.spellings.len() - 1) as u32;
        self.by_names.insert(self.names.clone(), spelling);
        Some(spelling)
    }

    fn item(&mut self, key: String) -> u32 {
        let next = self.keys.len() as u32;
        *self.by_key.entry(key).or_insert_with_key(|key| {
            self.keys.push(key.clone());
            next
        })
    }
}
