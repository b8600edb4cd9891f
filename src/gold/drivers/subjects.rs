//! What is compared: a listener's days, for each audio feature, genre and artist.
//!
//! Owns the way from the models' rows to days with four parts. A feature's value is that of its plays; of a genre or an artist each
//! play with a known one has it or has not.

use crate::engine::Columns;
use crate::error::Result;
use crate::stats::stretches::{Day, Plays};
use arrow::array::Array;
use std::collections::BTreeMap;

/// The parts of a day, in the order in which `stats` counts them.
pub const PARTS: [&str; 4] = ["night", "morning", "afternoon", "evening"];

/// One subject's days.
#[derive(Clone, Debug)]
pub struct Subject {
    /// `feature`, `genre`, `artist`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Each day with a play.
    pub days: Vec<Day>,
    /// The standard deviation of single plays.
    pub usual_sd: f64,
}

/// A listener.
#[derive(Clone, Debug, Default)]
pub struct Listener {
    /// The listener's id.
    pub user_id: String,
    /// Plays, covered plays, share of authentic features, basis.
    pub rests_on: (i64, i64, Option<f64>, Option<String>),
    /// The last day with a play.
    pub last: i32,
    /// Everything that is compared.
    pub subjects: Vec<Subject>,
}

type Known = BTreeMap<i32, [Counts; 4]>;

/// Plays of one part of one day: with a genre, with an artist.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    genre: i64,
    artist: i64,
}

impl Listener {
    /// All listeners, in order.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn all(counts: &Columns, features: &Columns, mixes: &Columns) -> Result<Vec<Self>> {
        let mut listeners: BTreeMap<String, (Self, Known)> = BTreeMap::new();
        let (users, dates, parts) = (counts.text("user_id")?, counts.day("local_date")?, counts.text("part_of_day")?);
        let (plays, covered) = (counts.whole("plays")?, counts.whole("plays_covered")?);
        let (authentic, genre) = (counts.whole("plays_authentic")?, counts.whole("plays_genre")?);
        let (artist, basis) = (counts.whole("plays_artist")?, counts.text("feature_basis")?);
        let mut authentic_plays: BTreeMap<String, i64> = BTreeMap::new();
        for row in 0..counts.len() {
            let user = users.value(row);
            let (listener, known) = listeners.entry(user.to_owned()).or_default();
            user.clone_into(&mut listener.user_id);
            listener.rests_on.0 += plays.value(row);
            listener.rests_on.1 += covered.value(row);
            listener.rests_on.3 = basis.is_valid(row).then(|| basis.value(row).to_owned());
            *authentic_plays.entry(user.to_owned()).or_default() += authentic.value(row);
            listener.last = dates.value(row);
            if let Some(part) = part(parts.value(row)) {
                let counts = Counts { genre: genre.value(row), artist: artist.value(row) };
                known.entry(dates.value(row)).or_default()[part] = counts;
            }
        }
        for (user, (listener, _)) in &mut listeners {
            let authentic = authentic_plays.get(user).copied().unwrap_or_default();
            listener.rests_on.2 = (listener.rests_on.0 > 0).then(|| authentic as f64 / listener.rests_on.0 as f64);
        }
        add_features(&mut listeners, features)?;
        add_mixes(&mut listeners, mixes)?;
        Ok(listeners.into_values().map(|(listener, _)| listener).collect())
    }
}

/// A feature's days, and how many values it has, their sum and the sum of their squares.
#[derive(Default)]
struct Measured {
    days: BTreeMap<i32, [Plays; 4]>,
    moments: [f64; 3],
}

/// Plays by day and part.
type Heard = BTreeMap<(i32, usize), f64>;

fn part(name: &str) -> Option<usize> {
    PARTS.iter().position(|part| *part == name)
}

fn add_features(listeners: &mut BTreeMap<String, (Listener, Known)>, rows: &Columns) -> Result<()> {
    let (users, names) = (rows.text("user_id")?, rows.text("subject")?);
    let (dates, parts, plays) = (rows.day("local_date")?, rows.text("part_of_day")?, rows.whole("plays")?);
    let (totals, squares) = (rows.double("total")?, rows.double("squares")?);
    let mut gathered: BTreeMap<(&str, &str), Measured> = BTreeMap::new();
    for row in 0..rows.len() {
        let Measured { days, moments } = gathered.entry((users.value(row), names.value(row))).or_default();
        let (count, sum) = (plays.value(row), totals.value(row));
        for (moment, value) in moments.iter_mut().zip([count as f64, sum, squares.value(row)]) {
            *moment += value;
        }
        if let Some(part) = part(parts.value(row)) {
            let count = u64::try_from(count).unwrap_or_default();
            days.entry(dates.value(row)).or_default()[part] = Plays { count, sum };
        }
    }
    for ((user, name), Measured { days, moments: [count, sum, squares] }) in gathered {
        let Some((listener, _)) = listeners.get_mut(user) else { continue };
        let variance = squares / count - (sum / count).powi(2);
        let days = days.into_iter().map(|(number, parts)| Day { number, parts }).collect();
        let usual_sd = variance.max(0.0).sqrt();
        listener.subjects.push(Subject { kind: "feature", name: name.to_owned(), days, usual_sd });
    }
    Ok(())
}

fn add_mixes(listeners: &mut BTreeMap<String, (Listener, Known)>, rows: &Columns) -> Result<()> {
    let (users, kinds, names) = (rows.text("user_id")?, rows.text("kind")?, rows.text("subject")?);
    let (dates, parts, totals) = (rows.day("local_date")?, rows.text("part_of_day")?, rows.double("total")?);
    let mut gathered: BTreeMap<(&str, &str, &str), Heard> = BTreeMap::new();
    for row in 0..rows.len() {
        if let Some(part) = part(parts.value(row)) {
            let heard = gathered.entry((users.value(row), kinds.value(row), names.value(row))).or_default();
            heard.insert((dates.value(row), part), totals.value(row));
        }
    }
    for ((user, kind, name), heard) in gathered {
        let Some((listener, known)) = listeners.get_mut(user) else { continue };
        let kind = if kind == "genre" { "genre" } else { "artist" };
        let of = |counts: &Counts| if kind == "genre" { counts.genre } else { counts.artist };
        let days: Vec<Day> = known
            .iter()
            .map(|(&number, counts)| Day {
                number,
                parts: [0, 1, 2, 3].map(|part: usize| Plays {
                    count: u64::try_from(of(&counts[part])).unwrap_or_default(),
                    sum: heard.get(&(number, part)).copied().unwrap_or_default(),
                }),
            })
            .collect();
        let (count, sum) = days
            .iter()
            .flat_map(|day| day.parts)
            .fold((0.0, 0.0), |(count, sum), plays| (count + plays.count as f64, sum + plays.sum));
        let share = sum / f64::max(count, 1.0);
        listener.subjects.push(Subject { kind, name: name.to_owned(), days, usual_sd: (share * (1.0 - share)).max(0.0).sqrt() });
    }
    Ok(())
}
