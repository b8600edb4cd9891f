//! The ticking that wakes the service.
//!
//! Owns the use of `tokio-cron-scheduler`: one job that says "look whether something is due". It is asked for nothing more, since
//! it keeps no missed times, drifts an hour in zones that change their clocks, and lets runs overlap; `due` decides from the wall clock.

use crate::error::{Explain, Result};
use tokio::sync::mpsc;
use tokio_cron_scheduler::{Job, JobScheduler};

/// Every other second: the library itself looks at the clock twice a second.
const WAKE: &str = "*/2 * * * * *";

/// One message a wake; those that nobody waited for are one.
pub type Wakes = mpsc::Receiver<()>;

/// The ticking; it goes on while this is held.
pub struct Ticker {
    library: JobScheduler,
    /// Held so that the channel stays open even if the library gives up its job.
    _wake: mpsc::Sender<()>,
}

impl Ticker {
    /// Starts ticking.
    pub async fn start() -> Result<(Self, Wakes)> {
        let failed = || "the scheduler's clock cannot start".to_owned();
        let (wake, wakes) = mpsc::channel(1);
        let ringing = wake.clone();
        let library = JobScheduler::new().await.explain(failed)?;
        let job = Job::new(WAKE, move |_, _| {
            // Full means that a wake is waiting already.
            let _ = ringing.try_send(());
        })
        .explain(failed)?;
        library.add(job).await.explain(failed)?;
        library.start().await.explain(failed)?;
        Ok((Self { library, _wake: wake }, wakes))
    }

    /// Stops ticking.
    pub async fn stop(mut self) {
        // It fails only where the library has ended by itself.
        let _ = self.library.shutdown().await;
    }
}
