//! Exports of made-up plays, as a file, as a ZIP and as text, and their rows as `serde_json` alone reads them.

use serde::Deserialize;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Files that stay as long as this does.
pub struct Export {
    /// What to read.
    pub paths: Vec<PathBuf>,
    /// Bytes of JSON.
    pub bytes: usize,
    _folder: TempDir,
}

/// The name of a file as Spotify gives it.
const NAME: &str = "Streaming_History_Audio_2023_0.json";

impl Export {
    /// One JSON file.
    pub fn plain(rows: usize) -> Self {
        Self::of(NAME, text(rows).as_bytes(), text(rows).len())
    }

    /// A ZIP with that file.
    pub fn packed(rows: usize) -> Self {
        let text = text(rows);
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file(NAME, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        Self::of("my_spotify_data.zip", &writer.finish().unwrap().into_inner(), text.len())
    }

    fn of(name: &str, content: &[u8], bytes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        Self { paths: vec![path], bytes, _folder: folder }
    }
}

/// The text of a file of so many rows, with the keys of the present extended export; some titles have escapes.
pub fn text(rows: usize) -> String {
    let mut text = String::from("[");
    for row in 0..rows {
        let track = row * 7919 % 3001;
        let separator = if row == 0 { "" } else { ",\n" };
        let (hour, minute, second) = (row / 3600 % 24, row / 60 % 60, row % 60);
        let title = if track % 50 == 0 { "Caf\\u00e9 \\\"Noir\\\"" } else { "A Title of Ordinary Length" };
        let (heard, day) = (30_000 + track * 61, 1 + row / 86_400 % 28);
        // Writing to a String cannot fail.
        _ = write!(
            text,
            r#"{separator}  {{"ts":"2023-01-{day:02}T{hour:02}:{minute:02}:{second:02}Z","platform":"android","ms_played":{heard},"conn_country":"ES","ip_addr":"192.0.2.1","master_metadata_track_name":"{title} {track}","master_metadata_album_artist_name":"Artist {}","master_metadata_album_album_name":"An Album of Artist {}","spotify_track_uri":"spotify:track:bench{track:017}","episode_name":null,"episode_show_name":null,"spotify_episode_uri":null,"audiobook_title":null,"audiobook_uri":null,"audiobook_chapter_uri":null,"audiobook_chapter_title":null,"reason_start":"trackdone","reason_end":"trackdone","shuffle":false,"skipped":false,"offline":false,"offline_timestamp":null,"incognito_mode":false}}"#,
            track % 700,
            track % 700,
        );
    }
    text.push(']');
    text
}

/// The fields that the parser reads of a row, as they are.
#[derive(Deserialize)]
#[expect(dead_code, reason = "reading them is what is measured")]
pub struct Row<'a> {
    #[serde(borrow)]
    ts: Cow<'a, str>,
    ms_played: i64,
    #[serde(borrow)]
    spotify_track_uri: Option<Cow<'a, str>>,
    #[serde(borrow)]
    master_metadata_track_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    master_metadata_album_artist_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    master_metadata_album_album_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    episode_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    spotify_episode_uri: Option<Cow<'a, str>>,
    #[serde(borrow)]
    audiobook_title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    audiobook_uri: Option<Cow<'a, str>>,
    #[serde(borrow)]
    audiobook_chapter_uri: Option<Cow<'a, str>>,
    #[serde(borrow)]
    audiobook_chapter_title: Option<Cow<'a, str>>,
    skipped: Option<bool>,
    #[serde(borrow)]
    reason_start: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reason_end: Option<Cow<'a, str>>,
    #[serde(borrow)]
    platform: Option<Cow<'a, str>>,
}

/// All rows of a text at once.
pub fn borrowed(text: &str) -> Vec<Row<'_>> {
    serde_json::from_str(text).unwrap()
}
