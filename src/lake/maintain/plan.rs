//! Which files are put together: those below half the target, within a partition, neighbours in time. The target is a number of
//! bytes, or of rows where the table has a limit of its own.
//!
//! Owns that choice. A file that is once large is left alone, so that no row is rewritten again and again, and what the log tells
//! of each file's times stays narrow.

use crate::error::Result;
use crate::lake::evolution::{Difference, difference};
use crate::lake::snapshot::Snapshot;
use crate::lake::tables::Table;
use deltalake::kernel::LogicalFileView;
use std::collections::BTreeMap;

/// Which files become one.
pub struct Plan {
    pub(super) groups: Vec<Vec<LogicalFileView>>,
    pub(super) target_bytes: u64,
}

impl Plan {
    /// Looks for files to put together.
    pub(super) async fn make(snapshot: &Snapshot, table: &Table, target_bytes: u64) -> Result<Self> {
        if difference(snapshot, table)? != Difference::None {
            // Of another release: it is replaced or refused when it is written to.
            return Ok(Self { groups: Vec::new(), target_bytes });
        }
        let (size, target): (fn(&LogicalFileView) -> u64, u64) = match table.file_rows() {
            Some(rows_max) => (rows, rows_max),
            None => (bytes, target_bytes),
        };
        let mut partitions: BTreeMap<_, Vec<LogicalFileView>> = BTreeMap::new();
        for file in snapshot.files().await? {
            // Rows that another program has marked as deleted, and names that this one does not give, are left as they are.
            let is_ours = file.deletion_vector_descriptor().is_none() && !file.path().contains(['%', ':']);
            if is_ours && size(&file) < target / 2 {
                let values: BTreeMap<_, _> = file.partition_values_map().into_iter().collect();
                partitions.entry(values).or_default().push(file);
            }
        }
        let groups = partitions.into_values().flat_map(|mut files| {
            files.sort_by_cached_key(|file| (file.modification_time(), file.path().into_owned()));
            pack(files, size, target)
        });
        Ok(Self { groups: groups.collect(), target_bytes })
    }

    /// How many files would be put together.
    #[must_use]
    pub fn small_files(&self) -> u64 {
        self.groups.iter().map(|group| group.len() as u64).sum()
    }

    /// How many they would become.
    #[must_use]
    pub fn large_files(&self) -> u64 {
        self.groups.len() as u64
    }
}

fn bytes(file: &LogicalFileView) -> u64 {
    u64::try_from(file.size()).unwrap_or_default()
}

/// A file of which the log does not tell them is none of ours, and is left alone.
fn rows(file: &LogicalFileView) -> u64 {
    file.num_records().map_or(u64::MAX, |rows| rows as u64)
}

/// Groups of neighbours that together stay within the target; one file alone is no group.
fn pack<T>(files: Vec<T>, size: impl Fn(&T) -> u64, target: u64) -> Vec<Vec<T>> {
    let (mut groups, mut current, mut filled) = (Vec::new(), Vec::new(), 0);
    for file in files {
        let bytes = size(&file);
        if filled + bytes > target {
            groups.push(std::mem::take(&mut current));
            filled = 0;
        }
        filled += bytes;
        current.push(file);
    }
    groups.push(current);
    groups.retain(|group| group.len() > 1);
    groups
}

#[cfg(test)]
mod tests {
    use super::pack;

    #[test]
    fn neighbours_are_put_together_up_to_the_target() {
        let packed = |sizes: &[u64]| pack(sizes.to_vec(), |size| *size, 100);
        assert_eq!(packed(&[]), Vec::<Vec<u64>>::new());
        assert_eq!(packed(&[40]), Vec::<Vec<u64>>::new());
        assert_eq!(packed(&[40, 40, 20, 30, 30]), [vec![40, 40, 20], vec![30, 30]]);
        assert_eq!(packed(&[49, 49, 49]), [vec![49, 49]]);
    }
}
