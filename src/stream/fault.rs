//! Why a message of a stream is not counted.

/// A reason and what is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// One word for queries: `not_json`, `wrong_fields`, `other_event`, `in_the_future`, `no_payload`, `late`, `gap`.
    pub reason: &'static str,
    /// In words.
    pub detail: String,
}

impl Fault {
    /// A fault.
    #[must_use]
    pub fn new(reason: &'static str, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}
