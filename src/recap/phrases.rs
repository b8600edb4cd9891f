//! Figures and names as phrases: each with its unit and what it is compared with, so that it is true wherever it stands.
//!
//! Owns how a recap's figures read in a sentence. The template puts phrases together, and so may a model, which never writes a figure
//! or a name itself. A phrase is there only where its figure is.

pub use super::model::Phrase;

use super::data::{Item, Means, Recap, Streak};
use crate::report::words::{clean, count, counted, day, decimal, minutes, weekday_day};
use chrono::{Datelike, NaiveDate, TimeDelta};

/// Items of a list that are told in sentences.
const TOLD: usize = 3;
/// Longer names may be whole sentences.
const PLAIN_WORDS: usize = 4;

/// Of features that are made up no mood is told in words.
pub const SYNTHETIC: &str = "synthetic";

#[derive(Default)]
struct Phrases(Vec<Phrase>);

impl Phrases {
    fn add(&mut self, id: impl Into<String>, text: impl Into<String>) {
        self.0.push(Phrase { id: id.into(), text: text.into() });
    }

    fn each(&mut self, prefix: &str, items: &[Item], text: impl Fn(&Item) -> String) {
        for (rank, item) in items.iter().take(TOLD).enumerate() {
            self.add(format!("{prefix}_{}", rank + 1), text(item));
        }
    }
}

/// All that can be said of a week with plays; of a silent one nothing but which it is.
pub fn of(recap: &Recap) -> Vec<Phrase> {
    let mut phrases = Phrases::default();
    phrases.add("week", format!("the week of {}", span(recap)));
    if !recap.gap_days.is_empty() {
        phrases.add("gaps", gaps(&recap.gap_days));
    }
    if recap.plays > 0 {
        totals(&mut phrases, recap);
        lists(&mut phrases, recap);
        moods(&mut phrases, recap);
        streaks(&mut phrases, recap);
        for (rank, track) in recap.recommendations.iter().enumerate() {
            phrases.add(
                format!("recommendation_{}", rank + 1),
                format!("{}, a suggestion", song(&track.track_name, Some(&track.artist_name))),
            );
        }
    }
    phrases.0
}

fn totals(phrases: &mut Phrases, recap: &Recap) {
    phrases.add("plays", counted(recap.plays, "play"));
    phrases.add("days_heard", format!("{} of the week’s 7 days", recap.days_heard));
    phrases.add("tracks", counted_different(recap.tracks, "track"));
    phrases.add("artists", counted_different(recap.artists, "artist"));
    if let Some(heard) = recap.minutes {
        let least = if recap.plays_timed < recap.plays { "at least " } else { "" };
        phrases.add("minutes", format!("{least}{}", minutes(heard)));
    }
    if let Some(before) = &recap.before {
        let known = if before.gap_days == 0 { "" } else { "; plays may be missing there" };
        let than = format!("in the week before ({}{known})", count(before.plays));
        // A week that is known in part only is nothing to compare with.
        if recap.history.first_day <= recap.from - TimeDelta::weeks(1) {
            phrases.add("plays_vs_before", compared(recap.plays as f64, before.plays as f64, "plays", &than));
        }
    }
    if let Some(usual) = recap.usual.as_ref().filter(|usual| usual.plays > 0.0) {
        let than = format!("in a usual week ({}, the median of {} weeks)", median(usual.plays), usual.weeks);
        phrases.add("plays_vs_usual", compared(recap.plays as f64, usual.plays, "plays", &than));
    }
}

