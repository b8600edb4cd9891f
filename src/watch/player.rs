//! From looks to events: what changed since the last look.
//!
//! Owns the order of events. An event is told only on a change; a play is over when its track ends or another begins. After a stop it
//! is held for half a minute: a player that moves to another device is silent for a moment and then goes on with the same play.

use super::event::{Event, PlayEvent, PlayerChange, PlayerEvent, Status};
use super::listening::{Ended, Listening, Look, SLACK_US, TIME_MAX_US};
use crate::spotify::currently_playing::{NowPlaying, Playing};
use serde::{Deserialize, Serialize};

/// How long a play that was stopped may still go on.
const HOLD_US: i64 = 30_000_000;

/// What counts as what.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Listening from which on a play is complete, in microseconds.
    pub completed_us: i64,
    /// A time between two looks in which anything may have happened.
    pub blind_us: i64,
}

/// What is known of the player.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Player {
    on: Option<Listening>,
    held: Option<Held>,
    /// The last look that said something.
    seen_us: Option<i64>,
}

/// A play that was stopped a moment ago.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Held {
    play: Listening,
    ended: Ended,
    until_us: i64,
}

impl Player {
    /// What happened up to this look.
    pub fn look(&mut self, at_us: i64, playing: &Playing, limits: Limits) -> Vec<Event> {
        let mut events = Vec::new();
        if self.seen_us.is_some_and(|seen_us| at_us < seen_us - SLACK_US) {
            // The clock was set back: what was seen by the old one ends there.
            events.extend(self.give_up(limits));
        }
        let at_us = at_us.max(self.seen_us.unwrap_or(i64::MIN));
        if self.held.as_ref().is_some_and(|held| at_us > held.until_us) {
            self.release(at_us, limits, &mut events);
        }
        match playing {
            Playing::Unclear if self.seen_us.is_some_and(|seen| at_us - seen <= limits.blind_us) => return events,
            Playing::Unclear | Playing::Nothing | Playing::Other => self.silence(at_us, limits, &mut events),
            Playing::Track(now) => self.track(at_us, now, limits, &mut events),
        }
        self.seen_us = Some(at_us);
        events
    }

    /// Whether a player can have been in this state.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        let held = self.held.as_ref();
        let times = held.map_or([0; 3], |held| [held.ended.at_us, held.ended.listened_us, held.until_us]);
        self.on.iter().chain(held.map(|held| &held.play)).all(Listening::is_plausible)
            && times.into_iter().chain(self.seen_us).all(|time_us| (0..TIME_MAX_US).contains(&time_us))
    }

    /// Whether something is playing.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        self.on.as_ref().is_some_and(|play| play.is_playing)
    }

    /// Ends what was going on: nobody will see any more of it.
    pub fn give_up(&mut self, limits: Limits) -> Vec<Event> {
        let mut events = Vec::new();
        let at_us = self.seen_us.take().unwrap_or_default();
        self.release(at_us, limits, &mut events);
        if let Some(play) = self.on.take() {
            let ended = Ended { is_whole: false, ..play.end(play.seen_us, None, limits.blind_us) };
            events.extend(over(&play, ended, at_us, limits));
        }
        events
    }

    fn silence(&mut self, at_us: i64, limits: Limits, events: &mut Vec<Event>) {
        let Some(play) = self.on.take() else { return };
        let ended = play.end(at_us, None, limits.blind_us);
        if play.is_told {
            events.push(told(PlayerChange::Stopped, ended.at_us, &play));
        }
        self.held = Some(Held { play, ended, until_us: at_us + HOLD_US });
    }

    fn track(&mut self, at_us: i64, now: &NowPlaying, limits: Limits, events: &mut Vec<Event>) {
        let look = Look { at_us, place_us: now.progress_ms.map(|ms| ms.saturating_mul(1000)), is_playing: now.is_playing };
        if let Some(held) =
            self.held.take_if(|held| !held.ended.is_natural && held.play.track.is_same(&now.track) && held.play.can_go_on(look))
        {
            // It was stopped for a moment, and goes on.
            let mut play = held.play;
            play.go_on(look, limits.blind_us);
            if look.is_playing {
                let change = if play.is_told { PlayerChange::Resumed } else { PlayerChange::Started };
                if change == PlayerChange::Started {
                    (play.is_told, play.started_us) = (true, at_us);
                }
                events.push(told(change, at_us, &play));
            }
            self.on = Some(play);
            return;
        }
        self.release(at_us, limits, events);
        match self.on.take() {
            Some(play) if play.track.is_same(&now.track) && !is_another(&play, look, limits) => {
                self.on = Some(further(play, look, limits, events));
            }
            before => self.another(before, look, now, limits, events),
        }
    }

    /// Another play than before, or the first.
    fn another(&mut self, before: Option<Listening>, look: Look, now: &NowPlaying, limits: Limits, events: &mut Vec<Event>) {
        let next_us = Listening::began(look, self.seen_us);
        let ended = before.as_ref().map(|play| play.end(look.at_us, next_us, limits.blind_us));
        // A track that has only just begun was seen from its beginning, whatever was before.
        let is_whole = look.place_us.is_some_and(|place_us| place_us <= SLACK_US)
            || self.seen_us.is_some_and(|seen_us| look.at_us - seen_us <= limits.blind_us);
        let mut play = Listening::begin(&now.track, now.context_uri.as_ref(), look, next_us, is_whole);
        // A track that waits in the player, paused, has not begun.
        let has_begun = look.is_playing || (next_us.is_some() && self.seen_us.is_some() && play.place_us > SLACK_US);
        if let (Some(before), Some(ended)) = (before, ended) {
            if !has_begun && before.is_playing && before.is_told {
                events.push(told(PlayerChange::Stopped, ended.at_us, &before));
            }
            events.extend(over(&before, ended, look.at_us, limits));
        }
        if has_begun {
            play.is_told = true;
            let progress_us = if next_us.is_some() { 0 } else { play.place_us };
            events.push(told_at(PlayerChange::Started, play.started_us, progress_us, &play));
            if !look.is_playing {
                events.push(told(PlayerChange::Paused, look.at_us, &play));
            }
        }
        self.on = Some(play);
    }

    /// Tells the end of a play that did not go on.
    fn release(&mut self, at_us: i64, limits: Limits, events: &mut Vec<Event>) {
        let Some(held) = self.held.take() else { return };
        events.extend(over(&held.play, held.ended, at_us, limits));
    }
}

