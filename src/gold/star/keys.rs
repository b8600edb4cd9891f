//! Keys of dimensions: numbers that are the same in every build and in every lake.
//!
//! Owns the two functions that the models use: `folded` takes from a name what tells no two things apart, `surrogate` makes a
//! number of a natural key. Nothing is counted up and nothing is remembered, so that two keys could meet; `hold_apart` notices.

use crate::engine::{Columns, Scope, no_values};
use crate::error::{Error, Result};
use crate::fingerprint::Sha256;
use arrow::array::{ArrayRef, AsArray, Int64Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::logical_expr::expr_fn::SimpleScalarUDF;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Signature, Volatility};
use std::sync::Arc;

/// The model of keys that met.
pub const COLLISIONS: &str = include_str!("collisions.sql");

/// Makes `folded(text)` and `surrogate(text)` known to a scope.
pub fn register(scope: &Scope) {
    let fold =
        |texts: &StringArray| -> ArrayRef { Arc::new(texts.iter().map(|text| text.and_then(folded)).collect::<StringArray>()) };
    let number = |keys: &StringArray| -> ArrayRef { Arc::new(keys.iter().map(|key| key.map(surrogate)).collect::<Int64Array>()) };
    scope.context().register_udf(function("folded", DataType::Utf8, fold));
    scope.context().register_udf(function("surrogate", DataType::Int64, number));
}

fn function(name: &str, returns: DataType, of: fn(&StringArray) -> ArrayRef) -> ScalarUDF {
    let run = move |given: &[ColumnarValue]| {
        let given = ColumnarValue::values_to_arrays(given)?;
        // Text has several layouts in memory.
        Ok(ColumnarValue::Array(of(cast(&given[0], &DataType::Utf8)?.as_string::<i32>())))
    };
    let signature = Signature::any(1, Volatility::Immutable);
    ScalarUDF::from(SimpleScalarUDF::new_with_signature(name, signature, returns, Arc::new(run)))
}

/// A name in lower case with single blanks between its words; none of nothing but blanks.
fn folded(name: &str) -> Option<String> {
    let mut folded = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&word.to_lowercase());
    }
    (!folded.is_empty()).then_some(folded)
}

/// 63 bits of the natural key's SHA-256: never negative, so that -1 is free for what is unknown.
fn surrogate(natural_key: &str) -> i64 {
    let mut hash = Sha256::new();
    hash.update(natural_key);
    let mut first = [0; 8];
    first.iter_mut().zip(hash.finish()).for_each(|(to, from)| *to = from);
    i64::from_be_bytes(first) & i64::MAX
}

/// Sees to it that no two natural keys have one number, over a scope that knows `told`.
///
/// # Errors
/// When two have, which of ten million keys is one chance in two hundred thousand; or when they cannot be read.
pub async fn hold_apart(scope: &Scope) -> Result<()> {
    let met = Columns::of(scope.model("collisions", COLLISIONS, no_values()).await?, "keys that met").await?;
    if met.is_empty() {
        return Ok(());
    }
    let (kind, one, other) = (met.text("kind")?, met.text("one")?, met.text("other")?);
    let what = format!("the {} keys of {:?} and {:?} are one number", kind.value(0), one.value(0), other.value(0));
    Err(Error::failure(what).hint("the star schema cannot tell them apart and was left as it was; please report this"))
}
