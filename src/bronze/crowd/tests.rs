//! What a crowd must be like, whatever its seed.

use super::{Crowd, CrowdEvent, CrowdTrack, Late};
use std::collections::{BTreeMap, BTreeSet};

const HOUR_US: i64 = 3_600_000_000;

fn tracks() -> Vec<CrowdTrack> {
    let track = |number: i64| CrowdTrack {
        track_id: format!("{number:022}"),
        track_name: format!("Song {number}"),
        artist_name: format!("Artist {}", number % 20),
        genre: format!("genre {}", number % 10),
        duration_ms: 20_000 + number % 7 * 40_000,
        popularity: number % 100,
    };
    (0..500).map(track).collect()
}

fn events(users: usize, seed: u64, count: usize) -> Vec<CrowdEvent> {
    Crowd::new(tracks(), users, 0, seed).unwrap().take(count).collect()
}

#[test]
fn the_same_seed_gives_the_same_events_and_another_gives_others() {
    let mut shuffled = tracks();
    shuffled.reverse();
    let again: Vec<_> = Crowd::new(shuffled, 50, 0, 7).unwrap().take(2_000).collect();
    assert_eq!(events(50, 7, 2_000), again);
    assert_ne!(events(50, 8, 2_000), again);
    assert!(Crowd::new(Vec::new(), 5, 0, 7).is_none() && Crowd::new(tracks(), 0, 0, 7).is_none());
}

#[test]
fn events_are_unique_in_order_and_nobody_hears_two_tracks_at_once() {
    let events = events(40, 3, 20_000);
    assert!(events.is_sorted_by_key(|event| event.ended_us));
    assert_eq!(events.iter().map(|event| &event.event_id).collect::<BTreeSet<_>>().len(), events.len());
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    let mut pauses = Vec::new();
    for event in &events {
        let listened_ms = event.listened_ms.unwrap();
        assert!(listened_ms >= 0 && event.ended_us >= 0);
        let began_us = event.ended_us - listened_ms * 1000;
        if let Some(before_us) = last.insert(&event.user_id, event.ended_us) {
            assert!(began_us >= before_us, "{event:?}");
            pauses.push(began_us - before_us);
        }
    }
    assert_eq!(last.len(), 40, "everybody listens");
    // Sittings: most tracks follow each other within seconds, and some after hours.
    let (within, after) =
        (pauses.iter().filter(|&&us| us < 3_000_000).count(), pauses.iter().filter(|&&us| us > HOUR_US).count());
    assert!(within > pauses.len() * 3 / 4 && after > pauses.len() / 20, "{within}, {after} of {}", pauses.len());
}

#[test]
fn few_tracks_have_most_plays_and_a_part_is_skipped() {
    let events = events(200, 5, 40_000);
    let mut plays: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &events {
        *plays.entry(event.track_id.as_deref().unwrap()).or_default() += 1;
    }
    let mut counts: Vec<usize> = plays.into_values().collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let tenth: usize = counts.iter().take(50).sum();
    assert!(tenth * 2 > events.len(), "a tenth of the tracks has {tenth} of {} plays", events.len());
    let skipped = events.iter().filter(|event| !event.is_complete).count();
    assert!((events.len() / 8..events.len() / 4).contains(&skipped), "{skipped} skipped");
    let short = events.iter().find(|event| event.listened_ms == Some(20_000)).unwrap();
    assert!(short.is_complete, "a short track that was heard to its end");
}

#[test]
fn late_events_arrive_in_order_within_their_bound_and_none_is_lost() {
    let made = events(30, 9, 10_000);
    let (mut late, mut arrived) = (Late::new(0.1, 120_000_000, 9), Vec::new());
    made.iter().for_each(|event| late.pass(event.clone(), &mut arrived));
    late.rest(&mut arrived);
    assert!(arrived.is_sorted_by_key(|event| event.told_us));
    let behind: Vec<_> = arrived.iter().map(|event| event.told_us - event.ended_us).filter(|&us| us > 0).collect();
    assert!((800..1_200).contains(&behind.len()) && behind.iter().all(|&us| us <= 120_000_000), "{} late", behind.len());
    let ids = |events: &[CrowdEvent]| events.iter().map(|event| event.event_id.clone()).collect::<BTreeSet<_>>();
    assert_eq!((arrived.len(), ids(&arrived)), (made.len(), ids(&made)));
    let (mut never, mut same) = (Late::new(0.0, 120_000_000, 9), Vec::new());
    made.iter().for_each(|event| never.pass(event.clone(), &mut same));
    assert_eq!(same, made);
}
