//! The rows of one file, each a play or a reject, and the account of both.
//!
//! Owns the promise that every row is one of the two: `rows_read` = `plays` + the sum of `rejected`, and the sink has seen
//! exactly these. A row that is odd in itself never fails its file; a file that is no list of rows does.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::elements::{self, Taken};
use super::limits::Limits;
use super::meter::Metered;
use super::rejections::Rejections;
use super::shape::{self, Shape};
use super::{FileAccount, Item, Sink, account, extended, reason, redact};
use crate::bronze::play::{Play, Reject};
use crate::error::Result;

/// Reads a whole file into the sink. `named` is the shape its name promises, if any.
pub fn read<S: Sink>(
    mut source: Metered<'_, '_>,
    named: Option<Shape>,
    file: usize,
    limits: &Limits,
    rejections: &mut Rejections<'_>,
    sink: &mut S,
) -> Result<FileAccount> {
    let name = source.name();
    let raw_bytes_max = limits.raw_bytes_max;
    let mut rows = Rows { name, named, shape: None, file, raw_bytes_max, rejections, sink, plays: 0, rejected: BTreeMap::new() };
    let rows_read =
        elements::each(&mut source, limits.row_bytes_max, &mut |position, text, more| rows.take(position, text, more))?;
    // Without any object only the name can tell.
    let shape = rows.shape.or(named).ok_or_else(|| shape::no_history(name))?;
    let (plays, rejected) = (rows.plays, rows.rejected);
    Ok(FileAccount { file: name.to_owned(), shape, sha256: source.sha256()?, rows_read, plays, rejected })
}

struct Rows<'a, 'b, S> {
    name: &'a str,
    named: Option<Shape>,
    shape: Option<Shape>,
    file: usize,
    raw_bytes_max: usize,
    rejections: &'a mut Rejections<'b>,
    sink: &'a mut S,
    plays: u64,
    rejected: BTreeMap<&'static str, u64>,
}

impl<S: Sink> Rows<'_, '_, S> {
    fn take(&mut self, position: u64, text: &str, more: bool) -> Result<Taken> {
        if !text.starts_with('{') {
            return self.odd(position, text, more, reason::NOT_AN_OBJECT);
        }
        let shape = match self.shape {
            Some(shape) => shape,
            None => match value::<&RawValue>(text) {
                Ok((object, _)) => self.recognize(object.get())?,
                Err(error) => return Ok(Taken::Failed(error)),
            },
        };
        let read = match shape {
            Shape::Extended => value::<extended::Row>(text).map(|(row, bytes)| (row.into_play(), bytes)),
            Shape::Account => value::<account::Row>(text).map(|(row, bytes)| (row.into_play(), bytes)),
        };
        let Ok((play, bytes)) = read else {
            return self.odd(position, text, more, reason::INVALID_FIELD);
        };
        match play {
            Ok(play) => self.keep(play)?,
            Err(reason) => self.reject(position, reason, text.get(..bytes).unwrap_or_default())?,
        }
        Ok(Taken::Bytes(bytes))
    }

    // The keys of the first object decide, since a name can be wrong; the name helps when the keys are no help.
    fn recognize(&mut self, object: &str) -> Result<Shape> {
        let shape = shape::by_keys(object).or(self.named).ok_or_else(|| shape::no_history(self.name))?;
        self.shape = Some(shape);
        Ok(shape)
    }

    // A row that cannot be typed is skipped as a whole, if it is a whole JSON value.
    fn odd(&mut self, position: u64, text: &str, more: bool, reason: &'static str) -> Result<Taken> {
        match value::<&RawValue>(text) {
            // A number at the window's end may go on behind it.
            Ok((_, bytes)) if more && bytes == text.len() => Ok(Taken::Cut),
            Ok((raw, bytes)) => {
                self.reject(position, reason, raw.get())?;
                Ok(Taken::Bytes(bytes))
            }
            Err(error) => Ok(Taken::Failed(error)),
        }
    }

    fn keep(&mut self, play: Play) -> Result<()> {
        self.plays += 1;
        self.sink.take(self.file, Item::Play(play))
    }

    fn reject(&mut self, position: u64, reason: &'static str, text: &str) -> Result<()> {
        *self.rejected.entry(reason).or_default() += 1;
        let raw = redact::redact(text, self.raw_bytes_max);
        self.rejections.take(self.name, self.file, Reject { position, reason, raw }, self.sink)
    }
}

// The value at the beginning of the text and its length in bytes.
fn value<'a, T: Deserialize<'a>>(text: &'a str) -> Result<(T, usize), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    match values.next() {
        Some(value) => Ok((value?, values.byte_offset())),
        None => Err(serde::de::Error::custom("no value")),
    }
}
