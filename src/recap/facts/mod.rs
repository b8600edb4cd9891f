//! From the tables to the figures of a week.
//!
//! Owns which plays a figure counts; docs/recap.md says what each means. One listener's plays are read once and counted in memory:
//! `plays` are the rows, `sums` adds them up, `counted` ranks what was heard, `streaks` follows days in a row.

mod counted;
mod plays;
mod streaks;
mod sums;
mod usual;

use super::data::{Before, Day, History, Hour, Mood, News, Recap, Recommendation, StrongestDay, StrongestHour, Top};
use super::week::Week;
use crate::context::Context;
use crate::engine::{Columns, no_values};
use crate::error::{Error, Result};
use crate::gold::gaps::Gaps;
use crate::gold::source::Source;
use crate::lake::catalog::relation_of;
use crate::lake::tables::TRACK_RECOMMENDATIONS;
use arrow::datatypes::Date32Type;
use chrono::{DateTime, NaiveDate, Utc};
use counted::{Kind, When, Which};
use datafusion::scalar::ScalarValue;
use plays::{Play, Plays};
use std::collections::{BTreeMap, BTreeSet};
use sums::{COVERED_MIN_PART, COVERED_MIN_WEEK, Sum, placed, strongest};

/// The model of the plays.
pub const PLAYS: &str = include_str!("plays.sql");
/// The model of what is recommended.
pub const RECOMMENDED: &str = include_str!("recommended.sql");

/// Recommendations of a recap.
const RECOMMENDATIONS: u32 = 5;
/// Days of history before a week without which everything would be new.
const HISTORY_DAYS_MIN: i32 = 28;

const HOURS: usize = 24;

/// What was heard, while it is counted.
#[derive(Default)]
struct Count {
    weeks: BTreeMap<Week, Sum>,
    days: BTreeMap<NaiveDate, Sum>,
    hours: [Sum; HOURS],
    heard_on: BTreeSet<NaiveDate>,
    tracks: Kind,
    artists: Kind,
    albums: Kind,
    genres: Kind,
}

/// The figures of a listener's week; `source` knows this listener's plays alone.
///
/// # Errors
/// When a table cannot be read, or there are no plays of the listener.
pub async fn of(context: &Context, source: &Source, listener: &str, week: Week) -> Result<Recap> {
    let scope = source.scope(context).await?;
    let rows = Columns::of(scope.model("plays of a recap", PLAYS, no_values()).await?, "plays of a recap").await?;
    let mut count = Count::default();
    for play in Plays::of(&rows)?.each() {
        count.hear(&play, week);
    }
    let (Some(&first_day), Some(&last_day)) = (count.heard_on.first(), count.heard_on.last()) else {
        return Err(Error::failure(format!("there are no plays of the listener {listener}")));
    };
    let came = rows.instant_us("ingested_at")?;
    let known_until = came.iter().flatten().max().and_then(DateTime::<Utc>::from_timestamp_micros);
    let gaps = Gaps::read(context, source).await?;
    let in_gap = |day: NaiveDate| gaps.has(listener, Date32Type::from_naive_date(day));
    let gap_days = |week: Week| week.days().filter(|&day| in_gap(day)).collect::<Vec<_>>();
    let heard = count.week(week);
    let basis = rows.text("feature_basis")?;
    let mut recap = Recap {
        listener: listener.to_owned(),
        week: week.to_string(),
        from: week.monday(),
        to: week.sunday(),
        timezone: source.zone(context).await?.name().to_owned(),
        history: History { first_day, last_day, known_until },
        plays: heard.plays,
        minutes: heard.minutes(),
        plays_timed: heard.timed,
        days_heard: count.heard_on.range(week.monday()..=week.sunday()).count() as u64,
        tracks: count.tracks.count(Which::Played),
        artists: count.artists.count(Which::Played),
        albums: count.albums.count(Which::Played),
        gap_days: gap_days(week),
        usual: usual::of(&count.weeks, week, first_day, |week| !gap_days(week).is_empty()),
        days: week.days().map(|date| count.day(date, in_gap(date))).collect(),
        hours: count.hours(),
        top: count.top(),
        returns: count.news(Which::Returned { monday: Date32Type::from_naive_date(week.monday()) }),
        mood: count.mood(week),
        streak: streaks::of(&count.heard_on, week),
        recommendations: recommended(context, source, listener).await?,
        ..Recap::default()
    };
    recap.mood.feature_basis = basis.iter().flatten().next().map(str::to_owned);
    let before = week.before(1);
    recap.before = (before.sunday() >= first_day).then(|| {
        let sum = count.week(before);
        let gap_days = gap_days(before).len() as u64;
        Before { week: before.to_string(), plays: sum.plays, minutes: sum.minutes(), plays_timed: sum.timed, gap_days }
    });
    let days_before = Date32Type::from_naive_date(week.monday()) - Date32Type::from_naive_date(first_day);
    recap.discoveries = (days_before >= HISTORY_DAYS_MIN).then(|| count.news(Which::New));
    Ok(recap)
}