fn lists(phrases: &mut Phrases, recap: &Recap) {
    let plays = |item: &Item| counted(item.plays, "play");
    let titled = |kind: &str, item: &Item| format!("the {kind} {}", song(&item.name, item.artist.as_deref()));
    let of = |kind: &'static str| move |item: &Item| format!("{} ({})", titled(kind, item), plays(item));
    let called = |kind: &'static str| move |item: &Item| format!("the {kind} {} ({})", name(&item.name), plays(item));
    phrases.each("top_track", &recap.top.tracks, of("track"));
    phrases.each("top_artist", &recap.top.artists, called("artist"));
    phrases.each("top_album", &recap.top.albums, of("album"));
    phrases.each("top_genre", &recap.top.genres, called("genre"));
    if let Some(news) = &recap.discoveries {
        for (id, number, noun) in [("new_artists", news.artists, "new artist"), ("new_tracks", news.tracks, "new track")] {
            if number > 0 {
                phrases.add(id, counted(number, noun));
            }
        }
        phrases.each("discovered_artist", &news.top_artists, |item| {
            format!("the artist {}, new to you ({})", name(&item.name), plays(item))
        });
        phrases.each("discovered_track", &news.top_tracks, |item| {
            format!("{}, new to you ({})", titled("track", item), plays(item))
        });
    }
    let since =
        |item: &Item| item.last_heard.map_or_else(String::new, |date| format!(", for the first time since {}", day(date)));
    phrases.each("returned_artist", &recap.returns.top_artists, |item| format!("the artist {}{}", name(&item.name), since(item)));
    phrases.each("returned_track", &recap.returns.top_tracks, |item| format!("{}{}", titled("track", item), since(item)));
}

fn moods(phrases: &mut Phrases, recap: &Recap) {
    let mood = &recap.mood;
    if mood.feature_basis.as_deref() == Some(SYNTHETIC) {
        return;
    }
    let (Some(valence), Some(energy), Some(quadrant)) = (mood.valence, mood.energy, &mood.quadrant) else { return };
    let means = Means { valence, energy };
    phrases.add("mood", format!("a {quadrant} mood over the week ({})", axes(means)));
    if let Some(before) = mood.before {
        let said = |by: f64| moved(by).unwrap_or_else(|| "unchanged".to_owned());
        let (valence, energy) = (said(valence - before.valence), said(energy - before.energy));
        phrases
            .add("mood_vs_before", format!("the week’s valence {valence} and its energy {energy}, held against the week before"));
    }
    if let Some(strongest) = &mood.strongest_day {
        phrases.add(
            "strongest_day",
            format!(
                "the strongest mood of a day: {}, on {} ({})",
                strongest.of.quadrant,
                weekday(strongest.date),
                axes(strongest.of.means())
            ),
        );
    }
    if let Some(strongest) = &mood.strongest_hour {
        phrases.add(
            "strongest_hour",
            format!(
                "the strongest mood of an hour of the day, all days together: {}, {} ({})",
                strongest.of.quadrant,
                hours(strongest.hour),
                axes(strongest.of.means())
            ),
        );
    }
}

fn streaks(phrases: &mut Phrases, recap: &Recap) {
    let Some(current) = recap.streak.current.filter(|streak| streak.days > 1) else { return };
    let until = if current.to == recap.to { "Sunday".to_owned() } else { weekday(current.to) };
    let longest = match recap.streak.longest {
        Some(longest) if longest == current => ", the longest streak up to then".to_owned(),
        Some(longest) => format!(" (the longest streak up to then: {} days, {})", longest.days, run(longest)),
        None => String::new(),
    };
    phrases.add("streak", format!("{} days in a row with music up to {until}{longest}", current.days));
}

/// `valence 0.62, energy 0.71`.
pub fn axes(means: Means) -> String {
    format!("valence {}, energy {}", decimal(means.valence, 2), decimal(means.energy, 2))
}

/// `between 22 and 23 o’clock`.
pub fn hours(hour: u32) -> String {
    format!("between {hour} and {} o’clock", hour + 1)
}

/// A weekday's whole name.
pub fn weekday(date: NaiveDate) -> String {
    date.format("%A").to_string()
}

/// `1 Jan 2026 to 9 Feb 2026`.
pub fn run(streak: Streak) -> String {
    format!("{} to {}", day(streak.from), day(streak.to))
}

/// A title between quotation marks, and by whom.
pub fn song(title: &str, artist: Option<&str>) -> String {
    let title = format!("“{}”", inside(title));
    artist.map_or_else(|| title.clone(), |artist| format!("{title} by {}", name(artist)))
}

/// A name; between quotation marks where it could be read as more than one.
pub fn name(name: &str) -> String {
    let name = inside(name);
    let is_plain = |letter: char| letter.is_alphabetic() || " '’-&".contains(letter);
    if name.chars().all(is_plain) && name.split(' ').count() <= PLAIN_WORDS { name } else { format!("“{name}”") }
}

