//! One play under way: how long it has been listened to.
//!
//! Owns the measuring. Between two looks the place in the track and the clock move together, or somebody paused or moved the player.
//! While they move together the place is believed, which Spotify tells to the millisecond; where they do not, no more is counted
//! than both the clock and what was seen allow.

use crate::spotify::track::Track;
use serde::{Deserialize, Serialize};

/// A pause that lasted longer is the end of a play that does not go on: what was heard before midnight is not of the next morning.
const PAUSE_MAX_US: i64 = 15 * 60 * 1_000_000;

/// A stop between two looks is taken to have been half-way, unless they are further apart than this.
const STOP_MAX_US: i64 = 30_000_000;

/// Place and clock may differ so much in one stretch: answers are under way for a while, and Spotify estimates.
pub const SLACK_US: i64 = 1_500_000;

const DAY_US: i64 = 86_400_000_000;
/// The year 2242.
pub const TIME_MAX_US: i64 = 100_000 * DAY_US;

/// A play under way. Places are microseconds into the track.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Listening {
    /// What is played.
    pub track: Track,
    /// Playlist, album or artist it is played from.
    pub context_uri: Option<String>,
    /// When it began.
    pub started_us: i64,
    /// The last look at it.
    pub seen_us: i64,
    /// Where it was then.
    pub place_us: i64,
    /// Whether it was playing then.
    pub is_playing: bool,
    /// Whether all of it was seen: what happened in a long time without looks nobody knows.
    pub is_whole: bool,
    /// Whether its start was told.
    pub is_told: bool,
    /// When it was paused, while it is.
    paused_us: Option<i64>,
    /// Listened to before the stretch under way.
    heard_us: i64,
    /// When the stretch under way began, and at which place: since then it played without a break.
    stretch: (i64, i64),
}

/// How a play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Ended {
    /// When.
    pub at_us: i64,
    /// How long it was listened to: all of it where all was seen, else at least this.
    pub listened_us: i64,
    /// Whether all of it was seen.
    pub is_whole: bool,
    /// Whether the track came to its end by itself.
    pub is_natural: bool,
}

/// One look at a track.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// When.
    pub at_us: i64,
    /// Where in the track, when Spotify says so.
    pub place_us: Option<i64>,
    /// Whether it is playing.
    pub is_playing: bool,
}

impl Listening {
    /// A play that is seen for the first time, and when it began, where that is known. Of one whose beginning was not seen only what
    /// follows counts.
    pub fn begin(track: &Track, context_uri: Option<&String>, look: Look, began_us: Option<i64>, is_whole: bool) -> Self {
        let place_us = look.place_us.unwrap_or(0);
        let mut begun = Self {
            track: track.clone(),
            context_uri: context_uri.cloned(),
            started_us: began_us.unwrap_or(look.at_us),
            seen_us: look.at_us,
            place_us,
            is_playing: look.is_playing,
            is_whole,
            is_told: false,
            paused_us: (!look.is_playing).then_some(look.at_us),
            heard_us: 0,
            stretch: (look.at_us, place_us),
        };
        if let Some(began_us) = began_us.filter(|_| is_whole) {
            if look.is_playing {
                begun.stretch = (began_us, 0);
            } else {
                begun.heard_us = place_us;
            }
        }
        begun
    }

    /// When a track that is at this place began, if it can have begun at its beginning since `before_us`, the look before, which it
    /// cannot have begun ahead of; else it was taken up in its midst.
    pub fn began(look: Look, before_us: Option<i64>) -> Option<i64> {
        let place_us = look.place_us.unwrap_or(0);
        let room_us = before_us.map_or(0, |before| look.at_us - before);
        (place_us <= room_us + SLACK_US).then(|| (look.at_us - place_us).max(before_us.unwrap_or(i64::MIN)))
    }

    /// Whether these can be numbers of a play: a file that is kept from one watcher to the next may hold anything.
    pub fn is_plausible(&self) -> bool {
        let times = [self.started_us, self.seen_us, self.stretch.0, self.paused_us.unwrap_or_default()];
        let places = [self.place_us, self.stretch.1, self.heard_us];
        times.iter().all(|time_us| (0..TIME_MAX_US).contains(time_us))
            && places.iter().all(|place_us| (-DAY_US..=366 * DAY_US).contains(place_us))
    }

    /// How long it has been listened to.
    pub const fn listened_us(&self) -> i64 {
        if self.is_playing { self.heard_us + self.place_us - self.stretch.1 } else { self.heard_us }
    }

    /// What is left of the track, where its length is known.
    fn left_us(&self) -> Option<i64> {
        self.track.duration_ms.map(|length_ms| (length_ms.saturating_mul(1000) - self.place_us).max(0))
    }

