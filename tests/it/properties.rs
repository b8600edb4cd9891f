//! Properties that hold for any input: order and repetition of rows do not matter, and no join multiplies plays.

use crate::relations::{rows_of, silver};
use arrow::util::pretty::pretty_format_batches;
use moodlake::bronze::history::play_id;
use moodlake::bronze::play::Play;
use moodlake::lake::tables::{KAGGLE_TRACKS, LISTENING_HISTORY, SYNTHETIC_FEATURES};
use moodlake::silver::DEFAULT_PREFERENCE;
use proptest::prelude::*;
use std::fmt::Write as _;

const HISTORY: &str = "play_id,user_id,played_at,track_id,artist_name,track_name,source,time_basis,ms_played";

/// user, minute, track, source, seconds listened
type Drawn = (u8, u16, u8, u8, u8);

fn history(plays: &[Drawn]) -> String {
    let mut csv = format!("{HISTORY}\n");
    for (place, (user, minute, track, source, seconds)) in plays.iter().enumerate() {
        let source = ["extended_export", "account_export", "spotify_api"][usize::from(source % 3)];
        let id = if source == "account_export" { String::new() } else { format!("t{track}") };
        let time = chrono::DateTime::from_timestamp(1_770_000_000 + i64::from(*minute) * 20, 0).unwrap().to_rfc3339();
        let _ = writeln!(csv, "p{place:03},u{user},{time},{id},Artist,Title {track},{source},end,{}", u32::from(*seconds) * 1000);
    }
    csv
}

fn shuffled(csv: &str, seed: u64) -> String {
    let mut lines: Vec<&str> = csv.lines().skip(1).collect();
    let mut state = seed | 1;
    for place in (1..lines.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        lines.swap(place, usize::try_from(state >> 33).unwrap() % (place + 1));
    }
    format!("{}\n{}\n", csv.lines().next().unwrap_or_default(), lines.join("\n"))
}

fn features(repeats: usize) -> (String, String) {
    let mut kaggle = "csv_index,track_id,artists,track_name,popularity,energy,valence,tempo,track_genre\n".to_owned();
    for (place, track) in (0..4).cycle().take(4 * repeats).enumerate() {
        let _ = writeln!(kaggle, "{place},t{track},Artist,Title {track},{},0.{track},0.5,100,genre {}", place % 7, place % 3);
    }
    let synthetic =
        "track_id,energy,valence,generated_at\nt3,0.9,0.9,2026-01-01T00:00:00Z\nt5,0.8,0.8,2026-01-01T00:00:00Z\n".to_owned();
    (kaggle, synthetic)
}

fn built(history: &str, kaggle: &str, synthetic: &str) -> (String, usize) {
    let given = [
        ("history", rows_of(&LISTENING_HISTORY, history)),
        ("kaggle", rows_of(&KAGGLE_TRACKS, kaggle)),
        ("synthetic_features", rows_of(&SYNTHETIC_FEATURES, synthetic)),
    ];
    let batches = silver(&given, chrono_tz::Europe::Madrid, &DEFAULT_PREFERENCE);
    (pretty_format_batches(&batches).unwrap().to_string(), batches.iter().map(arrow::array::RecordBatch::num_rows).sum())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn silver_does_not_depend_on_the_order_of_any_input(plays in prop::collection::vec(any::<Drawn>(), 1..40), seed in any::<u64>()) {
        let plays: Vec<Drawn> = plays.into_iter().map(|(user, minute, track, source, s)| (user % 2, minute % 60, track % 7, source, s)).collect();
        let history = history(&plays);
        let (kaggle, synthetic) = features(3);
        let (expected, rows) = built(&history, &kaggle, &synthetic);
        let (found, _) = built(&shuffled(&history, seed), &shuffled(&kaggle, seed), &shuffled(&synthetic, seed));
        prop_assert_eq!(found, expected);
        prop_assert!(rows <= plays.len());
        // The most telling source is never anyone's copy.
        prop_assert!(rows >= plays.iter().filter(|play| play.3 % 3 == 0).count());
    }

    #[test]
    fn plays_that_differ_in_anything_that_tells_them_apart_have_different_keys(
        one in (any::<i64>(), any::<Option<u32>>(), "[a-z]{0,4}", "[a-z]{0,4}"),
        other in (any::<i64>(), any::<Option<u32>>(), "[a-z]{0,4}", "[a-z]{0,4}"),
    ) {
        let play = |(at, ms, artist, title): &(i64, Option<u32>, String, String)| Play {
            played_at_us: *at,
            ms_played: ms.map(i64::from),
            artist_name: Some(artist.clone()),
            track_name: Some(title.clone()),
            ..Play::default()
        };
        prop_assert_eq!(play_id("u", &play(&one)) == play_id("u", &play(&other)), one == other);
        prop_assert_ne!(play_id("u", &play(&one)), play_id("v", &play(&one)));
    }
}
