//! Single things that happen to players.

use super::{LIMITS, SECOND_US, looks, playing, plays, words};
use crate::spotify::currently_playing::Playing;
use crate::watch::event::{Event, Path};
use crate::watch::player::Player;

const S: i64 = SECOND_US;

#[test]
fn a_track_that_is_heard_to_its_end_is_complete_and_told_once() {
    let mut player = Player::default();
    let mut events = looks(&mut player, &[(0, Playing::Nothing)]);
    for at in 1..=200 {
        events.extend(player.look(at * S, &playing(1, 200, (at - 1) * S, true), LIMITS));
    }
    events.extend(looks(&mut player, &[(203, playing(2, 100, 2 * S, true)), (208, playing(2, 100, 7 * S, true))]));
    assert_eq!(words(&events), ["started 1 at 1", "play 1 COMPLETED 200", "started 2 at 201"]);
}

#[test]
fn pauses_and_seeks_are_not_listened_to() {
    let script = [
        (0, Playing::Nothing),
        (5, playing(1, 300, 5 * S, true)),
        (10, playing(1, 300, 10 * S, true)),
        // Paused at 12, for 20 seconds.
        (15, playing(1, 300, 12 * S, false)),
        (20, playing(1, 300, 12 * S, false)),
        (35, playing(1, 300, 15 * S, true)),
        // Moved on by two minutes, and played all the time.
        (40, playing(1, 300, 140 * S, true)),
        // And back.
        (45, playing(1, 300, 20 * S, true)),
        (50, playing(1, 300, 25 * S, true)),
        (55, playing(2, 300, 3 * S, true)),
    ];
    let mut player = Player::default();
    let events = looks(&mut player, &script);
    assert_eq!(words(&events), ["started 1 at 0", "paused 1 at 12", "resumed 1 at 32", "play 1 COMPLETED 32", "started 2 at 52"]);
}

#[test]
fn the_same_track_again_is_another_play_and_a_seek_to_its_start_is_none() {
    let mut player = Player::default();
    let script = [
        (0, Playing::Nothing),
        (5, playing(1, 60, 5 * S, true)),
        (10, playing(1, 60, 2 * S, true)),
        (60, playing(1, 60, 52 * S, true)),
        (70, playing(1, 60, 2 * S, true)),
        (75, playing(1, 60, 7 * S, true)),
    ];
    let events = looks(&mut player, &script);
    assert_eq!(words(&events), ["started 1 at 0", "play 1 COMPLETED 68", "started 1 at 68"]);
}

#[test]
fn a_short_listening_is_skipped_but_a_short_track_heard_to_its_end_is_not() {
    let mut player = Player::default();
    let script = [
        (0, Playing::Nothing),
        (5, playing(1, 300, 5 * S, true)),
        (10, playing(2, 20, 2 * S, true)),
        (20, playing(2, 20, 12 * S, true)),
        (30, playing(3, 300, 2 * S, true)),
    ];
    let events = looks(&mut player, &script);
    assert_eq!(
        words(&events),
        ["started 1 at 0", "play 1 SKIPPED 8", "started 2 at 8", "play 2 COMPLETED 20", "started 3 at 28"]
    );
}

#[test]
fn a_moment_of_silence_does_not_end_a_play_and_half_a_minute_does() {
    let mut player = Player::default();
    let mut events = looks(
        &mut player,
        &[
            (0, Playing::Nothing),
            (5, playing(1, 300, 5 * S, true)),
            (40, playing(1, 300, 40 * S, true)),
            (45, Playing::Nothing),
            (50, playing(1, 300, 44 * S, true)),
        ],
    );
    assert_eq!(words(&events), ["started 1 at 0", "stopped 1 at 43", "resumed 1 at 50"]);
    events = looks(&mut player, &[(55, Playing::Other), (80, Playing::Nothing), (90, Playing::Nothing)]);
    assert_eq!(words(&events), ["stopped 1 at 53", "play 1 COMPLETED 47"]);
    assert!(looks(&mut player, &[(95, Playing::Nothing)]).is_empty());
}

