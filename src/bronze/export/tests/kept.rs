use super::*;
use crate::bronze::export::Shape;
use crate::bronze::play::{Source, TimeBasis};

#[test]
fn every_row_of_the_fixtures_is_accounted_for() {
    let read = read_all(&[fixture("")]).unwrap();
    let told: Vec<_> = read.reading.files.iter().map(|file| (file.rows_read, file.plays, file.rejected.clone())).collect();
    // Streaming_History_Audio, …_Video, StreamingHistory_audiobook, …_music, …_podcast, endsong_0, endsong_odd_rows.
    let counts: Vec<_> = told.iter().map(|(rows, plays, _)| (*rows, *plays)).collect();
    assert_eq!(counts, [(1, 0), (5, 3), (2, 0), (6, 4), (1, 1), (8, 6), (12, 1)]);
    assert_eq!(read.reading.ignored, [fixture("Playlist1.json").display().to_string()]);
}

#[test]
fn a_row_of_the_old_extended_export_keeps_all_that_is_asked_for() {
    let read = read_all(&[fixture("endsong_0.json")]).unwrap();
    let expected = Play {
        played_at_us: 1_393_748_130_000_000,
        track_id: Some("4Oy8GhAxNcE7faMZfgJHaB".into()),
        track_uri: Some("spotify:track:4Oy8GhAxNcE7faMZfgJHaB".into()),
        track_name: Some("Kaffee am Morgen".into()),
        artist_name: Some("Die Früchte".into()),
        artists: Some(vec!["Die Früchte".into()]),
        album_name: Some("Erste Ernte".into()),
        ms_played: Some(215_000),
        source: Source::ExtendedExport,
        time_basis: TimeBasis::End,
        reason_start: Some("trackdone".into()),
        reason_end: Some("trackdone".into()),
        platform: Some("Android OS 6.0 API 23 (Example, E1)".into()),
        ..Play::default()
    };
    assert_eq!(read.plays[0], expected);
    assert_eq!(read.reading.files[0].shape, Shape::Extended);
    assert_eq!(read.plays[0], read.plays[2], "exact duplicates are kept: which of them count, history decides");
}

#[test]
fn nothing_heard_and_hours_heard_are_kept() {
    let plays = read_all(&[fixture("endsong_0.json")]).unwrap().plays;
    assert_eq!((plays[1].ms_played, plays[1].skipped), (Some(0), Some(true)));
    assert_eq!(plays[3].ms_played, Some(9_000_000));
}

#[test]
fn a_local_file_and_a_track_without_address_have_no_id() {
    let plays = read_all(&[fixture("endsong_0.json")]).unwrap().plays;
    assert_eq!((&plays[4].track_id, &plays[4].track_name, &plays[4].artists, &plays[4].platform), (&None, &None, &None, &None));
    assert_eq!(plays[4].track_uri.as_deref(), Some("spotify:local:Garage+Band:Demo:Own+Song:181"));
    assert_eq!((&plays[5].track_id, &plays[5].track_uri, plays[5].track_name.as_deref()), (&None, &None, Some("Ohne Kennung")));
}

#[test]
fn names_in_every_script_and_with_escapes_come_through() {
    let plays = read_all(&[fixture("Streaming_History_Audio_2019-2024_1.json")]).unwrap().plays;
    let names: Vec<_> = plays.iter().filter_map(|play| play.track_name.as_deref()).collect();
    assert_eq!(names, ["夜明けの歌", "새벽", "\"Quoted\" \\ back/slash 🎵", "สวัสดี"]);
    let escaped = TRACK.replace(r#""T""#, r#""\u041d\u043e\u0447\u044c \ud83c\udfb5""#);
    assert_eq!(read_text("endsong_0.json", format!("[{escaped}]")).unwrap().plays[0].track_name.as_deref(), Some("Ночь 🎵"));
}

#[test]
fn a_row_of_the_account_export_has_a_minute_and_no_id() {
    let read = read_all(&[fixture("StreamingHistory_music_0.json")]).unwrap();
    let expected = Play {
        played_at_us: 1_677_906_360_000_000,
        track_name: Some("सुबह".into()),
        artist_name: Some("नई धुन".into()),
        artists: Some(vec!["नई धुन".into()]),
        ms_played: Some(201_000),
        source: Source::AccountExport,
        time_basis: TimeBasis::End,
        ..Play::default()
    };
    assert_eq!(read.plays[0], expected);
    assert_eq!(read.reading.files[0].shape, Shape::Account);
}

#[test]
fn flags_and_lengths_are_read_in_every_spelling_seen() {
    for (skipped, expected) in
        [("true", Some(true)), ("0", Some(false)), ("1", Some(true)), ("\"True\"", Some(true)), ("null", None), ("\"\"", None)]
    {
        let row = TRACK.replace("\"ms_played\":1000", &format!("\"ms_played\":1e3,\"skipped\":{skipped}"));
        let plays = read_text("endsong_0.json", format!("[{row}]")).unwrap().plays;
        assert_eq!((plays[0].skipped, plays[0].ms_played), (expected, Some(1_000)), "{skipped}");
    }
}

#[test]
fn an_empty_list_and_a_byte_order_mark_are_fine() {
    assert_eq!(read_text("endsong_0.json", "[]").unwrap().reading.files[0].rows_read, 0);
    assert_eq!(read_text("endsong_0.json", format!("\u{feff} \r\n[\t{TRACK} ]\n")).unwrap().plays.len(), 1);
}

#[test]
fn the_keys_decide_over_a_wrong_name() {
    let account = r#"[{"endTime":"2021-01-01 00:00","artistName":"A","trackName":"T","msPlayed":1}]"#;
    for name in ["endsong_0.json", "my music.json", "noextension"] {
        let read = read_text(name, account).unwrap();
        assert_eq!((read.reading.files[0].shape, read.plays.len()), (Shape::Account, 1), "{name}");
    }
    assert_eq!(read_text("StreamingHistory0.json", format!("[1,{TRACK}]")).unwrap().reading.files[0].shape, Shape::Extended);
}

#[test]
fn the_hash_is_that_of_the_whole_file() {
    let read = read_text("endsong_0.json", "[]\n").unwrap();
    assert_eq!(read.reading.files[0].sha256, "37517e5f3dc66819f61f5a7bb8ace1921282415f10551d2defa5c3eb0985b570");
}

#[test]
fn rows_across_many_windows_come_out_once_and_in_order() {
    // Names of three bytes a character, so that the window's end falls inside characters, escapes and numbers alike.
    let rows: Vec<_> = (0..9_000)
        .map(|n| TRACK.replace("1000", &n.to_string()).replace("\"T\"", &format!("\"{}\\\"{n}\"", "音".repeat(n % 50))))
        .collect();
    for separator in [",", ",\n  ", ", 1234567 ,"] {
        let read = read_text("endsong_0.json", format!("[{}]", rows.join(separator))).unwrap();
        assert!(read.plays.iter().map(|play| play.ms_played).eq((0..9_000).map(Some)));
        assert!(read.rejects.iter().all(|reject| reject.raw == "1234567"));
    }
}
