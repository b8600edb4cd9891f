//! Messages gathered as rows, until they are stored together.
//!
//! Owns the columns, and who is late: an event whose time lies further behind the newest one before it in its partition than the
//! watermark allows. A late event is a play all the same: it is stored, told to be late, and not counted.

use super::event::StreamEvent;
use super::fault::Fault;
use super::position::Positions;
use crate::broker::{Cursor, Gap, Message};
use crate::error::Result;
use crate::lake::rows::batch;
use crate::lake::tables::{DEAD_LETTERS, STREAM_EVENTS};
use crate::watch::{Status, moment};
use arrow::array::{
    ArrayRef, BooleanBuilder, Int32Builder, Int64Builder, RecordBatch, StringArray, StringBuilder, TimestampMicrosecondArray,
    TimestampMicrosecondBuilder,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

/// Rows under way to one commit.
pub struct Batch {
    late_by_us: i64,
    /// Where each partition stands behind the last gathered message.
    positions: Positions,
    events: Events,
    dead: Dead,
    bytes: usize,
    messages: u64,
    late: u64,
}

/// Where a message stands in its stream.
#[derive(Default)]
struct Places {
    partition: Int32Builder,
    position: Int64Builder,
    told_at: TimestampMicrosecondBuilder,
}

#[derive(Default)]
struct Events {
    places: Places,
    texts: [StringBuilder; TEXTS.len()],
    event_at: TimestampMicrosecondBuilder,
    duration_listened: Int64Builder,
    is_whole: BooleanBuilder,
    is_simulated: BooleanBuilder,
    is_late: BooleanBuilder,
}

/// Places of the text columns in `Events::texts`.
const TEXTS: [&str; 11] = [
    "event_id",
    "event_type",
    "user_id",
    "track_id",
    "track_uri",
    "track_name",
    "artist_name",
    "genre",
    "status",
    "processing_path",
    "other_fields",
];

#[derive(Default)]
struct Dead {
    places: Places,
    reason: StringBuilder,
    detail: StringBuilder,
    payload: StringBuilder,
    payload_base64: StringBuilder,
    payload_bytes: Int64Builder,
}

/// What was gathered, as rows of the two tables.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// Rows of the events; none where there are none.
    pub events: Option<RecordBatch>,
    /// Rows of the dead letters.
    pub dead: Option<RecordBatch>,
    /// Where each partition stands that messages came from.
    pub positions: Positions,
    /// How many messages there were.
    pub messages: u64,
    /// How many events came late.
    pub late: u64,
}

impl Places {
    fn push(&mut self, partition: i32, position: i64, told_us: Option<i64>) {
        self.partition.append_value(partition);
        self.position.append_value(position);
        self.told_at.append_option(told_us);
    }

    fn columns(&mut self, source: &str) -> [(&'static str, ArrayRef); 4] {
        let partition = self.partition.finish();
        let sources = StringArray::from_iter_values(std::iter::repeat_n(source, partition.len()));
        [
            ("source", Arc::new(sources)),
            ("partition", Arc::new(partition)),
            ("position", Arc::new(self.position.finish())),
            ("told_at", instants(&mut self.told_at)),
        ]
    }
}

fn instants(times: &mut TimestampMicrosecondBuilder) -> ArrayRef {
    Arc::new(times.finish().with_timezone("UTC"))
}

fn same(text: &str, rows: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, rows)))
}

fn moments(us: i64, rows: usize) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_value(us, rows).with_timezone("UTC"))
}

impl Batch {
    /// An empty batch of partitions that stand here.
    #[must_use]
    pub fn new(late_by_us: i64, positions: Positions) -> Self {
        let (events, dead) = (Events::default(), Dead::default());
        Self { late_by_us, positions, events, dead, bytes: 0, messages: 0, late: 0 }
    }

    /// How many messages were gathered.
    #[must_use]
    pub const fn messages(&self) -> u64 {
        self.messages
    }

    /// How many bytes they had.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// One more message.
    pub fn push(&mut self, message: Message<'_>) {
        let place = self.positions.entry(message.partition).or_default();
        place.next = message.offset.saturating_add(1);
        place.cursor = message.cursor;
        self.messages += 1;
        self.bytes += message.payload.map_or(0, <[u8]>::len);
        let Some(payload) = message.payload else {
            return self.dead(message, &Fault::new("no_payload", "the message has a key and no value"));
        };
        match StreamEvent::read(payload, message.told_us) {
            Err(fault) => self.dead(message, &fault),
            Ok(event) => {
                let watermark_us = place.newest_us.saturating_sub(self.late_by_us);
                let is_late = event.event_us < watermark_us;
                place.newest_us = place.newest_us.max(event.event_us);
                if is_late {
                    self.late += 1;
                    let detail = format!("it ended at {}, the watermark was {}", moment(event.event_us), moment(watermark_us));
                    self.dead(message, &Fault::new("late", detail));
                }
                self.events.push(message, &event, is_late);
            }
        }
    }