#[test]
fn what_spotify_does_not_say_changes_nothing_for_a_while() {
    let mut player = Player::default();
    let events = looks(
        &mut player,
        &[
            (0, Playing::Nothing),
            (5, playing(1, 300, 5 * S, true)),
            (10, Playing::Unclear),
            (15, Playing::Unclear),
            (20, playing(1, 300, 20 * S, true)),
            (30, Playing::Unclear),
            (70, Playing::Unclear),
        ],
    );
    assert_eq!(words(&events), ["started 1 at 0", "stopped 1 at 70"]);
}

#[test]
fn a_time_out_of_sight_is_counted_where_the_place_proves_it_and_else_not() {
    let mut player = Player::default();
    let mut events = looks(
        &mut player,
        &[
            (0, Playing::Nothing),
            (5, playing(1, 300, 5 * S, true)),
            // Two minutes without a network, and the track is two minutes further.
            (125, playing(1, 300, 125 * S, true)),
            // An hour later something else plays: what became of the first nobody saw.
            (3725, playing(2, 300, 100 * S, true)),
            (3730, playing(2, 300, 105 * S, true)),
            (3735, playing(3, 300, S, true)),
        ],
    );
    let told = words(&events);
    assert_eq!(told, ["started 1 at 0", "play 1 COMPLETED 125", "started 2 at 3625", "started 3 at 3734"]);
    assert!(!plays(&events)[0].is_whole);
    let Some(Event::Play(first)) = events.iter().find(|event| matches!(event, Event::Play(_))) else { panic!("a play") };
    assert_eq!((first.ended_us / S, first.path()), (300, Path::Cold), "the track could not go on for longer");

    // Nobody can say whether a play was skipped of which only ten seconds were seen.
    events = looks(&mut player, &[(3745, playing(3, 300, 11 * S, true)), (9000, playing(4, 300, 0, true))]);
    assert_eq!(words(&events), ["started 4 at 9000"]);
}

#[test]
fn whoever_comes_in_the_middle_counts_what_they_see() {
    let mut player = Player::default();
    let events = looks(
        &mut player,
        &[(0, playing(1, 300, 100 * S, true)), (40, playing(1, 300, 140 * S, true)), (45, playing(2, 300, 5 * S, true))],
    );
    assert_eq!(words(&events), ["started 1 at 0", "play 1 COMPLETED 40", "started 2 at 40"]);
    assert!(!plays(&events)[0].is_whole);
}

#[test]
fn a_track_that_waits_is_not_told_until_it_plays() {
    let mut player = Player::default();
    let events = looks(
        &mut player,
        &[
            (0, playing(1, 300, 50 * S, false)),
            (5, playing(1, 300, 50 * S, false)),
            (10, playing(1, 300, 52 * S, true)),
            (12, playing(1, 300, 54 * S, true)),
        ],
    );
    assert_eq!(words(&events), ["started 1 at 8"]);
    // The last song of an album: the player waits at its beginning, or at the first song's.
    let end = [(0, Playing::Nothing), (5, playing(1, 60, 5 * S, true)), (30, playing(1, 60, 30 * S, true))];
    for after in [playing(1, 60, 0, false), playing(2, 60, 0, false)] {
        let mut player = Player::default();
        let mut events = looks(&mut player, &end);
        events.extend(looks(&mut player, &[(62, after), (70, Playing::Nothing), (110, Playing::Nothing)]));
        assert_eq!(words(&events), ["started 1 at 0", "stopped 1 at 60", "play 1 COMPLETED 60"]);
    }
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let mut player = Player::default();
    let mut events = looks(&mut player, &[(0, Playing::Nothing), (5, playing(1, 300, 5 * S, true))]);
    let kept = serde_json::to_string(&player).unwrap();
    let mut player: Player = serde_json::from_str(&kept).unwrap();
    events.extend(looks(&mut player, &[(100, playing(1, 300, 100 * S, true)), (105, playing(2, 300, S, true))]));
    assert_eq!(words(&events), ["started 1 at 0", "play 1 COMPLETED 104", "started 2 at 104"]);
    assert!(plays(&events)[0].is_whole);
}

#[test]
fn a_clock_that_is_set_back_ends_what_was_seen_by_the_old_one() {
    let mut player = Player::default();
    let events = looks(
        &mut player,
        &[
            (100, Playing::Nothing),
            (105, playing(1, 300, 5 * S, true)),
            (140, playing(1, 300, 40 * S, true)),
            (20, playing(1, 300, 45 * S, true)),
            (25, playing(1, 300, 50 * S, true)),
            (60, playing(2, 300, 2 * S, true)),
        ],
    );
    assert_eq!(
        words(&events),
        ["started 1 at 100", "play 1 COMPLETED 40", "started 1 at 20", "play 1 COMPLETED 38", "started 2 at 58"]
    );
    assert!(plays(&events).iter().all(|play| !play.is_whole));
}

