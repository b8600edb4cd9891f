//! A source narrowed to the listeners of whom there is something new.
//!
//! Owns whether a build can be narrowed at all: the other inputs must be those of the last build. Jobs that were built from the same
//! versions share one narrowed source, and what it reads.

use super::listeners::{self, Listeners};
use super::source::{PLAYS_HELD_MAX, Source};
use crate::context::Context;
use crate::engine::Held;
use crate::error::{Explain, Result};
use datafusion::prelude::DataFrame;
use serde_json::{Value, json};
use std::sync::Arc;

/// Some listeners, and their rows of silver.
pub struct Narrow {
    /// Them.
    pub listeners: Listeners,
    /// Their rows.
    pub silver: Held,
}

/// What a source was narrowed to: for tables that were built from these versions of silver and of the mood clusters.
pub struct Narrowed {
    built_from: Value,
    source: Option<Arc<Source>>,
}

impl Source {
    /// The same as `since`; what hinders the comparison, a build of all does without, or fails with its own words.
    pub async fn narrowed(&self, context: &Context, built_from: &Value, inputs: &Value) -> Option<Arc<Self>> {
        match self.since(context, built_from, inputs).await {
            Ok(source) => source,
            Err(error) => {
                tracing::info!("gold is built for all listeners: {}", error.in_one_line());
                None
            }
        }
    }

    /// The plays of those listeners of whom there is something new since tables were built from these inputs; none where all are to
    /// be built. Other inputs than silver must be the same now, or be the mood clusters.
    ///
    /// # Errors
    /// When silver cannot be read.
    async fn since(&self, context: &Context, built_from: &Value, inputs: &Value) -> Result<Option<Arc<Self>>> {
        if !self.is_latest() || self.only.is_some() {
            return Ok(None);
        }
        let names = || inputs.as_object().into_iter().flat_map(|inputs| inputs.keys()).filter(|name| *name != "silver");
        let (moods, others): (Vec<_>, Vec<_>) =
            names().filter(|name| built_from[*name] != inputs[*name]).partition(|name| *name == "mood_clusters");
        if !others.is_empty() {
            return Ok(None);
        }
        let of = json!({ "silver": built_from["silver"], "mood_clusters": moods.first().map(|name| &built_from[*name]) });
        let mut narrowed = self.narrowed.lock().await;
        if let Some(known) = narrowed.iter().find(|known| known.built_from == of) {
            return Ok(known.source.clone());
        }
        let mut changed = listeners::of_changed_plays(context, &self.silver, &of["silver"]).await?;
        if let (Some(names), false) = (&changed, moods.is_empty()) {
            let by_mood = listeners::of_changed_moods(context, &self.silver, &of["mood_clusters"], &of["silver"]).await?;
            changed = by_mood.map(|by_mood| names | &by_mood);
        }
        let source = match changed {
            // Jobs share what they read of the same listeners.
            Some(names) => match narrowed.iter().filter_map(|known| known.source.clone()).find(|known| known.is_of(&names)) {
                Some(known) => Some(known),
                None => self.only(context, names).await?,
            },
            None => None,
        };
        narrowed.push(Narrowed { built_from: of, source: source.clone() });
        Ok(source)
    }

    fn is_of(&self, listeners: &Listeners) -> bool {
        self.only.as_ref().is_some_and(|only| only.listeners == *listeners)
    }

    /// The plays of some listeners; none where they are too many to be held.
    async fn only(&self, context: &Context, listeners: Listeners) -> Result<Option<Arc<Self>>> {
        let theirs = self.rows_of(context, &listeners).await?;
        let silver = Held::few(theirs, PLAYS_HELD_MAX, "the plays of some listeners").await?;
        let narrow = |silver| Self::new(self.silver.clone(), self.others, self.synthetic, Some(Narrow { listeners, silver }));
        Ok(silver.map(narrow).map(Arc::new))
    }

    /// The plays of one listener, however many.
    ///
    /// # Errors
    /// When silver cannot be read.
    pub async fn of_listener(&self, context: &Context, listener: &str) -> Result<Self> {
        let listeners = Listeners::from([listener.to_owned()]);
        let silver = Held::of(self.rows_of(context, &listeners).await?, "the plays of a listener").await?;
        Ok(Self::new(self.silver.clone(), self.others, self.synthetic, Some(Narrow { listeners, silver })))
    }

    async fn rows_of(&self, context: &Context, listeners: &Listeners) -> Result<DataFrame> {
        let scope = context.engine.scope();
        scope.register("silver", self.silver.provider(&scope.state()).await?)?;
        let theirs = scope.table("silver").await?.filter(listeners::is_of(listeners));
        theirs.explain(|| "the plays of some listeners cannot be read".to_owned())
    }

    /// The listeners that it knows, where it does not know all.
    #[must_use]
    pub fn listeners(&self) -> Option<&Listeners> {
        self.only.as_ref().map(|only| &only.listeners)
    }
}
