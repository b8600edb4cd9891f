//! `dynamodb://TABLE` and `postgres://user@host:5432/database`.
//!
//! Owns how a store is named on the command line.

use crate::error::{Error, Result};
use crate::postgres::Address;
use std::fmt;

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HotAddress {
    /// A table of the account and region that the settings name.
    DynamoDb {
        /// Its name.
        table: String,
    },
    /// Tables in a database.
    Postgres(Address),
}

const DYNAMODB: &str = "dynamodb://";
/// What Amazon itself allows.
const TABLE_LETTERS: std::ops::RangeInclusive<usize> = 3..=255;

impl HotAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is none; what could hold a password is not told again.
    pub fn read(text: &str) -> Result<Self> {
        if Address::is_one(text) {
            return Address::read(text).map(Self::Postgres);
        }
        let table = text.strip_prefix(DYNAMODB).ok_or_else(|| {
            Error::usage("a key-value store is none of those that moodlake knows")
                .hint("write dynamodb://TABLE or postgres://user@host:5432/database")
        })?;
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        // What holds other letters is not shown: it may be an address of another kind, with a password.
        if !table.chars().all(is_letter) || !TABLE_LETTERS.contains(&table.len()) {
            return Err(Error::usage("the name of the table behind dynamodb:// is none")
                .hint("it has 3 to 255 letters, digits, `_`, `-` and `.`: dynamodb://plays-fresh; the region is AWS_REGION's"));
        }
        Ok(Self::DynamoDb { table: table.to_owned() })
    }
}

impl fmt::Display for HotAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DynamoDb { table } => write!(f, "{DYNAMODB}{table}"),
            Self::Postgres(address) => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HotAddress;
    use crate::error::Kind;

    #[test]
    fn an_address_is_shown_as_it_was_written_without_a_password() {
        for (text, shown) in [
            ("dynamodb://plays-fresh", "dynamodb://plays-fresh"),
            ("postgres://ana:hush@db/plays", "postgres://ana@db:5432/plays"),
            ("postgresql://ana@db:1/plays?sslmode=disable", "postgres://ana@db:1/plays"),
        ] {
            let read = HotAddress::read(text).unwrap();
            assert_eq!(read.to_string(), shown);
            assert!(!format!("{read:?}").contains("hush"), "{read:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_a_usage_error_that_does_not_repeat_it() {
        for text in [
            "",
            "plays",
            "redis://:hush@cache",
            "dynamodb://",
            "dynamodb://ab",
            "dynamodb://a:hush@b",
            "dynamodb://plays/fresh",
            &format!("dynamodb://{}", "a".repeat(256)),
            "postgres://ana:hush@db",
        ] {
            let error = HotAddress::read(text).unwrap_err();
            assert!(error.kind() == Kind::Usage && error.advice().is_some(), "{text}");
            assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        }
    }
}
