//! A log in memory, for a stream without a broker.
//!
//! Owns what a broker would: partitions, offsets, and which partition a key belongs to. It lives as long as the process.

use super::{Cursor, Gap, Message, Outgoing, Place, Polled, Sink, Source};
use crate::error::Result;
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Messages are handed over so many at a time, so that whoever reads can do something else in between.
const TOGETHER: usize = 1_000;

/// A log that whoever has a copy of it may write to and read from.
#[derive(Clone, Debug)]
pub struct MemoryLog {
    name: String,
    partitions: Arc<Mutex<Vec<Vec<Kept>>>>,
    /// Where the reader stands; none before it was asked to begin.
    read: Option<BTreeMap<i32, usize>>,
    is_assigned: bool,
    sent: u64,
}

#[derive(Clone, Debug)]
struct Kept {
    told_us: i64,
    payload: Box<str>,
}

impl MemoryLog {
    /// An empty log.
    #[must_use]
    pub fn new(name: &str, partitions: usize) -> Self {
        let partitions = Arc::new(Mutex::new(vec![Vec::new(); partitions.max(1)]));
        Self { name: format!("memory:{name}"), partitions, read: None, is_assigned: false, sent: 0 }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Vec<Kept>>> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for MemoryLog {
    fn send(&mut self, message: Outgoing<'_>) -> Result<()> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(message.key);
        let mut partitions = self.kept();
        let place = (hash % partitions.len() as u64) as usize;
        if let Some(partition) = partitions.get_mut(place) {
            partition.push(Kept { told_us: message.told_us, payload: message.payload.into() });
        }
        drop(partitions);
        self.sent += 1;
        Ok(())
    }

    fn confirmed(&mut self) -> Result<u64> {
        Ok(self.sent)
    }

    fn settle(&mut self, _: Duration) -> Result<()> {
        Ok(())
    }
}

impl Source for MemoryLog {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&mut self, wait: Duration, take: &mut dyn FnMut(Message<'_>) -> bool) -> Result<Polled> {
        if !self.is_assigned {
            self.is_assigned = true;
            let count = i32::try_from(self.kept().len()).unwrap_or(i32::MAX);
            return Ok(Polled::Assigned((0..count).collect()));
        }
        let mut left = TOGETHER;
        let mut read = self.read.take().unwrap_or_default();
        let partitions = self.kept();
        'partitions: for (partition, at) in &mut read {
            let messages = partitions.get(usize::try_from(*partition).unwrap_or(usize::MAX)).map_or(&[][..], Vec::as_slice);
            for (offset, kept) in messages.iter().enumerate().skip(*at).take(left) {
                let offset = i64::try_from(offset).unwrap_or(i64::MAX);
                let payload = Some(kept.payload.as_bytes());
                *at += 1;
                left -= 1;
                if !take(Message {
                    partition: *partition,
                    offset,
                    cursor: Cursor::default(),
                    told_us: Some(kept.told_us),
                    payload,
                }) {
                    break 'partitions;
                }
            }
        }
        drop(partitions);
        self.read = Some(read);
        if left == TOGETHER {
            std::thread::sleep(wait.min(Duration::from_millis(50)));
        }
        Ok(Polled::Messages((TOGETHER - left) as u64))
    }

    fn begin(&mut self, positions: &BTreeMap<i32, Option<Place>>) -> Result<Vec<Gap>> {
        // A log of an earlier process is gone, and so are its offsets.
        let begin = |place: Option<Place>| place.and_then(|place| usize::try_from(place.next).ok()).unwrap_or_default();
        self.read = Some(positions.iter().map(|(partition, position)| (*partition, begin(*position))).collect());
        Ok(Vec::new())
    }

    fn stored(&mut self, _: &BTreeMap<i32, i64>) {}

    fn is_at_end(&self) -> bool {
        self.read.is_some() && self.lag() == Some(0)
    }

    fn lag(&self) -> Option<u64> {
        let partitions = self.kept();
        let length = |partition: i32| partitions.get(usize::try_from(partition).unwrap_or(usize::MAX)).map_or(0, Vec::len);
        let read = self.read.as_ref()?;
        Some(read.iter().map(|(partition, at)| length(*partition).saturating_sub(*at) as u64).sum())
    }

    fn idle(&mut self) -> Result<()> {
        Ok(())
    }
}
