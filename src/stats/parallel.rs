//! The same work on every index, on several threads, with the results in order of the index.
//!
//! Owns the only threads of `stats`. Refuses to let scheduling show: which thread does what is left to chance, but each result
//! depends on its index alone and they are handed back in order, so any reduction over them is the same everywhere.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many threads the machine offers; results never depend on it.
pub(crate) fn threads_available() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// `work` of every index below `count`, in order.
pub(crate) fn map_ordered<T: Send>(count: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    if threads <= 1 || count <= 1 {
        return (0..count).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return done;
            }
            done.push((index, work(index)));
        }
    };
    let mut results = thread::scope(|scope| {
        // A thread that cannot be started is no error: those that run, this one among them, take its share.
        let helpers = (1..threads.min(count)).filter_map(|_| thread::Builder::new().spawn_scoped(scope, take).ok());
        let helpers: Vec<_> = helpers.collect();
        let mut results = take();
        for helper in helpers {
            match helper.join() {
                Ok(done) => results.extend(done),
                Err(cause) => std::panic::resume_unwind(cause),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_with_any_number_of_threads() {
        let expected: Vec<usize> = (0..100).map(|index| index * index).collect();
        for threads in [0, 1, 2, 5, 200] {
            assert_eq!(map_ordered(100, threads, |index| index * index), expected);
        }
        assert!(map_ordered(0, 5, |index| index).is_empty());
    }
}
