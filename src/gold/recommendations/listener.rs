//! What one listener likes and has played.
//!
//! Owns the choice of the songs that recommendations start from, and the mood of the last week.

use super::song;
use crate::engine::Columns;
use crate::error::Result;
use arrow::array::Array;
use std::collections::{HashMap, HashSet};

/// A song that recommendations start from.
#[derive(Clone, Debug)]
pub struct Liked {
    /// Spotify's id.
    pub track_id: String,
    /// `Title by Artist`, as reasons say it.
    pub name: String,
    /// The genres that it is filed under, as far as the catalogue knows.
    pub genres: Vec<String>,
    /// Plays that made it one of these.
    pub plays: i64,
    /// Plays in the last week.
    pub plays_last_week: i64,
    /// Valence, energy, danceability, acousticness.
    pub features: [f64; 4],
    /// Whether its features are made up.
    pub is_synthetic: bool,
}

/// A listener.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The listener's id.
    pub user_id: String,
    /// What the recommendations rest on.
    pub rests_on: RestsOn,
    /// Liked songs, the most played first.
    pub liked: Vec<Liked>,
    /// Whether `plays` of the liked songs are those of the last 90 days, or of all time.
    pub is_recent: bool,
    played_ids: HashSet<String>,
    played_songs: HashSet<(String, String)>,
}

/// Plays, covered plays, share of authentic features, basis.
#[derive(Clone, Debug, Default)]
pub struct RestsOn {
    /// Plays.
    pub plays: i64,
    /// Plays whose features count.
    pub covered: i64,
    /// 0–1.
    pub authentic_share: Option<f64>,
    /// Whose features count.
    pub basis: Option<String>,
}

/// Recent songs that are enough to know someone by.
const RECENT_SONGS_MIN: usize = 10;

impl Listener {
    /// All listeners, in order.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn all(liked: &Columns, played: &Columns, rests: &Columns) -> Result<Vec<Self>> {
        let mut by_listener = likes(liked)?;
        let (mut ids, mut songs) = history(played)?;
        let (users, plays, covered) = (rests.text("user_id")?, rests.whole("plays")?, rests.whole("plays_covered")?);
        let (authentic, basis) = (rests.double("authentic_share")?, rests.text("feature_basis")?);
        Ok((0..rests.len())
            .map(|row| {
                let user_id = users.value(row).to_owned();
                let (is_recent, liked) = by_listener.remove(&user_id).map_or((false, Vec::new()), chosen);
                Self {
                    is_recent,
                    liked,
                    played_ids: ids.remove(&user_id).unwrap_or_default(),
                    played_songs: songs.remove(&user_id).unwrap_or_default(),
                    rests_on: RestsOn {
                        plays: plays.value(row),
                        covered: covered.value(row),
                        authentic_share: authentic.is_valid(row).then(|| authentic.value(row)),
                        basis: basis.is_valid(row).then(|| basis.value(row).to_owned()),
                    },
                    user_id,
                }
            })
            .collect())
    }

    /// Whether the listener has ever played the track, or another version of the song.
    #[must_use]
    pub fn has_played(&self, track_id: &str, song: &(String, String)) -> bool {
        self.played_ids.contains(track_id) || self.played_songs.contains(song)
    }

    /// The mean features of the plays of the last week, or of all liked songs; and whether it is the last week's.
    #[must_use]
    pub fn mood(&self) -> Option<([f64; 4], bool)> {
        let mean = |plays: &dyn Fn(&Liked) -> i64| {
            let total: i64 = self.liked.iter().map(plays).sum();
            let sum = |feature: usize| self.liked.iter().map(|liked| liked.features[feature] * plays(liked) as f64).sum::<f64>();
            (total > 0).then(|| [0, 1, 2, 3].map(|feature| sum(feature) / total as f64))
        };
        let last_week = mean(&|liked| liked.plays_last_week);
        last_week.map(|mood| (mood, true)).or_else(|| mean(&|liked| liked.plays).map(|mood| (mood, false)))
    }

    /// Genres that make up at least a hundredth of the liked plays.
    #[must_use]
    pub fn genres(&self) -> HashSet<String> {
        let total: i64 = self.liked.iter().map(|liked| liked.plays).sum();
        let mut plays: HashMap<&str, i64> = HashMap::new();
        for liked in &self.liked {
            liked.genres.iter().for_each(|genre| *plays.entry(genre).or_default() += liked.plays);
        }
        plays.into_iter().filter(|(_, plays)| plays * 100 >= total).map(|(genre, _)| genre.to_owned()).collect()
    }
}

