//! The command line as `clap` reads it: every command, every flag, every word of help.
//!
//! Owns names and help texts. What a flag means together with the environment is `settings`' business.

#![expect(clippy::doc_markdown, reason = "these comments are the help texts: backticks would be shown")]

mod exports;
mod recaps;
mod streams;

pub use exports::{ExportCommand, PostgresArgs};
pub use recaps::{HowOften, RecapArgs, RecapFormat, RecapTimes, Writer};
pub use streams::{OutputFormat, SimulateArgs, StoreArgs, StreamArgs, StreamDemoArgs, WatchArgs, WindowArgs};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Turns your music listening into a lakehouse you own: bronze, silver and gold Delta tables, moods, SQL.
#[derive(Debug, Parser)]
#[command(name = "moodlake", version, about, max_term_width = 110, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Args, Clone, Debug, Default)]
pub struct Global {
    /// The lake: a folder, or a bucket and prefix such as s3://bucket/music [env: MOODLAKE_LAKE] [default: ./data]
    #[arg(long, global = true, value_name = "URI")]
    pub lake: Option<String>,
    /// The listener's IANA time zone, such as Europe/Madrid [env: MOODLAKE_TIMEZONE] [default: the system's]
    #[arg(long, global = true, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Tells more on stderr; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Tells only warnings and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// How log lines on stderr look
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t)]
    pub log_format: LogFormat,
    /// Shows no progress bars
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Shows the whole pipeline on a bundled sample and a simulated listener, in a lake of its own
    Demo,
    /// Brings your own Spotify export (ZIP, folder or JSON files) into the lake
    Import(ImportArgs),
    /// Brings the Kaggle catalogue (CSV, .gz or .zip) into the lake
    ImportCatalog(ImportCatalogArgs),
    /// Makes synthetic features for every track you played
    GenerateSynthetic,
    /// Makes synthetic features only for tracks with neither real features nor a match in the catalogue
    PopulateMissing,
    /// Joins plays with features into silver/listening_with_features
    BuildSilver(BuildSilverArgs),
    /// Computes the gold tables
    BuildGold(BuildGoldArgs),
    /// Logs in to Spotify, tells how long the authorization lives, or forgets it
    #[command(subcommand)]
    Auth(AuthCommand),
    /// Brings recent plays, audio features and the catalogue into bronze
    Ingest(IngestArgs),
    /// Runs the pipeline: ingestion, silver, gold, checks
    Run(RunArgs),
    /// Runs the pipeline every six hours, and reads the recent plays in between
    Schedule(ScheduleArgs),
    /// Watches what is playing now: events on stdout and in the lake, and how long each track was listened to
    Watch(WatchArgs),
    /// Makes up play events of many listeners, or replays the lake's plays, as one JSON object a line
    Simulate(SimulateArgs),
    /// Reads play events from Kafka or Kinesis into bronze, exactly once, and counts plays by genre in windows of time
    Stream(Box<StreamArgs>),
    /// Shows a stream without a broker: made-up events, stored and counted in windows, in a lake of its own
    StreamDemo(StreamDemoArgs),
    /// Tells whether this lake's scheduler is alive and its checks hold; exits with 1 when not
    Health,
    /// Answers a SQL query over the lake's tables; reads only
    Query(QueryArgs),
    /// Brings the star schema to other programs: Parquet or CSV files, tables in PostgreSQL
    #[command(subcommand)]
    Export(ExportCommand),
    /// Writes the five analyses of one listener as one HTML file, or as text for the terminal
    Report(ReportArgs),
    /// Tells one week of one listener: figures, what was new, the mood, recommendations
    Recap(RecapArgs),
    /// Tells what is in the lake, or what a table was made from
    Status(LakeStatusArgs),
    /// Holds the tables against their data-quality rules; exits with 4 when one of severity error is broken
    Check(CheckArgs),
    /// Puts small files together and deletes what no promised version needs; rows stay as they are
    Maintain(MaintainArgs),
    /// Prints completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What to do about the authorization.
#[derive(Debug, Subcommand)]
pub enum AuthCommand {
    /// Opens Spotify's consent page in a browser and keeps the authorization
    Login(LoginArgs),
    /// Tells whose the authorization is and how many days it still lives
    Status(StatusArgs),
    /// Forgets the authorization
    Logout,
}