/// Whether the same track is played another time.
fn is_another(play: &Listening, look: Look, limits: Limits) -> bool {
    let is_blind = look.at_us - play.seen_us > limits.blind_us;
    play.has_begun_anew(look) || (is_blind && !play.can_go_on(look))
}

/// The same play, seen again.
fn further(mut play: Listening, look: Look, limits: Limits, events: &mut Vec<Event>) -> Listening {
    let was_playing = play.is_playing;
    let Some(changed_us) = play.go_on(look, limits.blind_us) else { return play };
    let change = match (was_playing, play.is_told) {
        (true, _) => PlayerChange::Paused,
        (false, true) => PlayerChange::Resumed,
        (false, false) => PlayerChange::Started,
    };
    if change == PlayerChange::Started {
        (play.is_told, play.started_us) = (true, changed_us);
    }
    let progress_us = if play.is_playing { play.place_us - (look.at_us - changed_us) } else { play.place_us };
    events.push(told_at(change, changed_us, progress_us, &play));
    play
}

/// The play as an event, unless too little of it was seen to say what became of it.
fn over(play: &Listening, ended: Ended, told_us: i64, limits: Limits) -> Option<Event> {
    if ended.listened_us <= 0 && !play.is_told {
        return None;
    }
    // A track that is shorter than what counts as complete is complete when it was heard to its end.
    let length_us = play.track.duration_ms.map_or(i64::MAX, |ms| ms.saturating_mul(1000) - SLACK_US);
    let status = if ended.listened_us >= limits.completed_us.min(length_us) {
        Status::Completed
    } else if ended.is_whole {
        Status::Skipped
    } else {
        return None;
    };
    Some(Event::Play(PlayEvent {
        track: play.track.clone(),
        context_uri: play.context_uri.clone(),
        started_us: play.started_us,
        ended_us: ended.at_us,
        listened_ms: ended.listened_us / 1000,
        is_whole: ended.is_whole,
        status,
        told_us,
    }))
}

fn told(change: PlayerChange, at_us: i64, play: &Listening) -> Event {
    told_at(change, at_us, play.place_us, play)
}

fn told_at(change: PlayerChange, at_us: i64, place_us: i64, play: &Listening) -> Event {
    Event::Player(PlayerEvent {
        change,
        at_us,
        progress_ms: place_us.max(0) / 1000,
        track: play.track.clone(),
        context_uri: play.context_uri.clone(),
    })
}
