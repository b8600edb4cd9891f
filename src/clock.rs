//! The only place that knows what time it is, that waits, and that makes run ids.
//!
//! Owns them so that a test can fix them: with a fixed clock the same run writes the same bytes, and with a simulated one weeks
//! of waiting pass in a moment.

use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// Where the time comes from.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always this moment; run ids are made of it alone.
    Fixed(DateTime<Utc>),
    /// A moment, in microseconds since 1970, that whoever holds it moves on; waiting moves it on too.
    Simulated(&'static AtomicI64),
}

impl Clock {
    /// This moment, to the microsecond that tables store.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    pub fn now(self) -> DateTime<Utc> {
        let now = match self {
            Self::System => Utc::now(),
            Self::Fixed(time) => time,
            Self::Simulated(us) => DateTime::from_timestamp_micros(us.load(Ordering::SeqCst)).unwrap_or_default(),
        };
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// A run id: when it began, to the second, and what makes it unique.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one source of unseeded randomness")]
    pub fn run_id(self) -> String {
        let start = self.now().format("%Y%m%dT%H%M%SZ");
        match self {
            Self::System => {
                let unique = uuid::Uuid::new_v4().simple().to_string();
                format!("{start}-{}", unique.get(..8).unwrap_or(&unique))
            }
            Self::Fixed(_) => format!("{start}-fixed"),
            Self::Simulated(_) => format!("{start}-{:06}", self.now().timestamp_subsec_micros()),
        }
    }

    /// Waits.
    pub async fn sleep(self, duration: Duration) {
        match self {
            Self::System => tokio::time::sleep(duration).await,
            Self::Fixed(_) => {}
            Self::Simulated(us) => {
                us.fetch_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
            }
        }
    }
}

/// Measures how long a step takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
