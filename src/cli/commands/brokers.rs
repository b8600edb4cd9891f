//! Topics and streams that flags name, opened.
//!
//! Owns which settings belong to which broker: Kafka's are in a file, Kinesis' in the environment, and a group is Kafka's alone.

use crate::broker::{
    KafkaAddress, Settings as KafkaSettings, Sink, Source, kafka_sink, kafka_source, kinesis_sink, kinesis_source,
};
use crate::cli::args::StreamArgs;
use crate::cli::settings::Settings;
use crate::cli::sinks::{self, Origin};
use crate::error::{Error, Result};
use std::path::Path;

/// Who reads a topic belongs to this group when nobody says.
const GROUP: &str = "moodlake";

/// What opens a source, which may take a while.
pub type Opening = Box<dyn FnOnce() -> Result<Box<dyn Source>> + Send>;

/// Opens the broker's side of a sink; none for one that is no broker's.
pub fn sink(settings: &Settings, sink: &sinks::Sink, kafka_config: Option<&Path>, waits: bool) -> Result<Option<Box<dyn Sink>>> {
    match sink {
        sinks::Sink::Kafka(address) => kafka_sink(address, &kafka_settings(kafka_config)?, waits).map(Some),
        sinks::Sink::Kinesis(address) => {
            kafka_alone("--kafka-config", kafka_config.is_some())?;
            kinesis_sink(address, &settings.aws, waits).map(Some)
        }
        sinks::Sink::Stdout | sinks::Sink::Lake => Ok(None),
    }
}

/// Where the flags say that events come from.
pub fn origin(args: &StreamArgs) -> Result<Origin> {
    match (&args.source, &args.bootstrap_servers, &args.input_topic) {
        (Some(origin), _, _) => Ok(origin.clone()),
        (None, Some(servers), Some(topic)) => KafkaAddress::of(servers, topic).map(Origin::Kafka),
        _ => Err(Error::usage("nobody says where events come from")
            .hint("--source names it: kafka://localhost:9092/spotify.player.current or kinesis://SpotifyStream")),
    }
}

/// How the source is opened.
pub fn source(settings: &Settings, args: StreamArgs, origin: Origin) -> Result<Opening> {
    match origin {
        Origin::Kafka(address) => {
            let kafka = kafka_settings(args.kafka_config.as_deref())?;
            let group = args.group.unwrap_or_else(|| GROUP.to_owned());
            Ok(Box::new(move || kafka_source(&address, &group, &kafka)))
        }
        Origin::Kinesis(address) => {
            kafka_alone("--kafka-config", args.kafka_config.is_some())?;
            kafka_alone("--group", args.group.is_some())?;
            let account = settings.aws.clone();
            Ok(Box::new(move || kinesis_source(&address, &account)))
        }
    }
}

/// The settings that a file tells, or none.
fn kafka_settings(path: Option<&Path>) -> Result<KafkaSettings> {
    path.map(KafkaSettings::read).transpose().map(Option::unwrap_or_default)
}

fn kafka_alone(flag: &str, is_given: bool) -> Result<()> {
    if is_given {
        return Err(Error::usage(format!("{flag} is for Kafka alone"))
            .hint("leave it out: AWS_REGION, AWS_PROFILE and their like are Kinesis' settings"));
    }
    Ok(())
}
