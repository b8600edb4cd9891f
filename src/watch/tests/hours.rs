//! Hours of made-up playback: every scripted change, in order, once.

use super::{LIMITS, SECOND_US, playing};
use crate::spotify::currently_playing::Playing;
use crate::watch::event::{Event, Status};
use crate::watch::player::Player;

const HOUR_US: i64 = 3600 * SECOND_US;
/// Looks a second apart tell when something happened to a second, and places are estimates.
const NEAR_US: i64 = 2 * SECOND_US;

/// Chance that can be repeated.
struct Chance(u64);

impl Chance {
    fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        least + i64::try_from((self.0 >> 33) % u64::try_from(most - least).unwrap()).unwrap()
    }
}

#[derive(Clone, Copy, Debug)]
struct Shown {
    from_us: i64,
    track: u64,
    length_us: i64,
    place_us: i64,
    is_playing: bool,
}

/// A player that knows what it does, to the microsecond.
struct Script {
    chance: Chance,
    now_us: i64,
    /// What it shows from when on; none is silence.
    shows: Vec<(i64, Option<Shown>)>,
    /// What a watcher should tell: the change, the track, when.
    told: Vec<(String, i64)>,
    track: u64,
    length_us: i64,
    place_us: i64,
    listened_us: i64,
    meddlings: i64,
    /// Listened time of each play that is over, and how often somebody moved or paused it.
    plays: Vec<(u64, i64, i64)>,
}

impl Script {
    fn new(seed: u64) -> Self {
        let mut script = Self {
            chance: Chance(seed),
            now_us: 0,
            shows: vec![(0, None)],
            told: Vec::new(),
            track: 0,
            length_us: 0,
            place_us: 0,
            listened_us: 0,
            meddlings: 0,
            plays: Vec::new(),
        };
        script.now_us = script.chance.between(3 * SECOND_US, 9 * SECOND_US);
        script.begin();
        while script.now_us < HOUR_US {
            script.act();
        }
        script
    }

    fn tell(&mut self, what: &str) {
        self.told.push((format!("{what} {}", self.track), self.now_us));
    }

    fn show(&mut self, is_playing: bool) {
        let shown =
            Shown { from_us: self.now_us, track: self.track, length_us: self.length_us, place_us: self.place_us, is_playing };
        self.shows.push((self.now_us, Some(shown)));
    }

    fn begin(&mut self) {
        self.track += 1;
        self.length_us = self.chance.between(40, 300) * SECOND_US;
        (self.place_us, self.listened_us, self.meddlings) = (0, 0, 0);
        self.tell("started");
        self.show(true);
    }

    fn over(&mut self) {
        self.plays.push((self.track, self.listened_us, self.meddlings));
        self.tell("over");
    }

    /// Plays for a while, through the ends of tracks.
    fn play(&mut self) {
        let mut left_us = self.chance.between(3 * SECOND_US, 90 * SECOND_US);
        while left_us >= self.length_us - self.place_us {
            let rest_us = self.length_us - self.place_us;
            (self.now_us, self.listened_us, left_us) = (self.now_us + rest_us, self.listened_us + rest_us, left_us - rest_us);
            self.over();
            self.begin();
        }
        // Nothing else happens in the seconds around the end of a track.
        left_us = left_us.max(3 * SECOND_US).min((self.length_us - self.place_us - 3 * SECOND_US).max(0));
        self.now_us += left_us;
        self.place_us += left_us;
        self.listened_us += left_us;
    }

    fn act(&mut self) {
        self.play();
        match self.chance.between(0, 8) {
            0 | 1 => {
                self.tell("paused");
                self.show(false);
                self.now_us += self.chance.between(3 * SECOND_US, 200 * SECOND_US);
                self.tell("resumed");
                self.show(true);
                self.meddlings += 1;
            }
            2 => {
                // Somewhere else, and not so near that it could be the same place.
                let to_us = self.chance.between(0, self.length_us - 5 * SECOND_US);
                if (to_us - self.place_us).abs() > 10 * SECOND_US {
                    self.place_us = to_us;
                    self.show(true);
                    self.meddlings += 1;
                }
            }
            3 => {
                self.tell("stopped");
                self.over();
                self.shows.push((self.now_us, None));
                self.now_us += self.chance.between(40 * SECOND_US, 300 * SECOND_US);
                self.begin();
            }
            4 | 5 => {
                self.over();
                self.begin();
            }
            _ => {}
        }
    }

    fn shown(&self, at_us: i64) -> Playing {
        let place = self.shows.partition_point(|(from_us, _)| *from_us <= at_us) - 1;
        match self.shows[place].1 {
            None => Playing::Nothing,
            Some(shown) => {
                let on_us = if shown.is_playing { at_us - shown.from_us } else { 0 };
                playing(shown.track, shown.length_us / SECOND_US, shown.place_us + on_us, shown.is_playing)
            }
        }
    }
}

fn described(event: &Event) -> (String, i64) {
    let (word, track, at_us) = match event {
        Event::Player(event) => {
            let word = event.change.name().trim_start_matches("track_");
            (word, &event.track, event.at_us)
        }
        Event::Play(event) => ("over", &event.track, event.ended_us),
    };
    (format!("{word} {}", track.name.clone().unwrap_or_default().replace("Song ", "")), at_us)
}

#[test]
fn an_hour_of_looks_tells_exactly_what_was_scripted() {
    let (mut told, mut heard) = (0, 0);
    for seed in 0..200 {
        let script = Script::new(seed);
        let mut player = Player::default();
        let mut events = Vec::new();
        for second in 0..3600 {
            let at_us = second * SECOND_US;
            events.extend(player.look(at_us, &script.shown(at_us), LIMITS));
        }
        let found: Vec<_> = events.iter().map(described).collect();
        // What happens in the last seconds, or is held back then, is told later.
        let due = script.told.iter().filter(|(_, at_us)| *at_us < HOUR_US - 2 * SECOND_US).count();
        let held = script.told[..due].iter().rposition(|(what, _)| what.starts_with("stopped")).filter(|&stop| stop + 2 >= due);
        let due = held.map_or(due, |stop| stop + 1);
        assert!(found.len() >= due, "seed {seed}: {} of {due} told", found.len());
        for (number, ((what, at_us), (scripted, when_us))) in found.iter().zip(&script.told).enumerate() {
            assert_eq!(what, scripted, "seed {seed}, change {number}");
            assert!((at_us - when_us).abs() <= NEAR_US, "seed {seed}, change {number}, {what}: {at_us} for {when_us}");
        }
        assert!(found.len() <= script.told.len(), "seed {seed}: more than was scripted");
        let plays = events.iter().filter_map(|event| if let Event::Play(play) = event { Some(play) } else { None });
        for (play, (track, listened_us, meddlings)) in plays.zip(&script.plays) {
            let off_us = (play.listened_ms * 1000 - listened_us).abs();
            assert!(
                play.is_whole && off_us <= SECOND_US * (meddlings + 1),
                "seed {seed}, track {track}: {} ms for {listened_us} us, {meddlings} meddlings",
                play.listened_ms
            );
            if (listened_us - LIMITS.completed_us).abs() > SECOND_US * (meddlings + 1) {
                assert_eq!(play.status == Status::Completed, *listened_us > LIMITS.completed_us, "seed {seed}, track {track}");
            }
            heard += 1;
        }
        told += found.len();
    }
    assert!(told > 12_000 && heard > 4_000, "{told} changes, {heard} plays");
}
