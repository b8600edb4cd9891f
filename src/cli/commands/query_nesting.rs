//! How deep a query may be nested.
//!
//! Owns the limit, and the look at a statement before anything is done with it. The engine asks every operator for its type, which
//! asks all operators below it, and names a column after the whole expression: its time goes with the square of the depth. Operators
//! in a row nest, too: `1 + 1 + 1` is a sum of a sum.

use crate::error::{Error, Result};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{Expr, Query, SetExpr, Visit, Visitor};
use std::ops::ControlFlow;

/// A sum of so many terms is planned in two seconds, one of 4,000 in half a minute and one of 20,000 in a quarter of an hour.
const DEPTH_MAX: usize = 1_000;
/// The engine looks at a WITH twice, so at one within it four times: at twenty within each other in seven seconds.
const WITHS_MAX: usize = 10;

/// Gives back a statement that is not too deep.
///
/// # Errors
/// When it is.
pub fn within_depth(statement: Statement) -> Result<Statement> {
    let Some(what) = too_deep(&statement) else { return Ok(statement) };
    // Giving it back would descend all the way; the program ends with this error.
    std::mem::forget(statement);
    Err(Error::usage(format!("the query is too deep: {what}"))
        .hint("put long lists into IN (…) or VALUES (…), parentheses around parts of a long sum, and one WITH before all; or ask in several queries"))
}

fn too_deep(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Statement(statement) => statement.visit(&mut Depth::default()).break_value(),
        Statement::Explain(explain) => too_deep(&explain.statement),
        // Refused for what they are.
        _ => None,
    }
}

/// What the walk is in. It goes no deeper than the limits.
#[derive(Default)]
struct Depth {
    /// Expressions and set operations.
    operations: usize,
    /// Queries that begin with WITH.
    withs: usize,
}

impl Depth {
    fn within(&self) -> ControlFlow<String> {
        if self.operations > DEPTH_MAX {
            return ControlFlow::Break(format!(
                "operators in a row, as in a OR b OR c, nest, and here it is more than {DEPTH_MAX}"
            ));
        }
        if self.withs > WITHS_MAX {
            return ControlFlow::Break(format!("more than {WITHS_MAX} WITHs are within each other"));
        }
        ControlFlow::Continue(())
    }
}

impl Visitor for Depth {
    type Break = String;

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<String> {
        self.operations += 1;
        self.within()
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<String> {
        self.operations -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        self.operations += set_operations(query);
        self.withs += usize::from(query.with.is_some());
        self.within()
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        self.operations -= set_operations(query);
        self.withs -= usize::from(query.with.is_some());
        ControlFlow::Continue(())
    }
}

/// UNIONs in a row, which hold each other on the left side.
fn set_operations(query: &Query) -> usize {
    let (mut body, mut count) = (query.body.as_ref(), 0);
    while let SetExpr::SetOperation { left, .. } = body {
        (body, count) = (left.as_ref(), count + 1);
    }
    count
}
