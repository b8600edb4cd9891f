//! A recap's paragraphs by a language model, where one is asked for.
//!
//! Owns when it is asked: never for a week without plays, and not again for words that are kept. Whatever goes wrong, the recap is told
//! by the template, and the log says why.

use crate::context::Context;
use crate::error::Result;
use crate::lake::Lake;
use crate::recap::model::{Model, Provider, tell};
use crate::recap::{self, Kept, Words, phrases};

/// The words of a model, if it finds some that hold.
///
/// # Errors
/// When its words cannot be kept.
pub async fn of(context: &Context, lake: &Lake, model: &Model, kept: &mut Kept) -> Result<()> {
    let provider = match model.provider {
        Provider::Gemini => "gemini",
        Provider::OpenAi => "openai",
        Provider::Ollama => "ollama",
    };
    let by = format!("{provider} {}", model.name);
    if kept.recap.plays == 0 || kept.words.as_ref().is_some_and(|words| words.by == by) {
        return Ok(());
    }
    kept.words = None;
    match tell(model, &phrases::of(&kept.recap)).await {
        Ok(paragraphs) => {
            kept.words = Some(Words { by, paragraphs });
            let _lock = super::lock(lake)?;
            let started = context.clock.now();
            let step = recap::keep(context, kept).await?;
            super::finish(context, "recap", started, &[step]).await
        }
        Err(refused) => {
            tracing::warn!("the recap is told by the template, not by {provider}: {refused}");
            Ok(())
        }
    }
}