#[test]
fn what_happened_to_a_pause_that_nobody_saw_the_end_of_is_not_known() {
    let paused = [(0, Playing::Nothing), (5, playing(1, 300, 5 * S, true)), (10, playing(1, 300, 10 * S, false))];
    // Eight hours later something else plays, or the same track further on, or at another place.
    for after in [playing(2, 300, 20 * S, true), playing(1, 300, 250 * S, false), playing(1, 300, 2 * S, true)] {
        let mut player = Player::default();
        let mut events = looks(&mut player, &paused);
        events.extend(looks(&mut player, &[(28_800, after), (28_805, playing(3, 300, 0, true))]));
        assert!(plays(&events).is_empty(), "ten seconds of it were seen, which says nothing: {:?}", words(&events));
    }
    // Where it stands as it stood it was not touched.
    let mut player = Player::default();
    let mut events = looks(&mut player, &paused);
    events.extend(looks(
        &mut player,
        &[(28_800, playing(1, 300, 10 * S, true)), (28_830, playing(1, 300, 40 * S, true)), (28_835, playing(2, 300, 0, true))],
    ));
    let told = plays(&events)[0];
    assert!(told.is_whole && told.listened_ms == 45_000, "{:?}", words(&events));
}

#[test]
fn a_play_that_was_paused_for_long_ended_when_it_was_paused() {
    for (until, ended) in [(600, 600), (1_800, 40)] {
        let mut player = Player::default();
        let mut script = vec![(0, Playing::Nothing)];
        script.extend((1..=4).map(|look| (look * 10, playing(1, 300, look * 10 * S, true))));
        script.extend((5..until / 10).map(|look| (look * 10, playing(1, 300, 40 * S, false))));
        script.push((until, playing(2, 300, 0, true)));
        let events = looks(&mut player, &script);
        let told = plays(&events)[0];
        assert_eq!((told.ended_us / S, told.listened_ms), (ended, 40_000), "{:?}", words(&events));
    }
}

#[test]
fn a_track_that_waits_on_another_device_has_not_started_and_starts_when_it_plays() {
    let mut player = Player::default();
    let mut events = looks(
        &mut player,
        &[
            (0, Playing::Nothing),
            (5, playing(1, 300, 5 * S, true)),
            (40, playing(1, 300, 40 * S, true)),
            (45, playing(2, 300, 100 * S, false)),
            (50, Playing::Nothing),
            (55, playing(2, 300, 104 * S, true)),
            (95, playing(2, 300, 144 * S, true)),
            (100, playing(3, 300, 2 * S, true)),
        ],
    );
    assert_eq!(
        words(&events),
        ["started 1 at 0", "stopped 1 at 43", "play 1 COMPLETED 43", "started 2 at 55", "play 2 COMPLETED 47", "started 3 at 98"]
    );
    // At its end a track may stand and be begun again.
    player = Player::default();
    events = looks(
        &mut player,
        &[
            (0, Playing::Nothing),
            (5, playing(1, 60, 5 * S, true)),
            (58, playing(1, 60, 58 * S, true)),
            (61, playing(1, 60, 60 * S, false)),
            (66, playing(1, 60, 2 * S, true)),
            (70, playing(1, 60, 6 * S, true)),
        ],
    );
    assert_eq!(words(&events), ["started 1 at 0", "paused 1 at 60", "play 1 COMPLETED 60", "started 1 at 64"]);
}

#[test]
fn absurd_numbers_are_no_reason_to_fall_over() {
    let mut player = Player::default();
    let mut events = Vec::new();
    for (at, length, place) in [(0, i64::MAX / 1000, 0), (5, i64::MAX / 1000, i64::MAX), (10, 300, 10 * S), (15, 0, 20 * S)] {
        events.extend(player.look(at * S, &playing(1, length, place, true), LIMITS));
        events.extend(player.look((at + 1) * S, &playing(2, length, place, false), LIMITS));
    }
    assert!(plays(&events).iter().all(|play| play.listened_ms >= 0));
}