type Counted = (Liked, i64);

/// Liked songs with the plays of the last 90 days, or with all plays where these are of too few songs.
fn chosen(songs: Vec<Counted>) -> (bool, Vec<Liked>) {
    let is_recent = songs.iter().filter(|(_, recent)| *recent > 0).count() >= RECENT_SONGS_MIN;
    let mut liked: Vec<Liked> = songs
        .into_iter()
        .map(|(liked, recent)| if is_recent { Liked { plays: recent, ..liked } } else { liked })
        .filter(|liked| liked.plays > 0)
        .collect();
    liked.sort_by(|one, other| other.plays.cmp(&one.plays).then_with(|| one.track_id.cmp(&other.track_id)));
    (is_recent, liked)
}

fn likes(rows: &Columns) -> Result<HashMap<String, Vec<Counted>>> {
    let (users, ids) = (rows.text("user_id")?, rows.text("track_id")?);
    let (names, artists, genres) = (rows.text("track_name")?, rows.text("artist_name")?, rows.text("genres")?);
    let (plays, recent, last_week) = (rows.whole("plays")?, rows.whole("plays_recent")?, rows.whole("plays_last_week")?);
    let sources = rows.text("feature_source")?;
    let features: Vec<_> = super::candidates::FEATURES.iter().map(|name| rows.double(name)).collect::<Result<_>>()?;
    let mut likes: HashMap<String, Vec<Counted>> = HashMap::new();
    for row in 0..rows.len() {
        let name = match (names.is_valid(row), artists.is_valid(row)) {
            (true, true) => format!("“{}” by {}", names.value(row), artists.value(row)),
            (true, false) => format!("“{}”", names.value(row)),
            _ => ids.value(row).to_owned(),
        };
        let liked = Liked {
            track_id: ids.value(row).to_owned(),
            name,
            genres: genres.value(row).split('\t').filter(|genre| !genre.is_empty()).map(str::to_owned).collect(),
            plays: plays.value(row),
            plays_last_week: last_week.value(row),
            features: [0, 1, 2, 3].map(|feature: usize| features[feature].value(row)),
            is_synthetic: sources.value(row) == "synthetic",
        };
        likes.entry(users.value(row).to_owned()).or_default().push((liked, recent.value(row)));
    }
    Ok(likes)
}

type Ids = HashMap<String, HashSet<String>>;
type Songs = HashMap<String, HashSet<(String, String)>>;

fn history(rows: &Columns) -> Result<(Ids, Songs)> {
    let (users, ids) = (rows.text("user_id")?, rows.text("track_id")?);
    let (artists, names) = (rows.text("artist_name")?, rows.text("track_name")?);
    let (mut all_ids, mut all_songs) = (Ids::new(), Songs::new());
    for row in 0..rows.len() {
        let user = users.value(row);
        if ids.is_valid(row) {
            all_ids.entry(user.to_owned()).or_default().insert(ids.value(row).to_owned());
        }
        if artists.is_valid(row) && names.is_valid(row) {
            let songs = all_songs.entry(user.to_owned()).or_default();
            songs.insert(song::key(artists.value(row), names.value(row)));
        }
    }
    Ok((all_ids, all_songs))
}
