//! Whether a stored table has the columns and partitions that are declared.

use super::finding::Verdict;
use crate::error::Result;
use crate::lake::tables::same_type;
use crate::lake::{Snapshot, Table};
use arrow::datatypes::Schema;

/// The rule `schema`.
pub fn verdict(table: &Table, snapshot: &Snapshot) -> Result<Verdict> {
    let mut differences = differences(&table.schema(), snapshot.schema()?.as_ref());
    let partitions = snapshot.partitions()?;
    if !partitions.iter().map(String::as_str).eq(table.partitions.iter().copied()) {
        differences.push(format!("partitioned by [{}] instead of [{}]", partitions.join(", "), table.partitions.join(", ")));
    }
    Ok(if differences.is_empty() { Verdict::passed() } else { Verdict::failed(differences.join("; ")) })
}

/// A column that is missing, or of another type, among those that a rule reads.
pub fn unfit(table: &Table, found: &Schema, columns: &[&'static str]) -> Option<&'static str> {
    let declared = table.schema();
    columns.iter().copied().find(|column| match (declared.field_with_name(column), found.field_with_name(column)) {
        (Ok(declared), Ok(found)) => !same_type(declared.data_type(), found.data_type()),
        _ => true,
    })
}

fn differences(declared: &Schema, found: &Schema) -> Vec<String> {
    let mut differences = Vec::new();
    for field in declared.fields() {
        match found.field_with_name(field.name()) {
            Err(_) => differences.push(format!("{} is missing", field.name())),
            Ok(other) if !same_type(field.data_type(), other.data_type()) => {
                differences.push(format!("{} is {} instead of {}", field.name(), other.data_type(), field.data_type()));
            }
            Ok(_) => {}
        }
    }
    let unknown = found.fields().iter().filter(|field| declared.field_with_name(field.name()).is_err());
    differences.extend(unknown.map(|field| format!("{} is not declared", field.name())));
    let in_order = || declared.fields().iter().map(|field| field.name()).eq(found.fields().iter().map(|field| field.name()));
    if differences.is_empty() && !in_order() {
        differences.push("the columns are in another order".to_owned());
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::{differences, unfit};
    use crate::lake::tables::FEATURE_MISSES;
    use arrow::datatypes::{DataType, Field, Schema};

    fn with(change: impl FnOnce(&mut Vec<Field>)) -> Schema {
        let mut fields: Vec<Field> = FEATURE_MISSES.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        change(&mut fields);
        Schema::new(fields)
    }

    #[test]
    fn every_difference_is_named() {
        let declared = FEATURE_MISSES.schema();
        let of = |change: fn(&mut Vec<Field>)| differences(&declared, &with(change)).join("; ");
        assert_eq!(of(|_| ()), "");
        assert_eq!(of(|fields| drop(fields.remove(1))), "track_id is missing");
        assert_eq!(of(|fields| fields.push(Field::new("more", DataType::Utf8, true))), "more is not declared");
        assert_eq!(of(|fields| fields.swap(0, 1)), "the columns are in another order");
        let as_view = |fields: &mut Vec<Field>| fields[0] = Field::new("provider", DataType::Utf8View, true);
        assert_eq!(differences(&declared, &with(as_view)), Vec::<String>::new());
    }

    #[test]
    fn rules_about_other_columns_are_still_asked() {
        let found = with(|fields| fields[0] = Field::new("provider", DataType::Int64, true));
        assert_eq!(unfit(&FEATURE_MISSES, &found, &["track_id", "asked_at"]), None);
        assert_eq!(unfit(&FEATURE_MISSES, &found, &["track_id", "provider"]), Some("provider"));
    }
}
