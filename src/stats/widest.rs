//! The widest vector instructions of the processor at hand.
//!
//! Owns the choice between them, made once when the program runs. Results do not depend on it: instructions are wider, sums keep
//! their lanes, and products are never fused with sums. The inner loops of `blocks`, `assign`, `seeding` and `silhouette` use it.

use fearless_simd::{Level, Simd, dispatch};
use std::sync::LazyLock;

static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);

/// Work that is compiled once for every width.
pub(crate) trait Wide {
    /// What it gives.
    type Output;

    /// Does the work; what it calls must be inlined.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// Does work with the widest instructions.
#[inline]
pub(crate) fn with_widest<W: Wide>(work: W) -> W::Output {
    dispatch!(*LEVEL, simd => work.run(simd))
}

/// Runs a plain loop that the compiler turns into vector instructions by itself.
#[inline]
pub(crate) fn widest<R>(work: impl FnOnce() -> R) -> R {
    dispatch!(*LEVEL, simd => simd.vectorize(work))
}
