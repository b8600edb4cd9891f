//! `kinesis://stream`.
//!
//! Owns how it is written. Region, endpoint and keys are settings, as they are for every other service of Amazon's.

use crate::error::{Error, Result};

/// A stream of Kinesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KinesisAddress {
    /// The stream's name.
    pub stream: String,
}

const SCHEME: &str = "kinesis://";
/// What Kinesis itself allows.
const LETTERS_MAX: usize = 128;

impl KinesisAddress {
    /// Reads an address such as `kinesis://SpotifyStream`; none where the text is no such address at all.
    ///
    /// # Errors
    /// When it is one with a mistake in it.
    pub fn read(text: &str) -> Result<Option<Self>> {
        let Some(stream) = text.strip_prefix(SCHEME) else { return Ok(None) };
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        if stream.is_empty() || stream.len() > LETTERS_MAX || !stream.chars().all(is_letter) {
            // What stands before an @ may be a password.
            let shown = stream.rsplit_once('@').map_or_else(|| stream.to_owned(), |(_, rest)| format!("…@{rest}"));
            return Err(Error::usage(format!("{shown:?} is no stream's name")).hint(
                "write it as kinesis://SpotifyStream: up to 128 letters, digits, underscores, dots and hyphens; \
                 AWS_REGION and AWS_ENDPOINT_URL_KINESIS say where it is",
            ));
        }
        Ok(Some(Self { stream: stream.to_owned() }))
    }
}

#[cfg(test)]
mod tests {
    use super::KinesisAddress;

    #[test]
    fn an_address_names_a_stream() {
        let read = KinesisAddress::read("kinesis://Spotify_Stream.2-a").unwrap().unwrap();
        assert_eq!(read.stream, "Spotify_Stream.2-a");
        assert_eq!(KinesisAddress::read("kafka://one:9092/plays").unwrap(), None);
        assert!(KinesisAddress::read(&format!("kinesis://{}", "a".repeat(128))).is_ok());
    }

    #[test]
    fn a_mistake_in_an_address_is_told_and_a_password_is_not() {
        let long = format!("kinesis://{}", "a".repeat(129));
        for text in ["kinesis://", "kinesis://a/b", "kinesis://a b", "kinesis://ä", "kinesis://localhost:4566/a", &long] {
            assert!(KinesisAddress::read(text).is_err(), "{text}");
        }
        let error = KinesisAddress::read("kinesis://AKIA:hunter2@plays").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}
