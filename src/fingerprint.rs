//! SHA-256 fingerprints in hexadecimal, as keys, ledgers and commits write them.

use ring::digest::{Context, SHA256};

/// Lower-case hexadecimal digits of the bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    // By hand: a format string for every byte takes longer than the hash of a short text.
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A SHA-256 in the making.
#[derive(Clone)]
pub struct Sha256(Context);

impl Sha256 {
    /// The hash of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes.as_ref());
    }

    /// The hash of everything added.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.finish().as_ref());
        bytes
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

/// The SHA-256 of the bytes.
#[must_use]
pub fn of(bytes: impl AsRef<[u8]>) -> String {
    let mut hash = Sha256::new();
    hash.update(bytes);
    hex(&hash.finish())
}

/// The first 32 digits of the SHA-256 of a list of parts: a row's key. 128 bits keep two of ten billion rows apart.
pub fn key<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    // Put together first: the hash takes one long piece faster than many short ones.
    let mut bytes = Vec::with_capacity(256);
    for part in parts {
        // Each part is preceded by its length: no two different lists make the same bytes.
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    let mut hash = Sha256::new();
    hash.update(&bytes);
    hash.finish().get(..16).map(hex).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{hex, key, of};

    #[test]
    fn the_hash_is_the_standard_one() {
        assert_eq!(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn every_byte_has_its_two_digits() {
        let bytes: Vec<u8> = (0..=255).collect();
        let digits = hex(&bytes);
        assert_eq!(digits.len(), 512);
        for byte in bytes {
            assert_eq!(digits[usize::from(byte) * 2..][..2], format!("{byte:02x}"));
        }
    }

    #[test]
    fn parts_that_join_to_the_same_bytes_have_different_keys() {
        assert_ne!(key([b"ab".as_slice(), b"c"]), key([b"a".as_slice(), b"bc"]));
        assert_eq!(key([b"ab".as_slice()]).len(), 32);
    }
}