#[derive(Args, Debug)]
pub struct LoginArgs {
    /// Does not listen: you paste the address that the browser was sent to
    #[arg(long, conflicts_with = "listen")]
    pub paste: bool,
    /// Opens no browser; you open the address that is printed
    #[arg(long)]
    pub no_browser: bool,
    /// Listens there instead of at the redirect address; a container with a published port needs 0.0.0.0:8888
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<std::net::SocketAddr>,
    /// Seconds to wait for the login
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// The listener in this lake whose plays they will be; the same as `import --user`
    #[arg(long, default_value = "me", value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub user: String,
}

#[derive(Args, Debug)]
pub struct IngestArgs {
    /// Reads the recent plays and nothing else
    #[arg(long)]
    pub history_only: bool,
    /// Merges stored answers (files or folders of ops/raw_responses) instead of asking Spotify
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "history_only")]
    pub replay: Vec<PathBuf>,
    /// `json` writes what was done to stdout as one document; `text` writes nothing there
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
}

#[derive(Args, Debug)]
pub struct MaintainArgs {
    /// The tables, with or without their layer [default: all]
    #[arg(value_name = "TABLE")]
    pub tables: Vec<String>,
    /// Small files are put together up to this size [default: 128MiB]
    #[arg(long, value_name = "SIZE")]
    pub target_size: Option<String>,
    /// How long versions stay readable after they were replaced [default: 30d]
    #[arg(long, value_name = "DURATION")]
    pub retention: Option<String>,
    /// Allows a retention of less than 30 days: what is deleted cannot be read again
    #[arg(long, requires = "retention")]
    pub shorten_time_travel: bool,
    /// Tells what would be done, and writes nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How the account is written on stdout
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
}

#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// `json` writes what was done to stdout as one document; `text` writes nothing there
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
    /// Afterwards maintains the tables that have more than 32 small files, or three commits since their last checkpoint
    #[arg(long)]
    pub maintain: bool,
    /// How long versions stay readable after they were replaced; at least 30 days [default: 30d]
    #[arg(long, value_name = "DURATION", requires = "maintain")]
    pub retention: Option<String>,
    #[command(flatten)]
    pub mood: MoodArgs,
}

#[derive(Args, Debug)]
pub struct ScheduleArgs {
    /// Time between the starts of full runs, such as 6h or 90m [default: 6h]
    #[arg(long, value_name = "DURATION", conflicts_with = "cron")]
    pub every: Option<String>,
    /// Times of full runs as a cron expression of five or six fields, in the listener's zone, such as '0 */6 * * *'
    #[arg(long, value_name = "EXPR")]
    pub cron: Option<String>,
    /// Time between light polls of the recent plays, of which Spotify keeps only 50
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    pub poll: String,
    /// No light polls between full runs
    #[arg(long, conflicts_with = "poll")]
    pub no_poll: bool,
    /// Leaves small files, long logs and old versions to `moodlake maintain`
    #[arg(long)]
    pub no_maintain: bool,
    /// How long versions stay readable after they were replaced; at least 30 days [default: 30d]
    #[arg(long, value_name = "DURATION", conflicts_with = "no_maintain")]
    pub retention: Option<String>,
    #[command(flatten)]
    pub recaps: RecapTimes,
    #[command(flatten)]
    pub mood: MoodArgs,
}

#[derive(Args, Debug)]
pub struct ImportArgs {
    /// The export: ZIP archives, folders or JSON files
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Tells what would be imported, and writes nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The listener whose plays these are
    #[arg(long, default_value = "me", value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub user: String,
    /// How the account is written on stdout
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
}

#[derive(Args, Debug)]
pub struct ImportCatalogArgs {
    /// The catalogue: dataset.csv, dataset.csv.gz, or the archive.zip that Kaggle hands out
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub struct ReportArgs {
    /// `html` writes one file that opens offline; `text` writes to the terminal
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: PageFormat,
    /// Where it is written; `-` is stdout [default: report.html in the lake; stdout for text]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Writes each chart as SVG and PNG into this folder, too
    #[arg(long, value_name = "DIR")]
    pub charts: Option<PathBuf>,
    /// The listener [default: the one with the most plays]
    #[arg(long, value_name = "ID")]
    pub user: Option<String>,
}

/// How the report looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// A page for the browser.
    #[default]
    Html,
    /// For a terminal.
    Text,
}

/// How a report on stdout looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

