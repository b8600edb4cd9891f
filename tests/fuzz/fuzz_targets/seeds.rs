//! Inputs to begin with: the fixtures of the tests, and answers and files as they really are, with made-up values.

use super::answers::pack;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const ENDSONG: &[u8] = include_bytes!("../../fixtures/export/endsong_0.json");
const ODD_ROWS: &[u8] = include_bytes!("../../fixtures/export/endsong_odd_rows.json");
const AUDIO: &[u8] = include_bytes!("../../fixtures/export/Streaming_History_Audio_2019-2024_1.json");
const VIDEO: &[u8] = include_bytes!("../../fixtures/export/Streaming_History_Video_2023.json");
const MUSIC: &[u8] = include_bytes!("../../fixtures/export/StreamingHistory_music_0.json");
const PODCAST: &[u8] = include_bytes!("../../fixtures/export/StreamingHistory_podcast_0.json");
const AUDIOBOOK: &[u8] = include_bytes!("../../fixtures/export/StreamingHistory_audiobook_0.json");
const PLAYLIST: &[u8] = include_bytes!("../../fixtures/export/Playlist1.json");
const CATALOG: &[u8] = include_bytes!("../../../data/sample/catalog.csv");

/// The bundled catalogue begins with its header; so many bytes hold some rows more, the last one cut.
const CATALOG_BYTES: usize = 1_500;

/// Lists of many rows and of few.
pub fn export_json() -> Vec<Vec<u8>> {
    let whole = [ENDSONG, ODD_ROWS, AUDIO, VIDEO, MUSIC, PODCAST, AUDIOBOOK, PLAYLIST].map(<[u8]>::to_vec);
    let row = br#"[{"ts":"2021-01-01T00:00:00Z","ms_played":1000,"spotify_track_uri":"spotify:track:4Oy8GhAxNcE7faMZfgJHaB"}]"#;
    let minute =
        r#"[{"endTime":"2021-01-01 00:00","artistName":"é\ud83d\ude00","trackName":"音","msPlayed":1000.0},17,null]"#.as_bytes();
    let marked = [&b"\xEF\xBB\xBF"[..], row].concat();
    whole.into_iter().chain([row.to_vec(), minute.to_vec(), marked]).collect()
}

/// The same behind the place where they are cut.
pub fn export_window() -> Vec<Vec<u8>> {
    export_json().into_iter().map(|list| [&b"\x40\x00"[..], &list].concat()).collect()
}

pub fn export_zip() -> Vec<Vec<u8>> {
    let small = br#"[{"ts":"2021-01-01T00:00:00Z","ms_played":1,"spotify_track_uri":"spotify:local:a:b:c:1"}]"#;
    let members: [&[(&str, &[u8])]; 4] = [
        &[("MyData/endsong_0.json", small)],
        &[("MyData/", b""), ("MyData/StreamingHistory_music_0.json", MUSIC), ("MyData/Playlist1.json", PLAYLIST)],
        &[("Spotify Extended Streaming History/Streaming_History_Video_2023.json", VIDEO), ("ReadMeFirst.pdf", b"%PDF")],
        &[],
    ];
    let methods = [CompressionMethod::Stored, CompressionMethod::Deflated];
    methods.into_iter().flat_map(|method| members.map(|members| zipped(members, method))).collect()
}

pub fn catalog() -> Vec<Vec<u8>> {
    let csv = &CATALOG[..CATALOG_BYTES];
    let header = csv.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
    let row = b"7,id,\"a;\"\"b\"\"\",\"c\nd\",e,1,2,True,0.5,1e-3,-1,-7.5,0,.5,1,0,0.1,9,120,4,pop\r\n";
    let member = |name| zipped(&[(name, csv)], CompressionMethod::Deflated);
    let two = zipped(&[("other.csv", b"a\n"), ("archive/dataset.csv", csv)], CompressionMethod::Stored);
    let short = [header, row, row, b"8\n"].concat();
    let marked = [&b"\xEF\xBB\xBF"[..], header, row].concat();
    vec![csv.to_vec(), short, marked, pack(csv), [pack(header), pack(row)].concat(), member("dataset.csv"), two]
}

