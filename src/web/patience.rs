//! How often and how long a fault is waited out.

use crate::random;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// No service is kept away from for longer: a wait of years is a mistake of a proxy or of this machine's clock.
const WAIT_MOST: Duration = Duration::from_hours(24);

/// The moment that ends a wait which begins now.
#[must_use]
pub fn until(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    now + wait.min(WAIT_MOST)
}

/// Whether a stored end of a wait still counts.
#[must_use]
pub fn is_ahead(end: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    end > now && end <= now + WAIT_MOST
}

/// The limits of waiting for one request.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Tries in all, the first one included.
    pub attempts_max: u32,
    /// The wait before the second try; it doubles with every further one.
    pub backoff: Duration,
    /// No backoff is longer.
    pub backoff_max: Duration,
    /// The longest wait that a service may ask for; beyond it the run ends instead of waiting.
    pub wait_max: Duration,
    /// How long one try may take.
    pub timeout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts_max: 5,
            backoff: Duration::from_secs(1),
            backoff_max: Duration::from_secs(30),
            wait_max: Duration::from_secs(90),
            timeout: Duration::from_secs(10),
        }
    }
}

/// What to do after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Wait this long, then try again.
    Wait(Duration),
    /// All tries are used up.
    GiveUp,
    /// The service asks for a longer wait than a run may take.
    TooLong(Duration),
}

impl Patience {
    /// The pause after the `attempt`th try failed, counted from 1; `asked` is what the service asked for.
    #[must_use]
    pub fn pause(&self, attempt: u32, asked: Option<Duration>) -> Pause {
        if let Some(asked) = asked.filter(|&asked| asked > self.wait_max) {
            return Pause::TooLong(asked);
        }
        if attempt >= self.attempts_max {
            return Pause::GiveUp;
        }
        let doubled = self.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.backoff_max);
        // From half to all of it: clients that failed together do not come back together.
        let backoff = doubled.mul_f64(0.5 + random::fraction() / 2.0);
        // A service that asks for no wait at all (`Retry-After: 0`) is still overloaded.
        Pause::Wait(asked.map_or(backoff, |asked| asked.max(backoff)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Patience, Pause};
    use std::time::Duration;

    fn seconds(pause: Pause) -> f64 {
        match pause {
            Pause::Wait(wait) => wait.as_secs_f64(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_backoff_doubles_within_its_jitter_and_ends() {
        let patience = Patience::default();
        for (attempt, least) in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0)] {
            let wait = seconds(patience.pause(attempt, None));
            assert!((least..=2.0 * least).contains(&wait), "attempt {attempt}: {wait} s");
        }
        assert_eq!(patience.pause(5, None), Pause::GiveUp);
    }

    #[test]
    fn a_wait_that_the_service_asks_for_is_kept_to_unless_it_is_too_long() {
        let patience = Patience::default();
        assert!((seconds(patience.pause(1, Some(Duration::from_mins(1)))) - 60.0).abs() < f64::EPSILON);
        assert!(seconds(patience.pause(1, Some(Duration::ZERO))) >= 0.5, "no wait at all is no answer to an overload");
        let hours = Duration::from_hours(2);
        assert_eq!(patience.pause(1, Some(hours)), Pause::TooLong(hours));
        assert_eq!(patience.pause(5, Some(hours)), Pause::TooLong(hours));
    }
}
