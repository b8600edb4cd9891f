//! A rejected row's text, less its personal fields.
//!
//! Owns the list of what is personal and the length that is kept. What cannot be read as keys and values is left out, not
//! let through. The result goes into `Reject::raw`; everything else of the text stays as the file spells it.

use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Keys that begin so hold a name, an address or a device's identity, whatever ending a later export gives them.
const PERSONAL_BEGINNINGS: [&str; 4] = ["username", "useragent", "ipaddr", "email"];
/// Whole keys: where the listener was, as exports before 2021 wrote it from the address.
const PERSONAL_KEYS: [&str; 5] = ["city", "region", "metrocode", "latitude", "longitude"];
/// Objects inside objects. Spotify's rows are flat; each level is read anew, so the depth bounds the work.
const DEPTH_MAX: usize = 16;
/// Stands where something was cut.
const CUT: &str = "…";

/// The text of a row without its personal fields and not longer than `bytes_max`, the mark of the cut not counted.
pub fn redact(row: &str, bytes_max: usize) -> String {
    let mut out = String::with_capacity(row.len().min(bytes_max));
    Writer { out: &mut out, bytes_max }.value(row, 0);
    if out.len() > bytes_max {
        out.truncate(out.floor_char_boundary(bytes_max));
        out.push_str(CUT);
    }
    out
}

struct Writer<'a> {
    out: &'a mut String,
    bytes_max: usize,
}

impl Writer<'_> {
    fn value(&mut self, text: &str, depth: usize) {
        let nested = text.starts_with(['{', '[']);
        if nested && depth == DEPTH_MAX {
            self.out.push_str(CUT);
        } else if nested {
            let mut reader = serde_json::Deserializer::from_str(text);
            if reader.deserialize_any(Nested { writer: self, depth }).is_err() {
                self.out.push_str(CUT);
            }
        } else {
            self.out.push_str(text);
        }
    }

    // Past the limit nothing of the rest would be kept, so it need not be looked at either.
    fn is_full(&self) -> bool {
        self.out.len() > self.bytes_max
    }
}

struct Nested<'a, 'b> {
    writer: &'a mut Writer<'b>,
    depth: usize,
}

impl<'de> Visitor<'de> for Nested<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut separator = "{";
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            if self.writer.is_full() || is_personal(key.get()) {
                continue;
            }
            self.writer.out.push_str(separator);
            self.writer.out.push_str(key.get());
            self.writer.out.push(':');
            self.writer.value(value.get(), self.depth + 1);
            separator = ",";
        }
        self.writer.out.push_str(if separator == "{" { "{}" } else { "}" });
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut separator = "[";
        while let Some(value) = list.next_element::<&RawValue>()? {
            if self.writer.is_full() {
                continue;
            }
            self.writer.out.push_str(separator);
            self.writer.value(value.get(), self.depth + 1);
            separator = ",";
        }
        self.writer.out.push_str(if separator == "[" { "[]" } else { "]" });
        Ok(())
    }
}

/// `quoted` is the key as the file spells it. One that cannot be read (half a surrogate pair) counts as personal.
fn is_personal(quoted: &str) -> bool {
    let Ok(mut key) = serde_json::from_str::<String>(quoted) else {
        return true;
    };
    // `user_agent_decrypted`, `userAgent` and `USERAGENT` are one key.
    key.make_ascii_lowercase();
    key.retain(|letter| letter != '_');
    PERSONAL_BEGINNINGS.iter().any(|start| key.starts_with(start)) || PERSONAL_KEYS.contains(&key.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENOUGH: usize = 4_096;

    #[test]
    fn personal_fields_go_at_any_depth_and_in_any_spelling() {
        let row = r#"{"ts": "x", "username":"ann","a":{"ip_addr":"192.0.2.1","b":[{"user_agent_decrypted":"ua","c": 1e5}]},"IP_ADDR_decrypted":2,"user\u005fagent":{"x":1},"city":"Ulm"}"#;
        assert_eq!(redact(row, ENOUGH), r#"{"ts":"x","a":{"b":[{"c":1e5}]}}"#);
    }

    #[test]
    fn a_row_of_nothing_but_personal_fields_is_an_empty_object() {
        assert_eq!(redact(r#"{"username":"ann"}"#, ENOUGH), "{}");
    }

    #[test]
    fn a_long_row_is_cut_at_a_whole_character_and_marked() {
        let row = format!(r#"{{"a":"{}"}}"#, "é".repeat(100));
        let kept = redact(&row, 20);
        assert_eq!(kept, format!(r#"{{"a":"{}…"#, "é".repeat(7)));
        assert_eq!(redact(&format!("\"{}\"", "x".repeat(50)), 10), "\"xxxxxxxxx…");
    }

    #[test]
    fn a_personal_field_behind_the_cut_or_too_deep_is_not_let_through() {
        let deep = format!("{}{}{}", r#"{"a":"#.repeat(40), r#"{"username":"ann"}"#, "}".repeat(40));
        assert!(!redact(&deep, ENOUGH).contains("ann"));
        let odd = r#"{"user\ud800name":"ann","b":1}"#;
        assert_eq!(redact(odd, ENOUGH), r#"{"b":1}"#);
    }
}
