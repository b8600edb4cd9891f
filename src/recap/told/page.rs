//! What is shown of a recap, in order, before it has a format.
//!
//! Owns the sections and how their figures read. Names are cleaned here, once for all formats.

use crate::recap::data::{Item, Means, Recap, Streak};
use crate::recap::phrases::{SYNTHETIC, axes, hours, median, run, song, span, weekday};
use crate::recap::remarks;
use crate::report::words::{NONE, capital, clean, count, counted, day, maybe, minutes, plain, weekday_day};

/// The column of a reason in words.
const WHY: &str = "Why";

/// A recap as text, whatever its format.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What it is.
    pub title: String,
    /// Whose it is, and when the week was.
    pub subtitle: String,
    /// Its words.
    pub paragraphs: Vec<String>,
    /// What has to be known about it.
    pub remarks: Vec<String>,
    /// Its figures.
    pub sections: Vec<Section>,
    /// What it was made from.
    pub foot: Vec<String>,
}

/// A table, or some lines.
#[derive(Clone, Debug)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// The names of its columns; without any, rows are lines.
    pub head: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

impl Section {
    /// Whether its rows end in sentences, which are too long for a column.
    pub fn is_prose(&self) -> bool {
        self.head.last() == Some(&WHY)
    }
}

/// The page of a recap, with these paragraphs.
pub fn of(recap: &Recap, paragraphs: Vec<String>, words_by: Option<&str>) -> Page {
    let listener = clean(&recap.listener);
    let mut page = Page {
        title: format!("The week in music, {}", span(recap)),
        subtitle: format!("{listener} · {} · {}", recap.week, recap.timezone),
        paragraphs,
        remarks: remarks::of(recap),
        sections: vec![figures(recap)],
        foot: foot(recap, words_by),
    };
    if recap.plays > 0 {
        page.sections.push(days(recap));
        let lists = [
            ("Most played tracks", "Track", &recap.top.tracks),
            ("Most played artists", "Artist", &recap.top.artists),
            ("Most played albums", "Album", &recap.top.albums),
            ("Most played genres", "Genre", &recap.top.genres),
        ];
        page.sections.extend(
            lists
                .into_iter()
                .filter(|(_, _, items)| !items.is_empty())
                .map(|(title, kind, items)| top(title, kind, items, recap.before.is_some())),
        );
        page.sections.extend(news(recap));
        page.sections.push(mood(recap));
    }
    page.sections.extend(streaks(recap));
    page.sections.extend(recommendations(recap));
    page
}

fn figures(recap: &Recap) -> Section {
    let (before, usual) = (recap.before.as_ref(), recap.usual.as_ref());
    let time = |value: Option<f64>| value.map_or_else(|| NONE.to_owned(), minutes);
    let plays_usual = usual.map_or_else(|| NONE.to_owned(), |usual| median(usual.plays));
    let row = |name: &str, cells: [String; 3]| std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>();
    let only = |number: u64| [count(number), NONE.to_owned(), NONE.to_owned()];
    let of_before = before.map_or_else(|| NONE.to_owned(), |before| count(before.plays));
    Section {
        title: "In figures".to_owned(),
        head: vec!["", "This week", "Week before", "Usual"],
        rows: vec![
            row("Plays", [count(recap.plays), of_before, plays_usual]),
            row(
                "Time",
                [
                    time(recap.minutes),
                    time(before.and_then(|before| before.minutes)),
                    time(usual.and_then(|usual| usual.minutes)),
                ],
            ),
            row("Days with music", only(recap.days_heard)),
            row("Different tracks", only(recap.tracks)),
            row("Different artists", only(recap.artists)),
            row("Different albums", only(recap.albums)),
        ],
    }
}

fn days(recap: &Recap) -> Section {
    let rows = recap.days.iter().map(|of| {
        let note = if of.in_gap { " (plays may be missing)" } else { "" };
        let time = of.minutes.map_or_else(|| NONE.to_owned(), minutes);
        vec![format!("{}{note}", weekday_day(of.date)), count(of.plays), time, maybe(of.valence, 2), maybe(of.energy, 2)]
    });
    Section { title: "Day by day".to_owned(), head: vec!["Day", "Plays", "Time", "Valence", "Energy"], rows: rows.collect() }
}

fn top(title: &str, kind: &'static str, items: &[Item], has_before: bool) -> Section {
    let rows = items.iter().map(|item| {
        let name = item
            .artist
            .as_deref()
            .map_or_else(|| clean(&item.name), |artist| format!("{} · {}", clean(&item.name), clean(artist)));
        vec![
            name,
            count(item.plays),
            item.minutes.map_or_else(|| NONE.to_owned(), minutes),
            if has_before { count(item.plays_before) } else { NONE.to_owned() },
        ]
    });
    Section { title: title.to_owned(), head: vec![kind, "Plays", "Time", "Week before"], rows: rows.collect() }
}

