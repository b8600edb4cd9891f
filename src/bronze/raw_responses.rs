//! Spotify's answers as they came, for reading them again: `ops/raw_responses`.
//!
//! Owns the files: one an answer, compressed, in a folder a month, kept for 90 days. Spotify shows a play only for some hours: if
//! this program ever reads an answer wrongly, the plays can be had from here. An answer that one of the last few said already is not kept twice.

use crate::context::Context;
use crate::error::{Error, Explain, Result};
use crate::fingerprint;
use crate::private_file;
use chrono::{DateTime, Duration, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Days that an answer is kept: three months of being able to go back, in some 20 MB.
pub const RETENTION_DAYS: i64 = 90;
/// Unpacked bytes of a file; an answer of 50 plays has some 150,000.
const BYTES_MAX: u64 = 64 << 20;

/// An answer and where it came from.
#[derive(Debug, Deserialize, Serialize)]
pub struct RawResponse {
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// The listener whose plays it tells.
    pub user_id: String,
    /// Which part of the API answered.
    pub endpoint: String,
    /// The body as it came, less account names.
    pub body: String,
}

/// Keeps an answer, and removes those that are too old. Does nothing when one of the last few says the same.
///
/// # Errors
/// When the folder cannot be written.
pub fn keep(context: &Context, user_id: &str, endpoint: &str, body: &str) -> Result<()> {
    let folder = folder(context);
    let now = context.clock.now();
    let body = without_accounts(body);
    let digest = fingerprint::of(format!("{user_id}\n{body}"));
    let ending = format!("_{endpoint}_{}.json.gz", digest.get(..16).unwrap_or(&digest));
    let files = files(&folder)?;
    // Listeners who share a lake take turns: the last few answers, and not only the newest.
    let mut last = files.iter().rev().filter(|file| name(file).contains(&format!("_{endpoint}_"))).take(8);
    if last.any(|file| name(file).ends_with(&ending)) {
        return Ok(());
    }
    let response = RawResponse { requested_at: now, user_id: user_id.to_owned(), endpoint: endpoint.to_owned(), body };
    let failed = || "the answer cannot be packed".to_owned();
    let json = serde_json::to_vec(&response).explain(failed)?;
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    let packed = packer.write_all(&json).and_then(|()| packer.finish()).explain(failed)?;
    let month = folder.join(now.format("%Y-%m").to_string());
    private_file::replace(&month.join(format!("{}{ending}", now.format("%Y%m%dT%H%M%S%3fZ"))), &packed)?;
    sweep(&files, now);
    Ok(())
}

/// The stored answers at these places, oldest first: files, or folders of them.
///
/// # Errors
/// When a file cannot be read or understood.
pub fn read(paths: &[PathBuf]) -> Result<Vec<RawResponse>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() { found.extend(files(path)?) } else { found.push(path.clone()) }
    }
    found.sort_by(|left, right| name(left).cmp(name(right)));
    found.iter().map(|path| read_one(path)).collect()
}

/// Where answers are kept.
#[must_use]
pub fn folder(context: &Context) -> PathBuf {
    context.lake.home().join("ops").join("raw_responses")
}

/// The text with `_` for the account in addresses of playlists and people.
pub(super) fn without_accounts(body: &str) -> String {
    ["spotify:user:", "/v1/users/", "open.spotify.com/user/"].iter().fold(body.to_owned(), |text, before| {
        let mut parts = text.split(before);
        let mut clean = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part.find([':', '/', '"', '?', '\\', ' ']).unwrap_or(part.len());
            clean.push_str(before);
            clean.push('_');
            clean.push_str(part.get(end..).unwrap_or_default());
        }
        clean
    })
}

fn read_one(path: &Path) -> Result<RawResponse> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::failure(format!("the stored answer {} cannot be read: {error}", path.display()))
            .hint("name files or folders of ops/raw_responses; leave a damaged file out")
    };
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let mut json = String::new();
    GzDecoder::new(file).take(BYTES_MAX).read_to_string(&mut json).map_err(|error| failed(&error))?;
    serde_json::from_str(&json).map_err(|error| failed(&error))
}

/// All files below a folder and its months, in the order of their names, which begin with the time.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        let entries = std::fs::read_dir(&folder).explain(|| format!("the folder {} cannot be listed", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if name(&path).ends_with(".json.gz") {
                found.push(path);
            }
        }
    }
    found.sort_by(|left, right| name(left).cmp(name(right)));
    Ok(found)
}

/// Removes files that are too old, and months that are empty then. What cannot be removed is tried again with the next answer.
fn sweep(files: &[PathBuf], now: DateTime<Utc>) {
    let oldest = (now - Duration::days(RETENTION_DAYS)).format("%Y%m%dT%H%M%S").to_string();
    for file in files.iter().take_while(|file| name(file) < oldest.as_str()) {
        let _ = std::fs::remove_file(file);
        if let Some(month) = file.parent() {
            let _ = std::fs::remove_dir(month);
        }
    }
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::without_accounts;

    #[test]
    fn account_names_are_left_out_and_nothing_else() {
        let body = r#"{"uri":"spotify:user:ann:playlist:1","href":"https://api.spotify.com/v1/users/ann","u":"https://open.spotify.com/user/ann?x","t":"spotify:track:1"}"#;
        let clean = r#"{"uri":"spotify:user:_:playlist:1","href":"https://api.spotify.com/v1/users/_","u":"https://open.spotify.com/user/_?x","t":"spotify:track:1"}"#;
        assert_eq!(without_accounts(body), clean);
        assert_eq!(without_accounts(clean), clean);
        assert_eq!(without_accounts("spotify:user:"), "spotify:user:_");
    }
}
