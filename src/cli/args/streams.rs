//! The flags of what tells and takes events: `watch`, `simulate`, `stream`, `stream-demo`.

use crate::cli::sinks::{Origin, Sinks, origin, sinks};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub struct WatchArgs {
    /// Time between two looks at the player, 1s to 1m; in silence and when Spotify asks for it looks become rarer
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    pub interval: String,
    /// Listening from which on a play is COMPLETED and not SKIPPED; a shorter track is completed at its end
    #[arg(long, value_name = "DURATION", default_value = "30s")]
    pub completed_after: String,
    /// Where events go, one or several: `stdout` as one JSON object a line, `lake` into bronze,
    /// kafka://HOST:PORT/TOPIC or kinesis://STREAM
    #[arg(long = "sink", value_parser = sinks, value_name = "SINK", default_value = "stdout,lake")]
    pub sinks: Sinks,
    /// A file of librdkafka's settings for Kafka, name=value, such as user and password
    #[arg(long, value_name = "FILE")]
    pub kafka_config: Option<PathBuf>,
    /// How long events may wait before they are written to the lake, together in one commit a table
    #[arg(long, value_name = "DURATION", default_value = "5m")]
    pub land_every: String,
    /// Ends after so long, as Ctrl-C would
    #[arg(long = "for", value_name = "DURATION")]
    pub duration: Option<String>,
}

#[derive(Args, Debug)]
pub struct SimulateArgs {
    /// How many listeners there are
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub users: u32,
    /// Ends after so many events [default: goes on until it is stopped]
    #[arg(long, value_name = "N")]
    pub total: Option<u64>,
    /// Events a second [default: as fast as they are read]
    #[arg(long, value_name = "N", value_parser = rate)]
    pub rate: Option<f64>,
    /// The share of events that come late, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub late: f64,
    /// How late they come at the most, by the time that events tell
    #[arg(long, value_name = "DURATION", default_value = "2m")]
    pub late_by: String,
    /// The seed: the same seed, start and tracks give the same events on every machine
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// When the listeners begin, such as 2026-03-01T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", conflicts_with = "replay")]
    pub start: Option<String>,
    /// Tells the plays of silver/listening_with_features, oldest first, instead of made-up ones
    #[arg(long, conflicts_with = "users")]
    pub replay: bool,
    /// Where events go: `stdout` as one JSON object a line, kafka://HOST:PORT/TOPIC or kinesis://STREAM
    #[arg(long, value_parser = sinks, value_name = "SINK", default_value = "stdout")]
    pub sink: Sinks,
    /// A file of librdkafka's settings for Kafka, name=value, such as user and password
    #[arg(long, value_name = "FILE")]
    pub kafka_config: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct StreamArgs {
    /// Where play events are read from: kafka://HOST:PORT/TOPIC or kinesis://STREAM. One process reads a stream of Kinesis, which has no
    /// consumer groups: a second one of the same lake would be overtaken again and again
    #[arg(long, value_parser = origin, value_name = "ADDRESS", conflicts_with_all = ["bootstrap_servers", "input_topic"])]
    pub source: Option<Origin>,
    /// Kafka's brokers, HOST:PORT, several with commas between: with --input-topic another way to write --source
    #[arg(long, value_name = "SERVERS", requires = "input_topic")]
    pub bootstrap_servers: Option<String>,
    /// The topic that play events are read from
    #[arg(long, value_name = "TOPIC", requires = "bootstrap_servers")]
    pub input_topic: Option<String>,
    /// Kafka's consumer group: processes of one group share the topic's partitions [default: moodlake]
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// A file of librdkafka's settings for Kafka, name=value, such as user and password
    #[arg(long, value_name = "FILE")]
    pub kafka_config: Option<PathBuf>,
    #[command(flatten)]
    pub windows: WindowArgs,
    #[command(flatten)]
    pub stores: StoreArgs,
    /// Leaves plays out of the listening history, and so out of silver
    #[arg(long)]
    pub no_history: bool,
    /// Ends when everything is stored that was there at the start
    #[arg(long)]
    pub available_now: bool,
    /// Ends after so long, as Ctrl-C would
    #[arg(long = "for", value_name = "DURATION")]
    pub duration: Option<String>,
}

/// Where events go besides bronze.
#[derive(Args, Debug)]
pub struct StoreArgs {
    /// Events whose processing_path is hot go to a key-value store, too: dynamodb://TABLE or postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "ADDRESS")]
    pub hot: Option<String>,
    /// How long they stay there
    #[arg(long, value_name = "DURATION", default_value = "7d")]
    pub hot_for: String,
    /// Events whose processing_path is cold go to a Delta table of their own, too, partitioned by listener: a folder or s3://BUCKET/PREFIX
    #[arg(long, value_name = "TABLE")]
    pub cold: Option<String>,
}

/// How a stream is stored and counted.
#[derive(Args, Debug)]
pub struct WindowArgs {
    /// Length of the windows in which plays are counted by genre, 1s to 1d
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    pub window: String,
    /// How much older than the newest event before it an event may be and still be counted
    #[arg(long, value_name = "DURATION", default_value = "2m")]
    pub watermark: String,
    /// How long events may wait before they are written to the lake, together in one commit
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    pub land_every: String,
    /// How windows are written besides: `delta` is gold/genre_plays_per_minute alone
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub output_format: OutputFormat,
    /// The folder of the CSV files, one a day
    #[arg(long, value_name = "DIR")]
    pub output_path: Option<PathBuf>,
    /// Where the stream's settings are remembered; how far it was read is in the tables [default: beside the lake]
    #[arg(long, value_name = "DIR")]
    pub checkpoint_location: Option<PathBuf>,
}

/// How windows are written besides the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Not at all.
    #[default]
    Delta,
    /// window_start,window_end,genre,count; what a spreadsheet would take for a formula gets an apostrophe.
    Csv,
    /// The same, every text as it is.
    CsvExact,
}

#[derive(Args, Debug)]
pub struct StreamDemoArgs {
    /// How long it runs
    #[arg(long = "for", value_name = "DURATION", default_value = "60s")]
    pub duration: String,
    /// Events a second
    #[arg(long, value_name = "N", value_parser = rate, default_value = "500")]
    pub rate: f64,
    #[command(flatten)]
    pub windows: WindowArgs,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("it is no number of events a second, such as 0.5 or 200".to_owned()),
    }
}
