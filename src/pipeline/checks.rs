//! The checks at the end of a run.

use super::Journal;
use crate::check::{self, Kept, Report};
use crate::clock::Stopwatch;
use crate::context::{Context, Step};
use crate::error::Result;
use crate::lake::Written;
use crate::lake::tables::CHECK_RESULTS;
use std::sync::Arc;

/// Holds all tables against their rules; a broken rule of severity error is a failure of the run.
pub async fn checks(context: &Context, journal: &mut Journal<'_>) {
    let watch = Stopwatch::start();
    let step = || Step::new("check", CHECK_RESULTS.label());
    match checked(context).await {
        Ok((report, written)) => {
            let done = step().wrote(written).took(watch);
            match report.error() {
                Some(error) => journal.failed(done, error),
                None => journal.note([done.remarked(check::summary(&report))]),
            }
        }
        Err(error) => journal.failed(step().took(watch), error),
    }
}

async fn checked(context: &Context) -> Result<(Report, Written)> {
    // A record that cannot be read is a finding of the check itself, which then asks everything.
    let kept = Arc::new(Kept::read(context).await.unwrap_or_default());
    let report = check::check(context, &check::chosen(&context.lake, &[]).await?, 0, &kept).await;
    let written = check::record(context, &report).await?;
    Ok((report, written))
}
