//! `export`: the star schema for other programs, as files or in PostgreSQL.
//!
//! Owns the files: one a table, complete or not there at all. The lake's lock is held, so that all tables are of one moment.

use super::{finish, query_output, writing};
use crate::cli::args::{ExportCommand, Global, PostgresArgs, QueryFormat};
use crate::cli::settings::Settings;
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Error, Result};
use crate::export::postgres::{self, Schema};
use crate::export::{Part, star};
use crate::postgres::Address;
use serde_json::json;
use std::path::Path;

pub async fn export(global: &Global, settings: &Settings, command: ExportCommand) -> Result<()> {
    // What the flags say is wrong is told before anything is waited for.
    let target = match &command {
        ExportCommand::Postgres(args) => Some((Address::read(&args.url)?, Schema::read(&args.schema)?)),
        _ => None,
    };
    let lake = settings.lake()?;
    if !lake.exists().await? {
        return Err(Error::failure(format!("the lake {} holds no tables", lake.address()))
            .hint("--lake names another place; `moodlake demo` fills one"));
    }
    let (context, _lock) = writing(global, settings, lake)?;
    let started = context.clock.now();
    let star = star(&context.lake).await?;
    let (name, steps) = match (command, target) {
        (ExportCommand::Parquet(args), _) => {
            ("export parquet", files(&context, &star, &args.folder, QueryFormat::Parquet, "export parquet").await?)
        }
        (ExportCommand::Csv(args), _) => {
            let format = if args.exact { QueryFormat::CsvExact } else { QueryFormat::Csv };
            ("export csv", files(&context, &star, &args.folder, format, "export csv").await?)
        }
        (ExportCommand::Postgres(PostgresArgs { full, .. }), Some((address, schema))) => {
            let password = settings.postgres_password.as_ref();
            ("export postgres", Box::pin(postgres::export(&context, &star, &address, password, &schema, full)).await?)
        }
        (ExportCommand::Postgres(_), None) => return Ok(()),
    };
    finish(&context, name, started, &steps).await
}

async fn files(context: &Context, star: &[Part], folder: &Path, format: QueryFormat, step: &'static str) -> Result<Vec<Step>> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Error::failure(format!("the folder {} cannot be made", folder.display()))
            .because(error)
            .hint("name a folder that is there or can be made")
    })?;
    let end = if format == QueryFormat::Parquet { "parquet" } else { "csv" };
    let mut steps = Vec::new();
    for part in star {
        let watch = Stopwatch::start();
        let path = folder.join(format!("{}.{end}", part.table.name));
        let rows = part.rows(&context.engine).await?;
        query_output::write(rows, format, Some(&path)).await.map_err(|error| {
            let hint =
                error.advice().unwrap_or("is there space on the disk? the file that was there before is as it was").to_owned();
            Error::failure(format!("table {} cannot be written as {}", part.table.label(), path.display()))
                .because(error)
                .hint(hint)
        })?;
        let identity = part.snapshot.identity()?;
        let mut step = Step::new(step, path.display().to_string()).took(watch);
        step.rows_written = part.count()?.unwrap_or_default();
        (step.rows_read, step.rows_total) = (step.rows_written, Some(step.rows_written));
        step.version = identity["version"].as_u64();
        step.inputs = json!({ part.table.name: identity });
        step.outcome = Outcome::Wrote;
        steps.push(step);
    }
    Ok(steps)
}
