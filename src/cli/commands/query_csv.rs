//! Rows as CSV cells.
//!
//! Owns what a cell is: lists as the table shows them, and texts that run in no spreadsheet and steer no terminal, unless they are
//! wanted exactly (docs/decisions/0017).

use crate::cli::printable::in_cell;
use crate::error::{Explain, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use std::sync::Arc;

/// How texts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    /// So that a spreadsheet shows them.
    Guarded,
    /// As they are.
    Exact,
}

/// The rows with columns that CSV can hold.
pub fn cells(batch: &RecordBatch, texts: Texts) -> Result<RecordBatch> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let column = if field.data_type().is_nested() { shown(column)? } else { Arc::clone(column) };
        let (name, column) = match texts {
            Texts::Exact => (field.name().clone(), column),
            Texts::Guarded => (guarded(field.name()), guarded_column(column)?),
        };
        fields.push(Field::new(name, column.data_type().clone(), true));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).explain(failed)
}

fn failed() -> String {
    "the query's rows cannot be written as CSV".to_owned()
}

/// A list has no place in a CSV cell: it is written as the table shows it, `[a, b]`.
fn shown(column: &ArrayRef) -> Result<ArrayRef> {
    let options = FormatOptions::new().with_null("");
    let shown = ArrayFormatter::try_new(column, &options).explain(failed)?;
    let cells = (0..column.len()).map(|row| (!column.is_null(row)).then(|| shown.value(row).to_string()));
    Ok(Arc::new(cells.collect::<StringArray>()))
}

/// Numbers and times are nobody's words: their minus signs stay.
fn guarded_column(column: ArrayRef) -> Result<ArrayRef> {
    if !is_text(column.data_type()) {
        return Ok(column);
    }
    let texts = cast(&column, &DataType::Utf8View).explain(failed)?;
    let texts = texts.as_string_view();
    if texts.iter().flatten().all(|text| guarded(text) == text) {
        return Ok(column);
    }
    Ok(Arc::new(StringViewArray::from_iter(texts.iter().map(|text| text.map(guarded)))))
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Begins a formula; the wide forms do where the language is Japanese or Chinese.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
/// Begins a cell for a program that does not take the comma for the separator, as spreadsheets in half of Europe do not.
const SEPARATES: [char; 3] = [';', '\t', '\n'];

/// The text with an apostrophe wherever a spreadsheet would take what follows for a formula.
pub fn guarded(text: &str) -> String {
    let text = in_cell(text);
    let mut safe = String::with_capacity(text.len() + 1);
    if text.starts_with(['\t', '\n']) {
        safe.push('\'');
    }
    let (mut begins, mut separated) = (true, false);
    for letter in text.chars() {
        if begins && FORMULA.contains(&letter) {
            safe.push('\'');
        }
        safe.push(letter);
        // After another separator a quotation mark opens a cell's text; at the beginning it is the text's own, and doubled.
        begins = SEPARATES.contains(&letter) || (separated && begins && letter == '"');
        separated |= begins;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{DictionaryArray, Float64Array, ListArray};
    use arrow::datatypes::{Int8Type, Int32Type};

    #[test]
    fn a_text_that_begins_like_a_formula_gets_an_apostrophe() {
        for (text, safe) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("-M-", "'-M-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\n=1", "'\n'=1"),
            ("\r=1", "\\u{d}=1"),
            ("\u{ff1d}1+1", "'\u{ff1d}1+1"),
            ("=", "'="),
        ] {
            assert_eq!(guarded(text), safe, "{text:?}");
        }
    }

    #[test]
    fn what_another_separator_would_make_a_cell_is_guarded_too() {
        assert_eq!(guarded("a;=1;b"), "a;'=1;b");
        assert_eq!(guarded("a\t@x"), "a\t'@x");
        assert_eq!(guarded("a\r\n-1"), "a\\u{d}\n'-1");
        assert_eq!(guarded("a;\"=1\""), "a;\"'=1\"");
        assert_eq!(guarded("a;;=1"), "a;;'=1");
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in ["", "a=b", "Song - Live", "1+1", "AC/DC; Live", "\"=quoted\"", "'=", " =1", "a\nb\tc", "(-:", "ünï"] {
            assert_eq!(guarded(text), text);
        }
        assert_eq!(guarded("\u{1b}[2J\u{202e}"), "\\u{1b}[2J\\u{202e}");
    }

    #[test]
    fn only_texts_are_guarded_of_whatever_type_and_only_where_it_is_wanted() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(-1)]), None]);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("=name", Arc::new(StringArray::from(vec![Some("=1"), None]))),
            ("dictionary", Arc::new(["-1", "a"].into_iter().collect::<DictionaryArray<Int8Type>>())),
            ("number", Arc::new(Float64Array::from(vec![-0.5, 1.0]))),
            ("list", Arc::new(list)),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let written = |texts| {
            let mut bytes = Vec::new();
            arrow::csv::Writer::new(&mut bytes).write(&cells(&batch, texts).unwrap()).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(written(Texts::Guarded), "'=name,dictionary,number,list\n'=1,'-1,-0.5,[-1]\n,a,1.0,\n");
        assert_eq!(written(Texts::Exact), "=name,dictionary,number,list\n=1,-1,-0.5,[-1]\n,a,1.0,\n");
    }
}