    /// Messages that nobody can read any more.
    pub fn push_gap(&mut self, gap: Gap) {
        let detail = format!("the messages from {} to here were gone from the broker before they were read", gap.from);
        let message =
            Message { partition: gap.partition, offset: gap.to - 1, cursor: Cursor::default(), told_us: None, payload: None };
        self.positions.entry(gap.partition).or_default().next = gap.to;
        self.dead(message, &Fault::new("gap", detail));
    }

    fn dead(&mut self, message: Message<'_>, fault: &Fault) {
        let dead = &mut self.dead;
        dead.places.push(message.partition, message.offset, message.told_us);
        dead.reason.append_value(fault.reason);
        dead.detail.append_value(&fault.detail);
        let text = message.payload.map(std::str::from_utf8);
        dead.payload.append_option(text.and_then(Result::ok));
        let is_binary = matches!(text, Some(Err(_)));
        dead.payload_base64.append_option(message.payload.filter(|_| is_binary).map(|bytes| STANDARD.encode(bytes)));
        dead.payload_bytes.append_option(message.payload.map(|bytes| i64::try_from(bytes.len()).unwrap_or(i64::MAX)));
    }

    /// What was gathered; the batch is empty afterwards and goes on from there.
    ///
    /// # Errors
    /// When the rows do not fit the tables, which would be a mistake of this program.
    pub fn take(&mut self, source: &str, now_us: i64, run_id: &str) -> Result<Gathered> {
        let events = self.events.take(source, now_us, run_id)?;
        let dead = self.dead.take(source, now_us, run_id)?;
        let (messages, late) = (std::mem::take(&mut self.messages), std::mem::take(&mut self.late));
        self.bytes = 0;
        Ok(Gathered { events, dead, positions: self.positions.clone(), messages, late })
    }
}

impl Events {
    fn push(&mut self, message: Message<'_>, event: &StreamEvent<'_>, is_late: bool) {
        self.places.push(message.partition, message.offset, message.told_us);
        let texts: [_; TEXTS.len()] = [
            event.event_id.as_deref(),
            Some(event.event_type),
            Some(&*event.user_id),
            event.track_id.as_deref(),
            event.track_uri.as_deref(),
            event.track_name.as_deref(),
            event.artist_name.as_deref(),
            event.genre.as_deref(),
            event.status.map(Status::name),
            Some(event.path.name()),
            event.other.as_deref(),
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.append_option(text);
        }
        self.event_at.append_value(event.event_us);
        self.duration_listened.append_option(event.listened_ms);
        self.is_whole.append_option(event.is_whole);
        self.is_simulated.append_option(event.is_simulated);
        self.is_late.append_value(is_late);
    }

    fn take(&mut self, source: &str, now_us: i64, run_id: &str) -> Result<Option<RecordBatch>> {
        let is_late = self.is_late.finish();
        let rows = is_late.len();
        if rows == 0 {
            return Ok(None);
        }
        let mut columns = self.places.columns(source).to_vec();
        columns.extend(TEXTS.into_iter().zip(&mut self.texts).map(|(name, text)| (name, Arc::new(text.finish()) as ArrayRef)));
        columns.extend([
            ("event_at", instants(&mut self.event_at)),
            ("duration_listened", Arc::new(self.duration_listened.finish())),
            ("is_whole", Arc::new(self.is_whole.finish())),
            ("is_simulated", Arc::new(self.is_simulated.finish())),
            ("is_late", Arc::new(is_late)),
            ("ingested_at", moments(now_us, rows)),
            ("run_id", same(run_id, rows)),
        ]);
        batch(&STREAM_EVENTS, &columns).map(Some)
    }
}

impl Dead {
    fn take(&mut self, source: &str, now_us: i64, run_id: &str) -> Result<Option<RecordBatch>> {
        let reason = self.reason.finish();
        let rows = arrow::array::Array::len(&reason);
        if rows == 0 {
            return Ok(None);
        }
        let mut columns = self.places.columns(source).to_vec();
        columns.extend([
            ("reason", Arc::new(reason) as ArrayRef),
            ("detail", Arc::new(self.detail.finish())),
            ("payload", Arc::new(self.payload.finish())),
            ("payload_base64", Arc::new(self.payload_base64.finish())),
            ("payload_bytes", Arc::new(self.payload_bytes.finish())),
            ("rejected_at", moments(now_us, rows)),
            ("run_id", same(run_id, rows)),
        ]);
        batch(&DEAD_LETTERS, &columns).map(Some)
    }
}