/// A name as it may stand between quotation marks.
fn inside(name: &str) -> String {
    clean(name).replace(['“', '”'], "\"")
}

/// `9 to 15 November 2026`, with what differs between its ends.
pub fn span(recap: &Recap) -> String {
    let name = |date: NaiveDate| date.format("%B");
    let (from, to) = (recap.from, recap.to);
    let begins = match (from.year() == to.year(), from.month() == to.month()) {
        (true, true) => from.day().to_string(),
        (true, false) => format!("{} {}", from.day(), name(from)),
        (false, _) => format!("{} {} {}", from.day(), name(from), from.year()),
    };
    format!("{begins} to {} {} {}", to.day(), name(to), to.year())
}

fn gaps(days: &[NaiveDate]) -> String {
    match days {
        [day] => format!("plays may be missing on {}", weekday_day(*day)),
        [first, .., last] => {
            format!("plays may be missing on {} days, {} to {}", days.len(), weekday_day(*first), weekday_day(*last))
        }
        [] => String::new(),
    }
}

fn counted_different(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} different {noun}s", count(number)) }
}

/// A median of whole numbers, which ends in a half at most.
pub fn median(value: f64) -> String {
    decimal(value, usize::from(value.fract() != 0.0))
}

/// `12 % more plays than …`; whole percents, and no percents of nothing.
fn compared(now: f64, then: f64, noun: &str, than: &str) -> String {
    let direction = if now > then { "more" } else { "fewer" };
    let percent = if then > 0.0 { ((now / then - 1.0) * 100.0).abs().round() } else { f64::INFINITY };
    let times = (now / then).round();
    if now.total_cmp(&then).is_eq() {
        format!("as many {noun} as {than}")
    } else if !percent.is_finite() {
        format!("more {noun} than {than}")
    } else if times >= 3.0 {
        format!("about {} times as many {noun} as {than}", decimal(times, 0))
    } else if percent < 1.0 {
        format!("slightly {direction} {noun} than {than}")
    } else {
        // All of them would be no plays at all.
        let (over, percent) = if now < then && now > 0.0 && percent > 99.0 { ("over ", 99.0) } else { ("", percent) };
        format!("{over}{} % {direction} {noun} than {than}", decimal(percent, 0))
    }
}

/// `0.05 higher`; none where it does not show in two decimals.
fn moved(by: f64) -> Option<String> {
    let shown = (by * 100.0).round();
    let direction = if shown > 0.0 { "higher" } else { "lower" };
    (shown != 0.0).then(|| format!("{} {direction}", decimal((shown / 100.0).abs(), 2)))
}

#[cfg(test)]
mod tests {
    use super::{compared, moved, name, song};

    #[test]
    fn a_comparison_says_the_direction_and_never_a_percent_of_nothing() {
        let said = |now, then| compared(now, then, "plays", "before");
        assert_eq!(said(112.0, 100.0), "12 % more plays than before");
        assert_eq!(said(88.0, 100.0), "12 % fewer plays than before");
        assert_eq!(said(100.0, 100.0), "as many plays as before");
        assert_eq!(said(1001.0, 1000.0), "slightly more plays than before");
        assert_eq!(said(3.0, 0.0), "more plays than before");
        assert_eq!(said(39.0, 1.0), "about 39 times as many plays as before");
        assert_eq!(said(240.0, 100.0), "140 % more plays than before");
        assert_eq!(said(1.0, 4000.0), "over 99 % fewer plays than before");
    }

    #[test]
    fn a_name_that_says_more_than_a_name_stands_between_quotation_marks() {
        assert_eq!(name("Tony O'Connor"), "Tony O'Connor");
        assert_eq!(name("Blur (400 plays) led. You “never”"), "“Blur (400 plays) led. You \"never\"”");
        assert_eq!(song("“a” by b", Some("M.I.A.")), "“\"a\" by b” by “M.I.A.”");
    }

    #[test]
    fn a_move_that_does_not_show_is_none() {
        assert_eq!(moved(0.004), None);
        assert_eq!(moved(-0.051).as_deref(), Some("0.05 lower"));
    }
}
