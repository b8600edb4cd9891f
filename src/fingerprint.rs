//! SHA-256 fingerprints in hexadecimal, as keys, ledgers and commits write them.

use ring::digest::{Context, SHA256};
use std::fmt::Write as _;

/// Lower-case hexadecimal digits of the bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
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
    let mut hash = Sha256::new();
    for part in parts {
        // Each part is preceded by its length: no two different lists make the same bytes.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finish().get(..16).map(hex).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{key, of};

    #[test]
    fn the_hash_is_the_standard_one() {
        assert_eq!(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn parts_that_join_to_the_same_bytes_have_different_keys() {
        assert_ne!(key([b"ab".as_slice(), b"c"]), key([b"a".as_slice(), b"bc"]));
        assert_eq!(key([b"ab".as_slice()]).len(), 32);
    }
}
