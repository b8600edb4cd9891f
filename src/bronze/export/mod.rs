//! A person's own Spotify export (the ZIP, its folder or its JSON files) as plays and rejected rows.
//!
//! Owns the three shapes of listening history and the account of every row: for each file `rows_read` = `plays` + the sum
//! of `rejected`. Refuses files that are no history, incomplete or not Spotify's, before or while reading them, so a caller
//! commits only after `read` has returned. Personal fields (user name, address, user agent) go no further than the parser.
//! Streams: one window of one file is in memory. Plays go to `history`, rejects to `bronze/rejected_rows`, the accounts to
//! `ops/import_ledger`.

mod account;
mod archive;
mod beside;
mod elements;
mod extended;
mod field;
mod hash;
mod length;
mod limits;
mod meter;
mod moment;
pub mod reason;
pub(super) mod redact;
mod rejections;
mod rows;
mod shape;
mod sources;
#[cfg(test)]
mod tests;
mod walk;
mod window;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use self::archive::Member;
pub use self::beside::read_beside;
pub use self::limits::Limits;
use self::meter::{Meter, Metered};
use self::rejections::Rejections;
pub use self::shape::Shape;
use self::sources::{Kind, Source};
use super::play::{Play, Reject};
use crate::error::{Explain, Result};

/// What one file of an export gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAccount {
    /// Its path, or `ZIP!member`.
    pub file: String,
    /// How it was read.
    pub shape: Shape,
    /// The hash of its (unpacked) bytes.
    pub sha256: String,
    /// Rows of the list, of whatever kind.
    pub rows_read: u64,
    /// Rows that are plays.
    pub plays: u64,
    /// Rows that are none, by reason; the reasons are in [`reason`].
    pub rejected: BTreeMap<&'static str, u64>,
}

/// What a row became.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly every item is a play, and each is moved once")]
pub enum Item {
    /// A play.
    Play(Play),
    /// A row that is none.
    Reject(Reject),
}

/// Takes the items in the order of the files and of their rows.
pub trait Sink {
    /// `file` is the index of the file's account in [`ExportReading::files`]. An error ends the reading.
    fn take(&mut self, file: usize, item: Item) -> Result<()>;
}

impl<F: FnMut(usize, Item) -> Result<()>> Sink for F {
    fn take(&mut self, file: usize, item: Item) -> Result<()> {
        self(file, item)
    }
}

/// The account of a whole reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportReading {
    /// The files that were read, in order.
    pub files: Vec<FileAccount>,
    /// Files and members that hold no listening history, such as `Playlist1.json`; they were not opened.
    pub ignored: Vec<String>,
}

/// Reads everything behind the paths into the sink. `progress` is told how many of [`total_bytes`] are behind it.
///
/// # Errors
/// A path without history, a broken file or ZIP, a broken limit, or the sink's own error. Items taken so far are then void.
pub fn read<S: Sink>(paths: &[PathBuf], limits: &Limits, progress: &dyn Fn(u64), sink: &mut S) -> Result<ExportReading> {
    let sources = sources::find(paths, limits)?;
    let (mut meter, mut rejections) = (Meter::new(limits, progress), Rejections::new(limits));
    let mut files = Vec::new();
    for source in &sources.files {
        let end = meter.consumed_bytes() + source.bytes;
        match &source.kind {
            Kind::Json(shape) => files.push(read_json(source, *shape, files.len(), limits, (&mut meter, &mut rejections), sink)?),
            Kind::Zip(members) => read_zip(source, members, &mut files, limits, (&mut meter, &mut rejections), sink)?,
        }
        meter.finish(end);
    }
    Ok(ExportReading { files, ignored: sources.ignored })
}

/// The bytes on disk that [`read`] will go through; 0 where it will fail anyway.
#[must_use]
pub fn total_bytes(paths: &[PathBuf]) -> u64 {
    sources::find(paths, &Limits::default()).map_or(0, |sources| sources.files.iter().map(|source| source.bytes).sum())
}

fn read_json<S: Sink>(
    source: &Source,
    shape: Option<Shape>,
    index: usize,
    limits: &Limits,
    (meter, rejections): (&mut Meter<'_>, &mut Rejections<'_>),
    sink: &mut S,
) -> Result<FileAccount> {
    let mut file = File::open(&source.path)
        .explain(|| format!("{} cannot be opened", source.name))
        .map_err(|error| error.hint("check its permissions"))?;
    rows::read(Metered::new(&source.name, &mut file, source.bytes, source.bytes, meter), shape, index, limits, rejections, sink)
}

fn read_zip<S: Sink>(
    source: &Source,
    members: &[Member],
    files: &mut Vec<FileAccount>,
    limits: &Limits,
    (meter, rejections): (&mut Meter<'_>, &mut Rejections<'_>),
    sink: &mut S,
) -> Result<()> {
    let end = meter.consumed_bytes() + source.bytes;
    let mut archive = archive::open(&source.path, &source.name)?;
    for member in members {
        let name = format!("{}!{}", source.name, member.name);
        let mut entry = archive.by_index(member.index).map_err(|error| archive::explain(error, &name))?;
        // A member cannot take up more of the disk than the ZIP does, whatever the ZIP says.
        let packed_bytes = entry.compressed_size().min(source.bytes);
        let declared_bytes = entry.size();
        let before = meter.consumed_bytes();
        let metered = Metered::new(&name, &mut entry, packed_bytes, declared_bytes, meter);
        files.push(rows::read(metered, Some(member.shape), files.len(), limits, rejections, sink)?);
        meter.finish((before + packed_bytes).min(end));
    }
    Ok(())
}
