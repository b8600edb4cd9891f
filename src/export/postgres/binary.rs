//! Rows in the format of PostgreSQL's binary COPY.
//!
//! Owns its bytes: a row is the number of its fields, a field its length and its value, all of it big-endian; null has the length -1.
//! Times count from the year 2000. NUL, which PostgreSQL takes in no text, becomes U+FFFD.

use arrow::array::{
    Array, ArrayRef, AsArray as _, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch,
    StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int32Type, Int64Type, Schema, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;
use bytes::{BufMut as _, BytesMut};

/// 2000-01-01 in days and in microseconds since 1970.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_US: i64 = 946_684_800_000_000;

/// Text's number among PostgreSQL's types.
const TEXT: i32 = 25;
const NULL: i32 = -1;

/// The type of a column in PostgreSQL, by the name that it gives it itself.
pub const fn type_name(kind: &DataType) -> &'static str {
    match kind {
        DataType::Int32 => "integer",
        DataType::Int64 => "bigint",
        DataType::Float64 => "double precision",
        DataType::Boolean => "boolean",
        DataType::Date32 => "date",
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => "timestamp with time zone",
        DataType::List(_) => "text[]",
        _ => "text",
    }
}

/// What comes before the first row: a signature, no flags, no more header.
pub fn begin(bytes: &mut BytesMut) {
    bytes.put_slice(b"PGCOPY\n\xff\r\n\0");
    bytes.put_i64(0);
}

/// What comes after the last row.
pub fn end(bytes: &mut BytesMut) {
    bytes.put_i16(-1);
}

/// The rows of a batch, ready to be written.
pub struct Rows {
    columns: Vec<Column>,
    count: usize,
}

enum Column {
    Integer(Int32Array),
    Long(Int64Array),
    Double(Float64Array),
    Boolean(BooleanArray),
    Day(Date32Array),
    Instant(TimestampMicrosecondArray),
    Text(StringArray),
    Texts(ListArray),
}

impl Rows {
    /// Rows with the types that are declared, whatever their layout in memory.
    pub fn of(batch: &RecordBatch, declared: &Schema) -> Result<Self, ArrowError> {
        let columns = declared.fields().iter().zip(batch.columns());
        let columns = columns.map(|(field, cells)| Column::of(cells, field.data_type())).collect::<Result<_, _>>()?;
        Ok(Self { columns, count: batch.num_rows() })
    }

    pub const fn len(&self) -> usize {
        self.count
    }

    /// Writes a row.
    pub fn write(&self, row: usize, bytes: &mut BytesMut) {
        bytes.put_i16(i16::try_from(self.columns.len()).unwrap_or(i16::MAX));
        self.columns.iter().for_each(|column| column.write(row, bytes));
    }
}

impl Column {
    fn of(cells: &ArrayRef, declared: &DataType) -> Result<Self, ArrowError> {
        let typed = |kind: &DataType| cast(cells, kind);
        Ok(match declared {
            DataType::Int32 => Self::Integer(typed(declared)?.as_primitive::<Int32Type>().clone()),
            DataType::Int64 => Self::Long(typed(declared)?.as_primitive::<Int64Type>().clone()),
            DataType::Float64 => Self::Double(typed(declared)?.as_primitive::<Float64Type>().clone()),
            DataType::Boolean => Self::Boolean(typed(declared)?.as_boolean().clone()),
            DataType::Date32 => Self::Day(typed(declared)?.as_primitive::<Date32Type>().clone()),
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
                Self::Instant(typed(declared)?.as_primitive::<TimestampMicrosecondType>().clone())
            }
            DataType::List(_) => Self::Texts(typed(declared)?.as_list::<i32>().clone()),
            _ => Self::Text(typed(&DataType::Utf8)?.as_string::<i32>().clone()),
        })
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Integer(cells) => cells.is_null(row),
            Self::Long(cells) => cells.is_null(row),
            Self::Double(cells) => cells.is_null(row),
            Self::Boolean(cells) => cells.is_null(row),
            Self::Day(cells) => cells.is_null(row),
            Self::Instant(cells) => cells.is_null(row),
            Self::Text(cells) => cells.is_null(row),
            Self::Texts(cells) => cells.is_null(row),
        }
    }

    fn write(&self, row: usize, bytes: &mut BytesMut) {
        if self.is_null(row) {
            return bytes.put_i32(NULL);
        }
        match self {
            Self::Integer(cells) => field(bytes, |bytes| bytes.put_i32(cells.value(row))),
            Self::Long(cells) => field(bytes, |bytes| bytes.put_i64(cells.value(row))),
            Self::Double(cells) => field(bytes, |bytes| bytes.put_f64(cells.value(row))),
            Self::Boolean(cells) => field(bytes, |bytes| bytes.put_u8(u8::from(cells.value(row)))),
            Self::Day(cells) => field(bytes, |bytes| bytes.put_i32(cells.value(row).saturating_sub(EPOCH_DAYS))),
            Self::Instant(cells) => field(bytes, |bytes| bytes.put_i64(cells.value(row).saturating_sub(EPOCH_US))),
            Self::Text(cells) => text(bytes, cells.value(row)),
            Self::Texts(cells) => field(bytes, |bytes| texts(bytes, cells.value(row).as_string::<i32>())),
        }
    }
}

/// A value behind its length.
fn field(bytes: &mut BytesMut, put: impl FnOnce(&mut BytesMut)) {
    let at = bytes.len();
    bytes.put_i32(0);
    let begins = bytes.len();
    put(bytes);
    let length = length(bytes.len() - begins);
    bytes[at..begins].copy_from_slice(&length.to_be_bytes());
}

fn text(bytes: &mut BytesMut, text: &str) {
    field(bytes, |bytes| {
        if text.as_bytes().contains(&0) {
            bytes.put_slice(text.replace('\0', "\u{fffd}").as_bytes());
        } else {
            bytes.put_slice(text.as_bytes());
        }
    });
}

/// An array: how many dimensions, whether there are nulls, the type; how many there are, counted from 1; each as a field.
fn texts(bytes: &mut BytesMut, cells: &StringArray) {
    bytes.put_i32(i32::from(!cells.is_empty()));
    bytes.put_i32(i32::from(cells.null_count() > 0));
    bytes.put_i32(TEXT);
    if !cells.is_empty() {
        bytes.put_i32(length(cells.len()));
        bytes.put_i32(1);
    }
    for cell in cells {
        match cell {
            Some(cell) => text(bytes, cell),
            None => bytes.put_i32(NULL),
        }
    }
}

/// Arrow's texts are never longer.
fn length(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
