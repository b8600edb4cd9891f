//! Plays into rows of `listening_history_bronze`.
//!
//! Owns the play's key, which makes every import repeatable, and the Arrow columns. A play that this input has told already is
//! counted, not stored twice. `import` hands the finished rows to the store.

use super::play::Play;
use crate::error::{Explain, Result};
use crate::fingerprint;
use crate::lake::merge::Narrow;
use crate::lake::rows::{days, instants};
use crate::lake::tables::LISTENING_HISTORY;
use arrow::array::{
    ArrayRef, BooleanArray, BooleanBuilder, Date32Array, Int64Builder, ListBuilder, RecordBatch, StringArray, StringBuilder,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field};
use chrono::{DateTime, Datelike, Utc};
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The play's key: 32 hexadecimal digits of SHA-256 over who, which kind of source, when, what, and how long.
///
/// Two rows that agree in all of these are one play told twice: nobody ends the same track twice in one moment after the same
/// listened time. The kind of source is part of it, so that what two sources say of one event stays two rows in bronze.
#[must_use]
pub fn play_id(user_id: &str, play: &Play) -> String {
    fn bytes(text: Option<&String>) -> &[u8] {
        text.map_or(&[], |text| text.as_bytes())
    }
    let (when, how_long) = (play.played_at_us.to_le_bytes(), play.ms_played.unwrap_or(-1).to_le_bytes());
    let (who, source) = (user_id.as_bytes(), play.source.name().as_bytes());
    if let Some(uri) = &play.track_uri {
        return fingerprint::key([who, source, uri.as_bytes(), &when, &how_long]);
    }
    let (artist, track) = (bytes(play.artist_name.as_ref()), bytes(play.track_name.as_ref()));
    fingerprint::key([who, source, &[], artist, track, &when, &how_long])
}

/// Plays of one input, gathered as columns.
#[derive(Default)]
pub struct HistoryRows {
    seen: HashSet<String, RandomState>,
    play_ids: Vec<String>,
    user_ids: StringBuilder,
    files: Vec<usize>,
    played_at_us: Vec<i64>,
    months: Vec<(i32, u32)>,
    /// How each year and month is written.
    month_names: BTreeMap<(i32, u32), String>,
    texts: [StringBuilder; 11],
    artists: Artists,
    duration_ms: Int64Builder,
    ms_played: Int64Builder,
    skipped: BooleanBuilder,
}

/// Places of the text columns in `HistoryRows::texts`.
const TEXT_COLUMNS: [&str; 11] = [
    "track_id",
    "track_uri",
    "track_name",
    "artist_name",
    "album_name",
    "isrc",
    "source",
    "time_basis",
    "context_uri",
    "reason_start",
    "reason_end",
];

struct Artists(ListBuilder<StringBuilder>, StringBuilder);

impl Default for Artists {
    fn default() -> Self {
        let element = Field::new("element", DataType::Utf8, true);
        Self(ListBuilder::new(StringBuilder::new()).with_field(element), StringBuilder::new())
    }
}

impl HistoryRows {
    /// Adds a play of the `file`th file; false when this input has told the same play already.
    pub fn push(&mut self, user_id: &str, file: usize, play: &Play) -> bool {
        let id = play_id(user_id, play);
        if !self.seen.insert(id.clone()) {
            return false;
        }
        let texts = [
            play.track_id.as_deref(),
            play.track_uri.as_deref(),
            play.track_name.as_deref(),
            play.artist_name.as_deref(),
            play.album_name.as_deref(),
            play.isrc.as_deref(),
            Some(play.source.name()),
            Some(play.time_basis.name()),
            play.context_uri.as_deref(),
            play.reason_start.as_deref(),
            play.reason_end.as_deref(),
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.append_option(text);
        }
        let Artists(list, platform) = &mut self.artists;
        platform.append_option(play.platform.as_deref());
        if let Some(names) = &play.artists {
            names.iter().for_each(|name| list.values().append_value(name));
        }
        list.append(play.artists.is_some());
        self.duration_ms.append_option(play.duration_ms);
        self.ms_played.append_option(play.ms_played);
        self.skipped.append_option(play.skipped);
        self.play_ids.push(id);
        self.user_ids.append_value(user_id);
        self.files.push(file);
        self.played_at_us.push(play.played_at_us);
        let time = DateTime::<Utc>::from_timestamp_micros(play.played_at_us).unwrap_or_default();
        // A format string is read anew for every text, so once a month is enough.
        let month = (time.year(), time.month());
        self.month_names.entry(month).or_insert_with(|| time.format("%Y-%m").to_string());
        self.months.push(month);
        true
    }

