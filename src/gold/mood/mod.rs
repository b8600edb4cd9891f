//! Mood clusters: k-means over the tracks that were played.
//!
//! Owns the job: read the tracks, fit, match with the model before, write `mood_cluster_profiles` (every model's) and
//! `mood_clusters` (the newest one's). `model` fits, `matching` and `names` keep numbers and words stable, `rows` makes tables.

mod matching;
mod model;
mod names;
mod previous;
mod rows;
mod tracks;

use super::source::{Source, Synthetic};
use crate::clock::Stopwatch;
use crate::context::{Context, Outcome, Step};
use crate::error::{Error, Explain, Result};
use crate::fingerprint;
use crate::lake::rows::store;
use crate::lake::tables::{AUDIO_FEATURES, LISTENING_WITH_FEATURES, MOOD_CLUSTER_PROFILES, MOOD_CLUSTERS};
use crate::lake::{Mode, Snapshot};
use crate::stats::choose_k;
use crate::stats::matrix::Matrix;
use model::{FittedOn, Model};
use names::NAMED_BY;
use previous::{Earlier, Previous};
use rows::Named;
use serde_json::{Value, json};
use std::sync::Arc;
use tracks::Tracks;

/// The model that reads the tracks.
pub const TRACKS: &str = include_str!("tracks.sql");

/// More clusters than anyone can tell apart.
pub const CLUSTERS_MAX: usize = 50;

/// Raised when the same tracks would give another model.
const ALGORITHM: &str = "k-means 2";

/// How many clusters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clusters {
    /// The largest number from 3 to 8 that is stable.
    Auto,
    /// Exactly so many, or fewer when there are fewer different tracks.
    Fixed(usize),
}

/// How moods are clustered.
#[derive(Clone, Debug)]
pub struct MoodOptions {
    clusters: Clusters,
    /// Places in `AUDIO_FEATURES`.
    features: Vec<usize>,
    seed: u64,
    include_synthetic: bool,
    allow_synthetic: bool,
}

/// Features that are no measures: their distances mean nothing.
const CATEGORICAL: [&str; 3] = ["key", "mode", "time_signature"];

impl MoodOptions {
    /// Checks the names of the features.
    ///
    /// # Errors
    /// When a name is unknown, categorical or named twice.
    pub fn new(clusters: Clusters, features: &[String], seed: u64, include_synthetic: bool) -> Result<Self> {
        let usable: Vec<_> = AUDIO_FEATURES.iter().filter(|name| !CATEGORICAL.contains(name)).copied().collect();
        let wrong = |what: String| Error::usage(what).hint(format!("choose among: {}", usable.join(", ")));
        let mut places = Vec::new();
        for name in features {
            let place = AUDIO_FEATURES.iter().position(|feature| feature == name);
            match place {
                Some(place) if places.contains(&place) => return Err(wrong(format!("--features names {name} twice"))),
                Some(_) if CATEGORICAL.contains(&name.as_str()) => {
                    return Err(wrong(format!(
                        "--features {name}: its values are categories, distances between them mean nothing"
                    )));
                }
                Some(place) => places.push(place),
                None => return Err(wrong(format!("--features {name}: there is no such audio feature"))),
            }
        }
        Ok(Self { clusters, features: places, seed, include_synthetic, allow_synthetic: true })
    }

    /// Tracks with synthetic features get no mood where these are not allowed, even when silver still holds them.
    #[must_use]
    pub const fn allowing_synthetic(mut self, allow_synthetic: bool) -> Self {
        self.allow_synthetic = allow_synthetic;
        self
    }

    /// What synthetic features are for.
    #[must_use]
    pub const fn synthetic(&self) -> Synthetic {
        Synthetic { include: self.include_synthetic, allow: self.allow_synthetic }
    }

    fn feature_names(&self) -> Vec<&'static str> {
        self.features.iter().map(|&place| AUDIO_FEATURES[place]).collect()
    }

    fn described(&self) -> Value {
        let clusters = match self.clusters {
            Clusters::Auto => json!("auto"),
            Clusters::Fixed(clusters) => json!(clusters),
        };
        json!({
            "k": clusters,
            "features": self.feature_names(),
            "seed": self.seed,
            "include_synthetic": self.include_synthetic,
            "allow_synthetic": self.allow_synthetic,
            "algorithm": ALGORITHM,
            "sql": fingerprint::of(TRACKS),
        })
    }
}