    /// Whether the player is at the track's beginning again because the track came to its end meanwhile.
    pub fn has_begun_anew(&self, look: Look) -> bool {
        let (Some(left_us), Some(place_us)) = (self.left_us(), look.place_us) else { return false };
        let passed_us = look.at_us - self.seen_us;
        let is_back = place_us + SLACK_US < self.place_us;
        if !self.is_playing {
            // It stood at its end and was begun again.
            return is_back && left_us <= SLACK_US;
        }
        is_back && left_us <= passed_us + SLACK_US && place_us <= (passed_us - left_us).max(0) + SLACK_US
    }

    /// Whether a look shows this play further on, as nobody but the clock moved it: what was paused or out of sight goes on.
    pub fn can_go_on(&self, look: Look) -> bool {
        let moved_us = look.place_us.unwrap_or(self.place_us) - self.place_us;
        (-SLACK_US..=look.at_us - self.seen_us + SLACK_US).contains(&moved_us)
    }

    /// The same play again. Tells when it was paused or resumed, if it was.
    pub fn go_on(&mut self, look: Look, blind_us: i64) -> Option<i64> {
        let passed_us = look.at_us - self.seen_us;
        let place_us = look.place_us.unwrap_or(self.place_us + if self.is_playing { passed_us } else { 0 });
        let moved_us = place_us - self.place_us;
        let is_blind = passed_us > blind_us;
        let is_natural = (-SLACK_US..=passed_us + SLACK_US).contains(&moved_us);
        let is_still = moved_us.abs() <= SLACK_US;
        let here = (look.at_us, place_us);
        let change = match (self.is_playing, look.is_playing) {
            (true, true) => {
                let drift_us = (place_us - self.stretch.1) - (look.at_us - self.stretch.0);
                if drift_us.abs() > SLACK_US {
                    self.is_whole &= !is_blind;
                    self.end_stretch();
                    let is_forward = (0..=passed_us).contains(&moved_us);
                    self.heard_us += match (is_forward, is_blind) {
                        // It stood still for a while.
                        (true, _) => moved_us,
                        // It was moved, and played all the time.
                        (false, false) => passed_us,
                        (false, true) => 0,
                    };
                    self.stretch = here;
                }
                None
            }
            (true, false) => {
                self.end_stretch();
                let more_us = if is_natural {
                    moved_us.clamp(0, passed_us)
                } else if is_blind {
                    0
                } else {
                    passed_us / 2
                };
                self.heard_us += more_us;
                self.is_whole &= !is_blind;
                self.paused_us = Some(self.seen_us + more_us);
                self.paused_us
            }
            (false, true) => {
                let more_us = if is_natural { moved_us.clamp(0, passed_us) } else { 0 };
                self.stretch = (look.at_us - more_us, place_us - more_us);
                self.is_whole &= is_still || !is_blind;
                self.paused_us = None;
                Some(look.at_us - more_us)
            }
            (false, false) => {
                // It went on for a moment between two looks.
                if is_natural && !is_still && !is_blind {
                    self.heard_us += moved_us.clamp(0, passed_us);
                }
                self.is_whole &= is_still || !is_blind;
                None
            }
        };
        (self.seen_us, self.place_us, self.is_playing) = (look.at_us, place_us, look.is_playing);
        change
    }

    /// How it ended, as a look that does not show it any more tells: what is there now began at `next_us`, where that is known.
    pub fn end(&self, at_us: i64, next_us: Option<i64>, blind_us: i64) -> Ended {
        let until_us = next_us.unwrap_or(at_us).max(self.seen_us);
        let (passed_us, listened_us) = (until_us - self.seen_us, self.listened_us());
        if !self.is_playing {
            // Nobody knows what became of a pause that nobody saw the end of.
            let is_whole = self.is_whole && at_us - self.seen_us <= blind_us;
            let paused_us = self.paused_us.unwrap_or(self.seen_us);
            let at_us = if until_us - paused_us > PAUSE_MAX_US { paused_us } else { until_us };
            return Ended { at_us, listened_us, is_whole, is_natural: false };
        }
        let left_us = self.left_us().unwrap_or(i64::MAX);
        if at_us - self.seen_us > blind_us {
            return Ended { at_us: self.seen_us + left_us.min(passed_us), listened_us, is_whole: false, is_natural: false };
        }
        let is_natural = left_us <= passed_us + SLACK_US;
        let more_us = match next_us {
            _ if is_natural => left_us,
            Some(_) => passed_us,
            // It was stopped somewhere in between, and in a long time nobody can say where.
            None if passed_us > STOP_MAX_US => {
                return Ended { at_us: self.seen_us, listened_us, is_whole: false, is_natural };
            }
            None => passed_us / 2,
        };
        Ended {
            at_us: self.seen_us + more_us.min(passed_us),
            listened_us: listened_us + more_us,
            is_whole: self.is_whole,
            is_natural,
        }
    }

    fn end_stretch(&mut self) {
        self.heard_us += self.place_us - self.stretch.1;
        self.stretch = (self.seen_us, self.place_us);
    }
}
