//! One sitting after another: songs, skips, repeats and pauses, as plays on one line of time.
//!
//! Owns the cursor that no play may begin before, and Spotify's words for why a play began and ended. All times inside a
//! sitting are instants in whole milliseconds, so that a change of the clock can neither stretch nor fold it. Plays go back
//! to the module's caller.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::habits::{DayMood, Mood, Sitting, instant};
use super::taste::{Song, Taste};
use crate::bronze::play::Play;
use crate::bronze::synthetic_features::stream::Stream;

/// Someone with a taste, and what was heard so far.
#[derive(Debug)]
pub struct Listener {
    taste: Taste,
    zone: Tz,
    /// Before this instant nothing can begin: the start of the period, then the end of what was last heard.
    cursor_ms: i64,
    /// From this instant on nothing may end.
    period_end_ms: i64,
    stream: Stream,
    plays: Vec<Play>,
}

/// How a play went.
struct Ending {
    ms_played: i64,
    skipped: bool,
    reason: &'static str,
    /// How long until the next play begins.
    gap_ms: i64,
}

/// Two sittings that would run into each other are this far apart.
const BETWEEN_SITTINGS_MS: i64 = 240_000;
/// A song that has begun is heard to its end when that is no further past the end of the sitting; else it is stopped there.
const OVERRUN_MS_MAX: i64 = 90_000;
/// The least that is heard of a song.
const PLAYED_MS_MIN: i64 = 1_200;
/// Skips: some always, more the less a song suits. With the choices of `taste` about one play in seven.
const SKIP_CHANCE: f64 = 0.05;
const SKIP_CHANCE_BY_DISTANCE: f64 = 0.4;
/// Of songs heard to the end, how many are heard again at once, and after how many there is a pause.
const REPEAT_CHANCE: f64 = 0.025;
const PAUSE_CHANCE: f64 = 0.03;

impl Listener {
    /// Someone who listens within a period.
    pub fn new(taste: Taste, zone: Tz, start: DateTime<Utc>, end: DateTime<Utc>, stream: Stream) -> Self {
        let (cursor_ms, period_end_ms) = (start.timestamp_millis(), end.timestamp_millis());
        Self { taste, zone, cursor_ms, period_end_ms, stream, plays: Vec::new() }
    }

    /// Everything heard, in the order of time.
    pub fn into_plays(self) -> Vec<Play> {
        self.plays
    }

    /// Listens for as long as planned; not at all when the clock leaves out the hour of the start.
    pub fn sit(&mut self, sitting: &Sitting, mood: DayMood) {
        let Some(start) = instant(self.zone, sitting.start) else { return };
        // Starts are not on the minute: somewhere within the second.
        let planned_ms = start.timestamp_millis() + self.milliseconds(0.0, 1_000.0);
        let until_ms = (planned_ms + sitting.length_s * 1_000).min(self.period_end_ms - 1);
        let mut begin_ms = planned_ms.max(self.cursor_ms);
        let mut reason_start = ["clickrow", "playbtn", "appload"][self.stream.below(3)];
        let mut again: Option<Song> = None;
        let mut ended_ms = None;
        while begin_ms + PLAYED_MS_MIN <= until_ms {
            let wanted = mood.at(self.local(begin_ms));
            let song = again.take().unwrap_or_else(|| self.taste.choose(wanted));
            let room_ms = (until_ms + OVERRUN_MS_MAX).min(self.period_end_ms - 1) - begin_ms;
            let ending = self.hear(&song, wanted, until_ms - begin_ms, room_ms);
            let end_ms = begin_ms + ending.ms_played;
            self.plays.push(Play {
                played_at_us: end_ms * 1_000,
                ms_played: Some(ending.ms_played),
                skipped: Some(ending.skipped),
                reason_start: Some(reason_start.to_owned()),
                reason_end: Some(ending.reason.to_owned()),
                platform: Some(sitting.platform.to_owned()),
                ..song.play.clone()
            });
            ended_ms = Some(end_ms);
            begin_ms = end_ms + ending.gap_ms;
            reason_start = ending.reason;
            if ending.reason == "trackdone" && self.stream.chance(REPEAT_CHANCE) {
                again = Some(song);
                reason_start = "clickrow";
            }
        }
        if let Some(end_ms) = ended_ms {
            self.cursor_ms = end_ms + BETWEEN_SITTINGS_MS;
        }
    }

    /// Decides how a song is heard when `left_ms` remain of the sitting and a song that ends within `room_ms` is heard out.
    fn hear(&mut self, song: &Song, wanted: Mood, left_ms: i64, room_ms: i64) -> Ending {
        let length_ms = song.duration_ms;
        let skip = self.stream.chance(SKIP_CHANCE + SKIP_CHANCE_BY_DISTANCE * song.mood.distance(wanted));
        // Two numbers multiplied are mostly small: most skips come within the first bars.
        let patience = self.stream.fraction() * self.stream.fraction();
        let short_gap = self.milliseconds(0.0, 400.0);
        let pause = self.stream.chance(PAUSE_CHANCE);
        let pause_ms = self.milliseconds(25_000.0, 240_000.0);
        let heard_ms = PLAYED_MS_MIN + (patience * 0.5 * (length_ms - PLAYED_MS_MIN) as f64) as i64;
        if skip && heard_ms < left_ms {
            let reason = if self.stream.chance(0.06) { "backbtn" } else { "fwdbtn" };
            return Ending { ms_played: heard_ms, skipped: true, reason, gap_ms: 200 + short_gap };
        }
        if length_ms <= room_ms {
            let gap_ms = if pause { pause_ms } else { short_gap };
            return Ending { ms_played: length_ms, skipped: false, reason: "trackdone", gap_ms };
        }
        let reason = if self.stream.chance(0.2) { "logout" } else { "endplay" };
        Ending { ms_played: left_ms, skipped: false, reason, gap_ms: 0 }
    }

    /// The local time of an instant within the period.
    fn local(&self, instant_ms: i64) -> NaiveDateTime {
        let utc = DateTime::from_timestamp_millis(instant_ms).unwrap_or_default();
        utc.with_timezone(&self.zone).naive_local()
    }

    fn milliseconds(&mut self, low: f64, high: f64) -> i64 {
        self.stream.between(low, high) as i64
    }
}
