//! One build of the mood tables: the model that stands kept, or a new one fitted, and what both tables are told.
//!
//! Owns that decision's consequences. `standing` says whether a model is still good, `model` fits, `matching` and `names` keep
//! numbers and words stable, `rows` makes tables.

use super::matching;
use super::model::{self, FittedOn, Model};
use super::names::{self, NAMED_BY};
use super::options::MoodOptions;
use super::previous::{Earlier, Previous};
use super::rows::{self, Named};
use super::standing::{Drift, Standing};
use super::tracks::Tracks;
use crate::clock::Stopwatch;
use crate::context::{Context, Step};
use crate::error::{Explain, Result};
use crate::lake::rows::store;
use crate::lake::tables::{AUDIO_FEATURES, MOOD_CLUSTER_PROFILES, MOOD_CLUSTERS};
use crate::lake::update::Update;
use crate::lake::{Mode, Snapshot};
use crate::stats::choose_k;
use arrow::array::RecordBatch;
use chrono::DateTime;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A build under way.
pub struct Building<'a> {
    pub context: &'a Context,
    pub options: &'a MoodOptions,
    pub tracks: Arc<Tracks>,
    pub complete: Vec<usize>,
    pub previous: Previous,
    /// The clusters that are stored, and the tracks that may be others in them.
    pub stored: Option<(Snapshot, BTreeSet<String>)>,
    pub note: Value,
    pub step: Step,
    pub watch: Stopwatch,
}

impl Building<'_> {
    /// The model that stands, with what speaks for keeping it; none where one is to be fitted.
    pub async fn standing(&self, clusters: Option<&Snapshot>) -> Result<Option<(Standing, Drift)>> {
        if self.options.refit {
            return Ok(None);
        }
        let Some(note) = (match clusters {
            Some(clusters) => clusters.commit().await?.1,
            None => None,
        }) else {
            return Ok(None);
        };
        if note.get("parameters") != self.note.get("parameters") {
            return Ok(None);
        }
        let Some(standing) = Standing::read(&note) else { return Ok(None) };
        let Some(drift) = standing.drift(&self.tracks, &self.complete, self.options)? else { return Ok(None) };
        // What was built from this very silver is built with the model of then, whatever time has gone by.
        let is_of_this_silver = note.get("inputs") == self.note.get("inputs");
        let is_kept = is_of_this_silver || standing.is_good(drift, self.context.clock.now());
        Ok(is_kept.then_some((standing, drift)))
    }

    /// Assigns the tracks of today to the clusters that stand.
    pub async fn keep(mut self, (standing, drift): (Standing, Drift)) -> Result<Vec<Step>> {
        let (scaler, centroids, named) = (standing.scaler(), standing.centroids()?, standing.named());
        let assigned = rows::Assigned::new(&self.tracks, &self.complete, (&scaler, &centroids), self.options)?;
        let counts = named.iter().enumerate().map(|(cluster, named)| (named.cluster_id, assigned.counts(&self.tracks, cluster)));
        let Some(profiles) = self.previous.counted(&standing.id, &counts.collect())? else { return self.fit_anew().await };
        self.step.remark = Some(format!(
            "model of {} kept: {:+.1} % tracks, {:+.1} % distance",
            standing.fitted_at.format("%Y-%m-%d"),
            drift.tracks * 100.0,
            drift.distance * 100.0
        ));
        let clusters = rows::clusters(&self.tracks, &standing.id, &named, &assigned)?;
        let stored = self.stored.take();
        self.store(&standing, profiles, clusters, stored).await
    }

    /// Fits a model on the tracks of today.
    pub async fn fit_anew(mut self) -> Result<Vec<Step>> {
        let Some(model) = fit(&self.tracks, &self.complete, self.options).await? else {
            tracing::warn!("no track id in silver has audio features: there is no mood to tell");
            let batch = rows::tracks_without_model(&self.tracks)?;
            let written = store(&self.context.lake, &MOOD_CLUSTERS, vec![batch], Mode::Replace, &self.note).await?;
            return Ok(vec![self.step.wrote(written).took(self.watch)]);
        };
        warn_of_synthetic(&model, &self.tracks);
        self.step.remark = Some(remark(&model));
        let earlier = self.previous.earlier(&model.id, &self.options.features, &model.scaler)?;
        let named = named(&self.tracks, &model, &self.previous, earlier.as_ref())?;
        let fits = (&model.scaler, &model.clusters.centroids);
        let assigned = rows::Assigned::new(&self.tracks, &self.complete, fits, self.options)?;
        // The same model fitted again is not a newer one.
        let fitted_at = earlier.as_ref().and_then(|earlier| DateTime::from_timestamp_micros(earlier.fitted_at_us?));
        let fitted_at = fitted_at.unwrap_or_else(|| self.context.clock.now());
        let told = (earlier.as_ref(), fitted_at);
        let profiles = rows::profiles(&self.tracks, &model, &named, &assigned, self.options, told)?;
        let clusters = rows::clusters(&self.tracks, &model.id, &named, &assigned)?;
        self.store(&Standing::of(&model, &named, fitted_at), profiles, clusters, None).await
    }

    /// Writes both tables; where the model stands, only the tracks that may be others in its clusters.
    async fn store(
        mut self,
        standing: &Standing,
        profiles: RecordBatch,
        clusters: RecordBatch,
        stored: Option<(Snapshot, BTreeSet<String>)>,
    ) -> Result<Vec<Step>> {
        self.note["model"] = json!(standing);
        let lake = &self.context.lake;
        let batches = vec![self.previous.without(&standing.id)?, profiles];
        let written = store(lake, &MOOD_CLUSTER_PROFILES, batches, Mode::Replace, &self.note).await?;
        let of_profiles = Step::new("build-gold mood", MOOD_CLUSTER_PROFILES.label()).wrote(written);
        let of_profiles = Step { inputs: self.step.inputs.clone(), ..of_profiles };
        let written = match stored {
            Some((current, changed)) => {
                let engine = &self.context.engine;
                let rows = vec![rows::of_tracks(&clusters, &changed)?];
                let update = Update::of_all_with(engine, &current, "track_id", changed, rows).await?;
                update.carry_out(engine, &current, &MOOD_CLUSTERS, &self.note).await?
            }
            None => store(lake, &MOOD_CLUSTERS, vec![clusters], Mode::Replace, &self.note).await?,
        };
        Ok(vec![of_profiles, self.step.wrote(written).took(self.watch)])
    }
}

