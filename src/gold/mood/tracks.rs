//! The tracks of silver as columns and as a matrix.
//!
//! Owns the way from the model's rows to numbers that `stats` takes. One batch, since k-means needs all tracks at once: a
//! hundred bytes each, a person's tracks are thousands and a catalogue's a hundred thousand.

use crate::error::{Error, Explain, Result};
use crate::lake::tables::AUDIO_FEATURES;
use crate::stats::matrix::Matrix;
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, UInt32Array};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Float64Type, Int64Type, SchemaRef};
use arrow::error::ArrowError;

/// All tracks that were played.
pub struct Tracks {
    batch: RecordBatch,
    audio: Vec<Float64Array>,
    sources: Vec<Option<String>>,
    plays: Vec<i64>,
}

/// The rows with the plays of all descriptions, which are what the table tells.
fn with_plays(batch: &RecordBatch, plays: &[i64]) -> Result<RecordBatch, ArrowError> {
    let (fields, mut columns) = (batch.schema(), batch.columns().to_vec());
    let place = fields.index_of("plays")?;
    columns[place] = cast(&Int64Array::from(plays.to_vec()), fields.field(place).data_type())?;
    RecordBatch::try_new(fields, columns)
}

impl Tracks {
    /// Takes the model's rows: of each track the first description, and the plays of all.
    ///
    /// # Errors
    /// When a column does not have the expected type.
    pub fn new(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Self> {
        let failed = || "the tracks of silver do not have the expected columns".to_owned();
        let described = concat_batches(schema, batches).explain(failed)?;
        let column = |batch: &RecordBatch, name: &str, kind: &DataType| -> Result<ArrayRef> {
            let found = batch.column_by_name(name).ok_or_else(|| Error::failure(failed()))?;
            cast(found, kind).explain(failed)
        };
        let (ids, counts) =
            (column(&described, "track_id", &DataType::Utf8View)?, column(&described, "plays", &DataType::Int64)?);
        let (ids, counts) = (ids.as_string_view(), counts.as_primitive::<Int64Type>());
        let (mut firsts, mut plays): (Vec<u32>, Vec<i64>) = (Vec::new(), Vec::new());
        for row in 0..described.num_rows() {
            match plays.last_mut() {
                Some(plays) if ids.value(row) == ids.value(row - 1) => *plays += counts.value(row),
                _ => {
                    firsts.push(row as u32);
                    plays.push(counts.value(row));
                }
            }
        }
        let batch = take_record_batch(&described, &UInt32Array::from(firsts)).explain(failed)?;
        let batch = with_plays(&batch, &plays).explain(failed)?;
        let audio = AUDIO_FEATURES
            .iter()
            .map(|name| Ok(column(&batch, name, &DataType::Float64)?.as_primitive::<Float64Type>().clone()))
            .collect::<Result<Vec<_>>>()?;
        let sources = column(&batch, "feature_source", &DataType::Utf8)?
            .as_string::<i32>()
            .iter()
            .map(|text| text.map(str::to_owned))
            .collect();
        Ok(Self { batch, audio, sources, plays })
    }

    /// How many tracks there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.plays.len()
    }

    /// A column of the model's rows.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ArrayRef> {
        self.batch.column_by_name(name)
    }

    /// How often a track was played.
    #[must_use]
    pub fn plays(&self, track: usize) -> i64 {
        self.plays.get(track).copied().unwrap_or_default()
    }

    /// Where a track's features are from.
    #[must_use]
    pub fn source(&self, track: usize) -> Option<&str> {
        self.sources.get(track)?.as_deref()
    }

    /// Tracks that have a value in each of these features, in order.
    #[must_use]
    pub fn complete(&self, features: &[usize]) -> Vec<usize> {
        (0..self.len()).filter(|&track| features.iter().all(|&feature| self.audio[feature].is_valid(track))).collect()
    }

    /// The features of some tracks, one row a track.
    ///
    /// # Errors
    /// When a value is no finite number.
    pub fn matrix(&self, tracks: &[usize], features: &[usize]) -> Result<Matrix> {
        let values = tracks
            .iter()
            .flat_map(|&track| features.iter().map(move |&feature| (track, feature)))
            .map(|(track, feature)| self.audio[feature].value(track))
            .collect();
        Matrix::new(tracks.len(), features.len(), values)
            .explain(|| "an audio feature in silver is not a finite number".to_owned())
    }

    /// The mean of every audio feature over some tracks, none where no track has it.
    #[must_use]
    pub fn means(&self, tracks: &[usize]) -> Vec<Option<f64>> {
        self.audio
            .iter()
            .map(|column| {
                let values: Vec<f64> =
                    tracks.iter().filter(|&&track| column.is_valid(track)).map(|&track| column.value(track)).collect();
                (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
            })
            .collect()
    }
}
