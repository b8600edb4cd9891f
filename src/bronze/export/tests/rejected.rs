use super::*;

fn reasons(read: &Read) -> Vec<(u64, &'static str)> {
    read.rejects.iter().map(|reject| (reject.position, reject.reason)).collect()
}

#[test]
fn each_odd_row_is_rejected_by_its_reason_and_the_file_goes_on() {
    let read = read_all(&[fixture("endsong_odd_rows.json")]).unwrap();
    let expected = [
        (1, "not_an_object"),
        (2, "not_an_object"),
        (3, "not_an_object"),
        (4, "not_an_object"),
        (5, "invalid_field"),
        (6, "implausible_timestamp"),
        (7, "invalid_timestamp"),
        (8, "negative_ms_played"),
        (9, "invalid_track_uri"),
        (10, "invalid_field"),
        (11, "implausible_ms_played"),
    ];
    assert_eq!(reasons(&read), expected);
    assert_eq!((read.plays.len(), read.plays[0].ms_played, read.plays[0].played_at_us), (1, None, 1_577_836_800_500_000));
}

#[test]
fn what_is_no_track_is_told_apart() {
    let read = read_all(&[fixture("endsong_0.json")]).unwrap();
    assert_eq!(reasons(&read), [(6, "podcast_episode"), (7, "no_track")]);
    let read = read_all(&[fixture("Streaming_History_Audio_2019-2024_1.json")]).unwrap();
    assert_eq!(reasons(&read), [(4, "audiobook"), (5, "podcast_episode")]);
    let read = read_all(&[fixture("StreamingHistory_music_0.json")]).unwrap();
    assert_eq!(reasons(&read), [(3, "no_track"), (4, "invalid_timestamp")]);
    let read = read_all(&[fixture("StreamingHistory_podcast_0.json"), fixture("StreamingHistory_audiobook_0.json")]).unwrap();
    assert_eq!(reasons(&read), [(1, "podcast_episode"), (2, "podcast_episode"), (1, "audiobook")]);
}

#[test]
fn a_rejected_row_keeps_its_text_but_no_personal_field() {
    let read = read_all(&[fixture("")]).unwrap();
    assert_eq!(read.rejects.iter().find(|reject| reject.raw.contains("\"many\"")).unwrap().reason, "invalid_field");
    for reject in &read.rejects {
        for personal in ["invented-listener", "192.0.2.17", "198.51.100.4", "username", "ip_addr", "user_agent"] {
            assert!(!reject.raw.contains(personal), "{personal} in {}", reject.raw);
        }
    }
}

#[test]
fn no_play_of_the_fixtures_has_a_personal_field() {
    let told = format!("{:?}", read_all(&[fixture("")]).unwrap().plays);
    for personal in ["invented-listener", "192.0.2.17", "198.51.100.4"] {
        assert!(!told.contains(personal), "{personal}");
    }
}

#[test]
fn a_very_long_text_is_kept_in_part() {
    let read = read_text("endsong_0.json", format!("[\"{}\"]", "x".repeat(100_000))).unwrap();
    assert_eq!(read.rejects[0].raw.chars().count(), 4_096 + 1);
}

#[test]
fn a_key_that_stands_twice_half_a_surrogate_pair_and_a_wrong_flag_are_invalid_fields() {
    for (from, to) in [
        ("\"ts\"", "\"ts\":null,\"ts\""),
        ("\"T\"", "\"\\ud800\""),
        ("\"ms_played\":1000", "\"skipped\":7"),
        ("1000", "1.5"),
        ("1000", "18446744073709551615"),
    ] {
        let read = read_text("endsong_0.json", format!("[{},{TRACK}]", TRACK.replace(from, to))).unwrap();
        assert_eq!((reasons(&read), read.plays.len()), (vec![(1, "invalid_field")], 1), "{to}");
    }
}

#[test]
fn a_track_address_must_be_whole() {
    for uri in [
        "spotify:track:",
        "spotify:track:4Oy8GhAxNcE7faMZfgJHa",
        "spotify:track:4Oy8GhAxNcE7faMZfgJHa-",
        "spotify:track:4Oy8GhAxNcE7faMZfgJHaé",
        "spotify:album:4Oy8GhAxNcE7faMZfgJHaB",
    ] {
        let row = TRACK.replace("spotify:track:4Oy8GhAxNcE7faMZfgJHaB", uri);
        assert_eq!(reasons(&read_text("endsong_0.json", format!("[{row}]")).unwrap()), [(1, "invalid_track_uri")], "{uri}");
    }
}

#[test]
fn a_track_that_is_called_like_the_placeholder_but_has_an_artist_is_kept() {
    let row = r#"{"endTime":"2021-01-01 00:00","artistName":"A","trackName":"Unknown Track","msPlayed":1}"#;
    assert_eq!(read_text("StreamingHistory0.json", format!("[{row}]")).unwrap().plays.len(), 1);
}
