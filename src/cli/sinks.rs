//! Where events go: stdout, the lake, a topic.
//!
//! Owns how sinks are written on a command line.

use crate::broker::KafkaAddress;

/// Where events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink {
    /// One JSON object a line.
    Stdout,
    /// The tables of bronze.
    Lake,
    /// A topic.
    Kafka(KafkaAddress),
}

/// One or several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sinks(pub Vec<Sink>);

impl Sinks {
    /// The topic, where there is one among them.
    #[must_use]
    pub fn kafka(&self) -> Option<&KafkaAddress> {
        self.0.iter().find_map(|sink| if let Sink::Kafka(address) = sink { Some(address) } else { None })
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, sink: &Sink) -> bool {
        self.0.contains(sink)
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
            other => match KafkaAddress::read(other) {
                Ok(Some(address)) => Sink::Kafka(address),
                Ok(None) => {
                    return Err("it is neither stdout, nor lake, nor an address such as kafka://localhost:9092/topic".to_owned());
                }
                Err(error) => return Err(error.in_one_line()),
            },
        };
        let is_second = matches!(sink, Sink::Kafka(_)) && found.iter().any(|sink| matches!(sink, Sink::Kafka(_)));
        if is_second {
            return Err("there can be one topic only".to_owned());
        }
        found.push(sink);
    }
    Ok(Sinks(found))
}

#[cfg(test)]
mod tests {
    use super::{Sink, sinks};

    #[test]
    fn several_sinks_are_told_apart_from_several_servers() {
        let read = sinks("stdout,kafka://one:9092,two:9092/plays,lake").unwrap();
        assert_eq!((read.0.len(), read.kafka().unwrap().servers.as_str()), (3, "one:9092,two:9092"));
        assert!(read.has(&Sink::Stdout) && read.has(&Sink::Lake));
    }

    #[test]
    fn what_is_no_sink_is_told() {
        for text in ["", "disk", "stdout,", "kafka://one:9092", "kafka://a:1/x,kafka://b:1/y", "kinesis://plays"] {
            assert!(sinks(text).is_err(), "{text}");
        }
    }
}
