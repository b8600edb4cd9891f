//! How soon to look again.
//!
//! Owns the pace: as asked while something plays, slower in silence, slower still when Spotify says that it is asked too often, and
//! patient while there is no network.

use std::time::Duration;

/// Silence after which looks become rarer: one who pauses to answer the door comes back sooner.
const QUIET_US: i64 = 60_000_000;
/// Looks in silence are no rarer than this, so that a track that begins is seen in its first seconds.
const IDLE_MAX: Duration = Duration::from_secs(15);
/// Waits after failures are no longer.
const FAULT_MAX: Duration = Duration::from_mins(1);
/// Each time that Spotify refuses, looks become half as frequent, down to an eighth.
const SLOWER_MAX: u32 = 3;
/// And after so long without a refusal twice as frequent again.
const FORGIVEN_US: i64 = 10 * 60 * 1_000_000;

/// The pace of looks.
#[derive(Clone, Debug)]
pub struct Pace {
    interval: Duration,
    wait: Duration,
    quiet_since_us: Option<i64>,
    slower: u32,
    refused_us: i64,
    faults: u32,
}

impl Pace {
    /// The pace that is asked for.
    #[must_use]
    pub const fn new(interval: Duration) -> Self {
        Self { interval, wait: interval, quiet_since_us: None, slower: 0, refused_us: 0, faults: 0 }
    }

    /// The wait after an answer.
    pub fn answered(&mut self, at_us: i64, is_playing: bool) -> Duration {
        self.faults = 0;
        if self.slower > 0 && at_us - self.refused_us > FORGIVEN_US {
            (self.slower, self.refused_us) = (self.slower - 1, at_us);
        }
        let usual = self.usual();
        self.quiet_since_us = if is_playing { None } else { self.quiet_since_us.or(Some(at_us)) };
        self.wait = match self.quiet_since_us {
            Some(since_us) if at_us - since_us > QUIET_US => (self.wait * 2).min(IDLE_MAX).max(usual),
            _ => usual,
        };
        self.wait
    }

    /// Spotify says that it is asked too often.
    pub fn refused(&mut self, at_us: i64) {
        (self.slower, self.refused_us) = ((self.slower + 1).min(SLOWER_MAX), at_us);
    }

    /// The wait after a look that failed.
    pub fn failed(&mut self) -> Duration {
        let wait = self.interval.saturating_mul(1 << self.faults.min(10)).min(FAULT_MAX).max(self.interval);
        self.faults += 1;
        wait
    }

    /// The wait between two looks while something plays.
    #[must_use]
    pub fn usual(&self) -> Duration {
        self.interval * (1 << self.slower)
    }

    /// How many looks in a row have failed.
    #[must_use]
    pub const fn faults(&self) -> u32 {
        self.faults
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use std::time::Duration;

    const SECOND_US: i64 = 1_000_000;

    fn seconds(wait: Duration) -> u64 {
        wait.as_secs()
    }

    #[test]
    fn silence_slows_and_music_brings_the_pace_back() {
        let mut pace = Pace::new(Duration::from_secs(1));
        let mut at_us = 0;
        let mut waits = Vec::new();
        for _ in 0..70 {
            let wait = pace.answered(at_us, false);
            waits.push(seconds(wait));
            at_us += i64::try_from(wait.as_micros()).unwrap();
        }
        assert_eq!(waits[..60], [1; 60], "a short silence changes nothing");
        assert_eq!(waits[61..67], [2, 4, 8, 15, 15, 15]);
        assert_eq!(seconds(pace.answered(at_us, true)), 1);
        assert_eq!(seconds(pace.answered(at_us + SECOND_US, false)), 1);
    }

    #[test]
    fn a_refusal_halves_the_pace_until_it_is_forgiven() {
        let mut pace = Pace::new(Duration::from_secs(5));
        pace.refused(0);
        assert_eq!(seconds(pace.answered(31 * SECOND_US, true)), 10);
        for _ in 0..9 {
            pace.refused(40 * SECOND_US);
        }
        assert_eq!(seconds(pace.answered(41 * SECOND_US, true)), 40, "an eighth of the pace at the slowest");
        let later = [700, 1400, 2100].map(|at| seconds(pace.answered(at * SECOND_US, true)));
        assert_eq!(later, [20, 10, 5]);
    }

    #[test]
    fn failures_wait_longer_each_time_and_an_answer_ends_them() {
        let mut pace = Pace::new(Duration::from_secs(5));
        let waits: Vec<_> = (0..6).map(|_| seconds(pace.failed())).collect();
        assert_eq!((waits, pace.faults()), (vec![5, 10, 20, 40, 60, 60], 6));
        assert_eq!((seconds(pace.answered(0, true)), pace.faults()), (5, 0));
    }
}
