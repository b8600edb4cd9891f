//! Words for a weekly recap by a language model, where a person asks for them.
//!
//! Owns that no statement is false: the model sees phrases, each an id and a text that is true, and says in which order they stand and
//! which pieces of a closed vocabulary stand around them (`glue`, `grammar`, `check`). It never writes a figure or a name. Whatever
//! goes wrong is tried once more and then told as a reason; a recap does without these words. Refuses to read or to compute anything.

mod answer;
mod check;
mod clean;
mod fault;
mod filling;
mod glue;
mod grammar;
mod kind;
mod reading;
mod request;
mod samples;
mod scope;
mod wire;

pub use glue::VOCABULARY;

use crate::clock::Clock;
use fault::Fault;
use request::{Format, request};
use secrecy::SecretString;
use std::fmt;
use std::time::Duration;

/// One thing that may be said: an id, and its exact words with figure, unit and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// Lower-case letters, digits and `_`; how it begins tells what may be said of it (`kind`).
    pub id: String,
    /// A noun and what belongs to it, true by itself: "412 plays", "“Song” by Artist (14 plays)".
    pub text: String,
}

/// Whose model it is. All speak the protocol of chat completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Google's, by its endpoint that is compatible with `OpenAI`'s.
    Gemini,
    /// `OpenAI`'s, or anything that looks like it.
    OpenAi,
    /// One on a machine of the person's own; it needs no key.
    Ollama,
}

impl Provider {
    /// Where it is unless a setting says otherwise.
    #[must_use]
    pub const fn base_url(self) -> &'static str {
        match self {
            Self::Gemini => "https://generativelanguage.googleapis.com/v1beta/openai/",
            Self::OpenAi => "https://api.openai.com/v1/",
            Self::Ollama => "http://localhost:11434/v1/",
        }
    }
}

/// A model, and how to reach it.
#[derive(Clone, Debug)]
pub struct Model {
    /// Whose it is.
    pub provider: Provider,
    /// What stands before `chat/completions`.
    pub base_url: String,
    /// Sent as a bearer token.
    pub key: Option<SecretString>,
    /// Its name at the provider.
    pub name: String,
    /// For one answer; there are two tries at most.
    pub patience: Duration,
}

/// Why there are no words: fit for a log, without a key, a name, or text of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What went wrong, at both tries.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}

/// Paragraphs with all phrases filled in. Ends within twice the patience and a pause of three seconds at most.
///
/// # Errors
/// When two answers in a row were none, or not fit to be shown.
pub async fn tell(model: &Model, phrases: &[Phrase]) -> Result<Vec<String>, Refused> {
    let refused = |reason: String| Refused { reason };
    if phrases.is_empty() {
        return Err(refused("there is nothing to tell".to_owned()));
    }
    let phrases = clean::clean(phrases);
    let http = wire::client().map_err(|fault| refused(fault.to_string()))?;
    let fault = match attempt(&http, model, &phrases, Format::Schema, None).await {
        Ok(paragraphs) => return Ok(paragraphs),
        Err(fault) => fault,
    };
    let Some(pause) = fault.pause() else { return Err(refused(fault.to_string())) };
    tracing::debug!("the words of the recap: {fault}; asking once more");
    Clock::System.sleep(pause).await;
    let format = if fault.is_refused_request() { Format::Json } else { Format::Schema };
    attempt(&http, model, &phrases, format, Some(&fault)).await.map_err(|second| {
        refused(if second == fault { format!("{fault}, twice") } else { format!("{second}; before that: {fault}") })
    })
}

async fn attempt(
    http: &reqwest::Client,
    model: &Model,
    phrases: &[Phrase],
    format: Format,
    fault: Option<&Fault>,
) -> Result<Vec<String>, Fault> {
    let body = wire::ask(http, model, &request(model, phrases, format, fault)).await?;
    judged(&body, phrases)
}

/// What is told of an answer's body, or why nothing is.
///
/// # Errors
/// When it is none, or not fit to be shown.
pub fn judge(body: &[u8], phrases: &[Phrase]) -> Result<Vec<String>, Refused> {
    judged(body, &clean::clean(phrases)).map_err(|fault| Refused { reason: fault.to_string() })
}

fn judged(body: &[u8], phrases: &[Phrase]) -> Result<Vec<String>, Fault> {
    check::told(&answer::read(body)?, phrases).map_err(Fault::Wrong)
}
