//! Where events go and come from: stdout, the lake, a topic of Kafka, a stream of Kinesis.
//!
//! Owns how sinks and sources are written on a command line.

use crate::broker::{KafkaAddress, KinesisAddress};

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink {
    /// One JSON object a line.
    Stdout,
    /// The tables of bronze.
    Lake,
    /// A topic.
    Kafka(KafkaAddress),
    /// A stream.
    Kinesis(KinesisAddress),
}

/// Where events come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A topic.
    Kafka(KafkaAddress),
    /// A stream.
    Kinesis(KinesisAddress),
}

impl Origin {
    /// What the topic or the stream is called.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Kafka(address) => &address.topic,
            Self::Kinesis(address) => &address.stream,
        }
    }
}

/// One or several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sinks(pub Vec<Sink>);

impl Sinks {
    /// The topic or the stream, where there is one among them.
    #[must_use]
    pub fn broker(&self) -> Option<&Sink> {
        self.0.iter().find(|sink| sink.is_broker())
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, sink: &Sink) -> bool {
        self.0.contains(sink)
    }
}

impl Sink {
    const fn is_broker(&self) -> bool {
        matches!(self, Self::Kafka(_) | Self::Kinesis(_))
    }
}

/// Reads `kafka://one:9092,two:9092/topic` or `kinesis://stream`.
///
/// # Errors
/// What is wrong with it.
pub fn origin(text: &str) -> Result<Origin, String> {
    let told = |error: crate::error::Error| told(&error);
    if let Some(address) = KafkaAddress::read(text).map_err(told)? {
        return Ok(Origin::Kafka(address));
    }
    let address = KinesisAddress::read(text).map_err(told)?;
    address
        .map(Origin::Kinesis)
        .ok_or_else(|| "it is no address such as kafka://localhost:9092/topic or kinesis://stream".to_owned())
}

fn told(error: &crate::error::Error) -> String {
    match error.advice() {
        Some(advice) => format!("{}: {advice}", error.in_one_line()),
        None => error.in_one_line(),
    }
}

/// Reads `stdout,lake,kafka://one:9092,two:9092/topic`: the commas between servers separate no sinks.
///
/// # Errors
/// What is wrong with it.
pub fn sinks(text: &str) -> Result<Sinks, String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(',') {
        match parts.last_mut() {
            Some(last) if last.strip_prefix("kafka://").is_some_and(|rest| !rest.contains('/')) => {
                last.push(',');
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    let mut found = Vec::new();
    for part in parts {
        let sink = match part.as_str() {
            "stdout" => Sink::Stdout,
            "lake" => Sink::Lake,
            other => match origin(other) {
                Ok(Origin::Kafka(address)) => Sink::Kafka(address),
                Ok(Origin::Kinesis(address)) => Sink::Kinesis(address),
                Err(why) if other.contains("://") => return Err(why),
                Err(_) => {
                    return Err("it is neither stdout, nor lake, nor an address such as kafka://localhost:9092/topic or \
                                kinesis://stream"
                        .to_owned());
                }
            },
        };
        if sink.is_broker() && found.iter().any(Sink::is_broker) {
            return Err("there can be one topic or stream only".to_owned());
        }
        found.push(sink);
    }
    Ok(Sinks(found))
}

#[cfg(test)]
mod tests {
    use super::{Origin, Sink, origin, sinks};

    #[test]
    fn several_sinks_are_told_apart_from_several_servers() {
        let read = sinks("stdout,kafka://one:9092,two:9092/plays,lake").unwrap();
        let Some(Sink::Kafka(address)) = read.broker() else { panic!("{read:?}") };
        assert_eq!((read.0.len(), address.servers.as_str()), (3, "one:9092,two:9092"));
        assert!(read.has(&Sink::Stdout) && read.has(&Sink::Lake));
        let read = sinks("kinesis://plays,lake").unwrap();
        assert!(matches!(read.broker(), Some(Sink::Kinesis(address)) if address.stream == "plays"));
    }

    #[test]
    fn what_is_no_sink_is_told() {
        let two = ["kafka://a:1/x,kafka://b:1/y", "kinesis://x,kinesis://y", "kinesis://x,kafka://a:1/y"];
        for text in ["", "disk", "stdout,", "kafka://one:9092", "kinesis://", "sqs://plays"].into_iter().chain(two) {
            assert!(sinks(text).is_err(), "{text}");
        }
        assert!(sinks("kinesis://a/b").unwrap_err().contains("a/b"));
    }

    #[test]
    fn a_source_is_a_topic_or_a_stream() {
        assert_eq!(origin("kafka://one:9092/plays").unwrap().name(), "plays");
        assert!(matches!(origin("kinesis://plays").unwrap(), Origin::Kinesis(_)));
        for text in ["", "plays", "kafka://one:9092", "kinesis://", "stdout"] {
            assert!(origin(text).is_err(), "{text}");
        }
    }
}
