//! The flags of `export`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Where the star schema goes.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Writes each table as a Parquet file
    Parquet(ParquetArgs),
    /// Writes each table as a CSV file, in which no text runs as a formula in a spreadsheet
    Csv(CsvArgs),
    /// Brings tables of a PostgreSQL database up to date: only rows that differ are written, all of them in one transaction
    Postgres(PostgresArgs),
}

#[derive(Args, Debug)]
pub struct ParquetArgs {
    /// The folder of the files, such as dim_track.parquet; those that are there are replaced
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Args, Debug)]
pub struct CsvArgs {
    /// The folder of the files, such as dim_track.csv; those that are there are replaced
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Writes every text as it is, for programs
    #[arg(long)]
    pub exact: bool,
}

#[derive(Args, Debug)]
pub struct PostgresArgs {
    /// The database, postgres://USER@HOST:PORT/DATABASE; the password is taken from PGPASSWORD
    #[arg(long, value_name = "ADDRESS")]
    pub url: String,
    /// The schema of the tables; it is made where it is not there
    #[arg(long, value_name = "NAME", default_value = "moodlake")]
    pub schema: String,
    /// Compares all rows, whatever was exported before: brings back what someone else changed
    #[arg(long)]
    pub full: bool,
}
