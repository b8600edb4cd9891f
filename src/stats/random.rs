//! Seeded pseudo-random numbers: `SplitMix64` (Steele, Lea and Flood, 2014), the stated stream of everything random in `stats`.
//!
//! Owns streams, one per purpose and index, so that work may run in any order on any number of threads and still draw the same
//! numbers. Refuses to seed itself. Draws go to seeding, bootstraps and samples.

/// The increment of `SplitMix64`: 2⁶⁴ divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of pseudo-random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// The stream with number `index` among those of a seed.
    pub(crate) fn stream(seed: u64, index: u64) -> Self {
        Self { state: derive(seed, index) }
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A number in [0, 1), of 53 random bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `limit`, 0 when the limit is 0; the bias of one multiplication is below limit / 2⁶⁴.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }
}

/// A seed for the part of the work with this number; parts do not share numbers with each other or with the whole.
pub(crate) fn derive(seed: u64, part: u64) -> u64 {
    mix(mix(seed.wrapping_add(GOLDEN)) ^ part.wrapping_add(1).wrapping_mul(GOLDEN))
}

/// At most `size` of the rows, without repetition and in ascending order; all of them when there are no more.
pub(crate) fn sample(rows: usize, size: usize, seed: u64) -> Vec<usize> {
    let mut left = size.min(rows);
    let mut random = Random::stream(seed, 0);
    let mut chosen = Vec::with_capacity(left);
    // Selection sampling (Knuth, algorithm S): each row is taken with the share still needed of the rows still to come.
    for row in 0..rows {
        if random.below(rows - row) < left {
            chosen.push(row);
            left -= 1;
        }
    }
    chosen
}

/// As many rows as there are, drawn with repetition and given in ascending order so that gathering them reads memory forwards.
pub(crate) fn bootstrap(rows: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::stream(seed, 0);
    let mut times = vec![0_u32; rows];
    for _ in 0..rows {
        times[random.below(rows)] += 1;
    }
    let repeated = times.iter().enumerate().flat_map(|(row, count)| std::iter::repeat_n(row, *count as usize));
    repeated.collect()
}

/// The finalizer of `SplitMix64`: every output bit depends on every input bit.
const fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_splitmix64() {
        // First outputs of the reference implementation (Vigna, splitmix64.c) for the state 1234567.
        let mut random = Random { state: 1_234_567 };
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let first = |index| Random::stream(7, index).next();
        assert_eq!(first(0), first(0));
        assert_ne!(first(0), first(1));
    }

    #[test]
    fn a_sample_has_no_repetition_and_holds_everything_when_large_enough() {
        let rows = sample(100, 30, 1);
        assert_eq!(rows.len(), 30);
        assert!(rows.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(sample(5, 30, 1), [0, 1, 2, 3, 4]);
        assert_eq!(sample(0, 30, 1), [0_usize; 0]);
    }

    #[test]
    fn a_bootstrap_leaves_out_about_a_third_of_the_rows() {
        let mut rows = bootstrap(10_000, 3);
        assert_eq!(rows.len(), 10_000);
        rows.dedup();
        // 1 − 1/e of the rows are expected: 6,321.
        assert!((6_200..6_450).contains(&rows.len()), "{}", rows.len());
    }
}
