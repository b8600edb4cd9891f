//! Running sums and maxima: window functions that carry one number from row to row.
//!
//! The engine's own aggregates do the same over a frame that begins with the first row, and cut a slice of every column for
//! every row to do so: ten times the time.

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{PartitionEvaluator, Volatility, WindowUDF, create_udwf};
use std::ops::Range;
use std::sync::Arc;

/// `running_max(x) OVER (PARTITION BY … ORDER BY …)` and `running_sum(x) OVER …`, of whole numbers, up to and with each row;
/// nulls are left out.
pub(super) fn functions() -> [WindowUDF; 2] {
    [function("running_max", i64::max), function("running_sum", i64::wrapping_add)]
}

fn function(name: &str, step: fn(i64, i64) -> i64) -> WindowUDF {
    let evaluator = move || -> Result<Box<dyn PartitionEvaluator>> { Ok(Box::new(Running { step, value: None })) };
    create_udwf(name, DataType::Int64, Arc::new(DataType::Int64), Volatility::Immutable, Arc::new(evaluator))
}

#[derive(Debug)]
struct Running {
    step: fn(i64, i64) -> i64,
    value: Option<i64>,
}

impl Running {
    fn take(&mut self, values: &Int64Array, row: usize) -> Option<i64> {
        if values.is_valid(row) {
            let value = values.value(row);
            self.value = Some(self.value.map_or(value, |before| (self.step)(before, value)));
        }
        self.value
    }
}

impl PartitionEvaluator for Running {
    fn evaluate(&mut self, values: &[ArrayRef], range: &Range<usize>) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(self.take(values[0].as_primitive::<Int64Type>(), range.start)))
    }

    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let values = values[0].as_primitive::<Int64Type>();
        Ok(Arc::new((0..rows).map(|row| self.take(values, row)).collect::<Int64Array>()))
    }

    fn supports_bounded_execution(&self) -> bool {
        true
    }

    fn is_causal(&self) -> bool {
        true
    }
}
