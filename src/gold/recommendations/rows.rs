//! Recommendations as rows of `track_recommendations`.

use super::candidates::{Candidates, FEATURES};
use super::goals::{Goal, likeness_of};
use super::listener::Listener;
use crate::error::Result;
use crate::gold::gather::Gather;
use crate::lake::tables::TRACK_RECOMMENDATIONS;
use arrow::array::RecordBatch;

/// Rows so far.
#[derive(Default)]
pub struct Rows {
    columns: Gather,
}

impl Rows {
    /// All goals of one listener.
    pub fn listener(&mut self, listener: &Listener, candidates: &Candidates, goals: &[Goal]) {
        let columns = &mut self.columns;
        for (goal, rank, chosen) in
            goals.iter().flat_map(|goal| goal.chosen.iter().enumerate().map(move |(place, chosen)| (goal, place + 1, chosen)))
        {
            let track = &candidates.tracks[chosen.row];
            columns.text("user_id", Some(&listener.user_id));
            columns.text("goal", Some(goal.name));
            columns.integer("rank", rank);
            columns.text("track_id", Some(&track.track_id));
            columns.text("track_name", Some(&track.track_name));
            columns.text("artist_name", Some(&track.artist_name));
            columns.text("track_genre", track.genres.first().map(String::as_str));
            columns.double("similarity", likeness_of(chosen));
            columns.double("distance", chosen.distance);
            columns.text("reason", Some(&chosen.reason));
            columns.text("like_track_id", chosen.like.as_deref());
            for (name, value) in FEATURES.iter().zip(track.features) {
                columns.double(name, value);
            }
            columns.double("target_valence", chosen.target[0]);
            columns.double("target_energy", chosen.target[1]);
            columns.integer("popularity", track.popularity.and_then(|popularity| usize::try_from(popularity).ok()));
            columns.text("feature_source", Some("kaggle"));
            let rests = &listener.rests_on;
            columns.basis(rests.plays, rests.covered, rests.authentic_share, rests.basis.as_deref());
        }
    }

    /// The table's rows.
    ///
    /// # Errors
    /// When the columns do not fit, which would be a mistake of this file.
    pub fn into_batch(self) -> Result<RecordBatch> {
        self.columns.into_batch(&TRACK_RECOMMENDATIONS)
    }
}