fn lines(title: &str, lines: Vec<String>) -> Section {
    Section { title: title.to_owned(), head: Vec::new(), rows: lines.into_iter().map(|line| vec![line]).collect() }
}

fn news(recap: &Recap) -> Vec<Section> {
    let named = |item: &Item| if item.artist.is_some() { song(&item.name, item.artist.as_deref()) } else { clean(&item.name) };
    let mut sections = Vec::new();
    match &recap.discoveries {
        Some(news) => {
            let mut said = vec![format!(
                "{} and {} heard for the first time",
                counted(news.artists, "artist"),
                counted(news.tracks, "track")
            )];
            said.extend(
                news.top_artists
                    .iter()
                    .chain(&news.top_tracks)
                    .map(|item| format!("{}: {}", named(item), counted(item.plays, "play"))),
            );
            sections.push(lines("New", said));
        }
        None => sections.push(lines(
            "New",
            vec![format!("The history begins on {}: too late to tell what is new.", day(recap.history.first_day))],
        )),
    }
    if recap.returns.artists + recap.returns.tracks > 0 {
        let news = &recap.returns;
        let mut said = vec![format!(
            "{} and {} heard again after more than 90 days",
            counted(news.artists, "artist"),
            counted(news.tracks, "track")
        )];
        said.extend(news.top_artists.iter().chain(&news.top_tracks).map(|item| {
            let last = item.last_heard.map(|date| format!(", last heard on {}", day(date))).unwrap_or_default();
            format!("{}: {}{last}", named(item), counted(item.plays, "play"))
        }));
        sections.push(lines("Back again", said));
    }
    sections
}

fn mood(recap: &Recap) -> Section {
    let mood = &recap.mood;
    if mood.feature_basis.as_deref() == Some(SYNTHETIC) {
        return lines("Mood of the music", vec!["All audio features are made up from track ids: no mood is told.".to_owned()]);
    }
    let mut said = Vec::new();
    match (mood.valence, mood.energy, &mood.quadrant) {
        (Some(valence), Some(energy), Some(quadrant)) => {
            said.push(format!("The week: {quadrant} ({})", axes(Means { valence, energy })));
        }
        _ => said.push("There are too few plays with audio features to tell the week’s mood.".to_owned()),
    }
    said.extend(mood.before.map(|before| format!("The week before: {}", axes(before))));
    said.extend(mood.strongest_day.as_ref().map(|strongest| {
        format!("Strongest on {}: {} ({})", weekday(strongest.date), strongest.of.quadrant, axes(strongest.of.means()))
    }));
    said.extend(mood.strongest_hour.as_ref().map(|strongest| {
        format!("Strongest {}: {} ({})", hours(strongest.hour), strongest.of.quadrant, axes(strongest.of.means()))
    }));
    lines("Mood of the music", said)
}

fn streaks(recap: &Recap) -> Option<Section> {
    let streak = |name: &str, streak: Streak| format!("{name}: {}, {}", counted(streak.days, "day"), run(streak));
    let current = recap.streak.current.map(|current| streak("Days in a row with music", current));
    let longest = recap.streak.longest.map(|longest| streak("Longest up to then", longest));
    let said: Vec<String> = current.into_iter().chain(longest).collect();
    (!said.is_empty()).then(|| lines("Streaks", said))
}

fn recommendations(recap: &Recap) -> Option<Section> {
    let rows = recap.recommendations.iter().map(|track| {
        vec![
            format!("{} · {}", clean(&track.track_name), clean(&track.artist_name)),
            capital(&plain(&track.goal)),
            clean(&track.reason),
        ]
    });
    (!recap.recommendations.is_empty()).then(|| Section {
        title: "To listen to next".to_owned(),
        head: vec!["Track", "For", WHY],
        rows: rows.collect(),
    })
}

fn foot(recap: &Recap, words_by: Option<&str>) -> Vec<String> {
    let version = |name: &str| recap.made_from[name]["version"].as_i64();
    let tables = [("silver", "silver"), ("history_gaps", "gaps"), ("track_recommendations", "recommendations")];
    let made: Vec<String> = tables.iter().filter_map(|(name, said)| Some(format!("{said} {}", version(name)?))).collect();
    let mut foot = vec![format!(
        "Made from versions: {}. Valence (from sad to cheerful) and energy are 0 to 1, weighted by time.",
        made.join(", ")
    )];
    foot.extend(words_by.map(|by| {
        format!(
            "The paragraphs were written by a language model ({}); every figure and name in them is from the tables.",
            clean(by)
        )
    }));
    foot.push("Listening patterns, no diagnosis.".to_owned());
    foot
}
