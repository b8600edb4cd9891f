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

/// Gives back a statement that is not too deep.
///
/// # Errors
/// When it is.
pub fn within_depth(statement: Statement) -> Result<Statement> {
    if !is_too_deep(&statement) {
        return Ok(statement);
    }
    // Giving it back would descend all the way; the program ends with this error.
    std::mem::forget(statement);
    Err(Error::usage(format!("the query is nested more than {DEPTH_MAX} deep"))
        .because("operators in a row, as in a OR b OR c, count as one in the other")
        .hint("put long lists into IN (…) or VALUES (…), and parentheses around parts of a long sum; or ask in several queries"))
}

fn is_too_deep(statement: &Statement) -> bool {
    match statement {
        Statement::Statement(statement) => statement.visit(&mut Depth(0)).is_break(),
        Statement::Explain(explain) => is_too_deep(&explain.statement),
        // Refused for what they are.
        _ => false,
    }
}

/// How many expressions and set operations the walk is in. It goes no deeper than the limit.
struct Depth(usize);

impl Depth {
    const fn within(&self) -> ControlFlow<()> {
        if self.0 > DEPTH_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Visitor for Depth {
    type Break = ();

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 += 1;
        self.within()
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.0 -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.0 += set_operations(query);
        self.within()
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.0 -= set_operations(query);
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
