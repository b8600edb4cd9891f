//! The silver model over rows that a test gives, without files.

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono_tz::Tz;
use datafusion::scalar::ScalarValue;
use moodlake::engine::Engine;
use moodlake::lake::Table;
use moodlake::lake::tables::{KAGGLE_TRACKS, LISTENING_HISTORY, SYNTHETIC_FEATURES, TRACK_FEATURES};
use moodlake::silver::{FeatureSource, models};
use std::io::Cursor;
use std::sync::Arc;

/// The relations of the silver model, by the names of its SQL.
pub const RELATIONS: [(&str, &Table); 4] = [
    ("history", &LISTENING_HISTORY),
    ("real_features", &TRACK_FEATURES),
    ("synthetic_features", &SYNTHETIC_FEATURES),
    ("kaggle", &KAGGLE_TRACKS),
];

/// Rows of a CSV with some of a table's columns; the others are null.
pub fn rows_of(table: &Table, csv: &str) -> RecordBatch {
    let schema = table.schema();
    let header: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
    let given = Schema::new(header.iter().map(|name| text_field(&schema, name)).collect::<Vec<_>>());
    let mut reader = ReaderBuilder::new(Arc::new(given)).with_header(true).build(Cursor::new(csv.as_bytes().to_vec())).unwrap();
    let batch = reader.next().map_or_else(|| RecordBatch::new_empty(schema.clone()), Result::unwrap);
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        Some(column) => cast(column, field.data_type()).unwrap(),
        None => ScalarValue::try_from(field.data_type()).unwrap().to_array_of_size(batch.num_rows()).unwrap(),
    });
    RecordBatch::try_new(schema.clone(), columns.collect()).unwrap()
}

/// Times are read as text and cast, so that a test can write them as people do.
fn text_field(schema: &SchemaRef, name: &str) -> Field {
    let field = schema.field_with_name(name).unwrap_or_else(|_| panic!("there is no column {name}")).clone();
    match field.data_type() {
        DataType::Timestamp(..) | DataType::Date32 => field.with_data_type(DataType::Utf8),
        _ => field,
    }
}

/// Runs the model; columns that are null in every row of `given` need not be there.
pub fn silver(given: &[(&str, RecordBatch)], zone: Tz, preference: &[FeatureSource]) -> Vec<RecordBatch> {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let scope = Engine::new(zone).unwrap().scope();
        for (name, table) in RELATIONS {
            let rows: Vec<_> = given.iter().filter(|(relation, _)| *relation == name).map(|(_, rows)| rows.clone()).collect();
            scope.register_rows(name, table.schema(), rows).unwrap();
        }
        let frame = models::table(&scope, &models::parameters(zone, preference)).await.unwrap();
        frame.sort_by(vec![datafusion::prelude::col("play_id")]).unwrap().collect().await.unwrap()
    })
}