const PLAYS: &str = r#"{"items":[{"track":{"album":{"name":"L"},"artists":[{"name":"A"},{"name":"B"}],"duration_ms":62500.0,
"explicit":false,"external_ids":{"isrc":"USRC17607839"},"id":"11dFghVXANMlKmJXsNCbNl","is_local":false,"name":"N","popularity":50,
"type":"track","uri":"spotify:track:11dFghVXANMlKmJXsNCbNl"},"played_at":"2026-11-01T10:00:00.123Z","context":{"type":"playlist",
"uri":"spotify:user:ann:playlist:37i9dQZF1DX"}},{"track":{"type":"episode","uri":"spotify:episode:x"},"played_at":"2026-11-01T09:00:00Z"},
{"track":{"id":null,"is_local":true,"uri":"spotify:local:A:B:C:120","name":"C"},"played_at":"2026-11-01T08:00:00Z","context":null},17],
"next":null,"cursors":{"after":"1"},"limit":50}"#;
const PLAYING: &str = r#"{"timestamp":1793527200000,"is_playing":true,"progress_ms":4200,"currently_playing_type":"track","context":{"uri":
"spotify:user:ann:playlist:1"},"item":{"id":"11dFghVXANMlKmJXsNCbNl","uri":"spotify:track:11dFghVXANMlKmJXsNCbNl","name":"N","type":"track",
"artists":[{"name":"A"}],"duration_ms":200000}}"#;
const FEATURES: &str = r#"{"audio_features":[null,{"id":"11dFghVXANMlKmJXsNCbNl","danceability":0.5,"energy":0.5,"key":-1,"loudness":-7.5,
"mode":1,"speechiness":0.1,"acousticness":0.1,"instrumentalness":0,"liveness":0.2,"valence":1,"tempo":120.5,"time_signature":4}]}"#;
const RECCOBEATS: &str = r#"{"content":[{"id":"11111111-2222-3333-4444-555555555555","href":
"https://open.spotify.com/track/11dFghVXANMlKmJXsNCbNl?si=1","energy":0.5,"key":-1,"tempo":0}]}"#;

pub fn answers() -> Vec<Vec<u8>> {
    let others = [
        r#"{"access_token":"a","token_type":"Bearer","scope":"user-read-recently-played b","expires_in":3600,"refresh_token":"r"}"#,
        r#"{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}"#,
        r#"{"error":"invalid_grant","error_description":"Refresh token expired"}"#,
        "Check settings on developer.spotify.com/dashboard, the user may not be registered.",
        "<html><body>Bad gateway",
        r#"{"steps":[{"step":"ingest","table":"bronze/x","outcome":"wrote","rows_written":12},{"step":"check","outcome":"failed","remark":"r"}]}"#,
    ];
    [PLAYS, PLAYING, FEATURES, RECCOBEATS].into_iter().chain(others).map(|text| text.as_bytes().to_vec()).collect()
}

pub fn raw_responses() -> Vec<Vec<u8>> {
    let quoted = PLAYS.replace('\n', "").replace('"', "\\\"");
    let stored =
        format!(r#"{{"requested_at":"2026-11-01T10:00:00Z","user_id":"me","endpoint":"recently-played","body":"{quoted}"}}"#);
    vec![stored.clone().into_bytes(), pack(stored.as_bytes()), pack(b"{}")]
}

pub fn kept() -> Vec<Vec<u8>> {
    let files = [
        r#"{"client_id":"the-app","pkce":true,"user_id":"me","scopes":["a"],"access_token":"x","refresh_token":"y",
"expires_at":"2026-11-01T11:00:00Z","authorized_at":"2026-08-31T10:00:00.123456789+02:00"}"#,
        r#"{"not_before":"2026-11-01T12:00:00Z","not_before_reason":"quota","reccobeats_not_before":null,
"audio_features_denied_at":"2026-10-01T12:00:00Z","login_needed":{"since":"2026-10-01T12:00:00Z","reason":"r"},"accounts":{"me":"f"}}"#,
        r#"{"pid":1,"started_at":"2026-11-01T00:00:00Z","alive_at":"2026-11-01T10:00:00Z","running":"full","full":{"started_at":
"2026-11-01T06:00:00Z","ended_at":"2026-11-01T06:01:00Z","code":1,"failures":3},"poll":{"started_at":"2026-11-01T09:00:00Z","ended_at":
null,"code":-1,"failures":0},"broken":{"at":"2026-11-01T06:01:00Z","says":"x"},"reminded_on":"2026-11-01"}"#,
        r#"{"user_id":"me","player":{"on":{"track":{"uri":"spotify:track:1","name":"N","duration_ms":200000},"context_uri":null,
"started_us":1793527200000000,"seen_us":1793527210000000,"place_us":10000000,"is_playing":true,"is_whole":true,"is_told":true,
"paused_us":null,"heard_us":0,"stretch":[1793527200000000,0]},"held":null,"seen_us":1793527210000000},"waiting":[{"player":{"change":
"started","at_us":1793527200000000,"progress_ms":0,"track":{"name":"N"},"context_uri":null}}]}"#,
        "{}",
    ];
    files.map(|text| text.as_bytes().to_vec()).to_vec()
}

fn zipped(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let options = SimpleFileOptions::default().compression_method(method);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        if name.ends_with('/') {
            writer.add_directory(*name, options).expect("memory");
        } else {
            writer.start_file(*name, options).and_then(|()| Ok(writer.write_all(bytes)?)).expect("memory");
        }
    }
    writer.finish().expect("memory").into_inner()
}