/// Builds both mood tables, unless they were built from exactly this silver already.
///
/// # Errors
/// When reading, fitting or writing fails.
pub async fn build(context: &Context, source: &Source, options: &MoodOptions) -> Result<Vec<Step>> {
    let watch = Stopwatch::start();
    let silver = source.silver();
    let note = context.note(json!({
        "inputs": { "silver": silver.identity()? },
        "parameters": options.described(),
    }));
    let current = context.lake.table(&MOOD_CLUSTERS)?.open().await?;
    let mut step = Step::new("build-gold mood", MOOD_CLUSTERS.label());
    step.inputs = note["inputs"].clone();
    if let Some(current) = &current
        && current
            .commit()
            .await?
            .1
            .is_some_and(|written| ["inputs", "parameters"].iter().all(|key| written.get(key) == note.get(key)))
    {
        step.version = Some(current.version());
        step.outcome = Outcome::UpToDate;
        return Ok(vec![step.took(watch)]);
    }
    let tracks = Arc::new(read_tracks(context, silver).await?);
    step.rows_read = tracks.len() as u64;
    let mut complete = tracks.complete(&options.features);
    complete.retain(|&track| options.allow_synthetic || tracks.source(track) != Some("synthetic"));
    let Some(model) = fit(&tracks, &complete, options).await? else {
        tracing::warn!("no track id in silver has audio features: there is no mood to tell");
        let batch = rows::tracks_without_model(&tracks)?;
        let written = store(&context.lake, &MOOD_CLUSTERS, vec![batch], Mode::Replace, &note).await?;
        return Ok(vec![step.wrote(written).took(watch)]);
    };
    warn_of_synthetic(&model, &tracks);
    step.remark = Some(remark(&model));
    let profiles = context.lake.table(&MOOD_CLUSTER_PROFILES)?.open().await?;
    let previous = Previous::read(context, profiles.as_ref()).await?;
    let earlier = previous.earlier(&model.id, &options.features, &model.scaler)?;
    let named = named(&tracks, &model, &previous, earlier.as_ref())?;
    let assigned = rows::Assigned::new(&tracks, &complete, &model, options)?;
    let mut steps = Vec::new();
    let table = rows::profiles(context, &tracks, &model, &named, &assigned, options, earlier.as_ref())?;
    let batches = vec![previous.without(&model.id)?, table];
    let written = store(&context.lake, &MOOD_CLUSTER_PROFILES, batches, Mode::Replace, &note).await?;
    steps
        .push(Step { inputs: step.inputs.clone(), ..Step::new("build-gold mood", MOOD_CLUSTER_PROFILES.label()) }.wrote(written));
    let batch = rows::clusters(&tracks, &model, &named, &assigned)?;
    let written = store(&context.lake, &MOOD_CLUSTERS, vec![batch], Mode::Replace, &note).await?;
    steps.push(step.wrote(written).took(watch));
    Ok(steps)
}

/// Fits the model, on threads of its own: it is seconds of work, in which other jobs go on.
async fn fit(tracks: &Arc<Tracks>, complete: &[usize], options: &MoodOptions) -> Result<Option<Model>> {
    let (tracks, complete, options) = (Arc::clone(tracks), complete.to_vec(), options.clone());
    let fitted = tokio::task::spawn_blocking(move || model::fit_model(&tracks, &complete, &options)).await;
    fitted.explain(|| "the mood model cannot be fitted".to_owned())?
}

async fn read_tracks(context: &Context, silver: &Snapshot) -> Result<Tracks> {
    let failed = || format!("table {}: its tracks cannot be read", LISTENING_WITH_FEATURES.label());
    let scope = context.engine.scope();
    scope.register("listening_with_features", silver.provider(&scope.state()).await?)?;
    let frame = scope.model("mood tracks", TRACKS, Vec::<datafusion::scalar::ScalarValue>::new()).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    Tracks::new(&schema, &frame.collect().await.explain(failed)?)
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

impl Model {
    /// The fitted tracks of a cluster.
    fn members(&self, cluster: usize) -> Vec<usize> {
        let labels = self.clusters.labels.iter().zip(&self.fitted);
        labels
            .filter(|(label, _)| usize::try_from(**label).is_ok_and(|label| label == cluster))
            .map(|(_, track)| *track)
            .collect()
    }
}

/// A matrix of the tracks' scaled features; used by `rows` to assign tracks that were not fitted.
fn scaled(tracks: &Tracks, complete: &[usize], model: &Model, options: &MoodOptions) -> Result<Matrix> {
    let matrix = tracks.matrix(complete, &options.features)?;
    model.scaler.transform(&matrix).explain(|| "the tracks' features cannot be scaled".to_owned())
}
