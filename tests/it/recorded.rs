//! Answers that were really sent, by Spotify to other programs.

use crate::workspace::shared;
use moodlake::spotify::audio_features::{self, Found};
use moodlake::spotify::currently_playing::{self, Playing};
use moodlake::spotify::recently_played::{self, Item};
use moodlake::spotify::track::Track;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What became of every part of a body.
#[derive(Debug, Default)]
struct Account {
    kept: usize,
    odd: Vec<&'static str>,
}

impl Account {
    fn track(&mut self, value: &Value) {
        match Track::read(value) {
            Ok(track) => {
                self.kept += 1;
                assert!(track.uri.is_some());
            }
            Err(reason) => self.odd.push(reason),
        }
    }
}

fn account(body: &str) -> Account {
    let document: Value = serde_json::from_str(body).unwrap();
    let mut account = Account::default();
    if document["items"][0]["played_at"].is_string() {
        let page = recently_played::read(body).unwrap();
        assert_eq!(page.items.len(), document["items"].as_array().unwrap().len(), "no item is lost");
        for item in page.items {
            match item {
                Item::Play(_) => account.kept += 1,
                Item::Odd(odd) => account.odd.push(odd.reason),
            }
        }
    } else if document["audio_features"].is_array() || document["danceability"].is_number() {
        let list =
            if document["audio_features"].is_array() { body.to_owned() } else { format!(r#"{{"audio_features":[{body}]}}"#) };
        for found in audio_features::read(&list).unwrap() {
            match found {
                Found::Features(_) => account.kept += 1,
                Found::Odd { reason, .. } => account.odd.push(reason),
            }
        }
    } else if let Some(items) = document["items"].as_array().or(document["tracks"].as_array()) {
        items.iter().for_each(|item| account.track(if item["track"].is_object() { &item["track"] } else { item }));
    } else if document["item"].is_object() || document["currently_playing_type"].is_string() {
        match currently_playing::read(body).unwrap() {
            Playing::Track(now) => {
                assert!(now.track.uri.is_some() && now.progress_ms.is_some(), "where in the track it is");
                account.kept += 1;
            }
            Playing::Other => account.odd.push("no track"),
            // One of them has an empty item.
            Playing::Unclear => account.track(&document["item"]),
            Playing::Nothing => panic!("silence has no body"),
        }
    } else if document["error"].is_null() {
        account.track(&document);
    } else {
        account.odd.push("refusal");
    }
    account
}

#[test]
fn every_recorded_answer_is_read_and_each_item_is_kept_or_has_a_reason() {
    let Some(folder) = shared("data/responses") else { return };
    let (mut answers, mut kept, mut odd) = (0, 0, 0);
    for path in files(&folder) {
        let account = account(&std::fs::read_to_string(&path).unwrap());
        eprintln!("{}: {} kept, odd: {:?}", path.strip_prefix(&folder).unwrap().display(), account.kept, account.odd);
        assert!(account.kept + account.odd.len() > 0, "{}: nothing was read", path.display());
        assert!(account.odd.iter().all(|reason| !reason.is_empty()));
        (answers, kept, odd) = (answers + 1, kept + account.kept, odd + account.odd.len());
    }
    assert!(answers >= 40 && kept > 150, "{answers} answers, {kept} kept, {odd} odd");
}
