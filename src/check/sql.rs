//! Conditions that rules become in SQL, with their values as parameters.
//!
//! Owns which rows break a rule that single rows can break. Column names come from the declarations alone.

use super::rule::{Asks, Bounds};
use chrono::{DateTime, Duration, Utc};
use datafusion::scalar::ScalarValue;

/// What a mean of doubles may be off by in its last digits.
const ROUNDING: f64 = 1e-9;
/// How far a device's clock may be ahead.
const AHEAD: Duration = Duration::hours(1);

/// The values of one query, by the names that its text gives them.
#[derive(Default)]
pub struct Values(Vec<(String, ScalarValue)>);

/// Something about a row that breaks a rule: what to call it, and the condition, which is true of the rows that have it.
pub struct Fault {
    pub says: String,
    pub condition: String,
}

impl Values {
    /// Gives a value a name, for the text.
    pub fn bind(&mut self, value: ScalarValue) -> String {
        let name = format!("v{}", self.0.len());
        let placeholder = format!("${name}");
        self.0.push((name, value));
        placeholder
    }

    fn instant(&mut self, time: DateTime<Utc>) -> String {
        self.bind(ScalarValue::TimestampMicrosecond(Some(time.timestamp_micros()), Some("UTC".into())))
    }

    /// All of them, for the query.
    pub fn into_inner(self) -> Vec<(String, ScalarValue)> {
        self.0
    }
}

/// A column's name, whatever words SQL keeps for itself.
pub fn quoted(column: &str) -> String {
    format!("\"{column}\"")
}

/// What can be wrong with a row; nothing where the rule is not about single rows.
pub fn faults(asks: &Asks, now: DateTime<Utc>, values: &mut Values) -> Vec<Fault> {
    let fault = |says: String, condition: String| Fault { says, condition };
    match asks {
        Asks::NotNull(columns) => {
            columns.iter().map(|column| fault(format!("{column} is null"), format!("{} IS NULL", quoted(column)))).collect()
        }
        Asks::Within(bounds) => bounds.iter().map(|bounds| outside(bounds, values)).collect(),
        Asks::OneOf(column, words) => {
            let is_word = |word: &&str| format!("{} = {}", quoted(column), values.bind(ScalarValue::from(*word)));
            let any: Vec<_> = words.iter().map(is_word).collect();
            vec![fault(format!("{column} is not one of {}", words.join(", ")), format!("NOT ({})", any.join(" OR ")))]
        }
        Asks::Holds { condition, .. } => vec![fault(format!("not so: {condition}"), format!("NOT ({condition})"))],
        Asks::Mostly { condition, .. } => {
            vec![fault(format!("not so: {condition}"), format!("NOT coalesce(({condition}), false)"))]
        }
        Asks::NotFuture { column, of, .. } => {
            let limit = values.instant(now + AHEAD);
            let condition = format!("{} > {limit} AND ({of})", quoted(column));
            vec![fault(format!("{column} is later than the check"), condition)]
        }
        Asks::Unique(_)
        | Asks::Refers(_)
        | Asks::Complete(_)
        | Asks::Fresh { .. }
        | Asks::NotShrunk
        | Asks::UsualArrivals { .. } => Vec::new(),
    }
}

fn outside((column, least, greatest): &Bounds, values: &mut Values) -> Fault {
    let [low, high] = [least - ROUNDING, greatest + ROUNDING].map(|bound| values.bind(ScalarValue::Float64(Some(bound))));
    let says = if *greatest < f64::MAX {
        format!("{column} is outside {least} to {greatest}")
    } else {
        format!("{column} is less than {least} or no number")
    };
    // What is no number counts as greater than all numbers: it lies outside.
    Fault { says, condition: format!("NOT ({name} >= {low} AND {name} <= {high})", name = quoted(column)) }
}

/// True of the rows with any of these faults.
pub fn any(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("({})", fault.condition)).collect::<Vec<_>>().join(" OR ")
}

/// How many rows a condition is true of. (A `count(*) FILTER` that stands alone is taken for a plain `count(*)` by the engine's rule
/// that answers from statistics, and fails.)
pub fn counted(condition: &str) -> String {
    format!("coalesce(sum(CASE WHEN {condition} THEN 1 ELSE 0 END), 0)")
}

#[cfg(test)]
mod tests {
    use super::{Values, any, counted, faults};
    use crate::check::rule::Asks;
    use crate::engine::{Columns, Engine};
    use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
    use chrono::{DateTime, Utc};
    use datafusion::scalar::ScalarValue;
    use std::sync::Arc;

    /// How many of the rows (null, NaN, 0.5, 1.5 and null, x, y, z) break the rule.
    fn broken(asks: &Asks) -> i64 {
        let numbers = Float64Array::from(vec![None, Some(f64::NAN), Some(0.5), Some(1.5)]);
        let words = StringArray::from(vec![None, Some("x"), Some("y"), Some("z")]);
        let columns: [(&str, ArrayRef); 2] = [("key", Arc::new(numbers)), ("word", Arc::new(words))];
        let rows = RecordBatch::try_from_iter(columns).unwrap();
        let scope = Engine::new(chrono_tz::UTC).unwrap().scope();
        scope.register_rows("checked", rows.schema(), vec![rows]).unwrap();
        let mut values = Values::default();
        let condition = any(&faults(asks, DateTime::<Utc>::UNIX_EPOCH, &mut values));
        let sql = format!("SELECT {} AS failed FROM checked", counted(&condition));
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let frame = scope.model("test", &sql, values.into_inner()).await.unwrap();
            Columns::of(frame, "test").await.unwrap().whole("failed").unwrap().value(0)
        })
    }

    #[test]
    fn null_passes_all_but_the_rule_against_it_and_what_is_no_number_is_outside() {
        assert_eq!(broken(&Asks::NotNull(&["key", "word"])), 1);
        assert_eq!(broken(&Asks::Within(&[("key", 0.0, 1.0)])), 2);
        assert_eq!(broken(&Asks::Within(&[("key", 0.0, f64::MAX)])), 1);
        assert_eq!(broken(&Asks::OneOf("word", &["x", "y"])), 1);
        assert_eq!(broken(&Asks::Holds { columns: &["word"], condition: "word <> 'x'" }), 1);
    }

    #[test]
    fn where_most_rows_are_asked_for_null_does_not_pass() {
        assert_eq!(broken(&Asks::Mostly { columns: &["word"], condition: "word <> 'x'", share_min: 0.5 }), 2);
    }

    #[test]
    fn values_have_names_of_their_own() {
        let mut values = Values::default();
        let names = [1, 2].map(|value| values.bind(ScalarValue::from(value)));
        assert_eq!(names, ["$v0", "$v1"]);
        assert_eq!(values.into_inner()[1], ("v1".to_owned(), ScalarValue::from(2)));
    }
}
