//! What the simulated listener is relied on for: the same plays everywhere, on one line of time, with habits to be found
//! again.

use std::collections::{BTreeMap, BTreeSet};

use crate::fingerprint::Sha256;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use chrono_tz::{Europe::Berlin, Tz};

use super::{SimTrack, plays};
use crate::bronze::play::{Play, Source, TimeBasis};
use crate::bronze::synthetic_features::generate;

const DAYS: u32 = 90;

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 5).unwrap()
}

/// A thousand tracks of some seven hundred artists, with features distributed as in the real catalogue.
fn catalogue() -> Vec<SimTrack> {
    (0..1_000_i64)
        .map(|number| {
            let track_id = format!("track{number:017}");
            let features = generate(&track_id);
            let artist = format!("Artist {}", number % 700);
            SimTrack {
                track_name: format!("Título {number}"),
                artist_name: artist.clone(),
                artists: vec![artist, "Guest".to_owned()],
                album_name: format!("Album {}", number / 10),
                duration_ms: 120_000 + number * 213,
                valence: features.valence,
                energy: features.energy,
                track_id,
            }
        })
        .collect()
}

fn heard() -> Vec<Play> {
    plays(&catalogue(), Berlin, first_day(), DAYS, 1)
}

fn begin_us(play: &Play) -> i64 {
    play.played_at_us - play.ms_played.unwrap() * 1_000
}

fn local(zone: Tz, at_us: i64) -> NaiveDateTime {
    DateTime::from_timestamp_micros(at_us).unwrap().with_timezone(&zone).naive_local()
}

fn is_weekend(at: NaiveDateTime) -> bool {
    at.weekday().number_from_monday() >= 6
}

fn share(plays: &[Play], is: impl Fn(&Play) -> bool) -> f64 {
    plays.iter().filter(|play| is(play)).count() as f64 / plays.len() as f64
}

