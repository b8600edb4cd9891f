//! The stream of numbers behind everything that is made up: the same on every machine, for ever.
//!
//! Owns the way from a label to numbers: SHA-256 of the label is the key of a `ChaCha8` stream (nonce and counter zero); 64
//! bits at a time are read, low 32-bit word first, and the upper 53 of them are a fraction. Refuses `std` for logarithms
//! and cosines: those of the platform differ in their last bit, those of `libm` do not. Used by `synthetic_features` and
//! `simulated`.

use crate::fingerprint::Sha256;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded stream; what was drawn before decides what comes next.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream that belongs to a label; a label ends in something (a zero byte, a fixed length) that sets it apart from
    /// others.
    #[must_use]
    pub fn labelled(label: &[u8], rest: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(label);
        hash.update(rest);
        let digest = hash.finish();
        Self(ChaCha8Rng::from_seed(digest))
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³. Reads 64 bits.
    pub fn fraction(&mut self) -> f64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * UNIT
    }

    /// A number between two others. Reads 64 bits.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.fraction()
    }

    /// Whether something of this probability happens. Reads 64 bits.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// A standard normal number: the cosine half of Box and Muller, so that no state is kept. Reads 128 bits.
    pub fn normal(&mut self) -> f64 {
        // One minus the fraction is never zero, and zero has no logarithm.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.fraction()));
        radius * libm::cos(std::f64::consts::TAU * self.fraction())
    }

    /// A whole number below `count`, 0 when `count` is 0. Reads 64 bits; the bias of `count` / 2⁵³ is of no consequence
    /// here.
    pub fn below(&mut self, count: usize) -> usize {
        (self.fraction() * count as f64) as usize
    }

    /// Puts a list into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn the_stream_of_a_label_is_fixed() {
        let mut stream = Stream::labelled(b"label\0", b"rest");
        let drawn = [stream.fraction().to_bits(), stream.fraction().to_bits(), stream.normal().to_bits()];
        assert_eq!(drawn, [4_601_859_892_193_907_830, 4_604_912_345_822_518_010, 13_827_835_451_961_369_800]);
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        let mut stream = Stream::labelled(b"normal\0", b"");
        let drawn: Vec<f64> = (0..20_000).map(|_| stream.normal()).collect();
        let mean = drawn.iter().sum::<f64>() / 20_000.0;
        let variance = drawn.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04, "mean {mean}, variance {variance}");
    }

    #[test]
    fn a_shuffle_keeps_every_element() {
        let mut list: Vec<u32> = (0..100).collect();
        Stream::labelled(b"shuffle\0", b"").shuffle(&mut list);
        assert!(!list.is_sorted());
        list.sort_unstable();
        assert_eq!(list, (0..100).collect::<Vec<_>>());
    }
}