/// Fits the model, on threads of its own: it is seconds of work, in which other jobs go on.
async fn fit(tracks: &Arc<Tracks>, complete: &[usize], options: &MoodOptions) -> Result<Option<Model>> {
    let (tracks, complete, options) = (Arc::clone(tracks), complete.to_vec(), options.clone());
    let fitted = tokio::task::spawn_blocking(move || model::fit_model(&tracks, &complete, &options)).await;
    fitted.explain(|| "the mood model cannot be fitted".to_owned())?
}

/// Each cluster's number and word: those of the cluster it was before, or new ones.
fn named(tracks: &Tracks, model: &Model, previous: &Previous, earlier: Option<&Earlier>) -> Result<Vec<Named>> {
    let centroids = &model.clusters.centroids;
    let known = earlier.map(|earlier| earlier.clusters.as_slice()).unwrap_or_default();
    let matched = matching::match_known(centroids, known)?;
    let taken: Vec<String> = matched.iter().flatten().map(|known| known.mood.clone()).collect();
    let new: Vec<usize> = (0..matched.len()).filter(|&cluster| matched[cluster].is_none()).collect();
    let places: Vec<[Option<f64>; 4]> = new.iter().map(|&cluster| place(tracks, model, cluster)).collect();
    let mut words = names::name(&places, &taken)?.into_iter();
    let mut next = previous.next_cluster_id();
    Ok(matched
        .into_iter()
        .map(|known| {
            if let Some(known) = known {
                return Named { cluster_id: known.cluster_id, mood: known.mood.clone() };
            }
            next += 1;
            Named { cluster_id: next - 1, mood: words.next().unwrap_or_default() }
        })
        .collect())
}

fn place(tracks: &Tracks, model: &Model, cluster: usize) -> [Option<f64>; 4] {
    let means = tracks.means(&model.members(cluster));
    NAMED_BY.map(|name| {
        AUDIO_FEATURES.iter().position(|feature| *feature == name).and_then(|place| means.get(place).copied().flatten())
    })
}

fn warn_of_synthetic(model: &Model, tracks: &Tracks) {
    let synthetic = model.fitted.iter().filter(|&&track| tracks.source(track) == Some("synthetic")).count();
    if synthetic > 0 && model.fitted_on != FittedOn::Authentic {
        tracing::warn!(
            "the mood model rests on {synthetic} of {} tracks with synthetic features, which say nothing of the songs; its clusters are not moods",
            model.fitted.len()
        );
    }
}

fn remark(model: &Model) -> String {
    let clusters = model.clusters.centroids.rows();
    let quality = format!("k = {clusters}, stability {:.3}", model.stability);
    let Some(weighed) = &model.weighed else { return quality };
    let weighed: Vec<_> = weighed.iter().map(|candidate| describe(candidate, clusters)).collect();
    let unstable = if model.stability >= choose_k::STABILITY_MIN { "" } else { ", none of them stable" };
    format!("{quality}; weighed {}{unstable}", weighed.join(", "))
}

fn describe(candidate: &choose_k::Candidate, chosen: usize) -> String {
    let mark = if candidate.clusters == chosen { "*" } else { "" };
    // The stability of a candidate that the silhouette left out was not asked for.
    let stability = candidate.stability.map_or_else(String::new, |stability| format!(" stability {stability:.3}"));
    format!("{}{mark}: silhouette {:.3}{stability}", candidate.clusters, candidate.silhouette)
}
