//! Tests of the whole reading, on files in a temporary folder and on the fixtures.

mod archives;
mod broken;
mod chaos;
mod folders;
mod kept;
mod rejected;

use std::cell::Cell;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{ExportReading, Item, Limits, read, read_beside};
use crate::bronze::play::{Play, Reject};
use crate::error::{Error, Result};

/// Everything a reading gave, the accounts already checked against the items.
struct Read {
    reading: ExportReading,
    plays: Vec<Play>,
    rejects: Vec<Reject>,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/export").join(name)
}

fn read_all(paths: &[PathBuf]) -> Result<Read> {
    read_within(paths, &Limits::default())
}

fn read_within(paths: &[PathBuf], limits: &Limits) -> Result<Read> {
    let mut items: Vec<(usize, Item)> = Vec::new();
    let consumed = Cell::new(0);
    let progress = |bytes: u64| {
        assert!(bytes >= consumed.get(), "progress went back");
        consumed.set(bytes);
    };
    let reading = read(paths, limits, &progress, &mut |file: usize, item: Item| {
        items.push((file, item));
        Ok(())
    });
    let mut beside: Vec<(usize, Item)> = Vec::new();
    let read_beside = read_beside(paths, limits, &|_| (), &mut |file: usize, item: Item| {
        beside.push((file, item));
        Ok(())
    });
    let refusal = |reading: &Result<ExportReading>| reading.as_ref().err().map(ToString::to_string);
    assert_eq!(refusal(&read_beside), refusal(&reading), "a thread of its own shows");
    let reading = reading?;
    assert_eq!(read_beside.ok().as_ref(), Some(&reading), "a thread of its own shows");
    assert!(beside == items, "a thread of its own shows in the items");
    assert_eq!(consumed.get(), super::total_bytes(paths), "progress ends at the total");
    for (index, account) in reading.files.iter().enumerate() {
        let of_file = || items.iter().filter(|(file, _)| *file == index).map(|(_, item)| item);
        let plays = of_file().filter(|item| matches!(item, Item::Play(_))).count() as u64;
        assert_eq!(account.rows_read, account.plays + account.rejected.values().sum::<u64>(), "{account:?}");
        assert_eq!((account.plays, account.rows_read), (plays, of_file().count() as u64), "{account:?}");
        assert!(account.rejected.keys().all(|reason| super::reason::ALL.contains(reason)));
    }
    assert!(items.is_sorted_by_key(|(file, _)| *file), "files come in order");
    let (mut plays, mut rejects) = (Vec::new(), Vec::new());
    for (_, item) in items {
        match item {
            Item::Play(play) => plays.push(play),
            Item::Reject(reject) => rejects.push(reject),
        }
    }
    Ok(Read { reading, plays, rejects })
}

/// Reads a file of that name and content, alone.
fn read_text(name: &str, content: impl AsRef<[u8]>) -> Result<Read> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    read_all(&[path])
}

fn fails(read: Result<Read>) -> Error {
    let error = read.err().expect("the reading should have failed");
    assert!(error.advice().is_some(), "no advice with: {error}");
    error
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const TRACK: &str = r#"{"ts":"2021-01-01T00:00:00Z","ms_played":1000,"spotify_track_uri":"spotify:track:4Oy8GhAxNcE7faMZfgJHaB","master_metadata_track_name":"T"}"#;
