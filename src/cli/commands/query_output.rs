//! A query's rows in the format that was asked for.
//!
//! Owns streaming them out: all formats but the table write batch by batch. A file is written under a temporary name and renamed
//! when it is complete, so that a failed query leaves none.

use super::query_csv::{self, Texts};
use crate::cli::args::QueryFormat;
use crate::cli::output::print;
use crate::cli::printable::printable;
use crate::cli::screened::Screened;
use crate::error::{Error, Explain, Result};
use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use arrow::datatypes::SchemaRef;
use arrow::json::writer::{JsonArray, LineDelimited, WriterBuilder as JsonBuilder};
use arrow::util::display::FormatOptions;
use arrow::util::pretty::pretty_format_batches_with_options;
use datafusion::error::DataFusionError;
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use parquet::arrow::ArrowWriter;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Runs the frame and writes its rows.
pub async fn write(frame: DataFrame, format: QueryFormat, output: Option<&Path>) -> Result<()> {
    match output {
        None if format == QueryFormat::Table => return print(&table(&frame.collect().await.map_err(failed)?)?),
        None if format == QueryFormat::Parquet && std::io::stdout().is_terminal() => {
            return Err(Error::usage("Parquet is not for a terminal").hint("name a file with --output, or pipe stdout somewhere"));
        }
        None if std::io::stdout().is_terminal() => {
            return gone_is_fine(stream(frame, format, Screened::for_terminal(BufWriter::new(std::io::stdout()))).await);
        }
        None => return gone_is_fine(stream(frame, format, BufWriter::new(std::io::stdout())).await),
        Some(_) => {}
    }
    let Some(path) = output else { return Ok(()) };
    let partial = Partial::create(path)?;
    if format == QueryFormat::Table {
        let text = table(&frame.collect().await.map_err(failed)?)?;
        partial.file()?.write_all(text.as_bytes()).explain(writing)?;
    } else {
        stream(frame, format, BufWriter::new(partial.file()?)).await?;
    }
    partial.finish()
}

fn failed(error: DataFusionError) -> Error {
    let hint = match error.find_root() {
        DataFusionError::ParquetError(_) | DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => {
            "a file of the table may be missing or damaged: `moodlake check` tells; an older version may still be whole (--as-of)"
        }
        _ => "change the query; the lake was only read",
    };
    Error::failure("the query failed while it ran").because(error).hint(hint)
}

fn writing() -> String {
    "the query's rows cannot be written".to_owned()
}

/// Rows for people: text from tables cannot steer the terminal.
fn table(batches: &[RecordBatch]) -> Result<String> {
    let options = FormatOptions::new().with_display_error(true).with_null("");
    let text = pretty_format_batches_with_options(batches, &options).explain(writing)?.to_string();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    Ok(format!("{}\n{rows} {}\n", printable(&text), if rows == 1 { "row" } else { "rows" }))
}

async fn stream(frame: DataFrame, format: QueryFormat, output: impl Write + Send) -> Result<()> {
    let mut batches = frame.execute_stream().await.map_err(failed)?;
    let mut sink = Sink::new(format, output, batches.schema())?;
    while let Some(batch) = batches.next().await {
        sink.write(&batch.map_err(failed)?)?;
    }
    sink.finish()
}

enum Sink<W: Write + Send> {
    Csv(Box<arrow::csv::Writer<W>>, Texts),
    Json(arrow::json::Writer<Screened<W>, JsonArray>),
    Lines(arrow::json::Writer<Screened<W>, LineDelimited>),
    Parquet(Box<ArrowWriter<W>>),
}

impl<W: Write + Send> Sink<W> {
    fn new(format: QueryFormat, output: W, schema: SchemaRef) -> Result<Self> {
        let nulls = JsonBuilder::new().with_explicit_nulls(true);
        let csv = |output| Box::new(WriterBuilder::new().with_header(true).build(output));
        Ok(match format {
            QueryFormat::Csv | QueryFormat::Table => Self::Csv(csv(output), Texts::Guarded),
            QueryFormat::CsvExact => Self::Csv(csv(output), Texts::Exact),
            QueryFormat::Json => Self::Json(nulls.build::<_, JsonArray>(Screened::json(output))),
            QueryFormat::Ndjson => Self::Lines(nulls.build::<_, LineDelimited>(Screened::json(output))),
            QueryFormat::Parquet => Self::Parquet(Box::new(ArrowWriter::try_new(output, schema, None).explain(writing)?)),
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        match self {
            Self::Csv(writer, texts) => writer.write(&query_csv::cells(batch, *texts)?).explain(writing),
            Self::Json(writer) => writer.write(batch).explain(writing),
            Self::Lines(writer) => writer.write(batch).explain(writing),
            Self::Parquet(writer) => writer.write(batch).explain(writing),
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Csv(writer, _) => writer.into_inner().flush().explain(writing),
            Self::Json(mut writer) => {
                writer.finish().explain(writing)?;
                let mut output = writer.into_inner();
                output.write_all(b"\n").and_then(|()| output.flush()).explain(writing)
            }
            Self::Lines(mut writer) => {
                writer.finish().explain(writing)?;
                writer.into_inner().flush().explain(writing)
            }
            Self::Parquet(writer) => writer.close().explain(writing).map(drop),
        }
    }
}

/// `moodlake query … | head` ends when head has seen enough.
fn gone_is_fine(outcome: Result<()>) -> Result<()> {
    let Err(error) = outcome else { return Ok(()) };
    let mut cause = std::error::Error::source(&error);
    while let Some(reason) = cause {
        let broken = reason.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == ErrorKind::BrokenPipe);
        if broken || reason.to_string().contains("Broken pipe") {
            return Ok(());
        }
        cause = reason.source();
    }
    Err(error)
}

/// A file that becomes visible only when it is complete.
struct Partial {
    temporary: PathBuf,
    wanted: PathBuf,
    finished: bool,
}

impl Partial {
    fn create(wanted: &Path) -> Result<Self> {
        let mut name = wanted.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.partial", std::process::id()));
        let partial = Self { temporary: wanted.with_file_name(name), wanted: wanted.to_owned(), finished: false };
        File::create(&partial.temporary).map_err(|error| {
            Error::failure(format!("{}: cannot be written", wanted.display()))
                .because(error)
                .hint("name a file in a folder that exists and that this user may write to")
        })?;
        Ok(partial)
    }

    fn file(&self) -> Result<File> {
        File::options().write(true).open(&self.temporary).explain(writing)
    }

    fn finish(mut self) -> Result<()> {
        std::fs::rename(&self.temporary, &self.wanted).explain(|| format!("{}: cannot be written", self.wanted.display()))?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed now is only a file with a telling name.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}
