//! What the scheduler knows, and its sign of life.
//!
//! Owns the state file, which `health` reads too. Losing it costs one run at once, nothing else.

use super::due::Work;
use crate::error::{Kind, Result};
use crate::private_file::{self, Document};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What became of the last run of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Last {
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended; earlier than the start, or none, while it runs or when it was cut off.
    pub ended_at: Option<DateTime<Utc>>,
    /// Its exit code; -1 where a signal ended it.
    pub code: Option<i32>,
    /// Failures in a row, this one included.
    pub failures: u32,
}

/// Data-quality rules of severity error that do not hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Broken {
    /// When the run that found it ended.
    pub at: DateTime<Utc>,
    /// Which rules of which tables.
    pub says: String,
}

/// What the scheduler knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    /// The scheduler's process.
    pub pid: u32,
    /// When it started.
    pub started_at: Option<DateTime<Utc>>,
    /// Its last sign of life; none once it has stopped as asked.
    pub alive_at: Option<DateTime<Utc>>,
    /// The run in flight.
    pub running: Option<Work>,
    /// The last full run.
    pub full: Last,
    /// The last light poll.
    pub poll: Last,
    /// The last recap.
    pub recap: Last,
    /// The week that the last recap is of, by its Monday.
    pub recap_week: Option<NaiveDate>,
    /// Since when recaps are wanted; none while they are not.
    pub recaps_since: Option<DateTime<Utc>>,
    /// What is broken by the last checks that a run made; none where all holds.
    pub broken: Option<Broken>,
    /// The day on which the person was last reminded of something.
    pub reminded_on: Option<NaiveDate>,
}

impl State {
    /// A run begins. Should the service be cut off, the run counts as one that failed.
    pub fn begin(&mut self, work: Work, now: DateTime<Utc>) {
        self.running = Some(work);
        let last = self.last_mut(work);
        (last.started_at, last.ended_at, last.code) = (Some(now), Some(now), None);
        last.failures = last.failures.saturating_add(1);
    }

    /// The recap of a week, told by its Monday, begins. What became of another week's is no failure of this one's.
    pub fn begin_recap(&mut self, week: NaiveDate, now: DateTime<Utc>) {
        if self.recap_week != Some(week) {
            (self.recap, self.recap_week) = (Last::default(), Some(week));
        }
        self.begin(Work::Recap, now);
    }

    /// A service begins that makes recaps, or makes none: a week that was over before is not told of. A wrong setting may have been
    /// mended since.
    pub fn want_recaps(&mut self, are_wanted: bool, now: DateTime<Utc>) {
        // A time in the future is of a clock that was set back.
        self.recaps_since = are_wanted.then(|| self.recaps_since.filter(|&since| since <= now).unwrap_or(now));
        if self.recap.code == Some(Kind::Usage.exit_code().into()) {
            self.recap.code = None;
            self.recap.failures = 0;
        }
    }

    /// A run has ended.
    pub fn end(&mut self, work: Work, mut ended: Last) {
        let last = self.last_mut(work);
        // Counted when it began. Rows that break a rule are not mended by running again: that is no failure to be tried again soon.
        let is_done = [0, i32::from(Kind::Quality.exit_code())].map(Some).contains(&ended.code);
        ended.failures = if is_done { 0 } else { last.failures };
        *last = ended;
    }

    /// What became of the last run of a kind.
    #[must_use]
    pub const fn last(&self, work: Work) -> &Last {
        match work {
            Work::Full => &self.full,
            Work::Poll => &self.poll,
            Work::Recap => &self.recap,
        }
    }

    const fn last_mut(&mut self, work: Work) -> &mut Last {
        match work {
            Work::Full => &mut self.full,
            Work::Poll => &mut self.poll,
            Work::Recap => &mut self.recap,
        }
    }
}

/// The file that keeps the state.
#[derive(Clone, Debug)]
pub struct StateFile {
    path: PathBuf,
}

impl StateFile {
    /// The file at a place, which need not exist yet.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The state, or none where no scheduler has been.
    #[must_use]
    pub fn read(&self) -> Option<State> {
        match private_file::read_json(&self.path) {
            Ok(Document::There(state)) => Some(state),
            _ => None,
        }
    }

    /// The state, or an empty one.
    #[must_use]
    pub fn current(&self) -> State {
        self.read().unwrap_or_default()
    }

    /// Keeps the state.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, state: &State) -> Result<()> {
        private_file::replace_json(&self.path, state)
    }
}

#[cfg(test)]
mod tests {
    use super::{Last, State};
    use crate::schedule::due::Work;

    #[test]
    fn failures_are_counted_in_a_row_and_a_run_that_was_cut_off_is_one() {
        let now = "2026-11-01T00:00:00Z".parse().unwrap();
        let ended = |code| Last { code: Some(code), ended_at: Some(now), started_at: Some(now), failures: 0 };
        let mut state = State::default();
        state.begin(Work::Poll, now);
        state.begin(Work::Poll, now);
        assert_eq!((state.poll.failures, state.running), (2, Some(Work::Poll)));
        state.end(Work::Poll, ended(1));
        assert_eq!(state.poll.failures, 2);
        state.begin(Work::Poll, now);
        state.end(Work::Poll, ended(0));
        assert_eq!((state.poll.failures, state.full.failures), (0, 0));
        state.begin(Work::Full, now);
        state.end(Work::Full, ended(4));
        assert_eq!((state.full.failures, state.full.code), (0, Some(4)), "broken rules are not tried again");
    }

    #[test]
    fn another_weeks_recap_begins_anew_and_so_does_one_with_a_wrong_setting_after_a_restart() {
        let (now, later) = ("2026-11-23T07:00:00Z".parse().unwrap(), "2026-11-30T07:00:00Z".parse().unwrap());
        let ended = |code| Last { code: Some(code), ended_at: Some(now), started_at: Some(now), failures: 0 };
        let (first, second) = ("2026-11-16".parse().unwrap(), "2026-11-23".parse().unwrap());
        let mut state = State::default();
        state.want_recaps(true, now);
        state.want_recaps(true, later);
        assert_eq!(state.recaps_since, Some(now));
        state.begin_recap(first, now);
        state.end(Work::Recap, ended(1));
        state.begin_recap(first, now);
        state.end(Work::Recap, ended(2));
        assert_eq!((state.recap.failures, state.recap_week), (2, Some(first)));
        state.want_recaps(true, now);
        assert_eq!((state.recap.failures, state.recap.code), (0, None));
        state.begin_recap(first, now);
        state.begin_recap(second, later);
        assert_eq!((state.recap.failures, state.recap_week), (1, Some(second)));
        state.want_recaps(false, later);
        assert_eq!(state.recaps_since, None);
    }

    #[test]
    fn the_file_of_an_older_release_is_read() {
        let old = r#"{"pid":7,"started_at":null,"alive_at":null,"running":"poll","full":{"started_at":"2026-11-01T00:00:00Z",
            "ended_at":"2026-11-01T00:00:00Z","code":0,"failures":0},"poll":{},"broken":null,"reminded_on":"2026-11-01"}"#;
        let state: State = serde_json::from_str(old).unwrap();
        assert_eq!(
            (state.running, state.full.code, state.recaps_since, state.recap),
            (Some(Work::Poll), Some(0), None, Last::default())
        );
    }
}