    /// The keys of all gathered plays.
    #[must_use]
    pub const fn keys(&self) -> &HashSet<String, RandomState> {
        &self.seen
    }

    /// The months and the time that the plays fall into.
    #[must_use]
    pub fn narrow(&self) -> Narrow {
        let (first, last) = (self.played_at_us.iter().min(), self.played_at_us.iter().max());
        Narrow {
            partition_values: Some(self.month_names.values().cloned().collect()),
            times: first.zip(last).map(|(&first, &last)| ("played_at", first, last)),
        }
    }

    /// The file that each gathered play came from.
    #[must_use]
    pub fn files(&self) -> &[usize] {
        &self.files
    }

    /// True for each gathered play that is not among `known`.
    #[must_use]
    pub fn is_new(&self, known: &HashSet<String>) -> Vec<bool> {
        self.play_ids.iter().map(|id| !known.contains(id)).collect()
    }

    /// The rows; `only` picks among them.
    ///
    /// # Errors
    /// When the columns do not make the declared schema, which would be a mistake of this file.
    pub fn into_batch(mut self, at: DateTime<Utc>, run_id: &str) -> Result<RecordBatch> {
        let rows = self.play_ids.len();
        let constant = |text: &str| Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, rows))) as ArrayRef;
        let Artists(mut artists, mut platform) = std::mem::take(&mut self.artists);
        let mut column = |name: &str| -> ArrayRef {
            if let Some(place) = TEXT_COLUMNS.iter().position(|text| *text == name) {
                return Arc::new(self.texts[place].finish());
            }
            match name {
                "play_id" => Arc::new(StringArray::from_iter_values(&self.play_ids)),
                "month" => Arc::new(self.months.iter().map(|month| self.month_names.get(month)).collect::<StringArray>()),
                "user_id" => Arc::new(self.user_ids.finish()),
                "run_id" => constant(run_id),
                "played_at" => Arc::new(instants(self.played_at_us.iter().copied())),
                "ingested_at" => Arc::new(instants(std::iter::repeat_n(at.timestamp_micros(), rows))),
                "date" => Arc::new(Date32Array::from_iter_values(self.played_at_us.iter().map(|&us| days(us)))),
                "artists" => Arc::new(artists.finish()),
                "platform" => Arc::new(platform.finish()),
                "duration_ms" => Arc::new(self.duration_ms.finish()),
                "ms_played" => Arc::new(self.ms_played.finish()),
                _ => Arc::new(self.skipped.finish()),
            }
        };
        let schema = LISTENING_HISTORY.schema();
        let columns = schema.fields().iter().map(|field| column(field.name())).collect();
        let failed = || format!("table {}: the plays do not fit its columns", LISTENING_HISTORY.label());
        RecordBatch::try_new(schema, columns).explain(failed)
    }
}

/// The plays for which `keep` is true.
///
/// # Errors
/// When there are not as many of them.
pub fn only(plays: &RecordBatch, keep: Vec<bool>) -> Result<RecordBatch> {
    let failed = || format!("table {}: its new plays cannot be told", LISTENING_HISTORY.label());
    filter_record_batch(plays, &BooleanArray::from(keep)).explain(failed)
}