fn fingerprint(plays: &[Play]) -> u64 {
    let mut hash = Sha256::new();
    for play in plays {
        let Play { played_at_us, track_uri, track_name, artist_name, album_name, duration_ms, ms_played, .. } = play;
        let told = (&play.track_id, &play.artists, play.skipped, &play.reason_start, &play.reason_end, &play.platform);
        let row = (played_at_us, track_uri, track_name, artist_name, album_name, duration_ms, ms_played, told);
        hash.update(format!("{row:?}\n"));
    }
    hash.finish().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[test]
fn the_same_arguments_give_the_same_plays_on_every_machine() {
    assert_eq!((heard().len(), fingerprint(&heard())), (3_101, 16_788_603_059_743_943_516));
    assert_ne!(fingerprint(&plays(&catalogue(), Berlin, first_day(), DAYS, 2)), fingerprint(&heard()));
}

#[test]
fn order_and_doubled_rows_of_the_catalogue_do_not_matter() {
    let mut shuffled = catalogue();
    shuffled.reverse();
    shuffled.extend(catalogue().into_iter().take(50));
    assert_eq!(plays(&shuffled, Berlin, first_day(), DAYS, 1), heard());
}

#[test]
fn no_play_begins_before_the_one_before_has_ended() {
    let heard = heard();
    assert!(heard.is_sorted_by(|one, next| one.played_at_us <= begin_us(next)));
    assert!(heard.iter().all(|play| play.played_at_us % 1_000 == 0));
    assert!(heard.iter().all(|play| (1..=play.duration_ms.unwrap()).contains(&play.ms_played.unwrap())));
    assert_eq!(local(Berlin, begin_us(&heard[0])).date().max(first_day()), local(Berlin, begin_us(&heard[0])).date());
    assert!(local(Berlin, heard.last().unwrap().played_at_us).date() < first_day() + chrono::Days::new(u64::from(DAYS)));
}

#[test]
fn a_day_holds_thirty_to_forty_plays_and_a_weekend_day_more() {
    let heard = heard();
    let a_day = heard.len() as f64 / f64::from(DAYS);
    assert!((30.0..=40.0).contains(&a_day), "{a_day} plays a day");
    let weekend = share(&heard, |play| is_weekend(local(Berlin, play.played_at_us)));
    assert!((0.32..0.50).contains(&weekend), "{weekend} at weekends, which are .28 of the days");
}

#[test]
fn habits_are_found_again_in_local_time_on_both_sides_of_the_clock_change() {
    let change = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
    // The week after the change is short: several listeners together show its habits.
    let heard: Vec<Play> = (0..8).flat_map(|seed| plays(&catalogue(), Berlin, first_day(), DAYS, seed)).collect();
    for after in [false, true] {
        let mut weekdays = [0_u32; 24];
        let mut weekends = [0_u32; 24];
        for at in heard.iter().map(|play| local(Berlin, play.played_at_us)).filter(|at| (at.date() >= change) == after) {
            let hours = if is_weekend(at) { &mut weekends } else { &mut weekdays };
            hours[at.hour() as usize] += 1;
        }
        let total: u32 = weekdays.iter().sum();
        assert!(weekdays[8] > weekdays[7] && weekdays[8] > weekdays[9] * 4 && weekdays[18] > weekdays[16] * 2, "{weekdays:?}");
        assert!(weekdays[..6].iter().sum::<u32>() * 20 < total, "few at night: {weekdays:?}");
        assert!(weekdays[2..6].iter().sum::<u32>() * 100 < total, "hardly any after two: {weekdays:?}");
        assert!(weekends[5..9].iter().sum::<u32>() * 20 < weekends.iter().sum(), "later at weekends: {weekends:?}");
    }
}

#[test]
fn nothing_is_heard_in_the_hour_that_does_not_exist() {
    let change = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
    let mut on_the_day = 0;
    for seed in 0..20 {
        for play in plays(&catalogue(), Berlin, change, 1, seed) {
            for at in [local(Berlin, begin_us(&play)), local(Berlin, play.played_at_us)] {
                assert!(at.date() == change && at.hour() != 2, "{at}");
            }
            on_the_day += 1;
        }
    }
    assert!(on_the_day > 400, "{on_the_day}");
}

#[test]
fn late_evenings_are_calmer_and_weekends_livelier() {
    let moods: BTreeMap<String, (f64, f64)> =
        catalogue().into_iter().map(|track| (track.track_id, (track.valence, track.energy))).collect();
    let mean = |is: &dyn Fn(NaiveDateTime) -> bool| {
        let heard = heard();
        let of: Vec<(f64, f64)> = heard
            .iter()
            .filter(|play| is(local(Berlin, begin_us(play))))
            .filter_map(|play| moods.get(play.track_id.as_ref()?).copied())
            .collect();
        let count = of.len() as f64;
        (of.iter().map(|mood| mood.0).sum::<f64>() / count, of.iter().map(|mood| mood.1).sum::<f64>() / count)
    };
    let late = mean(&|at| at.hour() >= 22 || at.hour() < 5);
    let day = mean(&|at| (6..20).contains(&at.hour()) && !is_weekend(at));
    let weekend = mean(&|at| (6..20).contains(&at.hour()) && is_weekend(at));
    assert!(late.0 < day.0 - 0.1 && late.1 < day.1 - 0.15, "late {late:?}, day {day:?}");
    assert!(weekend.1 > day.1 + 0.03, "weekend {weekend:?}, day {day:?}");
}

#[test]
fn some_plays_are_of_songs_that_no_catalogue_knows() {
    let heard = heard();
    let known: BTreeSet<String> = catalogue().into_iter().map(|track| track.track_id).collect();
    let names: BTreeSet<(String, String)> = catalogue().into_iter().map(|track| (track.artist_name, track.track_name)).collect();
    let strange = |play: &Play| play.track_id.as_ref().is_some_and(|id| !known.contains(id));
    let strangers = share(&heard, strange);
    let local = share(&heard, |play| play.track_id.is_none());
    assert!((0.045..0.075).contains(&strangers) && (0.01..0.03).contains(&local), "{strangers} and {local}");
    let base62 = |id: &String| id.len() == 22 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(heard.iter().filter(|play| strange(play)).all(|play| play.track_id.as_ref().is_some_and(base62)));
    let own: Vec<&Play> = heard.iter().filter(|play| play.track_id.is_none()).collect();
    assert!(own.iter().all(|play| play.track_uri.as_ref().is_some_and(|uri| uri.starts_with("spotify:local:"))));
    let by_name =
        own.iter().filter(|play| names.contains(&(play.artist_name.clone().unwrap(), play.track_name.clone().unwrap()))).count();
    assert!(by_name > 10 && by_name < own.len(), "{by_name} of {} are found by name", own.len());
}

#[test]
fn skips_repeats_and_reasons_are_plausible() {
    let heard = heard();
    let skipped = share(&heard, |play| play.skipped == Some(true));
    assert!((0.08..0.22).contains(&skipped), "{skipped}");
    let repeats = heard.windows(2).filter(|pair| pair[0].track_uri == pair[1].track_uri).count();
    assert!((30..200).contains(&repeats), "{repeats}");
    for play in &heard {
        assert_eq!((play.source, play.time_basis), (Source::Simulated, TimeBasis::End));
        let whole = play.ms_played == play.duration_ms;
        assert_eq!(whole, play.reason_end.as_deref() == Some("trackdone"), "{play:?}");
        assert_eq!(play.skipped == Some(true), matches!(play.reason_end.as_deref(), Some("fwdbtn" | "backbtn")), "{play:?}");
    }
}

#[test]
fn nothing_to_hear_gives_no_plays() {
    assert!(plays(&[], Berlin, first_day(), DAYS, 1).is_empty());
    assert!(plays(&catalogue(), Berlin, first_day(), 0, 1).is_empty());
}
