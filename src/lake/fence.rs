//! Whether a lock that was taken is still held.
//!
//! Owns one truth that the lock's keeper writes and every commit asks for: a lease of a bucket is only a promise to come back in
//! time, and a program that was stopped for a minute has broken it. The lock of a folder is the operating system's and is not lost.

use crate::clock::Clock;
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Until when the lock is held; shared by the lake, its tables and the lock's keeper.
#[derive(Clone, Debug)]
pub struct Fence(Arc<AtomicI64>);

const FOR_EVER: i64 = i64::MAX;
const LOST: i64 = i64::MIN;

impl Default for Fence {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(FOR_EVER)))
    }
}

impl Fence {
    /// The lock is held until then, by the wall clock, which goes on while a machine sleeps.
    pub fn holds_until(&self, until: DateTime<Utc>) {
        self.0.store(until.timestamp_micros(), Ordering::Release);
    }

    /// The lock is lost.
    pub fn raise(&self) {
        self.0.store(LOST, Ordering::Release);
    }

    /// # Errors
    /// When the lock was lost: another command may be writing by now.
    pub fn pass(&self, label: &str) -> Result<()> {
        if Clock::System.now().timestamp_micros() < self.0.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(Error::failure(format!("table {label}: the lake's lease was lost before the commit; this table was not changed"))
            .hint("the bucket could not be reached in time, or this program was suspended: run the command again"))
    }
}

#[cfg(test)]
mod tests {
    use super::Fence;
    use crate::clock::Clock;
    use chrono::TimeDelta;

    #[test]
    fn a_lease_that_was_not_renewed_lets_no_commit_pass() {
        let fence = Fence::default();
        let of_table = fence.clone();
        assert!(of_table.pass("a lake in a folder").is_ok());
        fence.holds_until(Clock::System.now() + TimeDelta::minutes(1));
        assert!(of_table.pass("renewed").is_ok());
        fence.holds_until(Clock::System.now() - TimeDelta::seconds(1));
        assert!(of_table.pass("too late").is_err());
        fence.holds_until(Clock::System.now() + TimeDelta::minutes(1));
        fence.raise();
        assert!(of_table.pass("taken by another").is_err());
    }
}
