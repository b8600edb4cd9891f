//! The fields of a row, as tolerant as real exports need and no more.
//!
//! Owns which spellings of a text, a length and a flag are the same. Everything else is a wrong type, by which the row is
//! rejected as `invalid_field`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A text, borrowed from the file where it holds no escapes. Null and the empty text are the same: nothing is known.
#[derive(Default)]
pub struct Text<'a>(Option<Cow<'a, str>>);

impl Text<'_> {
    /// The text, where there is one.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Whether there is one.
    pub fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// The text as its own.
    pub fn into_owned(self) -> Option<String> {
        self.0.map(Cow::into_owned)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or null")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Text(None))
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text((!text.is_empty()).then_some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text((!text.is_empty()).then(|| Cow::Owned(text.to_owned()))))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// Whole milliseconds, or null.
#[derive(Default)]
pub struct Millis(pub Option<i64>);

/// Above this a double no longer holds every whole number.
const EXACT_DOUBLE_MAX: f64 = 9_007_199_254_740_992.0;

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MillisVisitor;
        impl Visitor<'_> for MillisVisitor {
            type Value = Millis;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("whole milliseconds or null")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Millis(None))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Millis(Some(number)))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                i64::try_from(number).map(|number| Millis(Some(number))).map_err(E::custom)
            }
            // Spreadsheets and data frames that re-saved an export write 1000.0.
            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                let whole = number.fract() == 0.0 && number.abs() < EXACT_DOUBLE_MAX;
                whole.then_some(Millis(Some(number as i64))).ok_or_else(|| E::custom("not whole milliseconds"))
            }
        }
        deserializer.deserialize_any(MillisVisitor)
    }
}

/// True, false or null, also as 0 and 1 and as words: exports of several years write it differently.
#[derive(Default)]
pub struct Flag(pub Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FlagVisitor;
        impl Visitor<'_> for FlagVisitor {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or null")
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Flag(None))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
                Ok(Flag(Some(flag)))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                match number {
                    0 => Ok(Flag(Some(false))),
                    1 => Ok(Flag(Some(true))),
                    _ => Err(E::custom("not a flag")),
                }
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                match text {
                    "" => Ok(Flag(None)),
                    "0" => Ok(Flag(Some(false))),
                    "1" => Ok(Flag(Some(true))),
                    _ if text.eq_ignore_ascii_case("false") => Ok(Flag(Some(false))),
                    _ if text.eq_ignore_ascii_case("true") => Ok(Flag(Some(true))),
                    _ => Err(E::custom("not a flag")),
                }
            }
        }
        deserializer.deserialize_any(FlagVisitor)
    }
}
