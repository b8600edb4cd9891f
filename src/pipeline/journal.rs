//! What the steps of one run did and which of them failed, told as it happens.

use crate::context::{Outcome, Step};
use crate::error::{Error, Kind, Result};

/// Hears of every step as it ends.
pub type Tell = dyn Fn(&Step) + Send + Sync;

/// The steps of a run so far.
pub struct Journal<'a> {
    steps: Vec<Step>,
    failures: Vec<(&'static str, Error)>,
    tell: &'a Tell,
}

impl<'a> Journal<'a> {
    /// An empty one.
    #[must_use]
    pub const fn new(tell: &'a Tell) -> Self {
        Self { steps: Vec::new(), failures: Vec::new(), tell }
    }

    /// Notes steps that were done.
    pub fn note(&mut self, steps: impl IntoIterator<Item = Step>) {
        for step in steps {
            (self.tell)(&step);
            self.steps.push(step);
        }
    }

    /// Notes a step that failed; the run goes on.
    pub fn failed(&mut self, mut step: Step, error: Error) {
        step.outcome = Outcome::Failed;
        step.remark = Some(error.in_one_line());
        self.failures.push((step.step, error));
        self.note([step]);
    }

    /// What was done.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether a step failed.
    #[must_use]
    pub const fn has_failures(&self) -> bool {
        !self.failures.is_empty()
    }

    /// The run's end: well, or the failures as one error. Where one of them asks for a login, so does the whole.
    ///
    /// # Errors
    /// When a step failed.
    pub fn verdict(mut self) -> Result<()> {
        if self.failures.len() < 2 {
            return self.failures.pop().map_or(Ok(()), |(_, error)| Err(error));
        }
        let parts: Vec<_> = self.failures.iter().map(|(step, error)| format!("{step}: {}", error.in_one_line())).collect();
        let says = format!("{} parts failed, the others are done: {}", parts.len(), parts.join("; "));
        let by_login = self.failures.iter().find(|(_, error)| error.kind() == Kind::Authorization);
        let advice = by_login.or(self.failures.first()).and_then(|(_, error)| error.advice()).map(str::to_owned);
        let error = if by_login.is_some() { Error::authorization(says) } else { Error::failure(says) };
        Err(match advice {
            Some(advice) => error.hint(advice),
            None => error,
        })
    }
}
