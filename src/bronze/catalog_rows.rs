//! One CSV record into one row of the catalogue, or into a reject.
//!
//! Owns the header and the types. Text is kept byte for byte; an empty field is null; a number that is no number rejects the
//! row, since a guessed value would be worse than a missing track.

use super::play::Reject;
use crate::error::{Error, Result};
use crate::fingerprint;
use crate::lake::rows::{batch, instants};
use crate::lake::tables::KAGGLE_TRACKS;
use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, StringBuilder};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;
use csv::ByteRecord;
use std::collections::HashSet;
use std::sync::Arc;

/// Columns of a foreign header that a message names, and letters of each.
const HEADER_NAMES_TOLD: usize = 30;
const HEADER_LETTERS_TOLD: usize = 40;

/// Rows gathered from a CSV.
pub struct CatalogRows {
    schema: SchemaRef,
    /// For each builder, the place of its field in a record; none for the index column of a file without one.
    fields: Vec<Option<usize>>,
    record_fields: usize,
    builders: Vec<Builder>,
    row_ids: Vec<String>,
    imported_at_us: i64,
}

enum Builder {
    Text(StringBuilder),
    Integer(Int32Builder),
    Long(Int64Builder),
    Double(Float64Builder),
    Boolean(BooleanBuilder),
}

enum Value<'a> {
    Null,
    Text(&'a str),
    Integer(i32),
    Long(i64),
    Double(f64),
    Boolean(bool),
}

/// Columns that the program adds behind those of the file.
const ADDED_COLUMNS: usize = 2;

impl CatalogRows {
    /// Finds the catalogue's columns in the header, in whatever order.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn new(header: &ByteRecord, imported_at_us: i64) -> Result<Self> {
        let schema = KAGGLE_TRACKS.schema();
        let columns = &schema.fields()[..schema.fields().len() - ADDED_COLUMNS];
        let place = |name: &str| {
            // A byte order mark belongs to the file, not to the first column's name.
            header.iter().position(|field| field.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(field) == name.as_bytes())
        };
        let (mut fields, mut builders) = (Vec::new(), Vec::new());
        for column in columns {
            // The file's first column has no name; it is the only one that may be absent.
            let found =
                if column.name() == "csv_index" { place("").or_else(|| place("csv_index")) } else { place(column.name()) };
            if found.is_none() && column.name() != "csv_index" {
                // A file that is no table at all may be one line of any length.
                let names: Vec<String> = header
                    .iter()
                    .take(HEADER_NAMES_TOLD)
                    .map(|name| String::from_utf8_lossy(name).chars().take(HEADER_LETTERS_TOLD).collect())
                    .collect();
                return Err(Error::failure(format!(
                    "the column `{}` is missing; the header has: {}",
                    column.name(),
                    names.join(", ")
                ))
                .hint(
                    "expected is the CSV of the \"Spotify Tracks Dataset\" on Kaggle (dataset.csv), with its own column names",
                ));
            }
            fields.push(found);
            builders.push(Builder::new(column.data_type()));
        }
        let record_fields = header.len();
        Ok(Self { schema, fields, record_fields, builders, row_ids: Vec::new(), imported_at_us })
    }

    /// Rows gathered since the last `finish`.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.row_ids.len()
    }

    /// Adds a record. The error is the reject, or none when `seen` holds the same row already.
    ///
    /// # Errors
    /// When the row does not fit.
    pub fn push(&mut self, record: &ByteRecord, seen: &mut HashSet<String>) -> std::result::Result<(), Option<Reject>> {
        if record.len() != self.record_fields {
            return Err(Some(reject(record, "wrong_number_of_fields")));
        }
        let mut values = Vec::with_capacity(self.builders.len());
        for (builder, field) in self.builders.iter().zip(&self.fields) {
            let bytes = field.and_then(|place| record.get(place)).unwrap_or_default();
            let text = std::str::from_utf8(bytes).map_err(|_| Some(reject(record, "invalid_utf8")))?;
            values.push(builder.parse(text).ok_or_else(|| Some(reject(record, builder.complaint())))?);
        }
        let id = row_id(record);
        if !seen.insert(id.clone()) {
            return Err(None);
        }
        self.row_ids.push(id);
        for (builder, value) in self.builders.iter_mut().zip(values) {
            builder.append(value);
        }
        Ok(())
    }

    /// The gathered rows as a batch; gathering starts anew.
    ///
    /// # Errors
    /// When the columns do not make the declared schema, which would be a mistake of this file.
    pub fn finish(&mut self) -> Result<RecordBatch> {
        let ids = std::mem::take(&mut self.row_ids);
        let schema = Arc::clone(&self.schema);
        let mut columns: Vec<(&str, ArrayRef)> = schema
            .fields()
            .iter()
            .zip(&mut self.builders)
            .map(|(field, builder)| (field.name().as_str(), builder.finish()))
            .collect();
        columns.push(("imported_at", Arc::new(instants(std::iter::repeat_n(self.imported_at_us, ids.len())))));
        columns.push(("row_id", Arc::new(arrow::array::StringArray::from(ids))));
        batch(&KAGGLE_TRACKS, &columns)
    }
}

/// The row's key: 32 hexadecimal digits of SHA-256 over all its fields.
fn row_id(record: &ByteRecord) -> String {
    fingerprint::key(record)
}

fn reject(record: &ByteRecord, reason: &'static str) -> Reject {
    let raw: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
    Reject {
        position: record.position().map_or(0, csv::Position::line),
        reason,
        raw: raw.join(",").chars().take(2_000).collect(),
    }
}

impl Builder {
    fn new(kind: &DataType) -> Self {
        match kind {
            DataType::Int32 => Self::Integer(Int32Builder::new()),
            DataType::Int64 => Self::Long(Int64Builder::new()),
            DataType::Float64 => Self::Double(Float64Builder::new()),
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn parse<'a>(&self, text: &'a str) -> Option<Value<'a>> {
        if text.is_empty() {
            return Some(Value::Null);
        }
        match self {
            Self::Text(_) => Some(Value::Text(text)),
            Self::Integer(_) => text.parse().ok().map(Value::Integer),
            Self::Long(_) => text.parse().ok().map(Value::Long),
            Self::Double(_) => text.parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Double),
            Self::Boolean(_) => match text {
                "True" | "true" | "TRUE" | "1" => Some(Value::Boolean(true)),
                "False" | "false" | "FALSE" | "0" => Some(Value::Boolean(false)),
                _ => None,
            },
        }
    }

    const fn complaint(&self) -> &'static str {
        match self {
            Self::Text(_) => "invalid_text",
            Self::Integer(_) | Self::Long(_) | Self::Double(_) => "invalid_number",
            Self::Boolean(_) => "invalid_boolean",
        }
    }

    fn append(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Text(builder), Value::Text(text)) => builder.append_value(text),
            (Self::Integer(builder), Value::Integer(number)) => builder.append_value(number),
            (Self::Long(builder), Value::Long(number)) => builder.append_value(number),
            (Self::Double(builder), Value::Double(number)) => builder.append_value(number),
            (Self::Boolean(builder), Value::Boolean(truth)) => builder.append_value(truth),
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Integer(builder), _) => builder.append_null(),
            (Self::Long(builder), _) => builder.append_null(),
            (Self::Double(builder), _) => builder.append_null(),
            (Self::Boolean(builder), _) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Long(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
        }
    }
}