#[derive(Args, Debug, Default)]
pub struct BuildSilverArgs {
    /// The listening history: any Delta table with its columns [default: its place in the lake]
    #[arg(long, value_name = "TABLE")]
    pub history_path: Option<String>,
    /// Real audio features [default: their place in the lake]
    #[arg(long, value_name = "TABLE")]
    pub real_features_path: Option<String>,
    /// Synthetic audio features [default: their place in the lake]
    #[arg(long, value_name = "TABLE")]
    pub synthetic_features_path: Option<String>,
    /// The Kaggle catalogue [default: its place in the lake]
    #[arg(long, value_name = "TABLE")]
    pub kaggle_features_path: Option<String>,
    /// The table that is replaced [default: silver/listening_with_features in the lake]
    #[arg(long, value_name = "TABLE")]
    pub out_path: Option<String>,
    /// In which order the feature sources are asked; a source left out is not used
    #[arg(long, value_enum, value_delimiter = ',', value_name = "SOURCES", default_value = "real,synthetic,kaggle")]
    pub feature_preference: Vec<Feature>,
    /// Builds even when nothing has changed
    #[arg(long)]
    pub full: bool,
}

/// A source of audio features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Feature {
    /// Measured for the very track.
    Real,
    /// Made up from the track id.
    Synthetic,
    /// From the Kaggle catalogue.
    Kaggle,
}

#[derive(Args, Debug)]
pub struct BuildGoldArgs {
    /// The jobs to run; all when none is named
    #[arg(value_enum, value_name = "JOB")]
    pub jobs: Vec<Job>,
    /// Builds from silver as it was: a version number of it, or a time such as 2026-03-01T12:00:00Z. The next build without it
    /// brings the newest back
    #[arg(long, value_name = "VERSION|TIMESTAMP")]
    pub as_of: Option<String>,
    #[command(flatten)]
    pub mood: MoodArgs,
}

/// A gold job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Job {
    /// Mood clusters, their profiles, and each play's mood.
    Mood,
    /// Weekdays and hours, sittings, streaks, and what was played most.
    Temporal,
    /// Indicators by day, week and four weeks.
    Wellbeing,
    /// What differs where and when.
    Drivers,
    /// The next two weeks.
    Forecast,
    /// What to listen to next.
    Recommendations,
    /// Plays and dimensions for questions of your own.
    Star,
}

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Mood clusters")]
pub struct MoodArgs {
    /// The number of clusters, or `auto` for the largest from 3 to 8 that is stable
    #[arg(long, value_name = "auto|N", default_value = "auto")]
    pub k: String,
    /// The features that are clustered
    #[arg(long, value_delimiter = ',', value_name = "NAMES", default_value = "valence,energy,danceability,acousticness")]
    pub features: Vec<String>,
    /// The seed: the same seed and tracks give the same model on every machine
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Fits on synthetic features too, which say nothing of the songs
    #[arg(long)]
    pub include_synthetic: bool,
    /// Fits the model anew even where the one before still stands
    #[arg(long)]
    pub refit: bool,
}

#[derive(Args, Debug)]
pub struct QueryArgs {
    /// The query, such as 'select mood, count(*) from mood_clusters group by mood'; `-` reads it from stdin
    #[arg(required_unless_present_any = ["example", "list_examples"], conflicts_with_all = ["example", "list_examples"])]
    pub sql: Option<String>,
    /// Asks a saved question instead
    #[arg(long, value_name = "NAME", conflicts_with = "list_examples")]
    pub example: Option<String>,
    /// Tells the saved questions
    #[arg(long)]
    pub list_examples: bool,
    /// How rows are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: QueryFormat,
    /// Writes to a file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Reads the tables as they were: a version number, or a time such as 2026-03-01T12:00:00Z
    #[arg(long, value_name = "VERSION|TIMESTAMP")]
    pub as_of: Option<String>,
}

/// How a query's rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    /// For people.
    #[default]
    Table,
    /// Comma-separated values with a header, for spreadsheets: no text runs as a formula.
    Csv,
    /// The same with every text as it is, for programs.
    CsvExact,
    /// One JSON array of objects.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// A Parquet file.
    Parquet,
}

#[derive(Args, Debug)]
pub struct LakeStatusArgs {
    /// Tells instead what this table was made from, back to bronze: versions, runs, models, parameters
    #[arg(long, value_name = "TABLE")]
    pub lineage: Option<String>,
    #[command(flatten)]
    pub status: StatusArgs,
}

#[derive(Args, Debug)]
pub struct StatusArgs {
    /// How the status is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
}

#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The tables or layers to check, such as silver.listening_with_features or gold; all when none is named
    #[arg(value_name = "TABLE")]
    pub tables: Vec<String>,
    /// Shows some of the rows that break a rule, so many for each [default: none; 5 without a number]
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "5", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub show: Option<u16>,
    /// How the findings are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
}
