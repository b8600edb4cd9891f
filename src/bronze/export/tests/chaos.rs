//! Whatever the bytes are, a reading ends with an account or an error, never with a panic.

use super::*;
use proptest::prelude::*;

/// Pieces of which broken files are made: more telling than bytes alone.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "\\",
        "\\u12",
        "\\ud800",
        "null",
        "true",
        "-",
        "1e",
        "1e999",
        "0.",
        "\u{feff}",
        "\n",
        " ",
        "音",
        "\"ts\"",
        "\"ms_played\"",
        "\"endTime\"",
        "\"msPlayed\"",
        "\"2021-01-01T00:00:00Z\"",
        "\"2021-01-01 00:00\"",
        "\"username\":\"secret\"",
        TRACK,
    ];
    prop_oneof![
        6 => prop::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_files_never_panic(pieces in prop::collection::vec(piece(), 0..40), listed in any::<bool>()) {
        let content = if listed { [b"[".to_vec(), pieces.join(&b","[..]), b"]".to_vec()].concat() } else { pieces.concat() };
        for name in ["endsong_0.json", "StreamingHistory0.json", "other.json", "other.zip"] {
            if let Ok(read) = read_text(name, &content) {
                for reject in read.rejects.iter().filter(|reject| reject.raw.starts_with('{')) {
                    prop_assert!(!reject.raw.contains("\"username\":"), "{}", reject.raw);
                }
            }
        }
    }

    #[test]
    fn a_changed_fixture_never_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), zipped in any::<bool>()) {
        let mut content = std::fs::read(fixture("endsong_0.json")).unwrap();
        if zipped {
            content = zip_of(&[("endsong_0.json", &content), ("ReadMeFirst.pdf", b"%PDF")]);
        }
        for (at, byte) in changes {
            let at = at.index(content.len());
            content[at] = byte;
        }
        let _ = read_text(if zipped { "my_spotify_data.zip" } else { "endsong_0.json" }, &content);
    }

    #[test]
    fn rejected_text_is_never_longer_than_its_limit(text in "\\PC{0,80}", bytes_max in 0_usize..60) {
        let quoted = serde_json::to_string(&text).unwrap();
        let row = format!("{{\"a\":{quoted},\"username\":{quoted},\"b\":[{quoted}]}}");
        prop_assert!(crate::bronze::export::redact::redact(&row, bytes_max).len() <= bytes_max + '…'.len_utf8());
    }
}
