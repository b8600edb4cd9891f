//! The ZIP that Spotify hands out: which of its members are history, and whether it is safe to look into.
//!
//! Owns the refusal of archives that are not Spotify's, before anything is unpacked: members that would climb out of a folder, locked
//! ones, too many of them, one name twice, sizes that no history has. Nothing is ever unpacked onto the disk; members go to `rows` as
//! they are inflated.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::limits::Limits;
use super::meter::TOO_LONG;
use super::shape::{self, Shape};
use crate::error::{Error, Explain, Result};

const AGAIN: &str = "the ZIP is incomplete or damaged: download the export again and give the file as it came";
const NOT_SPOTIFYS: &str = "this is not a ZIP that Spotify made: request the export again and give the file as it came";
const UNPACK: &str = "unpack it with another program and give the folder instead";

/// What to do about a file that is small only until it is unpacked.
pub(super) const BOMB: &str = "this is no file of Spotify's but one made to fill memory (history unpacks to 10 to 30 times its size): request the export again";

/// A member that holds history.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its path within the ZIP.
    pub name: String,
    /// Its place in the ZIP.
    pub index: usize,
    /// The shape that its name promises.
    pub shape: Shape,
}

/// What a ZIP holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// The history, sorted by name.
    pub history: Vec<Member>,
    /// The names of everything else, sorted.
    pub others: Vec<String>,
}

/// Opens a ZIP.
pub fn open(path: &Path, name: &str) -> Result<ZipArchive<BufReader<File>>> {
    let file =
        File::open(path).explain(|| format!("{name} cannot be opened")).map_err(|error| error.hint("check its permissions"))?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| explain(error, name))
}

/// Looks at what the ZIP, a file of so many bytes, declares of every member before any of them is read.
pub fn list<R: Read + Seek>(archive: &ZipArchive<R>, name: &str, bytes: u64, limits: &Limits) -> Result<Listing> {
    if archive.len() > limits.members_max {
        let (members, most) = (archive.len(), limits.members_max);
        return Err(Error::failure(format!("{name} holds {members} members, more than the {most} allowed")).hint(NOT_SPOTIFYS));
    }
    // The library keeps one of them, and which one it is would decide over a person's history.
    if archive.has_duplicate_names() {
        return Err(Error::failure(format!("{name} holds two members of the same name")).hint(NOT_SPOTIFYS));
    }
    let mut listing = Listing::default();
    let mut unpacked_bytes: u64 = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(|error| explain(error, name))?;
        let member = entry.name().map_err(|error| explain(error, name))?.into_owned();
        if climbs_out(&member) {
            return Err(
                Error::failure(format!("{name} holds the member {member:?}, which leads out of its folder")).hint(NOT_SPOTIFYS)
            );
        }
        if entry.is_dir() {
            continue;
        }
        match shape::by_name(member.rsplit('/').next().unwrap_or_default()) {
            Some(_) if entry.encrypted() => return Err(locked(&format!("{name}!{member}"))),
            Some(_) if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) => {
                return Err(Error::failure(format!("{name}!{member} is packed by a method that is not read here")).hint(UNPACK));
            }
            Some(shape) => {
                // A member cannot take up more of the disk than the ZIP does, whatever the ZIP says.
                weigh(&format!("{name}!{member}"), entry.size(), entry.compressed_size().min(bytes), limits)?;
                unpacked_bytes = unpacked_bytes.saturating_add(entry.size());
                listing.history.push(Member { name: member, index, shape });
            }
            None => listing.others.push(member),
        }
    }
    // Many members that are small each, or that share their packed bytes.
    weigh(name, unpacked_bytes, bytes, limits)?;
    listing.history.sort_by(|left, right| left.name.cmp(&right.name));
    listing.others.sort();
    Ok(listing)
}

/// Refuses what says of itself that it unpacks to more than any history.
fn weigh(name: &str, unpacked_bytes: u64, packed_bytes: u64, limits: &Limits) -> Result<()> {
    let (mib, most) = (unpacked_bytes >> 20, limits.unpacked_bytes_max >> 20);
    if unpacked_bytes > limits.unpacked_bytes_max {
        let what = format!("{name} would unpack to {mib} MiB, more than the {most} MiB of history of one reading");
        return Err(Error::failure(what).hint(TOO_LONG));
    }
    if unpacked_bytes > limits.ratio_from_bytes && unpacked_bytes > packed_bytes.saturating_mul(limits.ratio_max) {
        let what = format!("{name} would unpack to {mib} MiB, more than {} times its size", limits.ratio_max);
        return Err(Error::failure(what).hint(BOMB));
    }
    Ok(())
}

/// What the library's error means for the person who gave the ZIP.
pub fn explain(error: ZipError, name: &str) -> Error {
    let (what, hint) = match &error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => return locked(name),
        ZipError::UnsupportedArchive(_) => (format!("{name} is a kind of ZIP that is not read here"), UNPACK),
        _ => (format!("{name} is no complete ZIP"), AGAIN),
    };
    Error::failure(what).hint(hint).because(error)
}

fn locked(name: &str) -> Error {
    Error::failure(format!("{name} is locked with a password")).hint("unpack it with its password and give the folder instead")
}

// Also names that another system would read as a path elsewhere, and names that would garble a terminal.
fn climbs_out(member: &str) -> bool {
    let drive = member.chars().nth(1) == Some(':') && member.starts_with(|first: char| first.is_ascii_alphabetic());
    drive
        || member.starts_with('/')
        || member.contains(['\\', '\0'])
        || member.contains(char::is_control)
        || member.split('/').any(|part| part == "..")
}
