//! `query`: SQL over the lake's tables, read-only.
//!
//! Owns what a query may do: one SELECT (or EXPLAIN, SHOW, DESCRIBE) over the lake's own tables. Statements that write, and
//! functions or paths that reach outside the lake, are refused before anything runs.

use super::as_of::as_of;
use super::query_nesting::within_depth;
use super::{query_examples, query_output};
use crate::cli::args::QueryArgs;
use crate::cli::output::print;
use crate::cli::settings::Settings;
use crate::context::Context;
use crate::engine::{Engine, Scope};
use crate::error::{Error, Explain, Result};
use crate::lake::catalog;
use crate::lake::snapshot::AsOf;
use crate::lake::{Lake, Table};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::DataFrame;
use datafusion::sql::parser::Statement;
use std::io::Read;

pub async fn query(settings: &Settings, args: QueryArgs) -> Result<()> {
    if args.list_examples {
        return print(&query_examples::list());
    }
    let sql = match (args.example, args.sql) {
        (Some(name), _) => query_examples::named(&name)?.to_owned(),
        (None, Some(sql)) if sql != "-" => sql,
        (None, _) => from_stdin()?,
    };
    let as_of = as_of(args.as_of.as_deref())?;
    let lake = settings.lake()?;
    let engine = Engine::new(settings.zone)?;
    let scope = engine.query_scope();
    let frame = plan(&lake, &scope, &sql, as_of).await?;
    query_output::write(frame, args.format, args.output.as_deref()).await
}

/// Whether a query over a table gives any row; none where there is no table.
pub async fn finds(context: &Context, table: &Table, sql: &str) -> Result<bool> {
    if !context.lake.holds(table).await? {
        return Ok(false);
    }
    let rows = plan(&context.lake, &context.engine.query_scope(), sql, AsOf::Latest).await?;
    Ok(rows.count().await.explain(|| format!("table {}: it cannot be read", table.label()))? > 0)
}

/// Plans a query over the lake; also what `demo` asks its question with.
pub async fn plan(lake: &Lake, scope: &Scope, sql: &str, as_of: AsOf) -> Result<DataFrame> {
    let state = scope.state();
    let dialect = state.config().options().sql_parser.dialect;
    let refused = |error| {
        Error::usage("the query cannot be planned")
            .because(reason(&error))
            .hint("one statement that reads; `moodlake status` lists the tables, `moodlake query \"DESCRIBE table\"` its columns")
    };
    let statement = within_depth(state.sql_to_statement(sql, &dialect).map_err(refused)?)?;
    if !reads(&statement) {
        return Err(Error::usage("a query only reads: statements that create, change, copy or set are refused")
            .hint("write results to a file with --output; tables change by moodlake's other commands"));
    }
    let references = state.resolve_table_references(&statement).map_err(refused)?;
    // The catalogue of tables is itself a question about all of them.
    let about_all = references.iter().any(|name| name.schema() == Some("information_schema"));
    let references = if about_all { catalog::references(lake).await? } else { references };
    catalog::register(lake, scope, &references, as_of).await?;
    let plan = scope.state().statement_to_plan(statement).await.map_err(refused)?;
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false).verify_plan(&plan).map_err(
        |error| {
            Error::usage("a query only reads: statements that create, change, copy or set are refused")
                .because(error)
                .hint("write results to a file with --output; tables change by moodlake's other commands")
        },
    )?;
    scope.context().execute_logical_plan(plan).await.map_err(refused)
}

/// Where the engine begins to speak of mistakes of its own.
const ENGINE_SUSPECTED: &str = "This issue was likely caused by a bug in DataFusion's code.";

/// What the engine says of a query, without what it says of itself.
fn reason(error: &DataFusionError) -> String {
    // Its own text shows the parser's error as a Rust value.
    let text = match error.find_root() {
        DataFusionError::SQL(parser, _) => parser.to_string(),
        _ => error.strip_backtrace(),
    };
    // A function with arguments that it does not take is told as a mistake in the engine, to be reported there.
    let parts = text.split_once(ENGINE_SUSPECTED).and_then(|(said, rest)| Some((said, rest.split_once("/issues.")?.1)));
    parts.map_or_else(|| text.clone(), |(said, rest)| format!("{said} {rest}"))
}

fn reads(statement: &Statement) -> bool {
    use datafusion::sql::sqlparser::ast::Statement as Sql;
    match statement {
        Statement::Statement(statement) => matches!(
            statement.as_ref(),
            Sql::Query(_)
                | Sql::ExplainTable { .. }
                | Sql::ShowTables { .. }
                | Sql::ShowColumns { .. }
                | Sql::ShowVariable { .. }
        ),
        // What is explained is planned and, with ANALYZE, run: it has to read, too.
        Statement::Explain(explain) => reads(&explain.statement),
        _ => false,
    }
}

fn from_stdin() -> Result<String> {
    let mut sql = String::new();
    std::io::stdin().read_to_string(&mut sql).explain(|| "the query cannot be read from stdin".to_owned())?;
    Ok(sql)
}
