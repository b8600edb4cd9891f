//! Given rows, expected rows: the silver model, case by case.
//!
//! A case is a folder of `fixtures/models/silver`: CSVs named after the model's relations, and `expect.csv` with the columns that
//! the case is about, ordered by `play_id`. `case.txt` may set `preference` and `zone`.

use crate::relations::{RELATIONS, rows_of, silver};
use crate::workspace::fixture;
use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use moodlake::silver::{DEFAULT_PREFERENCE, FeatureSource};
use std::path::Path;

#[test]
fn every_case_gives_what_it_expects() {
    let mut cases: Vec<_> = std::fs::read_dir(fixture("models/silver")).unwrap().flatten().map(|entry| entry.path()).collect();
    cases.sort();
    assert!(cases.len() >= 8, "{} cases", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| difference(case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn difference(case: &Path) -> Option<String> {
    let read = |name: &str| std::fs::read_to_string(case.join(name)).ok();
    let settings = read("case.txt").unwrap_or_default();
    let setting = |key: &str| settings.lines().find_map(|line| line.strip_prefix(&format!("{key}=")).map(str::to_owned));
    let zone = setting("zone").map_or(chrono_tz::Europe::Madrid, |name| name.parse().unwrap());
    let preference = setting("preference").map_or(DEFAULT_PREFERENCE.to_vec(), |names| names.split(',').map(source).collect());
    let given: Vec<_> =
        RELATIONS.iter().filter_map(|(name, table)| Some((*name, rows_of(table, &read(&format!("{name}.csv"))?)))).collect();
    let expect = read("expect.csv").unwrap_or_else(|| panic!("{} has no expect.csv", case.display()));
    let mut lines = expect.lines();
    let header = lines.next().unwrap_or_default();
    let columns: Vec<&str> = header.split(',').collect();
    let found: Vec<String> = silver(&given, zone, &preference).iter().flat_map(|batch| shown(batch, &columns)).collect();
    let expected: Vec<String> = lines.map(str::to_owned).collect();
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (found != expected)
        .then(|| format!("{name}: {header}\nexpected\n  {}\nfound\n  {}", expected.join("\n  "), found.join("\n  ")))
}

fn source(name: &str) -> FeatureSource {
    [FeatureSource::Real, FeatureSource::Synthetic, FeatureSource::Kaggle]
        .into_iter()
        .find(|source| source.name() == name)
        .unwrap()
}

fn shown(batch: &RecordBatch, columns: &[&str]) -> Vec<String> {
    let options = FormatOptions::new().with_null("").with_timestamp_format(Some("%Y-%m-%dT%H:%M:%S"));
    let formatters: Vec<_> = columns
        .iter()
        .map(|name| {
            ArrayFormatter::try_new(batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}")), &options).unwrap()
        })
        .collect();
    (0..batch.num_rows())
        .map(|row| formatters.iter().map(|column| column.value(row).to_string().replace(", ", ";")).collect::<Vec<_>>().join(","))
        .collect()
}
