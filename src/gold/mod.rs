//! Gold: what the plays say, one job a question.
//!
//! Owns the jobs and their order. Each reads silver through its SQL, computes with `stats` where there is an algorithm, and
//! replaces its tables, or the rows of those `listeners` in them of whom there is something new. Jobs never read each other's memory, only tables; `source` holds the relations that several read, `task`
//! how a build is compared with the last one and written.

mod calendar;
pub mod circumplex;
mod differences;
pub mod drivers;
pub mod forecast;
pub mod gaps;
pub mod gather;
mod heard;
pub mod items;
mod listeners;
pub mod mood;
mod narrowing;
pub mod recommendations;
pub mod source;
pub mod star;
mod task;
pub mod temporal;
pub mod wellbeing;

use crate::context::{Context, Step};
use crate::error::Result;
use crate::lake::tables::{
    FACT_PLAY, MOOD_CLUSTERS, MOOD_DRIVERS, MOOD_FORECAST, TEMPORAL_PATTERNS, TRACK_RECOMMENDATIONS, Table, WELLBEING_INDICATORS,
};
use mood::MoodOptions;
use source::Source;
use std::sync::Arc;

/// A job, by the question that it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Cognitive: which moods there are, and the mood of each play.
    Mood,
    /// Descriptive: when, how long at a stretch, and what.
    Temporal,
    /// Indicators of wellbeing, by day and over windows of days.
    Wellbeing,
    /// Diagnostic: what differs where and when.
    Drivers,
    /// Predictive: the next two weeks.
    Forecast,
    /// Prescriptive: what to listen to next.
    Recommendations,
    /// For questions of one's own: facts and dimensions.
    Star,
}

/// All jobs, in the order in which they run.
pub const JOBS: [Job; 7] =
    [Job::Mood, Job::Temporal, Job::Wellbeing, Job::Drivers, Job::Forecast, Job::Recommendations, Job::Star];

impl Job {
    /// The name of its step, as the command that runs it alone.
    #[must_use]
    pub const fn step(self) -> &'static str {
        match self {
            Self::Mood => "build-gold mood",
            Self::Temporal => "build-gold temporal",
            Self::Wellbeing => "build-gold wellbeing",
            Self::Drivers => "build-gold drivers",
            Self::Forecast => "build-gold forecast",
            Self::Recommendations => "build-gold recommendations",
            Self::Star => "build-gold star",
        }
    }

    /// The table that stands for the job in messages.
    #[must_use]
    pub const fn table(self) -> &'static Table {
        match self {
            Self::Mood => &MOOD_CLUSTERS,
            Self::Temporal => &TEMPORAL_PATTERNS,
            Self::Wellbeing => &WELLBEING_INDICATORS,
            Self::Drivers => &MOOD_DRIVERS,
            Self::Forecast => &MOOD_FORECAST,
            Self::Recommendations => &TRACK_RECOMMENDATIONS,
            Self::Star => &FACT_PLAY,
        }
    }

    /// Runs the job, unless its tables were built from exactly these inputs already.
    ///
    /// # Errors
    /// When reading, computing or writing fails.
    pub async fn build(self, context: &Context, source: &Arc<Source>, options: &MoodOptions) -> Result<Vec<Step>> {
        match self {
            Self::Mood => {
                let mut steps = mood::build(context, source, options).await?;
                steps.extend(circumplex::build(context, source).await?);
                Ok(steps)
            }
            Self::Temporal => temporal::build(context, source).await,
            Self::Wellbeing => wellbeing::build(context, source).await,
            Self::Drivers => drivers::build(context, source).await,
            Self::Forecast => forecast::build(context, source).await,
            Self::Recommendations => recommendations::build(context, source).await,
            Self::Star => star::build(context, source).await,
        }
    }
}