impl Count {
    fn hear(&mut self, play: &Play<'_>, week: Week) {
        // A play whose date is beyond the calendar is in no week.
        let Some(date) = Date32Type::to_naive_date_opt(play.date) else { return };
        let of = Week::of(date);
        self.heard_on.insert(date);
        self.weeks.entry(of).or_default().add(play);
        let when = match of.cmp(&week) {
            std::cmp::Ordering::Less => When::Before { day: play.date, in_week_before: of == week.before(1) },
            std::cmp::Ordering::Equal => When::InWeek,
            std::cmp::Ordering::Greater => return,
        };
        if when == When::InWeek {
            self.days.entry(date).or_default().add(play);
            if let Some(hour) = play.hour.and_then(|hour| self.hours.get_mut(hour)) {
                hour.add(play);
            }
        }
        if let Some(spelling) = self.tracks.items.track(play.title, play.artist, play.track_id) {
            self.tracks.add(spelling, when, play.ms_played);
        }
        if let Some(artist) = play.artist {
            let spelling = self.artists.items.named(artist);
            self.artists.add(spelling, when, play.ms_played);
        }
        if let Some(spelling) = self.albums.items.track(play.album, play.artist, None) {
            self.albums.add(spelling, when, play.ms_played);
        }
        for genre in play.genres.iter().flat_map(|genres| genres.split('\t')).filter(|genre| !genre.is_empty()) {
            let spelling = self.genres.items.exactly(genre);
            self.genres.add(spelling, when, play.ms_played);
        }
    }

    fn week(&self, week: Week) -> Sum {
        self.weeks.get(&week).copied().unwrap_or_default()
    }

    fn day(&self, date: NaiveDate, in_gap: bool) -> Day {
        let sum = self.days.get(&date).copied().unwrap_or_default();
        let means = sum.means(COVERED_MIN_PART);
        let (valence, energy) = (means.map(|means| means.valence), means.map(|means| means.energy));
        Day { date, plays: sum.plays, minutes: sum.minutes(), in_gap, valence, energy }
    }

    fn hours(&self) -> Vec<Hour> {
        let hour = |(hour, sum): (u32, &Sum)| {
            let means = sum.means(COVERED_MIN_PART);
            let (valence, energy) = (means.map(|means| means.valence), means.map(|means| means.energy));
            Hour { hour, plays: sum.plays, valence, energy }
        };
        (0..).zip(&self.hours).map(hour).collect()
    }

    fn top(&self) -> Top {
        let [tracks, artists, albums, genres] =
            [&self.tracks, &self.artists, &self.albums, &self.genres].map(|kind| kind.top(Which::Played));
        Top { tracks, artists, albums, genres }
    }

    fn news(&self, which: Which) -> News {
        News {
            tracks: self.tracks.count(which),
            artists: self.artists.count(which),
            top_tracks: self.tracks.top(which),
            top_artists: self.artists.top(which),
        }
    }

    fn mood(&self, week: Week) -> Mood {
        let sum = self.week(week);
        let means = sum.means(COVERED_MIN_WEEK);
        let place = means.map(placed);
        Mood {
            plays_covered: sum.covered,
            authentic_share: sum.authentic_share(),
            feature_basis: None,
            valence: means.map(|means| means.valence),
            energy: means.map(|means| means.energy),
            strength: place.map(|(strength, _)| strength),
            quadrant: place.map(|(_, quadrant)| quadrant.to_owned()),
            before: self.week(week.before(1)).means(COVERED_MIN_WEEK),
            strongest_day: strongest(self.days.iter().map(|(date, sum)| (*date, *sum)))
                .map(|(date, of)| StrongestDay { date, of }),
            strongest_hour: strongest((0..).zip(self.hours)).map(|(hour, of)| StrongestHour { hour, of }),
        }
    }
}

/// The first of each goal in turn, then the second, and no track twice.
async fn recommended(context: &Context, source: &Source, listener: &str) -> Result<Vec<Recommendation>> {
    let scope = context.engine.scope();
    let table = source.other(context, &TRACK_RECOMMENDATIONS).await?;
    relation_of(table.as_ref(), &scope, TRACK_RECOMMENDATIONS.name, &TRACK_RECOMMENDATIONS).await?;
    let wanted = ScalarValue::Int64(Some(RECOMMENDATIONS.into()));
    let values = vec![("listener", ScalarValue::Utf8(Some(listener.to_owned()))), ("wanted", wanted)];
    let rows = Columns::of(scope.model("recommended", RECOMMENDED, values).await?, "recommendations").await?;
    let (ids, names, artists) = (rows.text("track_id")?, rows.text("track_name")?, rows.text("artist_name")?);
    let (goals, reasons) = (rows.text("goal")?, rows.text("reason")?);
    let mut found: Vec<Recommendation> = Vec::new();
    for row in 0..rows.len() {
        let track_id = ids.value(row);
        if found.len() < RECOMMENDATIONS as usize && found.iter().all(|known| known.track_id != track_id) {
            found.push(Recommendation {
                track_id: track_id.to_owned(),
                track_name: names.value(row).to_owned(),
                artist_name: artists.value(row).to_owned(),
                goal: goals.value(row).to_owned(),
                reason: reasons.value(row).to_owned(),
            });
        }
    }
    Ok(found)
}
