//! `kafka://host:9092/topic`, and the file of settings for whoever needs more than an address.
//!
//! Owns how they are written. Passwords are in the file alone: an address is shown in messages, and others see a command line.

use crate::error::{Error, Result};
use std::path::Path;

/// A topic and the brokers to ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaAddress {
    /// `host:port`, or several with commas between.
    pub servers: String,
    /// The topic's name.
    pub topic: String,
}

const SCHEME: &str = "kafka://";
/// What Kafka itself allows.
const TOPIC_LETTERS_MAX: usize = 249;

impl KafkaAddress {
    /// Reads an address such as `kafka://one:9092,two:9092/plays`; none where the text is no such address at all.
    ///
    /// # Errors
    /// When it is one with a mistake in it.
    pub fn read(text: &str) -> Result<Option<Self>> {
        let Some(rest) = text.strip_prefix(SCHEME) else { return Ok(None) };
        let (servers, topic) = rest.split_once('/').ok_or_else(|| wrong(text, "it names no topic"))?;
        Self::of(servers, topic).map(Some).map_err(|error| wrong(text, &error.in_one_line()))
    }

    /// An address of its two parts.
    ///
    /// # Errors
    /// When there is a mistake in one of them.
    pub fn of(servers: &str, topic: &str) -> Result<Self> {
        for server in servers.split(',') {
            if server.contains('@') {
                return Err(Error::usage("there is a user in the server's address")
                    .hint("user and password belong into a file, which --kafka-config names"));
            }
            let port = server.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
            if !matches!(port, Some(Ok(_))) {
                return Err(Error::usage(format!("{server:?} is no host and port")).hint("write it as localhost:9092"));
            }
        }
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        if topic.is_empty() || topic.len() > TOPIC_LETTERS_MAX || [".", ".."].contains(&topic) || !topic.chars().all(is_letter) {
            return Err(Error::usage(format!("{topic:?} is no topic's name"))
                .hint("Kafka's topics have up to 249 letters, digits, dots, underscores and hyphens"));
        }
        Ok(Self { servers: servers.to_owned(), topic: topic.to_owned() })
    }
}

fn wrong(text: &str, why: &str) -> Error {
    // What stands before an @ may be a password.
    let shown = text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("{SCHEME}…@{rest}"));
    Error::usage(format!("the address {shown} cannot be understood: {why}"))
        .hint("write it as kafka://localhost:9092/spotify.player.current")
}

/// Settings of librdkafka, by name.
#[derive(Clone, Default)]
pub struct Settings(Vec<(String, String)>);

impl Settings {
    /// Reads a file of `name=value` lines; `#` begins a comment.
    ///
    /// # Errors
    /// When the file cannot be read or a line is none of that kind. The line itself is not told: it may be a password.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::usage(format!("the settings {} cannot be read", path.display()))
                .because(error)
                .hint("--kafka-config names a file of librdkafka's settings, such as security.protocol=SASL_SSL")
        })?;
        let mut settings = Vec::new();
        for (number, line) in text.lines().enumerate().map(|(place, line)| (place + 1, line.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = line.split_once('=').ok_or_else(|| {
                Error::usage(format!("the settings {}, line {number}: there is no = in it", path.display()))
                    .hint("write one name=value a line, such as security.protocol=SASL_SSL")
            })?;
            settings.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(Self(settings))
    }

    /// Each name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Values may be secret.
impl std::fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{KafkaAddress, Settings};

    #[test]
    fn an_address_names_servers_and_a_topic() {
        let read = KafkaAddress::read("kafka://one:9092,two:9093/spotify.player.current").unwrap().unwrap();
        assert_eq!((read.servers.as_str(), read.topic.as_str()), ("one:9092,two:9093", "spotify.player.current"));
        assert_eq!(KafkaAddress::read("stdout").unwrap(), None);
    }

    #[test]
    fn a_mistake_in_an_address_is_told_and_a_password_is_not() {
        for text in
            ["kafka://", "kafka://one:9092", "kafka://one/plays", "kafka://:1/plays", "kafka://one:9092/a/b", "kafka://a:1/.."]
        {
            assert!(KafkaAddress::read(text).is_err(), "{text}");
        }
        let error = KafkaAddress::read("kafka://me:hunter2@one:9092/plays").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }

    #[test]
    fn settings_are_lines_with_comments_and_are_never_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, "# broker\n\nsecurity.protocol = SASL_SSL\nsasl.password=a=b#c\n").unwrap();
        let settings = Settings::read(file.path()).unwrap();
        let read: Vec<_> = settings.iter().collect();
        assert_eq!(read, [("security.protocol", "SASL_SSL"), ("sasl.password", "a=b#c")]);
        assert!(!format!("{settings:?}").contains("a=b#c"));
        std::fs::write(&file, "hunter2\n").unwrap();
        let error = Settings::read(file.path()).unwrap_err();
        assert!(error.to_string().contains("line 1") && !error.to_string().contains("hunter2"), "{error}");
    }
}
